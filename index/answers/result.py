"""The result of the search for one question, before quotes are chosen from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from index.answers.asked import Asked
from index.answers.candidates import Candidates
from index.answers.confidence import Evidence
from index.answers.judging import Judged
from index.answers.retrieval import Ranked
from index.languages.english.periods import Period
from index.types.question import Filters


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages found for a question, the runs of sentences that could be quoted, and the evidence.

    `as_of` is the moment of asking. `since` and `until` are the period that quotes have to be from: as the
    caller gave it, or as the question's words name it; in the second case `about` is that period.
    `unclear_time` are its words for a time that are not understood. `filters` are those of the search,
    `asked` is the analysed question. `ranked` (passages) and `judged` (runs of sentences, and what the answer
    reader made of them) come best first. `evidence` are the figures that the confidence is computed from.
    """

    as_of: datetime
    since: datetime | None
    until: datetime | None
    about: Period | None
    unclear_time: str | None
    filters: Filters
    asked: Asked
    ranked: Sequence[Ranked]
    judged: Judged
    evidence: Evidence

    @property
    def candidates(self) -> Candidates:
        """The runs of sentences that could be quoted, best first."""
        return self.judged.candidates

    @property
    def quotable(self) -> Filters:
        """The filters that an article has to pass to be quoted: those of the search, and the period."""
        ends = [end for end in (self.until, self.filters.until) if end]
        return replace(self.filters, since=self.since, until=min(ends, default=None))
