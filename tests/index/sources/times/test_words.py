"""Languages of times: what a feed names, however often and whatever it is, keeps nothing in memory."""

from __future__ import annotations

from babel import localedata

from index.sources.times.words import MAX_TAG, day_comes_first, is_weekday, months


def test_no_language_that_a_feed_names_stays_in_memory() -> None:
    """babel keeps a megabyte of each of 700 languages for as long as the process lives."""
    for language in localedata.locale_identifiers()[::60]:
        months(["May"], language)
        day_comes_first(language)
        is_weekday("Monday", language)
    assert len(localedata._cache) <= 3


def test_a_tag_of_any_length_is_no_language() -> None:
    assert day_comes_first("de" + "-x" * 1_000_000) is None
    assert months(["Mai"], "de-" + "x" * MAX_TAG) == [frozenset({5})]
