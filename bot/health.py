"""A small web server for whoever watches newsbot: /healthz, /readyz and /metrics, on this machine only.

It has a thread of its own, so that it answers also while the rest hangs, and can say so.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from bot.measurements import Measurements
from index import NewsError, UsageError

if TYPE_CHECKING:
    from index import NewsIndex

HOST = "127.0.0.1"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """What is told of a process: its measurements, whether it works at all, and whether it can answer now.

    `alive` and `ready` return None where that is so, else why not, within seconds; from any thread.
    """

    measurements: Measurements
    alive: Callable[[], str | None]
    ready: Callable[[], str | None]

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return _respond(start, "200 OK", PLAIN, self.measurements.exposition())
        checks = {"/healthz": self.alive, "/readyz": self.ready}
        if path not in checks:
            return _respond(start, "404 Not Found", PLAIN, b"There are /healthz, /readyz and /metrics.\n")
        why = checks[path]()
        body = json.dumps({"status": "failing" if why else "ok", "why": why}).encode()
        return _respond(start, "503 Service Unavailable" if why else "200 OK", "application/json", body)


def not_ready(index: Callable[[], NewsIndex]) -> str | None:
    """Return why a library cannot answer; None where it can."""
    try:
        status = index().status()
    except NewsError as error:
        return str(error)
    return None if status.state == "ready" else status.remedy


def _respond(start: StartResponse, status: str, content_type: str, body: bytes) -> list[bytes]:
    start(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = 10  # for whoever connects and says nothing

    def log_message(self, format: str, *args: object) -> None:
        log.debug("health.asked %s", format % args)


@contextmanager
def serving(health: Health, port: int) -> Iterator[int]:
    """Answer on a port of this machine (0: any that is free), whose number is given, until left.

    Raises UsageError where the port is taken.
    """
    try:
        server = make_server(HOST, port, health, server_class=_Server, handler_class=_Handler)
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used ({error.strerror}): set NEWS_HEALTH_PORT to another."
        ) from error
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    log.info("health.serving port=%d", server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
