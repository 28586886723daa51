"""Finds the words of a text that name a time, also where one such expression contains another. Pure; English.

"The end of …", "three days after …" and "… to …" are built from the plain expressions of
`index.languages.english.stretches`. At each place the longest expression counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from index.languages.english import dates
from index.languages.english.dates import ONE_DAY, REPORTED_DAYS, Stretch
from index.languages.english.stretches import BEGINNINGS, COUNT, LED, PLAIN, TO, UNIT, UNITS, Rule, Seen


@dataclass(frozen=True, slots=True)
class Expression:
    """Words that name a time, from `begin` to `end` in a text. `stretch` None means that there is no such
    time, or that it cannot be told which one is meant. With `led`, they name one only behind a preposition.
    """

    begin: int
    end: int
    stretch: Stretch | None
    led: bool = False


def _part(match: re.Match[str], whole: Stretch, seen: Seen) -> Stretch | None:
    """Resolve "early May", "the end of last week": the first, second or last third, in whole days.

    The part of a day is that day. One that is not over may be meant as to come, as in a question about the
    future.
    """
    if whole.is_day or whole.end is None:
        return whole
    days = (whole.end - whole.start).days
    third = _THIRDS[match["part"].lower()]
    start = whole.start + timedelta(days=days * third // 3)
    end = whole.start + timedelta(days=-(-days * (third + 1) // 3))
    recurs = whole.recurs or (dates.A_YEAR if end > seen.now else None)
    return replace(whole, start=start, end=end, told=REPORTED_DAYS - 1, limits=True, recurs=recurs)


_THIRDS = {"early": 0, "beginning": 0, "start": 0, "mid": 1, "middle": 1, "late": 2, "end": 2}


def _shift(match: re.Match[str], anchor: Stretch, _: Seen) -> Stretch | None:
    """Resolve "three days after Easter", "the week before Christmas", "a month after the 3rd of May"."""
    unit, counted = match["unit"].lower(), (match["count"] or "").lower()
    later = match["side"].lower() in ("after", "following")
    distance = dates.length(dates.count(match["count"]), unit)
    if not counted or counted == "one":
        if later:
            edge = anchor.end or anchor.start + ONE_DAY
            return Stretch(edge, edge + distance, REPORTED_DAYS - 1 if unit == "day" else 0)
        return Stretch(anchor.start - distance, anchor.start, REPORTED_DAYS - 1 if unit == "day" else 0)
    margin = timedelta(days=dates.DAYS[unit] // 2)
    day = anchor.start + distance if later else anchor.start - distance
    return Stretch(day - margin, day + margin + ONE_DAY, REPORTED_DAYS - 1)


Combine = Callable[[re.Match[str], Stretch, Seen], Stretch | None]

_AROUND: tuple[tuple[re.Pattern[str], Combine], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), combine)
    for pattern, combine in (
        (r"(?:the )?(?P<part>early|late|mid)(?: in | |-)(?:the )?", _part),
        (r"(?:the )?(?:very )?(?P<part>beginning|start|middle|end) of (?:the )?", _part),
        (rf"(?:{COUNT}|an?|the) {UNIT}s? (?P<side>before|after|following) (?:the )?", _shift),
    )
)
_UNTIL = re.compile(TO, re.IGNORECASE)
_DASHES = ("–", "-")
_FROM = re.compile(r"\b(?:between|from) (?:the )?$", re.IGNORECASE)
# How often an expression may contain another: "three days after the end of March".
_DEPTH = 2


def expressions(text: str, seen: Seen) -> Iterator[Expression]:
    """Yield what a text says of times, from left to right, without overlaps."""
    behind = 0
    for place in BEGINNINGS.finditer(text):
        if place.start() >= behind and (found := _at(text, place.start(), seen, _DEPTH)):
            behind = found.end
            yield found


def _at(text: str, begin: int, seen: Seen, depth: int) -> Expression | None:
    """Return the longest expression that begins at a place, together with one that it leads to ("… to …")."""
    first = _longest(text, begin, seen, depth)
    if first is None or first.stretch is None or depth < _DEPTH:
        return first
    joined = _UNTIL.match(text, first.end)
    last = _longest(text, joined.end(), seen, 0) if joined else None
    if joined is None or last is None or last.stretch is None:
        return first
    if joined[0].strip() not in _DASHES and not _FROM.search(text[max(0, begin - 12) : begin]):
        return first
    start, end = first.stretch.start, last.stretch.end
    if end is not None and end <= start:
        end = None  # "from Friday to Tuesday", said on a Monday
    limits = first.stretch.limits and last.stretch.limits
    both = Stretch(start, end, limits=limits, recurs=first.stretch.recurs)
    return Expression(begin, last.end, both, first.led)


def _longest(text: str, begin: int, seen: Seen, depth: int) -> Expression | None:
    best: Expression | None = None
    for rows, led in ((PLAIN, False), (LED, True)):
        for pattern, rule in rows:
            match = pattern.match(text, begin)
            if match and (best is None or match.end() > best.end):
                best = Expression(begin, match.end(), _resolved(rule, match, seen), led)
    for pattern, combine in _AROUND if depth else ():
        match = pattern.match(text, begin)
        inner = _inside(text, match.end(), seen, depth - 1) if match else None
        if match and inner and (best is None or inner.end > best.end):
            best = Expression(begin, inner.end, inner.stretch and combine(match, inner.stretch, seen))
    return best


def _inside(text: str, begin: int, seen: Seen, depth: int) -> Expression | None:
    found = _longest(text, begin, seen, depth)
    for pattern, rule in UNITS:
        match = pattern.match(text, begin)
        if match and (found is None or found.end <= match.end()):
            return Expression(begin, match.end(), _resolved(rule, match, seen))
    return found


def _resolved(rule: Rule, match: re.Match[str], seen: Seen) -> Stretch | None:
    """Return what a rule makes of its match, None also where that is before the year 1 or after 9999."""
    try:
        return rule(match, seen)
    except (ValueError, OverflowError):
        return None
