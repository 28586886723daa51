"""A real Milvus server for the tests: Milvus Lite, in a folder of its own, on a port of this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

# It imports pandas and PyArrow first, which takes long on a busy machine.
START_SECONDS = 120
_RUN = "import sys; from milvus_lite.cmdline import main; sys.exit(main())"


class MilvusLite:
    """A server that can be stopped and started again, with what it holds, under the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"milvus://127.0.0.1:{self._port}"

    def start(self) -> None:
        arguments = ["server", "--data-dir", self._folder, "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _RUN, *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, "milvus-lite has ended"
            assert time.monotonic() < deadline, "milvus-lite does not start"
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self._port)) == 0
