"""The words of a language for questions: what would answer, what continues an earlier question. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from index.languages.english.answer_types import Expectation, Kind
from index.languages.times import TimeWords

_AROUND = " ?!.,;:–-\"'“”‘’()¿¡？！。、"
_ALL: frozenset[Kind] = frozenset(("name", "number", "amount", "duration", "date"))


@dataclass(frozen=True)
class QuestionWords:
    """The words of a language for questions. Patterns are regular expressions in small letters.

    `kinds` are pairs of a pattern and what would answer a question that has it; the first that fits counts.
    `current` is a pattern for what asks for the newest, `leads` for how a question begins that goes on from
    the one before ("and …"), `fragments` for what is no whole question ("why?"), and `points_back` for words
    that stand for something said before ("he", "there").
    """

    times: TimeWords
    kinds: Sequence[tuple[str, frozenset[Kind]]]
    current: str
    leads: str
    fragments: str
    points_back: str
    # A pattern for a whole question for news of all kinds ("what happened?"), without the time that it names.
    overview: str = ""
    # A pattern for what is left out of a question before its words are searched for: no report says it so.
    asking: str = ""
    spaced: bool = True

    def expectation(self, question: str) -> Expectation:
        """Return which kinds of words a question expects; no noun is looked for."""
        lower = question.lower()
        found = (kinds for pattern, kinds in self._kinds if pattern.search(lower))
        return Expectation(next(found, _ALL), None)

    def searched(self, question: str) -> str:
        """Return the part of a question that a report on it may hold: without the time that it names."""
        named = self.times.in_english(question)
        kept = question.replace(named[0], " ", 1) if named and named[1] != "latest" else question
        kept = re.sub(self.asking, " ", kept) if self.asking else kept
        return kept if any(char.isalnum() for char in kept) else question

    def asks_for_overview(self, question: str, time_phrase: str) -> bool:
        """Tell whether a question is for news of all kinds; `time_phrase` are its words for a time."""
        rest = " ".join(question.replace(time_phrase, " ", 1).lower().replace("’", "'").split())
        return bool(self.overview and re.fullmatch(self.overview, rest.strip(_AROUND)))

    def asks_for_current(self, question: str) -> bool:
        return self._of(self.current).search(question.lower()) is not None

    def continues(self, question: str, content: Sequence[str]) -> bool:
        """Tell whether a question cannot be understood without the one before it."""
        lower = question.lower().strip()
        if self._of(self.points_back).search(lower) or re.match(self.fragments, lower):
            return True
        return len(content) < (4 if re.match(self.leads, lower) else 2)

    @cached_property
    def _kinds(self) -> Sequence[tuple[re.Pattern[str], frozenset[Kind]]]:
        return [(self._of(pattern), kinds) for pattern, kinds in self.kinds]

    def _of(self, pattern: str) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)" if self.spaced else pattern)
