"""What becomes of an article that was read: pure functions of what is known, what was read and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from index.ingest.shingles import bands
from index.storage.articles import Known
from index.text.boilerplate import reporting
from index.text.normalize import content_hash, text_hash
from index.types.article import Article

# A story that was changed so often in so long is flapping: further changes wait until that is over. Live
# reports are changed every few minutes; a page with a counter on it changes whenever it is fetched.
MAX_REVISIONS = 24
FLAPPING = timedelta(days=1)

Decision = Literal["new", "changed", "touched", "unchanged", "copy", "flapping", "expired"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that was read, with the hashes by which it is recognised."""

    article: Article
    content_hash: str
    text_hash: str
    bands: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, article: Article) -> Candidate:
        parts = [article.title, article.text, article.source, *article.highlights]
        return cls(article, content_hash(parts), text_hash(article.text), bands(article.text))


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored under a candidate's id: its `article` where the hashes differ, the `recent` changes."""

    known: Known
    article: Article | None = None
    recent: int = 0


def decide(candidate: Candidate, stored: Stored | None, copy_of: str | None, twin: str | None) -> Decision:
    """Return what to do with an article.

    `copy_of` is the article it was a copy of when last read, `twin` another article that has the same words
    now.
    """
    if stored is None:
        if twin is None:
            return "new"
        return "unchanged" if copy_of == twin else "copy"
    if _is_changed(candidate, stored):
        return "flapping" if stored.recent >= MAX_REVISIONS else "changed"
    known = stored.known
    same_times = times(candidate.article, known) == (known.published_at, known.updated_at)
    return "unchanged" if same_times else "touched"


def times(article: Article, known: Known) -> tuple[datetime, datetime | None]:
    """Return when a known article was published and updated, after it was read again.

    A story is published once: a later date is an update, as publishers touch it; an earlier one is a
    correction.
    """
    published = min(article.published_at, known.published_at)
    moments = [each for each in (article.published_at, article.updated_at) if each and each > published]
    return published, max(moments, default=None)


def _is_changed(candidate: Candidate, stored: Stored) -> bool:
    """Tell whether people read something else now: a new box or link beside the story is no change."""
    if candidate.content_hash == stored.known.content_hash:
        return False
    return stored.article is None or _told(candidate.article) != _told(stored.article)


def _told(article: Article) -> list[str]:
    told = [article.text[start:end] for run in reporting(article.text) for start, end in run]
    parts = [article.title, article.source, *article.highlights, "", *told]
    return [" ".join(part.split()) for part in parts]
