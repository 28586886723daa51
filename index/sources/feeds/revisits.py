"""When a page is fetched again: when the site's own feed, whose words count less, says something new of it.

A story may begin as two sentences in a feed, so that its page is fetched, and come whole with the feed later.
The page's words are the stronger ones, so it is the page that has to be read for the news in the feed's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from index.text.normalize import text_hash

# Texts that are remembered by their hashes; the one that was noted first is forgotten first.
MAX_TEXTS = 10_000


def nothing_fetched(_: list[str]) -> set[str]:
    return set()


class Revisits:
    """The words of feeds for which pages were fetched again, in this process. For many threads.

    `fetched` says which of some ids are those of articles whose words were fetched at their address.
    """

    def __init__(self, fetched: Callable[[list[str]], set[str]] = nothing_fetched) -> None:
        self._fetched = fetched
        self._lock = threading.Lock()
        self._hashes: dict[str, str] = {}

    def due(self, texts: Mapping[str, str]) -> set[str]:
        """Return the ids of articles whose page is to be fetched again; `texts` is id → the feed's words."""
        fetched = self._fetched(list(texts)) if texts else set()
        return {id for id in sorted(fetched) if self._is_new(id, text_hash(texts[id]))}

    def _is_new(self, id: str, words: str) -> bool:
        with self._lock:
            if self._hashes.get(id) == words:
                return False
            self._hashes[id] = words
            while len(self._hashes) > MAX_TEXTS:
                del self._hashes[next(iter(self._hashes))]
            return True
