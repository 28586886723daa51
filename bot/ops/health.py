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
from typing import TYPE_CHECKING, Literal, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from bot.ops.metrics import Measurements
from index import NewsError, UsageError

if TYPE_CHECKING:
    from index import NewsIndex

HOST = "127.0.0.1"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"

log = logging.getLogger(__name__)


class Condition(NamedTuple):
    """How something is, and why, unless it is as it should be."""

    status: Literal["ok", "degraded", "failing"]
    why: str | None = None


OK = Condition("ok")


@dataclass(frozen=True, slots=True)
class Health:
    """What is told of a process: its measurements, whether it works at all, and whether it can answer now.

    `alive` and `ready` say so within seconds, from any thread.
    """

    measurements: Measurements
    alive: Callable[[], Condition]
    ready: Callable[[], Condition]

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return _respond(start, "200 OK", PLAIN, self.measurements.exposition())
        checks = {"/healthz": self.alive, "/readyz": self.ready}
        if path not in checks:
            return _respond(start, "404 Not Found", PLAIN, b"There are /healthz, /readyz and /metrics.\n")
        found = checks[path]()
        body = json.dumps({"status": found.status, "why": found.why}).encode()
        code = "503 Service Unavailable" if found.status == "failing" else "200 OK"
        return _respond(start, code, "application/json", body)


def readiness(index: Callable[[], NewsIndex]) -> Condition:
    """Tell whether a library can answer; one that is degraded can."""
    try:
        status = index().status()
    except NewsError as error:
        return Condition("failing", str(error))
    why = " ".join(fault.why for fault in status.faults) or status.remedy
    if not status.can_answer:
        return Condition("failing", why)
    return Condition("degraded", why) if status.state == "degraded" else OK


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
