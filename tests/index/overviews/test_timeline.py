"""Timelines: which articles are about a topic, how their reports become events, and which day is which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import NewsIndex, Question, Quote, Span, UsageError
from index.languages.english.event_times import event_time
from index.overviews.grouping import ONE_DAY
from index.overviews.timeline import SAME_DAY, Report, coverage_of, events_of
from tests.fakes import NOW, article, open_news, story

EVER = (date.min, date.max)


def report(name: str, days_ago: float, angle: float, text: str = "The harbour bridge closed.") -> Report:
    """A report that points into a direction of a plane, in degrees: the cosine of two is known."""
    published = NOW - timedelta(days=days_ago)
    one = article(name, text, published_at=published)
    quote = Quote(one, Span(0, len(text)), 1.0, event=event_time(text, published))
    turned = np.radians(angle)
    return Report(quote, np.array([np.cos(turned), np.sin(turned)], np.float32))


def test_reports_of_a_day_that_are_alike_are_one_event() -> None:
    same, other = report("b", 1, 30), report("c", 1, 80)
    events = events_of([report("a", 1, 0), same, other], UTC, *EVER, 9)
    assert [(event.day, event.reports) for event in events] == [(date(2025, 6, 9), 2), (date(2025, 6, 9), 1)]


def test_the_next_day_is_the_same_event_only_where_it_is_nearly_the_same() -> None:
    near = [report("a", 2, 0), report("b", 1, 40)]
    far = [report("a", 2, 0), report("b", 1, 50)]
    later = [report("a", 3, 0), report("b", 1, 0)]
    assert [len(events_of(reports, UTC, *EVER, 9)) for reports in (near, far, later)] == [1, 2, 2]


def test_a_story_of_weeks_is_not_one_event() -> None:
    events = events_of([report(str(day), day, 0) for day in range(14)], UTC, *EVER, 20)
    assert [event.reports for event in events] == [2] * 7


def test_an_event_is_dated_by_what_its_words_name() -> None:
    (named,) = events_of([report("a", 0, 0, "The bridge closed on Friday.")], UTC, *EVER, 9)
    assert (named.day, named.named is not None) == (date(2025, 6, 6), True)
    (vague,) = events_of([report("a", 0, 0, "The bridge closed in 2019.")], UTC, *EVER, 9)
    assert (vague.day, vague.named) == (NOW.date(), None)


def test_days_begin_where_the_reader_is() -> None:
    late = report("a", 0.55, 0)  # 22:48 UTC of the day before
    (event,) = events_of([late], ZoneInfo("Asia/Tokyo"), *EVER, 9)
    assert event.day == NOW.date()
    assert coverage_of([late], ZoneInfo("Asia/Tokyo"), *EVER) == [(NOW.date(), 1)]
    assert coverage_of([late], UTC, *EVER) == [(NOW.date() - ONE_DAY, 1)]


def test_what_most_articles_tell_is_kept() -> None:
    often = [report(name, 5, 0) for name in "abc"]
    reports = [report("d", 9, 0), *often, report("e", 1, 0)]
    assert [event.reports for event in events_of(reports, UTC, *EVER, 3)] == [1, 3, 1]
    assert [event.reports for event in events_of(reports, UTC, *EVER, 1)] == [3]


REPORTS = st.builds(report, st.text("abcdefgh", min_size=1), st.floats(0, 20), st.floats(0, 90))


@given(st.lists(REPORTS, unique_by=lambda report: report.quote.article.id), st.integers(1, 30))
def test_every_report_counts_once_and_events_are_in_order(reports: list[Report], limit: int) -> None:
    events = events_of(reports, UTC, *EVER, limit)
    assert len(events) <= limit
    assert [event.day for event in events] == sorted(event.day for event in events)
    everything = events_of(reports, UTC, *EVER, len(reports) + 1)
    assert sum(event.reports for event in everything) == len(reports)
    assert sum(count for _, count in coverage_of(reports, UTC, *EVER)) == len(reports)


@given(st.floats(-1, 1))
def test_what_is_less_alike_than_that_is_not_one_event(cosine: float) -> None:
    pair = [report("a", 1, 0), report("b", 1, float(np.degrees(np.arccos(cosine))))]
    expected = 1 if cosine >= SAME_DAY else 2
    if abs(cosine - SAME_DAY) > 1e-3:  # beyond what float32 can tell apart
        assert len(events_of(pair, UTC, *EVER, 9)) == expected


# -- with the library ------------------------------------------------------------------------------------


@pytest.fixture
def news(tmp_path: Path) -> Iterator[NewsIndex]:
    def out(name: str, text: str, day: int) -> object:
        published = datetime(2025, 5, day, 12, tzinfo=UTC)
        return article(name, text, title="News", published_at=published, source=f"Wire {name[0]}")

    texts = [
        ("a1", "The harbour bridge closed to traffic after cracks were found.", 2),
        ("b1", "The harbour bridge closed because of cracks, engineers found.", 2),
        ("a2", "Workers began to repair the harbour bridge with new steel beams.", 12),
        ("a3", "The harbour bridge opened again on May 20.", 24),
        ("a4", "A festival filled the museum with music from many lands.", 13),
    ]
    with open_news(tmp_path, [out(*text) for text in texts]) as opened:  # type: ignore[misc]
        yield opened


def test_a_topic_becomes_dated_quotes_of_what_was_reported(news: NewsIndex) -> None:
    found = news.timeline(Question("harbour bridge"))
    assert [(event.day.day, event.reports) for event in found.events] == [(2, 2), (12, 1), (20, 1)]
    assert all(event.quote.text == event.quote.article.text for event in found.events)
    assert [(day.day, count) for day, count in found.coverage] == [(2, 2), (12, 1), (24, 1)]
    assert found.articles == 4


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [(3, None, [12, 20]), (None, 12, [2, 12]), (15, 22, [20]), (21, None, []), (3, 11, [])],
)
def test_a_period_is_that_of_the_events(
    news: NewsIndex, since: int | None, until: int | None, days: list[int]
) -> None:
    start = datetime(2025, 5, since, tzinfo=UTC) if since else None
    end = datetime(2025, 5, until, 23, 59, tzinfo=UTC) if until else None
    found = news.timeline(Question("harbour bridge", since=start, until=end))
    assert [event.day.day for event in found.events] == days


def test_words_for_a_period_limit_it_and_are_no_part_of_the_topic(news: NewsIndex) -> None:
    found = news.timeline(Question("harbour bridge between 10 and 15 May 2025"))
    assert [event.day.day for event in found.events] == [12]
    assert found.since == datetime(2025, 5, 10, tzinfo=UTC)


def test_a_source_and_the_moment_of_asking_are_kept_to(news: NewsIndex) -> None:
    (only,) = news.timeline(Question("harbour bridge", source="wire b")).events
    assert only.quote.article.source == "Wire b"
    early = news.timeline(Question("harbour bridge", as_of=datetime(2025, 5, 3, tzinfo=UTC)))
    assert [event.day.day for event in early.events] == [2]
    assert len(news.timeline(Question("harbour bridge"), limit=1).events) == 1


def test_a_name_that_the_model_does_not_know_is_found_by_its_words_but_not_in_passing(tmp_path: Path) -> None:
    about = " ".join(
        ["Gukesh won again in the tenth game of the match, as reporters wrote."] + [story("chess")] * 2
    )
    passing = " ".join([story("bridges"), "Gukesh was there.", story("museums")])
    articles = [article("about", f"{about} Gukesh thanked his parents."), article("passing", passing)]
    with open_news(tmp_path, articles) as news:
        (event,) = news.timeline(Question("Gukesh")).events
        assert "Gukesh" in event.quote.text
        assert event.quote.article.id == articles[0].id


@pytest.mark.parametrize("topic", ["volcano eruption on Mars", "bridge tournament championship poker"])
def test_nothing_is_made_of_what_was_not_reported(news: NewsIndex, topic: str) -> None:
    found = news.timeline(Question(topic))
    assert (found.events, found.coverage, found.articles) == ((), (), 0)


def test_an_unknown_source_is_told(news: NewsIndex) -> None:
    with pytest.raises(UsageError, match="There is no source"):
        news.timeline(Question("harbour bridge", source="Nobody"))
