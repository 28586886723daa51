"""Finds duplicates and near-duplicates of an article, among stored articles and those of the same batch.

The page's own statement comes first: where it names a canonical address whose article is stored, that article
is the original.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from index.errors import RecordError
from index.ingest.decision import IncomingArticle
from index.ingest.shingles import MIN_CHARS, SAME_STORY, likeness
from index.storage.articles import Store
from index.text.normalize import article_id
from index.types.article import Article


class DuplicateFinder:
    """Finds the twin of each article of a batch: another article with the same or nearly the same words.

    The caller passes each article that the batch is going to store to `add`. So the result depends only on
    the order of the articles, and not on how they are cut into batches.
    """

    def __init__(
        self, store: Store, candidates: Sequence[IncomingArticle], origins: frozenset[int] | None = None
    ) -> None:
        """Look for the twins among stored articles that one of the origins brought; None means among all."""
        by_text = store.article_ids_by_text(candidate.text_hash for candidate in candidates)
        by_band = store.article_ids_by_band(band for candidate in candidates for band in candidate.bands)
        named = {id for candidate in candidates if (id := _original(candidate))}
        originals = {id: id for id in store.known(named)} | store.known_copies(named)
        found = {id for ids in (*by_text.values(), *by_band.values(), originals.values()) for id in ids}
        seen = found if origins is None else _brought_by(store, found, origins)
        self._by_text = {text: ids[0] for text, all_ids in by_text.items() if (ids := _in(all_ids, seen))}
        self._by_band = {band: _in(ids, seen) for band, ids in by_band.items()}
        self._articles = store.articles({id for ids in self._by_band.values() for id in ids})
        self._originals = {id: original for id, original in originals.items() if original in seen}

    def of(self, candidate: IncomingArticle, copy_of: str | None = None) -> str | None:
        """Return the id of the article that a candidate repeats; None where there is none.

        The order is: the article that the page names as the original; the article `copy_of` that it was a
        copy of before, if it is still similar enough; an article with the same words; the most similar
        article, and of several the first published.
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
        """Note that an article's words are going to be replaced, so that nothing is a copy of them."""
        self._by_text = {text: other for text, other in self._by_text.items() if other != id}
        self._by_band = {band: [other for other in ids if other != id] for band, ids in self._by_band.items()}
        self._articles.pop(id, None)


def _brought_by(store: Store, ids: Collection[str], origins: frozenset[int]) -> set[str]:
    """Return those of the articles that one of the origins brought."""
    return {id for id, brought in store.receipts.origins_of(ids).items() if brought & origins}


def _in(ids: Sequence[str], seen: Collection[str]) -> list[str]:
    return [id for id in ids if id in seen]


def _age(article: Article) -> tuple[bool, datetime]:
    """Return what sorts articles by when they were published, those of unknown time last."""
    return article.published_precision == "seen", article.published_at


def _original(candidate: IncomingArticle) -> str | None:
    """Return the id of the article at the canonical address that a candidate's page names."""
    try:
        return article_id(candidate.article.original) if candidate.article.original else None
    except RecordError:
        return None
