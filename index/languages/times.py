"""Puts the times that a question names into English words, which the grammar of English reads. Pure.

There is one grammar of times (`index.languages.english.periods`): another language gives the forms of its
phrases and what its words mean. dateparser 1.5, which knows these languages, finds a moment for 24 of 31 such
phrases, but no period ("between the 3rd and 9 May" is May), and takes "mit 9 Stimmen" for a day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


@dataclass(frozen=True)
class TimeWords:
    """The words of a language for times.

    `months` and `weekdays` hold the names of each, from January and from Monday, with "|" between several for
    one. `counts` maps number words to figures, and `units` words for days, weeks, months and years, in all
    their forms, to English ones. `phrases` are pairs of a form and what it is in English; the first that fits
    counts. Forms are regular expressions in small letters, where {month}, {weekday}, {day}, {year}, {count}
    and {unit} stand for such words, and {month2}, {day2} and {year2} for a second one; in English they stand
    for what they mean.
    """

    months: Sequence[str]
    weekdays: Sequence[str]
    counts: Mapping[str, int]
    units: Mapping[str, str]
    phrases: Sequence[tuple[str, str]]
    # What a day is written with: "5." in German, "5日" in Japanese.
    day: str = r"[0-3]?\d"
    year: str = r"(?:19|20)\d\d"
    # Whether words stand between spaces.
    spaced: bool = True

    def in_english(self, question: str) -> tuple[str, str] | None:
        """Return the time that a question names, in its words and in English; None where it names none."""
        lower = question.lower()
        for pattern, english in self._patterns:
            match = pattern.search(lower)
            if match:
                words = english.format_map(_Meaning({k: v or "" for k, v in match.groupdict().items()}, self))
                return question[match.start() : match.end()].strip(), " ".join(words.split())
        return None

    @cached_property
    def _patterns(self) -> Sequence[tuple[re.Pattern[str], str]]:
        parts = {
            "month": "|".join(sorted("|".join(self.months).split("|"), key=len, reverse=True)),
            "weekday": "|".join(sorted("|".join(self.weekdays).split("|"), key=len, reverse=True)),
            "day": self.day,
            "year": self.year,
            "count": "|".join([r"\d{1,3}", *sorted(self.counts, key=len, reverse=True)]),
            "unit": "|".join(sorted(self.units, key=len, reverse=True)),
        }
        named = {name: f"(?P<{name}>{part})" for name, part in parts.items()}
        named |= {f"{name}2": f"(?P<{name}2>{parts[name]})" for name in ("day", "month", "year")}
        edge = (r"(?<!\w)", r"(?!\w)") if self.spaced else ("", "")
        return [
            (re.compile(edge[0] + _filled(form, named) + edge[1]), english) for form, english in self.phrases
        ]

    def meaning(self, name: str, word: str) -> str:
        """Return what a word means in English; `name` says what kind of word it is."""
        kind = name.rstrip("2")
        if kind == "month":
            return _named(word, self.months, MONTHS)
        if kind == "weekday":
            return _named(word, self.weekdays, WEEKDAYS)
        if kind == "count":
            return str(self.counts.get(word, word))
        if kind == "unit":
            return self.units[word]
        return word


class _Meaning(dict[str, str]):
    """What stands for the names in an English phrase."""

    def __init__(self, found: Mapping[str, str], words: TimeWords) -> None:
        super().__init__({name: words.meaning(name, word) if word else "" for name, word in found.items()})

    def __missing__(self, name: str) -> str:
        return ""


def _filled(form: str, parts: Mapping[str, str]) -> str:
    """Put the parts of patterns in the places of their names; other braces stay."""
    return re.sub(r"\{([a-z]+2?)\}", lambda match: parts[match[1]], form)


def _named(word: str, names: Sequence[str], english: Sequence[str]) -> str:
    return next(
        (meaning for forms, meaning in zip(names, english, strict=True) if re.fullmatch(forms, word)), ""
    )
