"""What a site's robots.txt allows, asked once an hour (RFC 9309).

The owner of a site decides what is read and kept here, so there are bounds: of one robots.txt at most
`MAX_BYTES` are read, only the rules for this program are kept, and of all sites at most `KEPT_BYTES`.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from index.fetch.values import Fetched, FetchError

FRESH_SECONDS = 3600.0
# What failed is asked again sooner, but not for each of fifty pages.
RETRY_SECONDS = 60.0
# A site may ask for a slower pace than ours, but not for one that stops reading altogether.
LONGEST_DELAY = 30.0
# RFC 9309, section 2.5, asks for at least 500 KiB.
MAX_BYTES = 512 * 1024
# A site with more rules for this program is not read. Large sites have a few hundred.
MAX_RULES, MAX_CHARS = 5_000, 128 * 1024
# Of all sites together. Those that were asked for longest ago are dropped first.
KEPT_BYTES, KEPT_SITES = 16 * 2**20, 1_000
# About what a rule and a character of its path take up in memory, and a site without rules.
_RULE_BYTES, _CHAR_BYTES, _SITE_BYTES = 600, 4, 1_000

_AGENT_LINE = re.compile(r"user[- ]?agent\s*:?\s*(.*)", re.IGNORECASE)
_RULE_LINE = re.compile(r"(?:dis)?allow\b|crawl[- ]?delay\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Known:
    """A site's rules, or why they cannot be read, until a moment of the clock; `size` is their bytes."""

    rules: Protego | FetchError
    until: float
    size: int = _SITE_BYTES


class Robots:
    """The rules of the sites met in the last hour. For many threads.

    `fetch` returns the first `MAX_BYTES` of a site's robots.txt. A site without one (4xx) allows everything,
    one whose server is broken (5xx) nothing, as the standard says.
    """

    def __init__(
        self, user_agent: str, fetch: Callable[[str], Fetched], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._agent = user_agent.split("/")[0].split()[0]
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()  # those asked for last at the end
        self._size = 0

    def __len__(self) -> int:
        """Return of how many sites something is kept."""
        return len(self._known)

    @property
    def size(self) -> int:
        """About how many bytes of memory the kept rules take up."""
        return self._size

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
            if known is not None and known.until >= self._clock():
                self._known.move_to_end(origin)
            else:
                known = None
        if known is None:
            known = self._ask(origin)
            self._keep(origin, known)
        if isinstance(known.rules, FetchError):
            raise known.rules
        return known.rules

    def _keep(self, origin: str, known: _Known) -> None:
        with self._lock:
            now = self._clock()
            old = [site for site, rules in self._known.items() if rules.until < now]
            for site in {*old, origin} & self._known.keys():
                self._size -= self._known.pop(site).size
            self._known[origin] = known
            self._size += known.size
            while len(self._known) > KEPT_SITES or self._size > KEPT_BYTES:
                self._size -= self._known.popitem(last=False)[1].size

    def _ask(self, origin: str) -> _Known:
        try:
            body = self._fetch(f"{origin}/robots.txt").body
        except FetchError as error:
            if error.status is None or not 400 <= error.status < 500 or error.status == 429:
                return _Known(error, self._clock() + RETRY_SECONDS)
            body = b""
        lines = _for_agent(body.decode("utf-8-sig", "replace"), self._agent)
        chars = sum(map(len, lines))
        until = self._clock() + FRESH_SECONDS
        if len(lines) > MAX_RULES or chars > MAX_CHARS:
            long = f"{origin}/robots.txt has more rules than are read: use the site's feed instead."
            return _Known(FetchError(long), until)
        size = _SITE_BYTES + _RULE_BYTES * len(lines) + _CHAR_BYTES * chars
        return _Known(Protego.parse("\n".join(lines)), until, size)


def _for_agent(text: str, agent: str) -> list[str]:
    """Return the lines of a robots.txt that can concern a program: those of its groups, and of all programs.

    A group is one or more names and the rules below them. One with a thousand names and as many rules would
    become a million rules.
    """
    kept: list[str] = []
    names: list[str] = []
    in_names = False
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if named := _AGENT_LINE.match(line):
            if not in_names:
                names = []
            in_names = True
            name = named[1].strip().lower()
            if (name == "*" or _names(name, agent)) and name not in names:
                names.append(name)
        elif _RULE_LINE.match(line):
            if in_names:
                kept += [f"User-agent: {name}" for name in names]
            in_names = False
            if names:
                kept.append(line)
    return kept


def _names(name: str, agent: str) -> bool:
    """Return whether a name in a robots.txt can stand for a program."""
    token = name.replace("*", "")
    return bool(token) and token in agent.lower()
