"""Log lines of the form `time LEVEL event key=value` on stderr, ours only unless something is wrong."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

OUR_PACKAGES = ("bot", "config", "index", "__main__")
# These report every request, download and connection at INFO. sentence_transformers also draws a progress
# bar for each call while its level is INFO or lower.
NOISY = (
    "aiohttp",
    "alembic",
    "asyncio",
    "discord",
    "faiss",
    "filelock",
    "httpcore",
    "httpx",
    "huggingface_hub",
    "sentence_transformers",
    "sqlalchemy",
    "torch",
    "transformers",
    "urllib3",
)
# Read by the libraries when they are imported, which is why they are set before anything else happens.
QUIET_VARIABLES = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class _Formatter(logging.Formatter):
    """Our messages are `event key=value` already; those of others become the event `log`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(line)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.name.partition(".")[0] not in OUR_PACKAGES:
            message = f"log logger={record.name} message={json.dumps(message, ensure_ascii=False)}"
        # Titles and addresses come from outside: what they hold must not steer the terminal.
        record.line = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", message)
        return super().format(record)


class _Stderr(logging.Handler):
    """Writes to whatever `sys.stderr` is at the moment: a progress bar replaces it to stay in one piece."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


@contextmanager
def logging_to_stderr(level: str = "INFO") -> Iterator[None]:
    """Log to stderr from `level` on, and undo it afterwards. Other libraries are heard from WARNING on."""
    for name, value in QUIET_VARIABLES.items():
        os.environ.setdefault(name, value)
    root, handler = logging.getLogger(), _Stderr()
    handler.setFormatter(_Formatter())
    earlier = root.level
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(True)
    with _held_down():
        try:
            yield
        finally:
            logging.captureWarnings(False)
            root.removeHandler(handler)
            root.setLevel(earlier)


@contextmanager
def _held_down() -> Iterator[None]:
    """Keep other libraries at WARNING, and what they warn their own developers of out of sight."""
    levels = dict.fromkeys(NOISY, logging.WARNING) | {"py.warnings": logging.ERROR}
    earlier = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        for name, level in earlier.items():
            logging.getLogger(name).setLevel(level)
