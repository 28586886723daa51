"""What a search found, before quotes are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from index.answers.asked import Asked
from index.answers.candidates import Candidate
from index.answers.confidence import Evidence
from index.answers.retrieval import Ranked
from index.english.periods import Period
from index.types.question import Filters


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found: passages, runs of sentences that could be quoted from them, and how sure it is.

    `since` and `until` are the period that was asked for, in words (then `about` says which) or by the
    caller; `filters` what was searched, `asked` what the words of the question weigh. Passages and
    candidates come best first.
    """

    as_of: datetime
    since: datetime | None
    until: datetime | None
    about: Period | None
    filters: Filters
    asked: Asked
    ranked: Sequence[Ranked]
    candidates: Sequence[Candidate]
    evidence: Evidence

    @property
    def quotable(self) -> Filters:
        """What an article must satisfy to be quoted: what was searched, and the period in words."""
        ends = [end for end in (self.until, self.filters.until) if end]
        return replace(self.filters, since=self.since, until=min(ends, default=None))
