"""One text that says a time, read by a grammar.

Every word has to be understood, or the text is refused: a guessed time is worse than none. dateparser and
dateutil were tried on 44 such texts (RFC 822 and its variants, eleven languages, epochs, abbreviations of
zones). dateparser read 36 right and six of the rest wrong without a word: it takes IST for Israel and
"04/05/2024" for April. It needs 80 ms a text. dateutil read 18 right and 11 wrong: it takes every zone that
it does not know for UTC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from index.sources.times.words import (
    AMBIGUOUS,
    HALF_DAYS,
    OFFSETS,
    REGIONS,
    day_comes_first,
    is_filler,
    is_weekday,
    months,
)

MAX_CHARS = 100
# Dates that are looked at within one text, and how much of the text.
MAX_FOUND = 5
MAX_SEARCHED = 1000

_HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
# Japanese years: the first of an era is 元年, and those of each begin behind this one.
_ERA_YEAR = re.compile(r"(?P<era>令和|平成)\s?(?P<year>元|[0-9]{1,2})\s?(?=年)")
_BEFORE_ERA = {"令和": 2018, "平成": 1988}
_HALF = "|".join(re.escape(name) for name in sorted(HALF_DAYS, key=len, reverse=True))
_NO_LETTER = r"(?![^\W\d_])"
_YEAR = "(?:19|20|21)[0-9]{2}"
_EPOCH = re.compile(r"-?(?:[0-9]{9,11}|[0-9]{13}|[0-9]{16}|[0-9]{19})(?:\.[0-9]{1,9})?")
_ISO_DAY = re.compile(r"[0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|W[0-9]{2}(?:-?[1-7])?)")
_YEAR_FIRST = re.compile(
    rf"(?<![0-9])({_YEAR})(?:[-/.]|\s?[年년])\s?([0-9]{{1,2}})(?:[-/.]|\s?[月월])\s?([0-9]{{1,2}})(?![0-9])[日일.]?T?"
)
_COMPACT = re.compile(rf"({_YEAR})([0-9]{{2}})([0-9]{{2}})T?([0-9]{{2}})([0-9]{{2}})([0-9]{{2}})?(?![0-9])")
_YEAR_LAST = re.compile(
    rf"(?<![0-9:])([0-9]{{1,2}})([-/.])\s?([0-9]{{1,2}})\2\s?({_YEAR}|[0-9]{{2}})(?![0-9:])\.?"
)
_CLOCK = re.compile(
    rf"(?:(?P<before>{_HALF})\s?)?"
    r"(?<![0-9])(?P<hour>[0-9]{1,2})(?:\s?[:hH時时點点시]\s?|\.)(?P<minute>[0-9]{2})(?![0-9])"
    r"(?:\s?(?:[:.]|[分분])\s?(?P<second>[0-9]{2})(?![0-9])(?:[.,][0-9]{1,9})?)?[分분秒초]?"
    rf"(?:\s?(?P<after>{_HALF}){_NO_LETTER})?",
    re.IGNORECASE,
)
_HOUR_ALONE = re.compile(
    rf"(?<![0-9])(?P<hour>[0-9]{{1,2}})\s?(?:(?P<after>{_HALF})|h|uhr|[時时시]){_NO_LETTER}", re.IGNORECASE
)
_CLOCK_WORD = re.compile(r"\s?(?:uhr|hrs|h)\b\.?", re.IGNORECASE)
_ZONE = re.compile(
    r"\s?,?\s?(?:(?:gmt|utc|ut|z)?\s?(?P<sign>[+-])(?P<hours>[0-9]{1,2}):?(?P<minutes>[0-9]{2})?(?![0-9]|[-/.][0-9])"
    r"|(?P<region>[A-Za-z]{2,20}/[A-Za-z_]{2,30}(?:/[A-Za-z_]{2,30})?)"
    rf"|(?P<name>[A-Za-z]{{1,5}}){_NO_LETTER})",
    re.IGNORECASE,
)
# Abbreviations that are words, too: read as a zone in capitals only.
_WORDS_TOO = frozenset("et ct mt pt cat eat art wit west wet hst bot pet vet".split())
_BRACKETS = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")
_REGION_IN_BRACKETS = re.compile(r"\[([A-Za-z_]{1,30}/[A-Za-z_/]{1,40})\]")
# A letter and all up to a separator: vowel signs of Indian scripts are no letters to `re`.
_WORD = re.compile(r"[^\W\d_][^\s0-9,;:/()\[\]|\"<>=+-]*")
_FIGURES = re.compile(r"[0-9]+(?:st|nd|rd|th|er|º|°|ª|-?го)?(?![0-9])")

_DATE_WITHIN = re.compile(
    rf"(?<![0-9])(?:{_YEAR}(?:[-/.]|\s?[年년]\s?)[0-9]{{1,2}}(?:[-/.]|\s?[月월]\s?)[0-9]{{1,2}}(?![0-9])[日일]?"
    rf"|[0-9]{{1,2}}([-/.])\s?[0-9]{{1,2}}\1\s?(?:{_YEAR}|(?<=\.)[0-9]{{2}}|(?<=\.\s)[0-9]{{2}})(?![0-9])"
    r"|[0-9]{1,2}(?:st|nd|rd|th|er|º|°)?[.,]?[\s-](?:de |of |d['’])?[^\W\d_]{3,15}[.,]{0,2}[\s-](?:de |del )?"
    rf"{_YEAR}(?![0-9])"
    rf"|[^\W\d_]{{3,15}}\.?\s[0-9]{{1,2}}(?:st|nd|rd|th)?,?\s{_YEAR}(?![0-9]))",
    re.IGNORECASE,
)
_CLOCK_BEHIND = re.compile(
    r"(?:\s?\([^\W\d_]{1,4}\.?\))?T?[\s,|@•·-]{0,4}"
    r"(?:(?:at|um|à|às|a las|alle ore|alle|ore|kl\.?|klokken|om|o|в|ob)\s)?"
    rf"(?:(?i:{_HALF})\s?)?[0-9]{{1,2}}(?:\s?[:.hH時时시]\s?[0-9]{{2}}){{1,2}}(?![0-9])(?:[.,][0-9]{{1,9}})?"
    rf"\s?(?:(?i:{_HALF}){_NO_LETTER})?"
    r"(?:\s?(?:(?:GMT|UTC)\s?[+-][0-9]{1,2}(?::?[0-9]{2})?|[+-][0-9]{2}:?[0-9]{2}|[A-Z]{2,4})(?![^\W_]))?"
)
# "8:35 AM EDT, Wed May 1, 2024", as news agencies write it.
_CLOCK_BEFORE = re.compile(
    rf"(?<![0-9:.])[0-9]{{1,2}}:[0-9]{{2}}(?:\s?(?i:{_HALF}))?(?:\s[A-Z]{{1,5}})?(?:\son)?,?\s"
    r"(?:[^\W\d_]{2,10}\.?,?\s)?$"
)
_LONGEST_CLOCK = 40


class NoTimeError(Exception):
    """Why a text says no time, as the end of a sentence that begins with the text."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a text says: day and hour on the writer's clock, whether it gives the hour, and its zone."""

    local: datetime
    has_hour: bool
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class _Clock:
    hour: int
    minute: int
    second: int
    half: int | None
    zone: tzinfo | None


def read_text(value: str, timezone: ZoneInfo, language: str | None) -> Written:
    """Return what a text says. `timezone` decides which place an abbreviation of several places means.

    Raises NoTimeError with the reason, ValueError or OverflowError for a day or hour that does not exist.
    """
    if len(value) > MAX_CHARS:
        raise NoTimeError("is too long for a time")
    text = _plain(value)
    if _EPOCH.fullmatch(text):
        return _epoch(text)
    return _iso(text) or _Text(text, timezone, language).written()


def is_day(text: str) -> bool:
    """Tell whether a time of ISO 8601 is a day without an hour."""
    return _ISO_DAY.fullmatch(text) is not None


def dates_within(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the dates within a text, each as the words before it and the parts to try.

    These are the date with the hour behind or before it, then without. The words begin behind the date
    before.
    """
    plain = _plain(text[:MAX_SEARCHED])
    end = 0
    for found in islice(_DATE_WITHIN.finditer(plain), MAX_FOUND):
        clock = _CLOCK_BEHIND.match(plain, found.end())
        longer = [plain[found.start() : clock.end()]] if clock else []
        start = max(end, found.start() - _LONGEST_CLOCK)
        earlier = None if clock else _CLOCK_BEFORE.search(plain[start : found.start()])
        longer += [f"{earlier[0]}{found[0]}"] if earlier else []
        yield plain[end : found.start()], [*longer, found[0]]
        end = clock.end() if clock else found.end()


def _plain(text: str) -> str:
    """Return text with the digits of every script as 0 to 9, plain dashes, and one space between words.

    Years of Japanese eras become those of the common era.
    """
    shown = _DASHES.sub("-", _HIDDEN.sub("", unicodedata.normalize("NFKC", text)))
    line = " ".join("".join(_digit(char) for char in shown).split())
    return _ERA_YEAR.sub(_common_year, line)


def _common_year(found: re.Match[str]) -> str:
    return str(_BEFORE_ERA[found["era"]] + (1 if found["year"] == "元" else int(found["year"])))


def _digit(char: str) -> str:
    value = unicodedata.digit(char, None) if char > "9" else None
    return char if value is None else str(value)


def _epoch(text: str) -> Written:
    """Return a time counted since 1970: in seconds, or in thousandths, millionths or billionths of them."""
    whole = text.partition(".")[0].lstrip("-")
    unit = {13: 1e3, 16: 1e6, 19: 1e9}.get(len(whole), 1.0)
    return Written(datetime.fromtimestamp(float(text) / unit, UTC).replace(tzinfo=None), True, UTC)


def _iso(text: str) -> Written | None:
    """Return the time of a text of ISO 8601; None for any other."""
    if not re.match(r"[0-9]{4}-?[0-9W]", text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Written(found.replace(tzinfo=None), not is_day(text), found.tzinfo)


class _Text:
    """One text while it is read: each part that is understood is cut out of `_rest`."""

    def __init__(self, text: str, timezone: ZoneInfo, language: str | None) -> None:
        region = _REGION_IN_BRACKETS.search(text)
        self._region = region[1] if region else None
        self._rest = _BRACKETS.sub(" ", text).strip()
        self._timezone = timezone
        self._language = language

    def written(self) -> Written:
        day, clock = self._compact() or (None, None)
        day = day or self._day_in_figures()
        clock = clock or self._clock()
        day = day or self._day_with_month()
        self._refuse_rest()
        if clock is None:
            return Written(datetime(day.year, day.month, day.day), False)
        return Written(_local(day, clock), True, clock.zone)

    def _cut(self, start: int, end: int) -> None:
        self._rest = f"{self._rest[:start]} {self._rest[end:]}"

    def _compact(self) -> tuple[date, _Clock] | None:
        found = _COMPACT.match(self._rest)
        if not found:
            return None
        self._cut(found.start(), found.end())
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return date(year, month, day), _Clock(hour, minute, second, None, self._zone(0))

    def _day_in_figures(self) -> date | None:
        if found := _YEAR_FIRST.search(self._rest):
            self._cut(found.start(), found.end())
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _YEAR_LAST.search(self._rest):
            half = re.search(rf"[0-9]\s?(?:{_HALF}){_NO_LETTER}", self._rest, re.IGNORECASE) is not None
            self._cut(found.start(), found.end())
            return self._ordered(int(found[1]), int(found[3]), found[4], found[2], half)
        return None

    def _ordered(self, first: int, second: int, year: str, separator: str, half: bool) -> date:
        """Return a day whose month may stand first or second. `half` tells that the hour is with AM or PM."""
        if len(year) == 2 and separator == "-":
            raise NoTimeError("does not tell which of its figures is the year")
        full = int(year) if len(year) == 4 else 2000 + int(year)
        day_first = day_comes_first(self._language)
        if first > 12 or separator == ".":  # no language writes the month before a point
            day_first = True
        elif second > 12:
            day_first = False
        elif day_first is None and first != second:
            if not half or separator != "/":
                raise NoTimeError("does not tell which of its figures is the month")
            day_first = False  # slashes with AM or PM: as in the United States
        return date(full, second, first) if day_first else date(full, first, second)

    def _clock(self) -> _Clock | None:
        found = _CLOCK.search(self._rest) or _HOUR_ALONE.search(self._rest)
        if not found:
            return None
        parts = found.groupdict()
        self._cut(found.start(), found.end())
        half = (parts.get("before") or parts.get("after") or "").lower()
        minute, second = int(parts.get("minute") or 0), min(int(parts.get("second") or 0), 59)
        zone = self._zone(found.start())
        return _Clock(int(parts["hour"]), minute, second, HALF_DAYS.get(half), zone)

    def _zone(self, start: int) -> tzinfo | None:
        """Cut out the zone that stands at `start`, behind the clock; return None where none does."""
        if word := _CLOCK_WORD.match(self._rest, start + 1):
            self._cut(word.start(), word.end())
        found = _ZONE.match(self._rest, start)
        if not found or (found["name"] and not self._is_zone(found["name"])):
            return _region(self._region) if self._region else None
        self._cut(found.start(), found.end())
        if found["sign"]:
            self._cut_name(found.start())
            return _offset(found["sign"], int(found["hours"]), int(found["minutes"] or 0))
        return _region(found["region"]) if found["region"] else _named_zone(found["name"], self._timezone)

    def _cut_name(self, start: int) -> None:
        """Cut out the abbreviation that Go and Java write behind an offset: "-0400 EDT". It says no more."""
        name = _ZONE.match(self._rest, start)
        if name and name["name"] and name["name"].isupper() and self._is_zone(name["name"]):
            self._cut(name.start(), name.end())

    def _is_zone(self, name: str) -> bool:
        """Tell a zone's abbreviation from another word behind the clock, as in "12:00 Wed" and "12:00 on"."""
        key = name.lower()
        if key in OFFSETS or key in AMBIGUOUS or key in REGIONS:
            return key not in _WORDS_TOO or name.isupper()
        known = is_filler(name) or is_weekday(name, self._language) or any(months([name], self._language))
        return name.isupper() and not known

    def _day_with_month(self) -> date:
        """Return the day of a text that writes its month as a word."""
        words = list(_WORD.finditer(self._rest))
        meanings = months([word[0] for word in words], self._language)
        named = [(word, numbers) for word, numbers in zip(words, meanings, strict=True) if numbers]
        if len(named) > 1:  # "mar" is a Tuesday in Italian, and March
            named = [pair for pair in named if not is_weekday(pair[0][0], self._language)] or named[-1:]
        if not named:
            raise NoTimeError("is no time in a form that is known")
        word, numbers = named[0]
        if len(named) > 1 or len(numbers) > 1:
            raise NoTimeError("does not tell which month is meant")
        year, day = self._year_and_day(word)
        return date(year, next(iter(numbers)), day)

    def _year_and_day(self, month: re.Match[str]) -> tuple[int, int]:
        figures = list(re.finditer(r"[0-9]+", self._rest))
        years = [number for number in figures if re.fullmatch(_YEAR, number[0])]
        days = [number for number in figures if len(number[0]) <= 2]
        self._rest = _FIGURES.sub(" ", self._rest).replace(month[0], " ", 1)
        if len(years) == 1 and len(days) == 1 and len(figures) == 2:
            return int(years[0][0]), int(days[0][0])
        if not years and len(days) == 2 and days[0].start() < month.start() < days[1].start():
            short = int(days[1][0])  # RFC 822 wrote years with two digits
            return short + (1900 if short >= 70 else 2000), int(days[0][0])
        raise NoTimeError("does not tell the day, the month and the year")

    def _refuse_rest(self) -> None:
        for word in _WORD.findall(self._rest):
            if not is_filler(word) and not is_weekday(word, self._language):
                raise NoTimeError(f'holds "{word[:20]}", which is not understood as part of a time')
        if re.search(r"[0-9]", self._rest):
            raise NoTimeError("holds more figures than a time has")


def _local(day: date, clock: _Clock) -> datetime:
    hour = clock.hour
    if clock.half is not None and hour <= 12:
        hour = hour % 12 + clock.half
    elif clock.half == 0:
        raise NoTimeError("names an hour that is none of the morning")
    ends = (hour, clock.minute, clock.second) == (24, 0, 0)  # the end of a day, as ISO 8601 allows
    local = datetime(day.year, day.month, day.day, 0 if ends else hour, clock.minute, clock.second)
    return local + timedelta(days=ends)


def _offset(sign: str, hours: int, minutes: int) -> tzinfo:
    offset = timedelta(hours=hours, minutes=minutes)
    if offset > timedelta(hours=14) or minutes > 59:
        raise NoTimeError("is further from UTC than any place on earth")
    return timezone(offset if sign == "+" else -offset)


@lru_cache(maxsize=256)
def _region(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NoTimeError(f"names the time zone {name}, which is not known") from None


def _named_zone(name: str, setting: ZoneInfo) -> tzinfo:
    """Return the zone of an abbreviation; several places may use one, then it is the setting's or none."""
    key = name.lower()
    if key in OFFSETS:
        return timezone(OFFSETS[key])
    if key in REGIONS:
        return _region(REGIONS[key])
    for month in (1, 7):  # winter and summer
        own = datetime(2024, month, 15, tzinfo=setting)
        offset = own.utcoffset()
        if (own.tzname() or "").lower() == key and offset is not None:
            return timezone(offset)
    if key in AMBIGUOUS:
        raise NoTimeError(
            f"names the time zone {name}, which {AMBIGUOUS[key]} use, so that the hour cannot be told"
        )
    raise NoTimeError(f"names the time zone {name}, which is not known")
