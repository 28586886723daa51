"""Decides what becomes of an article that was read: pure functions of what is stored and what was read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Literal

from index.errors import BudgetError
from index.ingest.shingles import bands
from index.languages.detect import article_language
from index.languages.registry import sentence_rules
from index.runtime.confined import confined
from index.storage.articles import Known
from index.text.boilerplate import READ_CHARS, reporting
from index.text.normalize import content_hash, text_hash
from index.text.passages import MAX_PASSAGES, Passage, passages_of
from index.text.spans import Span
from index.types.article import Article, ArticleTimes, Precision, is_on_day

logger = logging.getLogger(__name__)

# A longer text is hashed and cut into passages in a process of its own (`index.runtime.confined`): of a
# shorter one that takes up to a tenth of a second.
LONG_CHARS = 50_000

Decision = Literal["new", "changed", "touched", "unchanged", "copy", "expired", "weaker"]


@dataclass(frozen=True)
class IncomingArticle:
    """An article that was read, with the hashes by which it is recognised.

    `bands` are those of `index.ingest.shingles`. Properties that cost time are computed once, when first
    used.
    """

    article: Article
    content_hash: str
    text_hash: str
    bands: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, article: Article) -> IncomingArticle:
        parts = [article.title, article.text, article.source, *article.highlights]
        return cls(article, content_hash(parts), text_hash(article.text), bands(article.text))

    @classmethod
    def of_long(cls, article: Article) -> IncomingArticle:
        """Return an article whose properties are all computed already."""
        incoming = cls.of(article)
        _ = incoming.passages
        return incoming

    @property
    def is_cut(self) -> bool:
        """Whether a part of the text is in no passage because the text is too long."""
        return len(self.article.text) > READ_CHARS or len(self.passages) == MAX_PASSAGES

    @cached_property
    def runs(self) -> Sequence[Sequence[Span]]:
        """The sentences of the story without boilerplate, grouped into runs of neighbouring sentences."""
        return reporting(self.article.text, sentence_rules(self.article.language))

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """The article's passages, which are embedded and searched."""
        return passages_of(self.runs)


def prepared(article: Article) -> IncomingArticle:
    """Return an article with its language and hashes.

    The hashes of a long one are computed without holding up other threads.
    """
    article = replace(article, language=article_language(article.title, article.text, article.language))
    if len(article.text) > LONG_CHARS:
        try:
            return confined.call(IncomingArticle.of_long, article)
        except BudgetError as error:
            logger.warning("article long article=%s why=%s", article.id, error)
    return IncomingArticle.of(article)


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored under a candidate's id, and its `article` where the hashes differ."""

    known: Known
    article: Article | None = None


def decide(
    candidate: IncomingArticle, stored: Stored | None, copy_of: str | None, twin: str | None
) -> Decision:
    """Return what to do with an article.

    `stored` is what is stored under its id, None where nothing is. `copy_of` is the id of the article that it
    was stored as a copy of, `twin` the id of another article that has the same words now; None where none is.

    "touched" means that only its times or its authority differ, "weaker" that what is stored comes from
    somebody who may say more about the address, "expired" that it is too old to keep (see
    `index.ingest.writer`).
    """
    if stored is None:
        if twin is None:
            return "new"
        return "unchanged" if copy_of == twin else "copy"
    if candidate.article.authority < stored.known.authority:
        return "weaker"
    if _is_changed(candidate, stored):
        return "changed"
    same_times = times(candidate.article, stored.known.times, changed=False) == stored.known.times
    same = same_times and candidate.article.authority == stored.known.authority
    return "unchanged" if same else "touched"


def times(article: Article, known: ArticleTimes, *, changed: bool) -> ArticleTimes:
    """Return when a known article was published and updated, after it was read again.

    A story is published once. A later time is an update where its words `changed`, and nothing where they did
    not: some feeds stamp every entry with the time of reading.
    """
    published, precision = _published(article, known)
    if changed:
        told = (article.published_at if article.published_precision != "seen" else None, article.updated_at)
    else:
        told = (known.updated_at, None)
    updated = max((moment for moment in told if moment and moment > published), default=None)
    return ArticleTimes(published, precision, updated)


def _published(article: Article, known: ArticleTimes) -> tuple[datetime, Precision]:
    """Return when an article was published: the earlier of two times, of one day the finer.

    A time that is read replaces that of the first sight, never the other way.
    """
    before = (known.published_at, known.published_precision)
    now = (article.published_at, article.published_precision)
    if article.published_precision == "seen":
        return before
    if known.published_precision == "seen":
        return now
    if article.published_precision != known.published_precision and _same_day(article, known):
        return now if article.published_precision == "minute" else before
    return now if article.published_at < known.published_at else before


def _same_day(article: Article, known: ArticleTimes) -> bool:
    """Tell whether an hour lies on a day, which may begin up to 14 hours apart in two places."""
    times = {article.published_precision: article.published_at, known.published_precision: known.published_at}
    return is_on_day(times["minute"], times["day"])


def _is_changed(candidate: IncomingArticle, stored: Stored) -> bool:
    """Return whether the story itself has changed; a new box or link beside the story is no change."""
    if candidate.content_hash == stored.known.content_hash:
        return False
    if stored.article is None:
        return True
    known = stored.article
    runs = reporting(known.text, sentence_rules(known.language))
    return _story(candidate.article, candidate.runs) != _story(known, runs)


def _story(article: Article, runs: Sequence[Sequence[Span]]) -> list[str]:
    """Return the parts of an article that people read, without boilerplate, with single spaces."""
    sentences = [article.text[start:end] for run in runs for start, end in run]
    parts = [article.title, article.source, *article.highlights, "", *sentences]
    return [" ".join(part.split()) for part in parts]
