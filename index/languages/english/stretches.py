"""Reads words that name a time, such as "last week" or "the end of April 2024", as a `Stretch`. Pure;
English.

Each row of the tables is a pattern, and a rule that turns its match into a stretch. Expressions that contain
others are in `index.languages.english.expressions`, prepositions in `index.languages.english.periods`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from index.languages.english import dates
from index.languages.english.dates import ONE_DAY, REPORTED_DAYS, Stretch, start_of_day
from index.languages.english.named_days import NAMES, named_days, plain
from index.types.options import DateOrder


@dataclass(frozen=True, slots=True)
class Seen:
    """From where a time is seen: the moment of asking, in the time zone of the days, and the order of day and
    month in dates such as 3/4/2025. Without an order, a date that can be read in two ways is not understood.
    """

    now: datetime
    order: DateOrder | None = None


Rule = Callable[[re.Match[str], Seen], Stretch | None]


# -- what the words are made of ------------------------------------------------------------------------------


def _one_of(words: object) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))  # type: ignore[call-overload]


_MONTH = rf"(?P<month>{_one_of(dates.MONTHS)})\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_DAY = r"(?P<day>[0-3]?\d)(?!\d)(?:st|nd|rd|th)?"
_WEEKDAY = rf"(?P<weekday>{_one_of(dates.WEEKDAYS)})"
_ITS_WEEKDAY = r"(?:(?:mon|tues?|wed|thurs?|thu|fri|sat|sun)(?:day|nesday|rsday|urday)?\.?,? (?:the )?)?"
_OF_YEAR = rf"(?:,? (?:of )?(?:(?:the year )?{_YEAR}|(?P<whose>this|last|the|the current) year))?"
COUNT = rf"(?P<count>\d{{1,3}}|{_one_of(dates.COUNTS)})"
UNIT = r"(?P<unit>day|week|fortnight|month|year)"
_SPELLED = [word for word in dates.ORDINALS if not word.isdigit()]
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"
_SEASON_ALONE = r"(?P<season>spring|summer|autumn|winter)"
_HOLIDAY = _one_of(NAMES).replace("'", "['’]").replace(r"st\ ", r"(?:saint|st\.?)\ ")
_HOLIDAY = rf"(?P<holiday>{_HOLIDAY})"
_PART_OF_DAY = r"(?: (?:morning|afternoon|evening|night))?"
TO = r"(?: ?[–-] ?| (?:and|to|until|till|through) )(?:the )?"
# A name such as "Thanksgiving", "summer" or "May" is a time only where nothing is said of it: "since the
# summer holidays", "after May resigned" name none.
_ALONE = (
    r"(?=\W*$|\W*[?,.;:!)]|['’]s\b|"
    r" (?:about|after|against|and|at|before|between|but|by|did|for|from|had|has|have|in|is|of|on|or|over|than"
    r"|that|the|to|until|was|were|when|which|who|what|with|–|-)\b| [–-])"
)


def _named_year(match: re.Match[str], seen: Seen) -> int | None:
    """Return the year that a match names, as a number or as "last year"."""
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"])
    whose = (groups.get("whose") or "").lower()
    return seen.now.year - (whose == "last") if whose else None


def _which(match: re.Match[str]) -> str:
    """Return "last", "this" or "next" before a name, "" where there is none."""
    return (match.groupdict().get("which") or "").lower()


# -- plain expressions ---------------------------------------------------------------------------------------


def _days_ago(first: int, last: int | None) -> Rule:
    """Return the rule for the days from `first` to `last` days ago; without `last`, until now."""

    def resolve(_: re.Match[str], seen: Seen) -> Stretch:
        today = start_of_day(seen.now)
        end = None if last is None else today - timedelta(days=last - 1)
        return Stretch(today - timedelta(days=first), end)

    return resolve


def _to_come(_: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "tomorrow", "next week": when exactly does not matter, since nothing is reported of it yet."""
    return Stretch(start_of_day(seen.now) + ONE_DAY, None)


def _weekday(match: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "Monday", "last Monday", "Monday of last week".

    Said on a Monday, "Monday" means today and "last Monday" a week ago.
    """
    number = dates.WEEKDAYS[match["weekday"].lower()]
    which, week = _which(match), (match["week"] or "").lower()
    if week:
        monday = dates.week_of(seen.now).start - timedelta(days=7 * (week == "last"))
        return dates.one_day(monday + timedelta(days=number))
    if which == "next":
        return _to_come(match, seen)
    start = dates.weekday_before(seen.now, number, today=which in ("", "this"))
    return dates.one_day(start, recurs=dates.A_WEEK if which in ("", "this") else None)


def _date(match: re.Match[str], seen: Seen) -> Stretch | None:
    month = dates.MONTHS[match["month"].lower()]
    return dates.named_day(month, int(match["day"]), _named_year(match, seen), seen.now)


def _iso_date(match: re.Match[str], seen: Seen) -> Stretch | None:
    return dates.named_day(int(match["month"]), int(match["day"]), int(match["year"]), seen.now)


def _dotted(match: re.Match[str], seen: Seen) -> Stretch | None:
    """Resolve 3.4.2025: with points the day comes first, wherever dates are written so."""
    return dates.named_day(int(match["second"]), int(match["first"]), int(match["year"]), seen.now)


def _slashed(match: re.Match[str], seen: Seen) -> Stretch | None:
    """Resolve 3/4/2025 in the order that is set; without one, only where just one order gives a day."""
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    if year < 100:
        year += 2000
    day_first = dates.named_day(second, first, year, seen.now)
    month_first = dates.named_day(first, second, year, seen.now)
    if seen.order:
        return day_first if seen.order == "day-month" else month_first
    return day_first or month_first if not (day_first and month_first) or first == second else None


def _month(match: re.Match[str], seen: Seen) -> Stretch:
    month, which = dates.MONTHS[match["month"].lower()], _which(match)
    if which == "next":
        return _to_come(match, seen)
    found = dates.named_month(month, _named_year(match, seen), seen.now)
    if which == "last" and month == seen.now.month:  # said in May, "last May" was a year ago
        return dates.named_month(month, seen.now.year - 1, seen.now)
    return found


def _part_of_year(match: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "the first half of 2024", "Q3 2025"; without a year, the most recent one that has begun."""
    number = dates.ORDINALS[match["nth"].lower()]
    length = 6 if (match.groupdict().get("part") or "").lower() == "half" else 3
    first = (number - 1) * length + 1
    year = _named_year(match, seen)
    if first > 12:
        raise ValueError("a year has two halves")
    return dates.months(
        seen.now.year - (first > seen.now.month) if year is None else year, first, length, seen.now
    )


def _quarter(match: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "this quarter", which goes on, and "last quarter"."""
    now = seen.now
    first = (now.month - 1) // 3 * 3 + 1
    if match["which"].lower() in ("this", "the current"):
        return Stretch(datetime(now.year, first, 1, tzinfo=now.tzinfo), None)
    year, first = (now.year - 1, 10) if first == 1 else (now.year, first - 3)
    return dates.months(year, first, 3, now)


def _season(match: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "this winter", "summer 2024": three whole months, of the northern hemisphere.

    Winter is of the year in which it begins.
    """
    name, now = match["season"].lower(), seen.now
    which = _which(match)
    if which == "next":
        return _to_come(match, seen)
    year, first = _named_year(match, seen), _SEASONS[name]
    if year is not None:
        return dates.months(year, first, 3, now)
    season = dates.months(now.year, first, 3, now)
    # In January this winter is the one that began in December, in November the one to come.
    if season.start > now and (which != "this" or (first == 12 and now.month < 9)):
        season = dates.months(now.year - 1, first, 3, now)
    if which == "last" and season.end and season.end > now:
        season = dates.months(season.start.year - 1, first, 3, now)
    return season


def _year(match: re.Match[str], seen: Seen) -> Stretch:
    return dates.whole_year(int(match["year"]), seen.now)


def _decade(match: re.Match[str], seen: Seen) -> Stretch:
    return replace(dates.months(int(match["decade"]), 1, 120, seen.now), limits=False)


def _this_year(_: re.Match[str], seen: Seen) -> Stretch:
    return Stretch(datetime(seen.now.year, 1, 1, tzinfo=seen.now.tzinfo), None, limits=False)


def _holiday(match: re.Match[str], seen: Seen) -> Stretch | None:
    """Resolve "Easter 2010", "last Christmas", "Halloween"; without a year, the last one that has begun."""
    name, named = plain(match["holiday"]), _named_year(match, seen)
    if _which(match) == "next":
        return _to_come(match, seen)
    for year in range(seen.now.year, seen.now.year - 2, -1) if named is None else (named,):
        for days in reversed(named_days(name, year)):
            start, end = (datetime.combine(day, time(), seen.now.tzinfo) for day in days)
            if start <= seen.now or named is not None:
                return Stretch(start, end, REPORTED_DAYS - 1, recurs=dates.A_YEAR if named is None else None)
    return None


def _holiday_weekend(match: re.Match[str], seen: Seen) -> Stretch | None:
    """Resolve "Easter weekend": the days off around a holiday, which are not the same everywhere."""
    found = _holiday(match, seen)
    if found is None or found.end is None:
        return found
    return replace(found, start=found.start - timedelta(days=3), end=found.end + timedelta(days=3))


def _rolling(match: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "the last three days", "the past 2 weeks": until now."""
    count, unit = dates.count(match.groupdict().get("count")), match["unit"].lower()
    # A single year is a hint as any year is. Nothing that is older can report on the last two or more.
    return Stretch(
        start_of_day(seen.now) - dates.length(count, unit), None, limits=unit != "year" or count > 1
    )


def _hours(match: re.Match[str], seen: Seen) -> Stretch:
    return Stretch(seen.now - timedelta(hours=dates.count(match["count"])), None)


def _ago(match: re.Match[str], seen: Seen) -> Stretch:
    return dates.ago(dates.count(match["count"]), match["unit"].lower(), seen.now)


def _calendar_unit(match: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "last week", "the week before last", "last month", "last year": the calendar's units."""
    return dates.last_unit(match["unit"].lower(), seen.now, 2 if match.groupdict().get("again") else 1)


def _this_weekend(_: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "this weekend": said from Monday to Wednesday the last one, later the current or the next one.

    A weekend that is not over is only a hint, because much of the news about it was published before it.
    """
    now = seen.now
    saturday = start_of_day(now) + timedelta(days=5 - now.weekday() - 7 * (now.weekday() < 3))
    return replace(dates.weekend(saturday), limits=now >= saturday + timedelta(days=2))


def _all_week(_: re.Match[str], seen: Seen) -> Stretch:
    # From Sunday on, because many articles have only a day as their date, in another time zone.
    return Stretch(dates.week_of(seen.now).start - ONE_DAY, None)


def _week_of(match: re.Match[str], seen: Seen) -> Stretch | None:
    day = _date(match, seen)
    return day and dates.week_of(day.start)


def _nth_of_month(match: re.Match[str], seen: Seen) -> Stretch | None:
    """Resolve "the third Tuesday of September 2014", "the last day of October"."""
    groups = match.groupdict()
    now = seen.now
    if groups.get("month"):
        month = dates.named_month(dates.MONTHS[groups["month"].lower()], _named_year(match, seen), now)
    else:
        last = now.year * 12 + now.month - 1 - (groups["its"].lower() == "last")
        month = dates.months(last // 12, last % 12 + 1, 1, now)
    assert month.end is not None
    name = groups["what"].lower()
    weekday = None if name == "day" else 5 if name == "weekend" else dates.WEEKDAYS[name]
    days = [month.start + timedelta(days=back) for back in range(31)]
    fits = [day for day in days if day < month.end and weekday in (None, day.weekday())]
    place = -1 if groups["nth"].lower() == "last" else dates.ORDINALS[groups["nth"].lower()] - 1
    found = fits[place]
    return dates.weekend(found) if name == "weekend" else dates.one_day(found, recurs=month.recurs)


def _between_days(match: re.Match[str], seen: Seen) -> Stretch | None:
    """Resolve "3 and 9 May", "May 3 to June 9, 2025": both days included.

    Without a year, it is the last one of which the first day has begun.
    """
    groups, now = match.groupdict(), seen.now
    last_month = dates.MONTHS[(groups.get("month2") or groups["month1"]).lower()]
    first_month = dates.MONTHS[(groups.get("month1") or groups["month2"]).lower()]
    year = _named_year(match, seen)
    for last_year in range(now.year + 1, now.year - 9, -1) if year is None else (year,):
        first_year = last_year - (first_month > last_month)
        first = dates.calendar_day(first_year, first_month, int(groups["day1"]), now.tzinfo)
        last = dates.calendar_day(last_year, last_month, int(groups["day2"]), now.tzinfo)
        if first and last and first <= last and (year or first <= now):
            return Stretch(first, last + ONE_DAY)
    return None


def _between_months(match: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "November to March 2025": both months included; the year is that of the second one."""
    first, last = dates.MONTHS[match["month1"].lower()], dates.MONTHS[match["month2"].lower()]
    named, now = _named_year(match, seen), seen.now
    year = named if named is not None else now.year - (last > now.month and first > now.month)
    end = dates.next_month(datetime(year, last, 1, tzinfo=now.tzinfo))
    return Stretch(datetime(year - (first > last), first, 1, tzinfo=now.tzinfo), end)


def _bare_unit(match: re.Match[str], seen: Seen) -> Stretch:
    """Resolve "the month" in "the end of the month": the current one."""
    now = seen.now
    match match["unit"].lower():
        case "week":
            return dates.week_of(now)
        case "month":
            return dates.named_month(now.month, now.year, now)
        case _:
            return replace(dates.whole_year(now.year, now), limits=True)


def _numbered(pattern: str, number: int) -> str:
    """Return a pattern with its groups numbered, so that it can be used twice in another one."""
    return re.sub(r"\(\?P<(\w+)>", rf"(?P<\g<1>{number}>", pattern)


_DAY1, _DAY2, _MONTH1, _MONTH2 = (_numbered(part, n) for part in (_DAY, _MONTH) for n in (1, 2))
_ISO = r"(?P<year>(?:19|20)\d\d)([-/])(?P<month>[01]?\d)\2(?P<day>[0-3]?\d)(?![\d/-])"

_Rows = tuple[tuple[re.Pattern[str], Rule], ...]


def _rows(*rows: tuple[str, Rule]) -> _Rows:
    return tuple((re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE), rule) for pattern, rule in rows)


_DAY_MONTH = rf"{_ITS_WEEKDAY}(?:the )?{_DAY}(?: of)? {_MONTH}{_OF_YEAR}"
_MONTH_DAY = rf"{_ITS_WEEKDAY}{_MONTH} (?:the )?{_DAY}{_OF_YEAR}"
_WEEK_OF = r"the week (?:of|beginning|starting|from)"
_SLASHED = r"(?P<first>[0-3]?\d)(?P<mark>[/-])(?P<second>[0-3]?\d)(?P=mark)(?P<year>(?:19|20)\d\d|\d\d)(?!\d)"
_ITS_YEAR = rf"(?:{_YEAR}|(?P<whose>this|last|the|the current) year)"
_WHICH = r"(?P<which>this past|past|last|this|next)"
_SOON = r"(?:the )?(?:next|coming|following|upcoming) (?:few |couple of )?(?:\w+ )?"

PLAIN = _rows(
    # Days that are named from today. A night is reported in the morning after it.
    (r"(?:the )?day before yesterday", _days_ago(2, 2)),
    (rf"yesterday{_PART_OF_DAY}", _days_ago(1, 1)),
    (r"last night|overnight", _days_ago(1, None)),
    (r"(?:earlier )?today|tonight|this (?:very )?(?:morning|afternoon|evening)", _days_ago(0, None)),
    (rf"(?:{COUNT}|an?) hours? ago", _days_ago(0, None)),
    (rf"tomorrow|{_SOON}(?:days?|weeks?|weekend|months?|quarter|years?)", _to_come),
    (r"later (?:today|this (?:week|month|year))", _to_come),
    (rf"(?:{_WHICH} )?{_WEEKDAY}{_PART_OF_DAY}(?: (?:of )?(?P<week>last|this) week)?", _weekday),
    # Dates.
    (_DAY_MONTH, _date),
    (_MONTH_DAY, _date),
    (_ISO, _iso_date),
    (r"(?P<first>[0-3]?\d)\.(?P<second>[01]?\d)\.(?P<year>(?:19|20)\d\d)(?!\d)", _dotted),
    (_SLASHED, _slashed),
    (
        rf"(?:the )?(?P<nth>{_one_of(_SPELLED)}|last) (?P<what>day|weekend|{_one_of(dates.WEEKDAYS)}) "
        rf"(?:of|in) (?:{_MONTH}{_OF_YEAR}|(?P<its>the|this|last) month)",
        _nth_of_month,
    ),
    # Months and parts of the year.
    (rf"{_MONTH},? {_YEAR}", _month),
    (rf"{_MONTH} (?:of )?(?P<whose>this|last) year", _month),
    (rf"{_WHICH} {_MONTH}", _month),
    (rf"(?:the )?(?P<nth>{_one_of(_SPELLED)}) (?P<part>half|quarter)(?: of|,)? {_ITS_YEAR}", _part_of_year),
    (rf"Q(?P<nth>[1-4])(?:,? (?:of )?{_ITS_YEAR})?", _part_of_year),
    (r"(?P<year>(?:19|20)\d\d)[ -]?Q(?P<nth>[1-4])", _part_of_year),
    (r"(?P<which>this|the current|last|the last|the past|the previous) quarter", _quarter),
    (rf"{_WHICH} {_SEASON}", _season),
    (rf"(?:the )?{_SEASON} (?:of )?{_ITS_YEAR}", _season),
    (_YEAR, _year),
    (r"the (?P<decade>(?:19|20)\d0)s", _decade),
    (r"(?:the )?current year|(?:earlier |so far )?this year", _this_year),
    (rf"{_HOLIDAY}(?:,? (?:of )?{_YEAR}| (?:of )?(?P<whose>this|last) year)", _holiday),
    (rf"{_WHICH} {_HOLIDAY}", _holiday),
    (rf"{_HOLIDAY}(?: {_YEAR})? weekend", _holiday_weekend),
    # Times that end now, and the calendar's.
    (rf"(?:the |this |these )?(?:last|past|previous) {COUNT} {UNIT}s?", _rolling),
    (rf"(?:the (?:last|past)|(?:this )?past) {UNIT}(?! of)", _rolling),
    (rf"(?:the )?(?:last|past) {COUNT} hours?", _hours),
    (rf"(?:{COUNT}|an?) {UNIT}s? ago", _ago),
    (r"last (?P<unit>weekend|week|month|year)", _calendar_unit),
    (r"(?:this|the) past (?P<unit>weekend)", _calendar_unit),
    (r"(?:the )?(?P<unit>weekend|week|month|year) (?P<again>before last)", _calendar_unit),
    # Eight days, one more than a week: many articles have only a day as their date, in another time zone.
    (r"(?:earlier |so far )?(?:this|the current) week", _days_ago(8, None)),
    (r"(?:earlier |so far )?(?:this|the current) month", _days_ago(31, None)),
    (r"all (?:this )?week(?: long)?", _all_week),
    (rf"{_WEEK_OF} {_DAY_MONTH}", _week_of),
    (rf"{_WEEK_OF} {_MONTH_DAY}", _week_of),
    (r"this weekend|the weekend(?! (?:of|before|after))", _this_weekend),
    # Both ends.
    (rf"{_DAY1}{TO}{_DAY2}(?: of)? {_MONTH2}{_OF_YEAR}", _between_days),
    (rf"{_DAY1}(?: of)? {_MONTH1}{TO}{_DAY2}(?: of)? {_MONTH2}{_OF_YEAR}", _between_days),
    (rf"{_MONTH1} {_DAY1}{TO}(?:{_MONTH2} )?{_DAY2}{_OF_YEAR}", _between_days),
)
# These name a time only behind a preposition: "in May", "since summer", "before Thanksgiving".
LED = _rows(
    (rf"{_MONTH}{_ALONE}", _month),
    (rf"(?:the )?{_SEASON_ALONE}{_ALONE}", _season),
    (rf"{_HOLIDAY}{_ALONE}", _holiday),
    (rf"{_MONTH1}{TO}{_MONTH2}(?!\.? \d{{1,2}}(?!\d)){_OF_YEAR}", _between_months),
)
# What "the end of the …" can be about beside all others.
UNITS = _rows((r"(?:this |the current )?(?P<unit>week|month|year)", _bare_unit))

# The words with which expressions begin.
BEGINNINGS = re.compile(
    r"(?<![\w’'-])(?=\d|Q[1-4]|(?:an?|the|this|these|all|early|earlier|late|later|mid|so|middle|beginning|start|end"
    r"|rest|last|past|previous|next|coming|following|upcoming|yesterday|today|tonight|tomorrow|overnight|day|week"
    r"|weekend|month|year|current|spring|summer|autumn|fall|winter|few|couple|mon|tues?|wed|thurs?|thu|fri|sat|sun"
    rf"|saint|{_one_of(dates.MONTHS)}|{_one_of(dates.WEEKDAYS)}|{_one_of(dates.COUNTS)}|{_one_of(dates.ORDINALS)}"
    rf"|{_one_of({re.split('[ ’-]|' + chr(39), name)[0] for name in NAMES})})\b)",
    re.IGNORECASE,
)
