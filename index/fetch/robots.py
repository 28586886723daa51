"""What a site's robots.txt allows, asked once an hour (RFC 9309)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from index.fetch.values import Fetched, FetchError

FRESH_SECONDS = 3600.0
# What failed is asked again sooner, but not for each of fifty pages.
RETRY_SECONDS = 60.0
# A site may ask for a slower pace than ours, but not for one that stops reading altogether.
LONGEST_DELAY = 30.0
_MAX_CHARS = 500 * 1024


@dataclass(frozen=True, slots=True)
class _Known:
    """A site's rules, or why they cannot be read, until a moment of the clock."""

    rules: Protego | FetchError
    until: float


class Robots:
    """The rules of every site met so far. For many threads.

    `fetch` returns a site's robots.txt. A site without one (4xx) allows everything, one whose server is
    broken (5xx) nothing, as the standard says.
    """

    def __init__(
        self, user_agent: str, fetch: Callable[[str], Fetched], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._agent = user_agent.split("/")[0].split()[0]
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}

    def check(self, origin: str, url: str) -> float:
        """Return the pause in seconds that a site asks for between requests.

        `origin` is the site, as in "https://news.example". Raises FetchError when `url` may not be read.
        """
        rules = self._rules(origin)
        if not rules.can_fetch(url, self._agent):
            raise FetchError(f"{url} is closed to programs by the site's robots.txt: use its feed instead.")
        return min(rules.crawl_delay(self._agent) or 0.0, LONGEST_DELAY)

    def _rules(self, origin: str) -> Protego:
        with self._lock:
            known = self._known.get(origin)
        if known is None or known.until < self._clock():
            known = self._ask(origin)
            with self._lock:
                self._known[origin] = known
        if isinstance(known.rules, FetchError):
            raise known.rules
        return known.rules

    def _ask(self, origin: str) -> _Known:
        try:
            body = self._fetch(f"{origin}/robots.txt").body
        except FetchError as error:
            if error.status is None or not 400 <= error.status < 500 or error.status == 429:
                return _Known(error, self._clock() + RETRY_SECONDS)
            body = b""
        rules = Protego.parse(body.decode("utf-8-sig", "replace")[:_MAX_CHARS])
        return _Known(rules, self._clock() + FRESH_SECONDS)
