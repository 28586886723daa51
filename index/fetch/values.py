"""What fetching takes and gives."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import SourceError

USER_AGENT = "newsbot/0.1 (news reader; obeys robots.txt)"


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """The limits of one request.

    `timeout_seconds` is for the whole of it, redirects included, waiting for one's turn excluded;
    `max_bytes` counts what comes out of decompression, too. `allow_private` opens the addresses of this
    machine and its network. `gap_seconds` pass between two requests to one host.
    """

    user_agent: str = USER_AGENT
    timeout_seconds: float = 30.0
    max_bytes: int = 32 * 1024 * 1024
    allow_private: bool = False
    gap_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server sent. `status` is 200, or 304 with an empty body: unchanged since the validators given.

    `url` is where it came from in the end. `moved_to` is that address when every redirect on the way was
    permanent, None without one. `max_age` says for how many seconds the answer stays fresh, None where the
    server does not tell. `charset` is what the content type names, in lower case.
    """

    url: str
    status: int
    body: bytes
    content_type: str
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    max_age: float | None = None


class FetchError(SourceError):
    """Nothing could be fetched from an address; the message says what to do.

    `status` is the server's answer, None where there was none. `retry_after` is how many seconds the server
    asks to wait. `gone` means that the address is gone for good (410). `later` means that nobody was asked.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        later: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.later = later

    @property
    def gone(self) -> bool:
        return self.status == 410

    @property
    def may_pass(self) -> bool:
        """Whether asking again later may help: the server is broken, was asked too often, or not at all."""
        return self.later or (self.status is not None and (self.status >= 500 or self.status == 429))
