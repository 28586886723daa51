"""When something happened, as quotes tell it: seen from the day of publishing, Tuesday, 10 June 2025."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.languages.english.event_times import event_time
from tests.fakes import NOW


@pytest.mark.parametrize(
    ("quote", "since", "until", "phrase"),
    [
        ("The port opened on Friday, officials said.", "2025-06-06", "2025-06-06", "on Friday"),
        ("The port opened last Wednesday.", "2025-06-04", "2025-06-04", "last Wednesday"),
        ("The port opened Monday.", "2025-06-09", "2025-06-09", "Monday"),
        ("Yesterday the port opened.", "2025-06-09", "2025-06-09", "Yesterday"),
        ("It opened on March 2, 2025, in Rotterdam.", "2025-03-02", "2025-03-02", "on March 2, 2025"),
        ("It opened on 2 March.", "2025-03-02", "2025-03-02", "on 2 March"),
        ("It opened last month.", "2025-05-01", "2025-05-31", "last month"),
        ("It opened in April.", "2025-04-01", "2025-04-30", "in April"),
        ("It opened in 2019.", "2019-01-01", "2019-12-31", "in 2019"),
        ("It opened two days ago.", "2025-06-08", "2025-06-08", "two days ago"),
        ("On Friday it opened, and on Friday it closed.", "2025-06-06", "2025-06-06", "On Friday"),
    ],
)
def test_a_time_that_is_named(quote: str, since: str, until: str, phrase: str) -> None:
    found = event_time(quote, NOW)
    assert found
    end = found.until + timedelta(microseconds=1) - timedelta(days=1)
    assert (f"{found.since:%Y-%m-%d}", f"{end:%Y-%m-%d}", found.phrase) == (since, until, phrase)


@pytest.mark.parametrize(
    "quote",
    [
        "The port opened.",
        "The port opened on Wednesday.",  # the day after: what was published on Tuesday went on being written
        "The vote has to be held by 2 July.",
        "It will open on Friday.",
        "It is expected to open in July.",
        "It opened in 2019 and closed on Friday.",
        "They may march on, said the minister.",
        "On 30 February it rained.",
    ],
)
def test_nothing_is_said_where_the_words_do_not(quote: str) -> None:
    assert event_time(quote, NOW) is None


def test_days_are_those_of_the_zone() -> None:
    found = event_time("It opened on Monday.", NOW, ZoneInfo("Asia/Tokyo"))
    assert found
    assert found.since == datetime(2025, 6, 8, 15, tzinfo=UTC)


@given(
    st.lists(st.sampled_from("on in last Friday May 5 2019 , two days ago month the a . yesterday".split())),
    st.datetimes(timezones=st.just(UTC)),
)
def test_events_lie_behind_their_reports(words: list[str], published: datetime) -> None:
    found = event_time(" ".join(words), published)
    assert found is None or found.since <= published
    assert found is None or (found.since < found.until and found.phrase in " ".join(words))
