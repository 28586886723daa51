"""A news site on loopback: real sockets, from the standard library, with answers good and evil.

    with NewsSite() as site:
        site.serve("/feed.xml", feed, content_type="application/rss+xml", etag='"1"')
        site.redirect("/old", "/feed.xml", 301)
        site.stream("/endless", lambda: itertools.repeat(b"x" * 1000))

A page with validators answers 304 to a request that repeats them. `requests` keeps what was asked.
"""

from __future__ import annotations

import contextlib
import ssl
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Answer:
    """What a path answers: a body with its length, or pieces one after the other until somebody hangs up."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces: Callable[[], Iterable[bytes]] | None = None

    def matches(self, asked: Mapping[str, str]) -> bool:
        pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        return any(name in asked and asked[name] == self.headers.get(own) for name, own in pairs)


@dataclass(frozen=True)
class Asked:
    """One request that came in, and when (monotonic seconds)."""

    path: str
    headers: Mapping[str, str]


class _QuietServer(ThreadingHTTPServer):
    """Says nothing about clients that hang up or refuse its certificate, as they should on evil answers."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class NewsSite:
    """A site of which a test sets every answer. Unknown paths answer 404.

    Another `host` (127.0.0.2) is another site.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._host = host
        self.requests: list[Asked] = []
        self._answers: dict[str, Answer] = {}
        self._server = _QuietServer((host, 0), self._handler())
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._scheme = "http" if tls is None else "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str, host: str | None = None) -> str:
        return f"{self._scheme}://{host or self._host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.requests]

    def serve(
        self,
        path: str,
        body: bytes | str,
        content_type: str = "text/html; charset=utf-8",
        *,
        status: int = 200,
        etag: str | None = None,
        last_modified: str | None = None,
        **headers: str,
    ) -> str:
        """Let a path answer; `cache_control="max-age=60"` is a header, too. Returns the whole address."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        named["Content-Type"] = content_type
        if etag:
            named["ETag"] = etag
        if last_modified:
            named["Last-Modified"] = last_modified
        self._answers[path] = Answer(status, named, data)
        return self.url(path)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        self._answers[path] = Answer(status, {"Location": to})
        return self.url(path)

    def stream(self, path: str, pieces: Callable[[], Iterable[bytes]], **headers: str) -> str:
        """Let a path send piece after piece, without saying how long it will be."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        self._answers[path] = Answer(200, {"Content-Type": "text/html", **named}, pieces=pieces)
        return self.url(path)

    def raw(self, path: str, pieces: Callable[[], Iterable[bytes]]) -> str:
        """Let a path send bytes that need not be HTTP."""
        self._answers[path] = Answer(0, pieces=pieces)
        return self.url(path)

    def remove(self, path: str) -> None:
        self._answers.pop(path, None)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.requests.append(Asked(self.path, dict(self.headers.items())))
                with contextlib.suppress(OSError):  # the client hung up, as it should on evil answers
                    site._answer(self, site._answers.get(self.path, Answer(404)))

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _answer(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.pieces is not None:
            handler.close_connection = True
        if answer.status == 0:
            self._send(handler, answer)
            return
        status = 304 if answer.status == 200 and answer.matches(handler.headers) else answer.status
        body = b"" if status == 304 else answer.body
        handler.send_response_only(status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        if answer.pieces is None and status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        self._send(handler, answer)

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        for piece in answer.pieces() if answer.pieces else ():
            if self.stopping.is_set():
                return
            handler.wfile.write(piece)
            handler.wfile.flush()
