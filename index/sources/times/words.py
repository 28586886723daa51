"""Words in written times: months, weekdays, time zones, marks of the half day, and words that tell nothing.

Months and weekdays come from CLDR through babel. Every language's names are kept with and without accents,
because feeds write both "août" and "aout". A name may mean two months in two languages: "listopada" is
November in Polish and October in Croatian. It is then read only where the text's language is known.

babel would keep a megabyte of each of the 700 languages that a feed can name, so its caches are emptied after
what is needed of a language has been read.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError, localedata

# A longer tag names no language: those of RFC 5646 that are in use have at most 35 characters.
MAX_TAG = 35
# Languages of news sites, those with most feeds first. Loading all of them takes a second, once in a process,
# and only when a word is in none of the language that the text declares, and not English.
LANGUAGES = (
    "de fr es it pt nl ru pl sv da nb nn fi cs sk hu ro bg hr sr sr_Latn bs sl mk sq el tr uk be lt lv et ca "
    "eu gl ga cy is ar fa he ur hi bn ta te ml kn mr gu pa si th vi id ms fil sw af zu am ka hy az kk uz ky "
    "mn ko ja zh"
).split()

# Short forms that feeds use and CLDR does not list. The month is the one of the language, so none is
# ambiguous.
_MORE_MONTHS = {
    "en": {"sept": 9},
    "de": {"jan": 1, "mrz": 3, "jun": 6, "jul": 7, "sep": 9, "okt": 10, "jänner": 1, "feber": 2},
    "fr": {"fév": 2, "fev": 2, "avr": 4, "jul": 7, "aou": 8, "sep": 9, "déc": 12},
    "es": {"set": 9, "setiembre": 9, "sep": 9},
    "it": {"sett": 9},
    "ar": {
        "كانون الثاني": 1,
        "شباط": 2,
        "آذار": 3,
        "نيسان": 4,
        "أيار": 5,
        "حزيران": 6,
        "تموز": 7,
        "آب": 8,
        "أيلول": 9,
    },
}

# Short forms of weekdays in English that CLDR does not list.
_MORE_WEEKDAYS = frozenset("tues weds thur thurs".split())

# Words between the parts of a time that change nothing about it.
_FILLERS = frozenset(
    "at on the of and st nd rd th a à às as alle ore um uhr am den der vom de del la las le les du er ère o "
    "em kl klokken d dne ob год года г р року і и в о h hrs hr hours часов ч v i te op om klo saat ora lúc "
    "date time published updated posted".split()
)

HALF_DAYS: Mapping[str, int] = {
    **dict.fromkeys(("am", "a.m.", "a.m", "오전", "上午", "午前", "凌晨", "早上", "ص"), 0),
    **dict.fromkeys(("pm", "p.m.", "p.m", "오후", "下午", "午後", "晚上", "م"), 12),
}

# Hours from UTC. RFC 822, section 5.1, defines those of the second line for feeds. The others mean one offset
# everywhere that news is written. What means several places is in `AMBIGUOUS`.
_HOURS = (
    "gmt 0 utc 0 ut 0 z 0 zulu 0 "
    "est -5 edt -4 cst -6 cdt -5 mst -7 mdt -6 pst -8 pdt -7 "
    "akst -9 akdt -8 hst -10 nst -3.5 ndt -2.5 brt -3 art -3 clt -4 clst -3 "
    "cot -5 pet -5 vet -4 bot -4 uyt -3 "
    "wet 0 west 1 cet 1 cest 2 mez 1 mesz 2 eet 2 eest 3 msk 3 trt 3 "
    "sast 2 eat 3 cat 2 wat 1 idt 3 irst 3.5 uzt 5 pkt 5 npt 5.75 ict 7 wib 7 wita 8 wit 9 "
    "sgt 8 myt 8 hkt 8 pht 8 jst 9 kst 9 awst 8 acst 9.5 acdt 10.5 aest 10 aedt 11 nzst 12 nzdt 13"
).split()
OFFSETS: Mapping[str, timedelta] = {
    name: timedelta(hours=float(hours)) for name, hours in zip(_HOURS[::2], _HOURS[1::2], strict=True)
}
# Names without "standard" or "daylight" follow the clocks of their region.
REGIONS = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "aet": "Australia/Sydney",
}
# Such a time is read only where the setting's own zone has this name.
AMBIGUOUS = {
    "ist": "India, Ireland and Israel",
    "bst": "Britain and Bangladesh",
    "ast": "the Atlantic coast and Arabia",
    "gst": "the Gulf and South Georgia",
    "amt": "Armenia and the Amazon",
    "ect": "Ecuador and the Caribbean",
    "adt": "the Atlantic coast and Arabia",
    "sst": "Samoa and Singapore",
    "pyt": "Paraguay and Pyongyang",
    "wst": "Western Australia and Samoa",
}


def plain(word: str) -> str:
    """Return a word in lower case without accents and without dots at its end."""
    split = unicodedata.normalize("NFD", word.casefold().rstrip(".").replace("'", "’"))
    return unicodedata.normalize("NFC", "".join(char for char in split if unicodedata.category(char) != "Mn"))


def months(words: Sequence[str], language: str | None = None) -> list[frozenset[int]]:
    """Return for each word the months that it names: in the text's `language`, else in English, else in any.

    A set is empty where a word names no month, and has several where languages disagree.
    """
    tables = [_months_of(known) for known in (_language(language), "en") if known]
    return [_months(plain(word), word, tables, language) for word in words]


def _months(
    key: str, word: str, tables: Sequence[Mapping[str, frozenset[int]]], language: str | None
) -> frozenset[int]:
    for table in tables:
        if key in table:
            return table[key]
    if is_filler(word) or _is_weekday_of(key, language):
        return frozenset()
    return _everywhere()[0].get(key, frozenset())


def is_weekday(word: str, language: str | None = None) -> bool:
    key = plain(word)
    return _is_weekday_of(key, language) or key in _everywhere()[1]


def _is_weekday_of(key: str, language: str | None) -> bool:
    """Tell whether a word is a weekday in the text's language or in English."""
    known = _language(language)
    english = key in _weekdays_of("en") or key in _MORE_WEEKDAYS
    return english or bool(known and key in _weekdays_of(known))


def is_filler(word: str) -> bool:
    return word.casefold().rstrip(".") in _FILLERS


def day_comes_first(language: str | None) -> bool | None:
    """Tell whether a language writes the day before the month in figures; None where it is not known.

    English without a country is not known: Britain writes the day first, the United States the month.
    """
    tag = (language or "").replace("-", "_")
    if tag.lower() in ("", "en") or len(tag) > MAX_TAG or not _language(language):
        return None
    return _day_first(tag)


@lru_cache(maxsize=256)
def _day_first(tag: str) -> bool:
    try:
        pattern = Locale.parse(tag).date_formats["short"].pattern
    except (UnknownLocaleError, ValueError):
        pattern = Locale.parse(_language(tag) or "en").date_formats["short"].pattern
    localedata.clear_caches()
    return bool(pattern.find("d") < pattern.find("M"))


def _language(tag: str | None) -> str | None:
    """Return the language part of a tag such as "de-AT", if CLDR knows it."""
    return _known_language((tag or "")[:MAX_TAG].replace("_", "-").split("-")[0].lower())


@lru_cache(maxsize=256)
def _known_language(name: str) -> str | None:
    try:
        return str(Locale.parse(name)) if name.isascii() and name.isalpha() else None
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(maxsize=128)
def _months_of(language: str) -> dict[str, frozenset[int]]:
    """Return a language's names of months, without those that mean two of them."""
    names = _read_months(language)
    localedata.clear_caches()
    return names


def _read_months(language: str) -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    names = Locale.parse(language).months
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in names[context][width].items():
                if not name.strip(".").isdigit():
                    found[plain(name)].add(number)
    for name, number in _MORE_MONTHS.get(language, {}).items():
        found[plain(name)] = {number}
    return {name: frozenset(numbers) for name, numbers in found.items() if len(numbers) == 1}


@lru_cache(maxsize=128)
def _weekdays_of(language: str) -> frozenset[str]:
    names = _read_weekdays(language)
    localedata.clear_caches()
    return names


def _read_weekdays(language: str) -> frozenset[str]:
    names = Locale.parse(language).days
    return frozenset(
        plain(name)
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated", "short")
        for name in names[context].get(width, {}).values()
    )


@lru_cache(maxsize=1)
def _everywhere() -> tuple[dict[str, frozenset[int]], frozenset[str]]:
    """Return the months and the weekdays of all languages."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    weekdays: set[str] = set()
    for language in LANGUAGES:
        for name, numbers in _read_months(language).items():
            found[name] |= numbers
        weekdays |= _read_weekdays(language)
        localedata.clear_caches()
    return {name: frozenset(numbers) for name, numbers in found.items()}, frozenset(weekdays)
