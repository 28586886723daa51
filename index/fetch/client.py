"""The one HTTP client.

Redirects are followed here, one by one, so that each is guarded, polite and remembered. httpx reads the
addresses; httpcore connects, through the guarded backend.
"""

from __future__ import annotations

import math
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

import httpcore
import httpx

from index.clock import utc_now
from index.fetch.addresses import address_of, joined, origin, shown
from index.fetch.body import ENCODINGS, read_body
from index.fetch.guard import GuardedBackend, resolve
from index.fetch.headers import content_type, max_age, retry_after, valid_date, valid_etag
from index.fetch.politeness import Politeness, SlowHosts
from index.fetch.resolver import Resolve
from index.fetch.robots import MAX_BYTES, Robots
from index.fetch.values import Fetched, FetchError, FetchOptions

MAX_REDIRECTS = 8
# No single wait for a byte lasts longer, however much time the whole request has.
MAX_SILENCE = 15.0
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/html;q=0.9, */*;q=0.5"
)
_PERMANENT = (301, 308)
_REDIRECTS = (301, 302, 303, 307, 308)

_ADVICE = {
    401: "it asks for a password: use an address that is open to all",
    403: "it lets no program read it: use its feed, or another address",
    404: "there is nothing: check the address",
    410: "it is gone for good: remove it",
    429: "it was asked too often: it is tried again later",
}


@dataclass(frozen=True, slots=True)
class _Reply:
    """One answer, a redirect or not."""

    status: int
    headers: httpx.Headers
    body: bytes


class _Reading(threading.local):
    """Until which moment of the clock a thread may fetch."""

    until = math.inf


class Fetcher:
    """Fetches addresses, whoever gave them, within `FetchOptions`. For many threads; close it at the end.

    The keyword arguments replace the name service, the clocks and the sleep in tests, and the certificates
    that are trusted.
    """

    def __init__(
        self,
        options: FetchOptions,
        *,
        resolve: Resolve = resolve,
        clock: Callable[[], float] = time.monotonic,
        computed: Callable[[], float] = time.thread_time,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = utc_now,
        certificates: ssl.SSLContext | None = None,
    ) -> None:
        self._options = options
        self._clock = clock
        self._now = now
        self._backend = GuardedBackend(options.allow_private, resolve, clock, computed)
        self._politeness = Politeness(options.gap_seconds, clock, sleep)
        self._slow = SlowHosts(clock)
        self._robots = Robots(options.user_agent, lambda url: self._get(url, {}, False, MAX_BYTES), clock)
        self._reading = _Reading()
        self._pool = httpcore.ConnectionPool(
            ssl_context=certificates or httpx.create_ssl_context(),
            max_connections=None,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=self._backend,
        )

    def close(self) -> None:
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, robots: bool = False
    ) -> Fetched:
        """Return what is at an address, or 304 where the validators of the last time still hold.

        `robots` asks the site's robots.txt first, as is proper for pages. Cookies are sent back along the
        redirects of this one request and then forgotten: some sites redirect until they come back. Raises
        FetchError.
        """
        # Checked here as well, because an earlier version stored whatever a server had sent.
        asked = {"If-None-Match": valid_etag(etag), "If-Modified-Since": valid_date(last_modified)}
        return self._get(url, {name: value for name, value in asked.items() if value}, robots)

    @contextmanager
    def reading(self, seconds: float) -> Iterator[None]:
        """Let all that this thread gets within the block take at most `seconds` together, waiting included.

        After that, `get` raises a FetchError which says that it is left for the next reading.
        """
        self._reading.until = self._clock() + seconds
        try:
            yield
        finally:
            self._reading.until = math.inf

    @property
    def seconds_left(self) -> float:
        """How many seconds are left of what `reading` gave this thread; infinite outside of it."""
        return self._reading.until - self._clock()

    def _get(self, url: str, headers: dict[str, str], robots: bool, cut: int | None = None) -> Fetched:
        """Do as `get`, of a longer body than `cut` bytes return so many."""
        cookies = httpx.Cookies()
        address = address_of(url)
        deadline = self._clock() + self._options.timeout_seconds
        permanent = True
        for hop in range(MAX_REDIRECTS + 1):
            deadline += self._wait(address, robots)
            sent = headers | _cookie_header(cookies, address)
            reply = self._request(address, sent, min(deadline, self._reading.until), cut)
            _keep_cookies(cookies, address, reply)
            if reply.status not in _REDIRECTS or "location" not in reply.headers:
                moved = hop > 0 and permanent
                return self._fetched(address, reply, bool(headers), str(address) if moved else None)
            permanent = permanent and reply.status in _PERMANENT
            address = joined(address, reply.headers["location"])
        raise FetchError(f"{url} redirects more than {MAX_REDIRECTS} times: give the address it leads to.")

    def _wait(self, address: httpx.URL, robots: bool) -> float:
        """Wait until the host may be asked; return how many seconds that took."""
        started = self._clock()
        host = address.netloc.decode("ascii")
        if robots and host in self._slow:
            slow = f"{shown(address)} was not asked, as its site took too long a while ago: "
            raise FetchError(slow + "it is tried again later.", later=True)
        gap = self._robots.check(origin(address), str(address)) if robots else 0.0
        if self._politeness.wait(host, gap, self.seconds_left) is None:
            raise _left(address)
        return self._clock() - started

    def _request(
        self, address: httpx.URL, headers: dict[str, str], deadline: float, cut: int | None
    ) -> _Reply:
        self._backend.set_deadline(deadline)
        try:
            return self._exchange(address, headers, cut)
        except httpcore.TimeoutException as error:
            if self.seconds_left <= 0:
                raise _left(address) from error
            self._slow.note(address.netloc.decode("ascii"))
            raise FetchError(
                f"{shown(address)} takes too long to answer: it is tried again later."
            ) from error
        except httpcore.ConnectError as error:
            raise FetchError(_connect_sentence(address, error)) from error
        except (
            httpcore.ProtocolError,
            httpcore.NetworkError,
            httpcore.UnsupportedProtocol,
            OSError,
        ) as error:
            raise FetchError(
                f"{shown(address)} broke off the conversation ({_reason(error)}): it is tried again later."
            ) from error

    def _exchange(self, address: httpx.URL, headers: dict[str, str], cut: int | None) -> _Reply:
        sent = {"User-Agent": self._options.user_agent, "Accept": _ACCEPT, "Accept-Encoding": ENCODINGS}
        silence = min(MAX_SILENCE, self._options.timeout_seconds)
        target = httpcore.URL(
            scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path
        )
        with self._pool.stream(
            "GET",
            target,
            headers=list((sent | headers).items()),
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), silence)},
        ) as response:
            received = httpx.Headers(response.headers)
            body = b""
            if response.status == 200:
                body = read_body(
                    response.iter_stream(),
                    received.get("content-encoding", ""),
                    cut or self._options.max_bytes,
                    shown(address),
                    cut=cut is not None,
                )
            return _Reply(response.status, received, body)

    def _fetched(self, address: httpx.URL, reply: _Reply, conditional: bool, moved_to: str | None) -> Fetched:
        if reply.status != 200 and not (reply.status == 304 and conditional):
            advice = _ADVICE.get(reply.status, "it is tried again later")
            wait = retry_after(reply.headers.get("retry-after", ""), self._now())
            raise FetchError(
                f"{shown(address)} answers {reply.status}: {advice}.", status=reply.status, retry_after=wait
            )
        kind, charset = content_type(reply.headers.get("content-type", ""))
        return Fetched(
            url=str(address),
            status=reply.status,
            body=reply.body,
            content_type=kind,
            charset=charset,
            etag=valid_etag(reply.headers.get("etag")),
            last_modified=valid_date(reply.headers.get("last-modified")),
            moved_to=moved_to,
            max_age=max_age(reply.headers.get("cache-control", "")),
        )


def _left(address: httpx.URL) -> FetchError:
    return FetchError(f"{shown(address)} is left for the next reading: this one took too long.", later=True)


def _cookie_header(cookies: httpx.Cookies, address: httpx.URL) -> dict[str, str]:
    """Return the header with those cookies that belong to an address; {} where none do."""
    request = httpx.Request("GET", address)
    cookies.set_cookie_header(request)
    value = request.headers.get("cookie")
    return {"Cookie": value} if value else {}


def _keep_cookies(cookies: httpx.Cookies, address: httpx.URL, reply: _Reply) -> None:
    response = httpx.Response(
        reply.status,
        headers=[(name, value) for name, value in reply.headers.multi_items() if name == "set-cookie"],
        request=httpx.Request("GET", address),
    )
    cookies.extract_cookies(response)


def _connect_sentence(address: httpx.URL, error: Exception) -> str:
    cause = error.__context__  # httpcore's pool takes the cause away
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = cause.verify_message
        return f"{shown(address)} shows a certificate that is not valid ({why}): check the address."
    if isinstance(cause, ssl.SSLError):
        return f"{shown(address)} offers no safe connection: check whether it begins with http:// instead."
    return f"{shown(address)} cannot be reached ({_reason(error)}): check the address."


def _reason(error: Exception) -> str:
    cause = error.__context__ or error
    text = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return " ".join(text.split())[:100]
