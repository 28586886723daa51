"""Holidays by their English names, and when they are. Pure.

Those of the solar calendar follow rules. Those that go by the moon have no rule that fits each country, so
their official dates are listed, as the library `holidays` 0.109 has them (those of India, China, Israel and
the United Arab Emirates). That library itself is not used: it takes 0.5 s of CPU time for its first date and
9 MB, and holds python-dateutil back by two major versions. A name that countries use for different days is
taken as in the United States: Thanksgiving in November, Mother's Day in May.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from index.languages.english.dates import ONE_DAY, WEEKDAYS

Rule = Callable[[int], date]


def _on(month: int, day: int) -> Rule:
    return lambda year: date(year, month, day)


def _nth(number: int, weekday: str, month: int) -> Rule:
    """Return the rule for the nth weekday of a month, where -1 is the last one."""

    def resolve(year: int) -> date:
        if number < 0:
            after = date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
            return after - timedelta(days=(after.weekday() - WEEKDAYS[weekday]) % 7)
        first = date(year, month, 1)
        return first + timedelta(days=(WEEKDAYS[weekday] - first.weekday()) % 7 + 7 * (number - 1))

    return resolve


def _easter(after: int) -> Rule:
    """Return the rule for the day so many days after Easter Sunday."""
    return lambda year: easter(year) + timedelta(days=after)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher, Nature 14, 1876, 487)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


_BY_RULE: dict[str, Rule] = {
    "new year": _on(1, 1),
    "new year's day": _on(1, 1),
    "martin luther king day": _nth(3, "monday", 1),
    "mlk day": _nth(3, "monday", 1),
    "groundhog day": _on(2, 2),
    "valentine's day": _on(2, 14),
    "presidents' day": _nth(3, "monday", 2),
    "st patrick's day": _on(3, 17),
    "ash wednesday": _easter(-46),
    "good friday": _easter(-2),
    "easter": _easter(0),
    "easter sunday": _easter(0),
    "easter monday": _easter(1),
    "may day": _on(5, 1),
    "mother's day": _nth(2, "sunday", 5),
    "memorial day": _nth(-1, "monday", 5),
    "ascension day": _easter(39),
    "pentecost": _easter(49),
    "whitsun": _easter(49),
    "father's day": _nth(3, "sunday", 6),
    "juneteenth": _on(6, 19),
    "independence day": _on(7, 4),
    "bastille day": _on(7, 14),
    "labor day": _nth(1, "monday", 9),
    "labour day": _nth(1, "monday", 9),
    "columbus day": _nth(2, "monday", 10),
    "halloween": _on(10, 31),
    "all saints' day": _on(11, 1),
    "veterans day": _on(11, 11),
    "armistice day": _on(11, 11),
    "thanksgiving": _nth(4, "thursday", 11),
    "thanksgiving day": _nth(4, "thursday", 11),
    "christmas": _on(12, 25),
    "christmas day": _on(12, 25),
    "christmas eve": _on(12, 24),
    "boxing day": _on(12, 26),
    "new year's eve": _on(12, 31),
}
_LISTED = {
    "chinese new year": (
        "20000205 20010124 20020212 20030201 20040122 20050209 20060129 20070218 20080207 20090126 20100214 "
        "20110203 20120123 20130210 20140131 20150219 20160208 20170128 20180216 20190205 20200125 20210212 "
        "20220201 20230122 20240210 20250129 20260217 20270206 20280126 20290213 20300203 20310123 20320211 "
        "20330131 20340219 20350208"
    ),
    "holi": (
        "20010310 20020329 20030318 20040307 20050326 20060315 20070304 20080322 20090311 20100301 20110320 "
        "20120308 20130327 20140317 20150306 20160324 20170313 20180302 20190321 20200310 20210329 20220318 "
        "20230308 20240325 20250314 20260304 20270322 20280311 20290301 20300320 20310309 20320327 20330316 "
        "20340305 20350324"
    ),
    "diwali": (
        "20011114 20021104 20031025 20041112 20051101 20061021 20071109 20081028 20091017 20101105 20111026 "
        "20121113 20131103 20141023 20151111 20161030 20171019 20181107 20191027 20201114 20211104 20221024 "
        "20231112 20241031 20251020 20261108 20271029 20281017 20291105 20301026 20311114 20321102 20331022 "
        "20341110 20351030"
    ),
    "passover": (
        "20000420 20010408 20020328 20030417 20040406 20050424 20060413 20070403 20080420 20090409 20100330 "
        "20110419 20120407 20130326 20140415 20150404 20160423 20170411 20180331 20190420 20200409 20210328 "
        "20220416 20230406 20240423 20250413 20260402 20270422 20280411 20290331 20300418 20310408 20320327 "
        "20330414 20340404 20350424"
    ),
    "rosh hashanah": (
        "20000930 20010918 20020907 20030927 20040916 20051004 20060923 20070913 20080930 20090919 20100909 "
        "20110929 20120917 20130905 20140925 20150914 20161003 20170921 20180910 20190930 20200919 20210907 "
        "20220926 20230916 20241003 20250923 20260912 20271002 20280921 20290910 20300928 20310918 20320906 "
        "20330924 20340914 20351004"
    ),
    "yom kippur": (
        "20001009 20010927 20020916 20031006 20040925 20051013 20061002 20070922 20081009 20090928 20100918 "
        "20111008 20120926 20130914 20141004 20150923 20161012 20170930 20180919 20191009 20200928 20210916 "
        "20221005 20230925 20241012 20251002 20260921 20271011 20280930 20290919 20301007 20310927 20320915 "
        "20331003 20340923 20351013"
    ),
    "eid al-fitr": (
        "20000108 20001227 20011216 20021205 20031125 20041114 20051103 20061023 20071013 20081001 20090920 "
        "20100910 20110830 20120819 20130808 20140728 20150717 20160706 20170625 20180615 20190604 20200524 "
        "20210513 20220502 20230421 20240410 20250330 20260320 20270309 20280226 20290214 20300204 20310124 "
        "20320114 20330102 20331223 20341212 20351201"
    ),
    "eid al-adha": (
        "20000316 20010305 20020222 20030211 20040201 20050121 20060110 20061231 20071220 20081208 20091127 "
        "20101116 20111106 20121026 20131015 20141004 20150923 20160911 20170901 20180822 20190811 20200731 "
        "20210720 20220709 20230628 20240616 20250606 20260527 20270516 20280505 20290424 20300413 20310402 "
        "20320322 20330311 20340301 20350218"
    ),
}
_BY_MOON = {name: [date.fromisoformat(day) for day in days.split()] for name, days in _LISTED.items()}
_BY_MOON["lunar new year"] = _BY_MOON["chinese new year"]
# How long a holiday lasts that is longer than a day.
_LASTS = {"passover": timedelta(days=8), "rosh hashanah": timedelta(days=2)}
# The month that ends with Eid al-Fitr, of 29 or 30 days.
_RAMADAN = "ramadan"
_RAMADAN_LASTS = timedelta(days=30)
NAMES = (*_BY_RULE, *_BY_MOON, _RAMADAN)


def plain(name: str) -> str:
    """Return a name as `NAMES` spells it."""
    return name.lower().replace("’", "'").replace("saint ", "st ").replace("st. ", "st ")


def named_days(name: str, year: int) -> list[tuple[date, date]]:
    """Return the first day of a holiday (one of `NAMES`) in a year, and the day after its last one.

    A holiday that goes by the moon may come twice in a year; the list is empty where its dates are not known.
    """
    if rule := _BY_RULE.get(name):
        return [(first := rule(year), first + ONE_DAY)]
    if name == _RAMADAN:
        return [(day - _RAMADAN_LASTS, day) for day in _BY_MOON["eid al-fitr"] if day.year == year]
    return [(day, day + _LASTS.get(name, ONE_DAY)) for day in _BY_MOON[name] if day.year == year]
