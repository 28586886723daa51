"""Sets up the log on stderr.

A line is `time LEVEL event key=value`, in colour on a terminal, or a JSON object. Lines of other libraries
appear only from WARNING on. Each line has the id of the request that it belongs to. The only importer of
structlog, apart from the modules that begin a request.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor

LogFormat = Literal["text", "json"]

OUR_PACKAGES = ("bot", "config", "index", "__main__")
# Libraries that log every request, download and connection at INFO. sentence_transformers also draws a
# progress bar for each call while its level is INFO or lower.
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
# These tell their developers what is odd about a page or a feed. Our own lines say what a person can do.
READERS = (
    "courlan",
    "dateparser",
    "htmldate",
    "justext",
    "readability",
    "trafilatura",
)
# Environment variables that libraries read when they are imported, so they are set before that.
QUIET_VARIABLES = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# `key=%s` in a log message: the key of the next positional argument.
_FIELD = re.compile(r"\b(\w++)=(?=%)")
_COLOURS = {"DEBUG": "\x1b[2m", "WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[31m"}
_PLAIN = "\x1b[0m"


def _message(record: logging.LogRecord) -> str:
    """Return a record's message as `event key=value`. Ours are so already; a library's becomes `log …`."""
    message = record.getMessage()
    if record.name.partition(".")[0] not in OUR_PACKAGES:
        return f"log logger={record.name} message={json.dumps(message, ensure_ascii=False)}"
    return message


class _Text(logging.Formatter):
    """Formats records as lines for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(line)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        context = "".join(f" {key}={value}" for key, value in structlog.contextvars.get_contextvars().items())
        # Titles and addresses come from outside: control characters in them must not steer the terminal.
        record.line = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", _message(record) + context)
        line = super().format(record)
        # What replaces sys.stderr, such as a progress bar, may have no `isatty`; `bool()` then says False.
        terminal = getattr(sys.stderr, "isatty", bool)
        colour = _COLOURS.get(record.levelname) if terminal() else None
        return f"{colour}{line}{_PLAIN}" if colour else line


def _fields(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Split a message into event and values, for structlog.

    `ingest.done added=%d` with the argument 3 becomes the event `ingest.done` and the field `added` with 3.
    """
    record: logging.LogRecord = event["_record"]
    event["level"] = record.levelname.lower()
    event["logger"] = record.name
    text, values = str(record.msg), event.pop("positional_args", ())
    if record.name.partition(".")[0] not in OUR_PACKAGES or not isinstance(values, tuple):
        return event
    names = _FIELD.findall(text)
    if names and len(names) == len(values):
        event["event"] = text[: text.index(f"{names[0]}=%")].strip()
        event.update(zip(names, map(_plain, values), strict=True))
    return event


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | None) else str(value)


def _json() -> logging.Formatter:
    """Return a formatter for programs: one JSON object a line.

    Its keys are event, level, logger, timestamp, the request's id, the values, and the traceback of an error.
    """
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _fields,
        structlog.processors.TimeStamper("iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    after: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before, processors=after, pass_foreign_args=True
    )


class _Stderr(logging.Handler):
    """Writes to the current `sys.stderr`, which a progress bar replaces so that lines do not break it."""

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__()
        self._hide = hide

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self._hide(self.format(record))}\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


@contextmanager
def logging_to_stderr(
    level: str = "INFO", form: LogFormat = "text", hide: Callable[[str], str] = str
) -> Iterator[None]:
    """Log to stderr from `level` on for as long as the block runs; other libraries from WARNING on.

    `hide` gets each line and returns it without secrets.
    """
    for name, value in QUIET_VARIABLES.items():
        os.environ.setdefault(name, value)
    root, handler = logging.getLogger(), _Stderr(hide)
    handler.setFormatter(_json() if form == "json" else _Text())
    earlier = root.level
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(True)
    with _quiet_libraries():
        try:
            yield
        finally:
            logging.captureWarnings(False)
            root.removeHandler(handler)
            root.setLevel(earlier)


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Set noisy libraries to WARNING, silence readers, and set Python warnings, for developers, to ERROR."""
    levels = dict.fromkeys(NOISY, logging.WARNING) | dict.fromkeys(READERS, logging.CRITICAL + 1)
    levels["py.warnings"] = logging.ERROR
    earlier = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        for name, level in earlier.items():
            logging.getLogger(name).setLevel(level)
