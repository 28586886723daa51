"""Which article, stored or just read, tells the story of another one.

What a page says of itself comes first: the canonical address that it names, where the story there is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from index.errors import RecordError
from index.ingest.decision import IncomingArticle
from index.ingest.shingles import MIN_CHARS, SAME_STORY, likeness
from index.storage.articles import Store
from index.text.normalize import article_id
from index.types.article import Article


class DuplicateFinder:
    """The twins of a batch of articles: the named ones, those of the same words, then of nearly the same.

    Articles that the batch itself stores are told of with `add`, so that what is found depends on the order
    of the articles only, not on how they are cut into batches.
    """

    def __init__(self, store: Store, candidates: Sequence[IncomingArticle]) -> None:
        self._by_text = store.article_ids_by_text(each.text_hash for each in candidates)
        self._by_band = store.article_ids_by_band(band for each in candidates for band in each.bands)
        self._articles = store.articles({id for ids in self._by_band.values() for id in ids})
        named = {id for each in candidates if (id := _original(each))}
        self._originals = {id: id for id in store.known(named)} | store.known_copies(named)

    def of(self, candidate: IncomingArticle, copy_of: str | None = None) -> str | None:
        """Return the id of the article that a candidate repeats: the most alike, of several the first.

        One that it was a copy of before comes first, while it is alike enough.
        """
        article = candidate.article
        named = self._originals.get(_original(candidate) or "")
        if named not in (None, article.id):
            return named
        if len(article.text) < MIN_CHARS:
            return None
        known = self._articles.get(copy_of or "")
        if known and likeness(article, known) >= SAME_STORY:
            return known.id
        same = self._by_text.get(candidate.text_hash)
        if same is not None:
            return same
        near = {id for band in candidate.bands for id in self._by_band.get(band, ())} - {article.id}
        alike = {id: likeness(article, self._articles[id]) for id in near}
        best = min(alike, key=lambda id: (-alike[id], _age(self._articles[id]), id), default=None)
        return best if best is not None and alike[best] >= SAME_STORY else None

    def add(self, candidate: IncomingArticle) -> None:
        """Note that a candidate is going to be stored."""
        id = candidate.article.id
        self.forget(id)
        self._articles[id] = candidate.article
        self._originals[id] = id
        self._by_text.setdefault(candidate.text_hash, id)
        for band in candidate.bands:
            self._by_band.setdefault(band, []).append(id)

    def forget(self, id: str) -> None:
        """Note that an article is going to lose the words that it has: nothing is a copy of them any more."""
        self._by_text = {text: other for text, other in self._by_text.items() if other != id}
        self._by_band = {band: [each for each in ids if each != id] for band, ids in self._by_band.items()}
        self._articles.pop(id, None)


def _age(article: Article) -> tuple[bool, datetime]:
    """Return what sorts articles by when they were published, those of unknown time last."""
    return article.published_precision == "seen", article.published_at


def _original(candidate: IncomingArticle) -> str | None:
    """Return the id of the article whose address a candidate's page names as its own."""
    try:
        return article_id(candidate.article.original) if candidate.article.original else None
    except RecordError:
        return None
