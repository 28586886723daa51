"""Times as feeds write them: each form to its moment, or to the reason why it cannot be read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sources.times.dates import (
    Moment,
    Times,
    Unread,
    dated,
    day_moment,
    entry_times,
    finer,
    found_times,
    read_time,
    together,
)

UTC_ZONE = ZoneInfo("UTC")
LISBON, KOLKATA, NEW_YORK = ZoneInfo("Europe/Lisbon"), ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 9, 18, tzinfo=UTC)


def minutes(value: object, zone: ZoneInfo = UTC_ZONE, language: str | None = None) -> str:
    """Return what is read as text: a moment to the minute, a day, or "" with nothing read."""
    found = read_time(value, zone, language, now=NOW)
    if not isinstance(found, Moment):
        return ""
    return f"{found.at:%Y-%m-%d}" if found.precision == "day" else f"{found.at:%Y-%m-%dT%H:%M}"


def why(value: object, zone: ZoneInfo = UTC_ZONE, language: str | None = None) -> str:
    found = read_time(value, zone, language, now=NOW)
    assert isinstance(found, Unread), found
    return found.why


@pytest.mark.parametrize(
    ("written", "read"),
    [
        # RFC 822 and its variants
        ("Tue, 14 Oct 2025 07:31:09 GMT", "2025-10-14T07:31"),
        ("14 Oct 2025 07:31 +0330", "2025-10-14T04:01"),
        ("Tue, 14 Oct 25 07:31:09 Z", "2025-10-14T07:31"),
        ("Tue, Oct 14 2025 07:31:09 -0200", "2025-10-14T09:31"),
        ("Tue,14-Oct-2025 07:31:09 UT", "2025-10-14T07:31"),
        ("Tue Oct 14 07:31:09 +0000 2025", "2025-10-14T07:31"),
        ("Tue Oct 14 2025 07:31:09 GMT-0300 (Brasilia Standard Time)", "2025-10-14T10:31"),
        ("14 Sept 2025 07:31:00 GMT", "2025-09-14T07:31"),
        ("Tues, 14 Oct 2025 07:31:00 GMT", "2025-10-14T07:31"),
        ("Thurs., Oct 16, 2025, 7:31 p.m.", "2025-10-16T19:31"),
        ("Monday, 14 Oct 2025 07:31:00 GMT", "2025-10-14T07:31"),  # the wrong weekday
        ("Tue, 14 Oct 2025 24:00:00 GMT", "2025-10-15T00:00"),
        ("Tue, 14 Oct 2025 07:31:60 GMT", "2025-10-14T07:31"),
        # zones by name
        ("Tue, 14 Oct 2025 07:31:09 CDT", "2025-10-14T12:31"),
        ("Tue, 14 Oct 2025 07:31:09 HKT", "2025-10-13T23:31"),
        ("Tue, 14 Oct 2025 07:31:09 MESZ", "2025-10-14T05:31"),
        ("Tue, 14 Oct 2025 07:31:09 UTC+5:30", "2025-10-14T02:01"),
        ("Tue, 14 Oct 2025 07:31:09 PET", "2025-10-14T12:31"),  # a Friday in Croatian, too
        ("Tue, 14 Oct 2025 07:31:09 ICT", "2025-10-14T00:31"),
        ("Tue, 14 Oct 2025 07:31:09 Europe/Helsinki", "2025-10-14T04:31"),
        ("2025-10-14 07:31:09 -0400 EDT", "2025-10-14T11:31"),
        ("Tue, 14 Oct 2025 07:31:09 +0100 BST", "2025-10-14T06:31"),
        ("2025-10-14T07:31:09+03:00[Europe/Helsinki]", "2025-10-14T04:31"),
        ("October 14, 2025 7:31 p.m. ET", "2025-10-14T23:31"),
        ("January 14, 2025 7:31 p.m. ET", "2025-01-15T00:31"),
        # ISO 8601 and near it
        ("2025-10-14T07:31:09.1234567Z", "2025-10-14T07:31"),
        ("2025-10-14T07:31-0400", "2025-10-14T11:31"),
        ("2025-10-14 07:31:09 +02:00", "2025-10-14T05:31"),
        ("2025/10/14 07:31", "2025-10-14T07:31"),
        ("2025.10.14 07:31", "2025-10-14T07:31"),
        ("20251014T073109Z", "2025-10-14T07:31"),
        ("20251014073109", "2025-10-14T07:31"),
        ("2025-10-14", "2025-10-14"),
        ("20251014", "2025-10-14"),
        # half days
        ("10/14/2025 12:05 AM", "2025-10-14T00:05"),
        ("Oct 14, 2025, 12:05 PM", "2025-10-14T12:05"),
        ("Tuesday, October 14, 2025 - 19:31 pm", "2025-10-14T19:31"),
        ("14 October 2025 9pm", "2025-10-14T21:00"),
        # counted since 1970
        ("1760427069", "2025-10-14T07:31"),
        ("1760427069.25", "2025-10-14T07:31"),
        (1760427069000, "2025-10-14T07:31"),
        # the day before the month
        ("14-10-2025 07:31", "2025-10-14T07:31"),
        ("14.10.2025, 07.31 Uhr", "2025-10-14T07:31"),
        ("3.4.2025", "2025-04-03"),
    ],
)
def test_a_time_is_read(written: object, read: str) -> None:
    assert minutes(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("mar, 14 ott 2025 07:31:00 +0200", "2025-10-14T05:31"),  # "mar" is Tuesday, and March
        ("mar. 4 mars 2025 à 7h31", "2025-03-04T07:31"),
        ("Di, 14 Okt 2025 07:31:00 +0200", "2025-10-14T05:31"),
        ("14. Dezember 2025 um 7:31 Uhr", "2025-12-14T07:31"),
        ("martes, 14 de octubre de 2025 07:31", "2025-10-14T07:31"),
        ("14 de octubre de 2025 a las 07:31", "2025-10-14T07:31"),
        ("14 de fevereiro de 2025 às 07:31", "2025-02-14T07:31"),
        ("14 aout 2025", "2025-08-14"),
        ("Вт, 14 окт 2025 07:31:00 +0300", "2025-10-14T04:31"),
        ("14 października 2025, 07:31", "2025-10-14T07:31"),
        ("14 Ekim 2025 07:31", "2025-10-14T07:31"),
        ("2025. október 14. 07:31", "2025-10-14T07:31"),
        ("2025年10月14日 7時31分", "2025-10-14T07:31"),
        ("令和7年10月14日 午後7時31分", "2025-10-14T19:31"),
        ("平成３１年４月３０日", "2019-04-30"),
        ("令和元年5月1日", "2019-05-01"),
        ("2025년 10월 14일 오후 7:31", "2025-10-14T19:31"),
        ("١٤ أكتوبر ٢٠٢٥ ٠٧:٣١ م", "2025-10-14T19:31"),
        ("14 अक्टूबर 2025", "2025-10-14"),
    ],
)
def test_a_time_in_another_language_is_read(written: str, read: str) -> None:
    assert minutes(written) == read


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Tue, 14 Oct 2025 07:31:09 QLT", "the time zone QLT, which is not known"),
        ("Tue, 14 Oct 2025 07:31:09 BST", "which Britain and Bangladesh use"),
        ("Tue, 14 Oct 2025 07:31:09 +2300", "further from UTC"),
        ("2025-10-14T07:31:09[Mars/Olympus]", "Mars/Olympus"),
        ("04/05/2025", "which of its figures is the month"),
        ("04-05-25", "which of its figures is the year"),
        ("14 listopada 2025", "which month is meant"),
        ("October 2025", "the day, the month and the year"),
        ("three hours earlier", "no time in a form that is known"),
        ("07:31", "no time in a form that is known"),
        ("14 Oct 2025 teatime", '"teatime"'),
        ("14 Oct 2025 07:31 11", "the day, the month and the year"),
        ("2025-10-14 07:31 11", "more figures"),
        ("31 Feb 2025", "no time that exists"),
        ("14 Oct 2025 27:31", "no time that exists"),
        ("14 Oct 2025 14:31 am", "none of the morning"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "before 1990"),
        ("0001-01-01T00:00:00Z", "before 1990"),
        ("2026-03-12T00:00:00Z", "in the future"),
        ("9" * 18, "no time"),
        ("1" * 400, "too long"),
        (True, "no time"),
        ({"@value": "2025-10-14"}, "no time"),
    ],
)
def test_a_time_that_cannot_be_read_has_its_reason(written: object, reason: str) -> None:
    assert reason in why(written)


def test_nothing_is_no_fault() -> None:
    assert [read_time(nothing, UTC_ZONE) for nothing in (None, "", "  ")] == [None] * 3


def test_what_stood_there_is_shown_shortened() -> None:
    found = read_time("x" * 90, UTC_ZONE)
    assert isinstance(found, Unread)
    assert str(found) == f'"{"x" * 60}…" is no time in a form that is known'


@pytest.mark.parametrize(
    "written", ["Tue, 14 Oct 2025 07:31:00", "2025-10-14T07:31:00", "14/10/2025 07:31", "14 Oct 2025 7:31am"]
)
def test_a_time_without_a_zone_is_in_the_settings(written: str) -> None:
    assert minutes(written, LISBON) == "2025-10-14T06:31"


def test_an_abbreviation_of_several_places_is_the_settings_own() -> None:
    assert minutes("Tue, 14 Oct 2025 07:31:09 IST", KOLKATA) == "2025-10-14T02:01"
    assert "India, Ireland and Israel" in why("Tue, 14 Oct 2025 07:31:09 IST", LISBON)


def test_the_language_decides_what_it_can() -> None:
    assert minutes("04/05/2025", language="en-US") == "2025-04-05"
    assert minutes("04/05/2025", language="fr") == minutes("04/05/2025", language="en-GB") == "2025-05-04"
    assert minutes("14 listopada 2025", language="pl") == "2025-11-14"
    assert minutes("14 listopada 2025", language="hr") == "2025-10-14"
    assert minutes("14 Oct 2025", language="no such language") == "2025-10-14"


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_time(text, UTC_ZONE, now=NOW)
    assert found is None or isinstance(found, Moment | Unread)


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2026, 3, 9)),
    st.sampled_from(
        ["%a, %d %b %Y %H:%M:%S GMT", "%Y-%m-%dT%H:%M:%SZ", "%d %B %Y %I:%M:%S %p UTC", "%Y%m%dT%H%M%SZ"]
    ),
)
def test_what_is_written_in_a_known_form_is_read_back(moment: datetime, form: str) -> None:
    found = read_time(moment.strftime(form), UTC_ZONE, now=NOW)
    assert isinstance(found, Moment)
    assert found.at == moment.replace(microsecond=0, tzinfo=UTC)


# -- days ------------------------------------------------------------------------------------------------


@given(st.dates(date(1990, 1, 2), date(2026, 3, 9)), st.sampled_from([UTC_ZONE, LISBON, KOLKATA, NEW_YORK]))
def test_a_day_is_the_same_in_utc_and_in_the_setting(day: date, zone: ZoneInfo) -> None:
    moment = day_moment(day, zone)
    assert moment.date() == moment.astimezone(zone).date() == day
    assert (moment - timedelta(microseconds=1)).date() != day or (
        moment.astimezone(zone) - timedelta(microseconds=1)
    ).date() != day


def test_the_finer_time_of_one_day_wins() -> None:
    day = Moment(datetime(2025, 10, 14, tzinfo=UTC), "day")
    midnight = Moment(datetime(2025, 10, 14, tzinfo=UTC), midnight=True)
    hour = Moment(datetime(2025, 10, 14, 7, 31, tzinfo=UTC))
    other = Moment(datetime(2025, 10, 17, 7, 31, tzinfo=UTC))
    assert finer(day, hour) == finer(hour, day) == finer(midnight, hour) == hour
    assert finer(day, other) == finer(day, None) == finer(None, day) == day
    assert finer(hour, Moment(datetime(2025, 10, 14, 9, tzinfo=UTC))) == hour


# -- within texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("By Joan Abello, 14 October 2025, 07:31", "2025-10-14T07:31"),
        ("Posted on Oct. 14, 2025 | 7:31 pm by admin", "2025-10-14T19:31"),
        ("Lissabon, 14.10.2025 - 07:31 Uhr", "2025-10-14T07:31"),
        ("Publié le 14 octobre 2025 à 07h31", "2025-10-14T07:31"),
        ("港湾新聞 2025年10月14日（火） 7時31分", "2025-10-14T07:31"),
        ("2025/10/14(火) 7:31配信", "2025-10-14T07:31"),
        ("Published 3:31 AM EDT, Tue October 14, 2025", "2025-10-14T07:31"),
        ("Updated 7:31 p.m. on October 14, 2025", "2025-10-14T19:31"),
        ("In room 9.15, 14 October 2025", "2025-10-14"),
        ("By Joan Abello | October 14, 2025, 3:31 AM EDT", "2025-10-14T07:31"),
        ("14 October 2025, 09:31 GMT+2", "2025-10-14T07:31"),
        ("14 October 2025, 7:31 - 3 min read", "2025-10-14T07:31"),
        ("Stand: 14.10.2025", "2025-10-14"),
        ("Version 3.1.2 of 14 Oct 2025", "2025-10-14"),
        ("Chapter 12 of 2025 pages", ""),
        ("Founded in 1998", ""),
    ],
)
def test_a_time_within_a_text_is_found(text: str, read: str) -> None:
    found = next((moment for _, moment in found_times(text, UTC_ZONE, now=NOW)), None)
    assert (minutes(found.at.isoformat()) if found and found.precision == "minute" else "") == (
        read if "T" in read else ""
    )
    assert (found is not None) == bool(read)
    assert found is None or read.startswith(f"{found.at:%Y-%m-%d}")


# -- what is stored --------------------------------------------------------------------------------------


def entry(published: str = "", updated: str = "") -> Times:
    return entry_times(published, updated, UTC_ZONE, "en", NOW)


def test_an_entry_with_only_an_update_was_published_then() -> None:
    when = dated(entry(updated="2026-03-08T10:00:00Z"), NOW)
    assert (when.published_at, when.precision, when.updated_at) == (
        datetime(2026, 3, 8, 10, tzinfo=UTC),
        "minute",
        None,
    )


def test_what_cannot_be_read_is_first_seen_now_and_says_so() -> None:
    when = dated(entry("Tue, 14 Oct 2025 07:31:09 QLT"), NOW)
    assert (when.published_at, when.precision) == (NOW, "seen")
    assert "QLT" in when.note
    assert "first seen" in when.note
    assert "no time of publishing is given" in dated(entry(), NOW).note


def test_a_clock_that_is_fast_by_minutes_is_now() -> None:
    when = dated(entry("2026-03-09T18:20:00Z"), NOW)
    assert (when.published_at, when.precision, when.note) == (NOW, "minute", "")


def test_the_page_fills_in_what_the_entry_does_not_tell() -> None:
    page = Times(Moment(datetime(2026, 3, 8, 10, 30, tzinfo=UTC), where="JSON-LD datePublished"))
    when = dated(together(entry("yesterday"), page), NOW)
    assert (when.published_at, when.precision, when.where) == (
        datetime(2026, 3, 8, 10, 30, tzinfo=UTC),
        "minute",
        "JSON-LD datePublished",
    )
    assert when.note == ""
