"""Finds the period that a question names, seen from the moment of asking. Pure; English.

"Last week" and "in June 2025" become a first and a last moment, and quotes have to be from between them.
"Today" and "this week" reach back from the moment of asking. Days, weeks and months are those of the reader's
time zone. A year ("the 2024 election", "last year") limits nothing, because it says when something happened,
and an article about it may have been written long after. It only changes which articles count as current (see
`index.answers.recency`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from index.languages.english import dates
from index.languages.english.dates import Resolved, Rule

# With re.IGNORECASE these letters match s and i, but their lower case is neither, so that a rule which looks
# the word up would not know it.
_LOOKALIKES = str.maketrans("ſıİ", "siI")

_MONTH = rf"(?P<month>{'|'.join(sorted(dates.MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATE = (
    rf"(?:(?:the )?{_DAY}(?: of)? {_MONTH}|{_MONTH.replace('month', 'month2')} {_DAY.replace('day', 'day2')})"
)


_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(dates.COUNTS, key=len, reverse=True))})"
_UNIT = r"(?P<unit>day|week|fortnight|month|year)"
_MONTH_1, _MONTH_2 = (_MONTH.replace("month", f"month{i}") for i in (1, 2))
_DAY_1, _DAY_2 = (_DAY.replace("day", f"day{i}") for i in (1, 2))
_FROM, _TO = r"\b(?:between|from) (?:the )?", r" ?(?:and|to|until|till|through|–|-) ?(?:the )?"
_ISO = r"(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)"
_NTH = r"(?P<number>first|second|third|fourth|1st|2nd|3rd|4th)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(dates.WEEKDAYS)})"
_OPT_YEAR = rf"(?:,? {_YEAR})?"


@dataclass(frozen=True, slots=True)
class Period:
    """The time that a question is about: in UTC, both ends included, None for an open end.

    `phrase` are the question's words for it. `limits` is False where they only hint at a time: then quotes
    may be from any time.
    """

    since: datetime | None
    until: datetime | None
    phrase: str
    limits: bool = True


def period(question: str, as_of: datetime, zone: tzinfo = UTC) -> Period | None:
    """Return the period that a question names, None when it names none or one in the future.

    `as_of` is the moment of asking. `zone` is the reader's time zone, in which days begin and end. The first
    rule that resolves something decides.
    """
    folded = question.translate(_LOOKALIKES)
    try:
        now = as_of.astimezone(zone)
        for pattern, resolve in _RULES:
            match = pattern.search(folded)
            resolved = resolve(match, now) if match else None
            if match and resolved:
                phrase = question[match.start() : match.end()].strip()
                return _in_utc(resolved, now, phrase)
    except (ValueError, OverflowError):  # before the year 1 or after 9999
        return None
    return None


def _in_utc(resolved: Resolved, now: datetime, phrase: str) -> Period | None:
    since, until, limits = resolved
    if (since and since > now) or (since and until and since > until):
        return None
    # Where clocks are set back at midnight, the last moment of a day comes twice. `fold=1` means the second
    # one.
    return Period(
        since.astimezone(UTC) if since else None,
        until.replace(fold=1).astimezone(UTC) if until else None,
        phrase,
        limits,
    )


# The first rule that resolves something decides. Exact expressions come before vague ones, recent times
# before distant ones.
_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), resolve)
    for pattern, resolve in (
        (rf"{_FROM}{_DAY_1}{_TO}{_DAY_2}(?: of)? {_MONTH_2}{_OPT_YEAR}\b", dates.between_days),
        (
            rf"{_FROM}{_DAY_1}(?: of)? {_MONTH_1}{_TO}{_DAY_2}(?: of)? {_MONTH_2}{_OPT_YEAR}\b",
            dates.between_days,
        ),
        (rf"{_FROM}{_MONTH_1} {_DAY_1}{_TO}{_MONTH_2} {_DAY_2}{_OPT_YEAR}\b", dates.between_days),
        (rf"{_FROM}{_MONTH_2} {_DAY_1}{_TO}{_DAY_2}{_OPT_YEAR}\b", dates.between_days),
        (rf"{_FROM}{_ISO}{_TO}(?P<last>\d{{4}}-\d\d-\d\d)\b", dates.between_iso),
        (rf"{_FROM}{_MONTH_1}{_TO}{_MONTH_2}(?: {_YEAR})?\b(?! \d)", dates.between_months),
        (rf"\b(?:since|after) {_ISO}\b", dates.since_iso),
        (rf"\b(?:on )?{_ISO}\b", dates.on_iso),
        (r"\bsince yesterday\b", dates.from_then_on(dates.days_ago(1, 1))),
        (r"\bsince (?:today|this morning)\b", dates.days_ago(0, 0)),
        (r"\bsince last (?P<unit>weekend|week|month|year)\b", dates.from_then_on(dates.last_unit)),
        (rf"\bsince (?:last |this )?{_WEEKDAY}\b", dates.from_then_on(dates.weekday)),
        (rf"\bsince {_COUNT} {_UNIT}s? ago\b", dates.from_then_on(dates.ago)),
        (r"\b(?:last|past) (?P<count>\d{1,3}) hours\b", dates.hours),
        (rf"\b(?:in |during )?the week (?:of|beginning|starting) {_DATE}{_OPT_YEAR}\b", dates.week_of),
        (r"\bday before yesterday\b", dates.days_ago(2, 2)),
        (r"\bovernight\b", dates.days_ago(1, 0)),
        (r"\byesterday\b|\blast night\b", dates.days_ago(1, 1)),
        (r"(?<!USA )\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b", dates.days_ago(0, 0)),
        # Eight days, one more than a week: many articles have only a day as their date, in another time zone.
        (r"\bthis week\b", dates.days_ago(8, 0)),
        (r"\bthis month\b", dates.days_ago(31, 0)),
        (r"\b(?:this|over the|at the) weekend\b(?! of)", dates.this_weekend),
        (r"\b(?:this|the) past (?P<unit>weekend)\b", dates.last_unit),
        (r"\b(?P<which>this|last) quarter\b", dates.this_or_last_quarter),
        (
            rf"\b(?:in )?the {_NTH} (?P<part>half|quarter)(?: of)? (?:{_YEAR}|the year|this year)\b",
            dates.part_of_year,
        ),
        (rf"\b(?:in )?Q(?P<number>[1-4])(?:,? (?:of )?{_YEAR})?\b", dates.part_of_year),
        (rf"\b(?:since|after)\b(?: [\w'’]+){{0,5}}? {_DATE}{_OPT_YEAR}\b", dates.since_date),
        (rf"\b(?:since|after) {_MONTH},? {_YEAR}\b", dates.since_date),
        (rf"\bsince {_MONTH}(?! \d)\b", dates.since_date),
        (rf"\b(?:until|before)\b(?: [\w'’]+){{0,5}}? {_DATE}{_OPT_YEAR}\b", dates.before_date),
        (rf"\bby {_DATE}{_OPT_YEAR}\b", dates.by_date),
        (rf"\b(?:on )?{_DATE},? {_YEAR}\b", dates.on_date),
        (rf"\bon {_DATE}\b(?!\.?,? {_YEAR})", dates.on_date),
        (rf"\b(?:in |during )?{_MONTH},? {_YEAR}\b", dates.in_month),
        (rf"\b(?:in|during) {_MONTH}(?! \d)\b", dates.in_month),
        (rf"\b(?:since|after) {_YEAR}\b", dates.since_year),
        (rf"\b(?:in|over|during|within)? ?(?:the )?(?:last|past) {_COUNT} {_UNIT}s?\b", dates.past_days),
        (rf"\b(?:{_COUNT}|an?) {_UNIT}s? ago\b", dates.ago),
        (rf"\b(?:in|over|during|within) the (?:last|past) (?P<count>){_UNIT}\b", dates.past_days),
        (r"\blast (?P<unit>weekend|week|month|year)\b", dates.last_unit),
        (rf"\b(?:on|last|this) {_WEEKDAY}\b", dates.weekday),
        (rf"{_FROM}{_YEAR}{_TO}(?P<year2>(?:19|20)\d\d)\b", dates.between_years),
        (r"\b(?:earlier |so far )?this year\b", dates.this_year),
        (rf"\b(?:in )?{_YEAR}\b", dates.in_year),
        (r"\blatest\b|\bnewest\b|\bmost recent\b|\brecently\b|\bthese days\b|\bright now\b", dates.lately),
    )
)
