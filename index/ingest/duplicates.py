"""Finds duplicates and near-duplicates of an article, among stored articles and those of the same batch.

The page's own statement comes first: where it names a canonical address whose article is stored, and its
words stand there as well, that article is the original. Of two articles with the same words the one whose
words count less about its address is the copy, whichever came first. A page has many addresses, by a
parameter that means nothing to it: one that its site names itself goes before one that only others name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from index.errors import RecordError
from index.ingest.decision import IncomingArticle
from index.ingest.shingles import MIN_CHARS, SAME_STORY, agreement, likeness
from index.storage.articles import Store
from index.text.addresses import site_of
from index.text.normalize import article_id
from index.types.article import Article, Authority

_NONE: frozenset[int] = frozenset()


class DuplicateFinder:
    """Finds the twin of each article of a batch: another article with the same or nearly the same words.

    The caller passes each article that the batch is going to store to `add`. So the result depends only on
    the order of the articles, and not on how they are cut into batches.
    """

    def __init__(
        self,
        store: Store,
        candidates: Sequence[IncomingArticle],
        origin: int,
        origins: frozenset[int] | None = None,
    ) -> None:
        """Look for the twins of what an origin brings among stored articles that one of the origins brought.

        None means among all.
        """
        self._by_text = store.article_ids_by_text(candidate.text_hash for candidate in candidates)
        self._by_band = store.article_ids_by_band(
            band for candidate in candidates for band in candidate.bands
        )
        named = {id for candidate in candidates for id in _originals(candidate)}
        self._originals = {id: id for id in store.known(named)} | store.known_copies(named)
        found = {id for ids in (*self._by_text.values(), *self._by_band.values()) for id in ids}
        self._articles = store.articles({*found, *self._originals.values()})
        brought = store.receipts.origins_of(self._articles)
        self._seen = {id for id in self._articles if origins is None or brought.get(id, _NONE) & origins}
        sites = {number: site_of(name) for number, name in store.receipts.names({origin, *_all(brought)})}
        self._site = sites.get(origin)
        # Pages that neither this origin nor one on their own site has named.
        self._named_by_others = {
            id
            for id, numbers in brought.items()
            if self._articles[id].authority == Authority.FETCHED
            and not {self._site, site_of(self._articles[id].url)} & set(map(sites.get, numbers))
        }

    def of(self, candidate: IncomingArticle, copy_of: str | None = None) -> str | None:
        """Return the id of the article that a candidate repeats; None where there is none.

        The order is: the article that the page names as the original; the article `copy_of` that it was a
        copy of before, if it is still similar enough; an article with the same words; the most similar
        article, and of several the first published.
        """
        article = candidate.article
        for name in _originals(candidate):
            named = self._known(self._originals.get(name), article)
            if named and agreement(article, named) >= SAME_STORY:
                return named.id
        if len(article.text) < MIN_CHARS:
            return None
        known = self._known(copy_of, article)
        if known and likeness(article, known) >= SAME_STORY:
            return known.id
        same = (self._known(id, article) for id in self._by_text.get(candidate.text_hash, ()))
        if first := next(filter(None, same), None):
            return first.id
        alike = {id: found for id, found in self._alike(candidate).items() if self._known(id, article)}
        return min(alike, key=lambda id: (-alike[id], _age(self._articles[id]), id), default=None)

    def weaker_than(self, candidate: IncomingArticle) -> list[str]:
        """Return the ids of the articles with a candidate's words that are to be copies of it from now on.

        Those are somebody else's words about addresses, where the candidate's site speaks itself, and pages
        at addresses that the site does not name, where it names the candidate's.
        """
        alike = self._alike(candidate)
        return sorted(id for id in alike if self._is_outranked(self._articles[id], candidate.article))

    def _known(self, id: str | None, article: Article) -> Article | None:
        """Return the article of an id, where another one may be a copy of it."""
        known = self._articles.get(id or "")
        if known is None or known.id == article.id or known.id not in self._seen:
            return None
        return None if self._is_outranked(known, article) else known

    def _is_outranked(self, known: Article, article: Article) -> bool:
        """Tell whether a known article cannot stand for another one, which says more about its address."""
        if known.authority == Authority.FOREIGN:
            return article.authority > Authority.FOREIGN
        site = site_of(article.url)
        is_named = article.authority == Authority.SITE or article.entry is not None or self._site == site
        return known.id in self._named_by_others and is_named and site_of(known.url) == site

    def _alike(self, candidate: IncomingArticle) -> dict[str, float]:
        """Return id → likeness of the articles that tell nearly the same as a candidate."""
        article = candidate.article
        near = {id for band in candidate.bands for id in self._by_band.get(band, ())} - {article.id}
        found = {id: likeness(article, self._articles[id]) for id in near}
        return {id: alike for id, alike in found.items() if alike >= SAME_STORY}

    def add(self, candidate: IncomingArticle) -> None:
        """Note that a candidate is going to be stored."""
        id = candidate.article.id
        self.forget(id)
        self._articles[id] = candidate.article
        self._seen.add(id)
        self._originals[id] = id
        self._by_text.setdefault(candidate.text_hash, []).append(id)
        for band in candidate.bands:
            self._by_band.setdefault(band, []).append(id)

    def forget(self, id: str) -> None:
        """Note that an article's words are going to be replaced, so that nothing is a copy of them."""
        self._by_text = {text: [other for other in ids if other != id] for text, ids in self._by_text.items()}
        self._by_band = {band: [other for other in ids if other != id] for band, ids in self._by_band.items()}
        self._articles.pop(id, None)
        self._named_by_others.discard(id)


def _all(brought: Mapping[str, frozenset[int]]) -> frozenset[int]:
    return _NONE.union(*brought.values())


def _age(article: Article) -> tuple[bool, datetime]:
    """Return what sorts articles by when they were published, those of unknown time last."""
    return article.published_precision == "seen", article.published_at


def _originals(candidate: IncomingArticle) -> list[str]:
    """Return the id of the article at the canonical address that a candidate's page names.

    What is said about the address of somebody else may repeat the article of that address.
    """
    article = candidate.article
    named = [article.original] if article.original else []
    if article.authority == Authority.FOREIGN:
        named.append(article.url)
    return [id for address in named if (id := _id_of(address))]


def _id_of(address: str) -> str | None:
    try:
        return article_id(address)
    except RecordError:
        return None
