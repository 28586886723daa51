"""Digests: when they come, what they hold, and that each is sent once, whoever is alive to send it."""

from __future__ import annotations

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Delivery, Digest, DigestPlan, Schedule, UsageError
from index.overviews.stories import choose_stories
from index.storage.database import Database
from index.storage.guilds import Guilds
from index.storage.people.digests import ABANDONED, MAX_DIGESTS, MAX_DIRECT, DigestStore
from index.types.digest import DAY, LATE
from tests.fakes import NOW, Clock, article, open_news, write_jsonl

HOUR = timedelta(hours=1)
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
EIGHT = DigestPlan(Schedule(8, BERLIN))
ZONES = st.sampled_from(["UTC", BERLIN, NEW_YORK, "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago"])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(database_url: str, clock: Clock) -> DigestStore:
    return DigestStore(Database.open(database_url), clock)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- when ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd", "Europe"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(UsageError, match="is not a time zone"):
        Schedule(8, zone)


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        (Schedule(8, "UTC"), "2025-06-10 07:59", "2025-06-10 08:00"),
        (Schedule(8, "UTC"), "2025-06-10 08:00", "2025-06-11 08:00"),
        (Schedule(8, BERLIN), "2025-06-10 12:00", "2025-06-11 06:00"),
        (Schedule(8, BERLIN, 0), "2025-06-10 12:00", "2025-06-16 06:00"),
        # The clocks go on, and back: eight stays eight.
        (Schedule(8, BERLIN), "2025-03-29 12:00", "2025-03-30 06:00"),
        (Schedule(8, BERLIN), "2025-10-25 12:00", "2025-10-26 07:00"),
        # 2:00 does not exist that night, and comes twice in the other one: then the first counts.
        (Schedule(2, BERLIN), "2025-03-29 12:00", "2025-03-30 01:00"),
        (Schedule(2, BERLIN), "2025-10-25 12:00", "2025-10-26 00:00"),
        (Schedule(2, BERLIN), "2025-10-26 00:30", "2025-10-27 01:00"),
    ],
)
def test_the_next_time_is_an_hour_of_the_zone(schedule: Schedule, now: str, expected: str) -> None:
    assert schedule.after(utc(now)) == utc(expected)


@given(st.integers(0, 23), ZONES, st.none() | st.integers(0, 6), MOMENTS)
def test_each_day_or_week_has_one_time(hour: int, zone: str, weekday: int | None, now: datetime) -> None:
    schedule = Schedule(hour, zone, weekday)
    times = [now]
    for _ in range(5):
        times.append(schedule.after(times[-1]))
    days = [time.astimezone(ZoneInfo(zone)).date() for time in times[1:]]
    apart = 1 if weekday is None else 7
    assert [later - earlier for earlier, later in itertools.pairwise(days)] == [timedelta(apart)] * 4
    assert all(weekday in (None, day.weekday()) for day in days)


@pytest.mark.parametrize(
    ("quiet", "hours"),
    [(None, []), ((1, 4), [1, 2, 3]), ((22, 2), [0, 1, 22, 23]), ((0, 1), [0])],
)
def test_quiet_hours(quiet: tuple[int, int] | None, hours: list[int]) -> None:
    schedule = Schedule(12, BERLIN, quiet=quiet)
    midnight = datetime(2025, 6, 10, tzinfo=ZoneInfo(BERLIN))
    assert [hour for hour in range(24) if schedule.is_quiet(midnight.replace(hour=hour))] == hours


@pytest.mark.parametrize(
    ("hour", "zone", "quiet", "told"),
    [
        (8, "Mars/Base", None, "not a time zone: write it like"),
        (8, "../etc/passwd", None, "not a time zone"),
        (8, "", None, "not a time zone"),
        (23, "UTC", (22, 7), "lies in the quiet hours"),
        (24, "UTC", None, "an hour from 0 to 23"),
        (8, "UTC", (22, 24), "between 0 and 23"),
    ],
)
def test_what_cannot_be_is_told(hour: int, zone: str, quiet: tuple[int, int] | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Schedule(hour, zone, quiet=quiet)


@pytest.mark.parametrize("values", [{"topics": ("x",) * 6}, {"topics": ("x" * 101,)}, {"number": 11}])
def test_a_plan_has_limits(values: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        DigestPlan(Schedule(8), **values)  # type: ignore[arg-type]


# -- what ------------------------------------------------------------------------------------------------


def test_stories_that_more_outlets_tell_come_first() -> None:
    directions = {"a": 0, "b": 10, "c": 90, "d": 95, "e": 180}
    articles = [
        article(name, source="Wire" if name in "de" else name, published_at=NOW - timedelta(minutes=place))
        for place, name in enumerate(directions)
    ]
    turned = {one.id: np.radians(angle) for one, angle in zip(articles, directions.values(), strict=True)}
    vectors = {id: np.array([np.cos(angle), np.sin(angle)], np.float32) for id, angle in turned.items()}
    names = [[one.title[-1] for one in story] for story in choose_stories(articles, vectors, 2)]
    assert names == [["a", "b"], ["c", "d"]]


def test_a_digest_looks_back_to_the_last_one_but_not_for_ever() -> None:
    digest = Digest(1, "g", "c", "ann", EIGHT, NOW)
    assert digest.since(NOW) == NOW - DAY - LATE
    assert replace(digest, last_at=NOW - timedelta(hours=3)).since(NOW) == NOW - timedelta(hours=3) - LATE
    assert replace(digest, last_at=NOW - timedelta(days=9)).since(NOW) == NOW - DAY - LATE


def test_the_library_chooses_by_topic_and_source_and_never_the_same_again(tmp_path: Path) -> None:
    clock = Clock()
    bridge = "The harbour bridge closed to traffic after cracks were found."
    articles = [
        article("a1", bridge, source="Wire A", published_at=NOW - timedelta(hours=2)),
        article(
            "b1", bridge + " Engineers found them.", source="Wire B", published_at=NOW - timedelta(hours=3)
        ),
        article("c1", "A festival filled the museum with music.", published_at=NOW - timedelta(hours=4)),
        article("old", "The harbour bridge was built of steel.", published_at=NOW - timedelta(days=9)),
    ]
    with open_news(tmp_path, articles, clock=clock) as news:
        everything = news.digests.put("g", "c", "ann", DigestPlan(Schedule(8)))
        first, second = news.stories(everything)
        bridge_story, museum_story = first.headline, second.headline
        assert bridge_story.article.source == "Wire A"
        assert [copy.source for copy in bridge_story.also_in] == ["Wire B"]
        assert museum_story.article.id == articles[2].id
        topic = replace(everything, plan=DigestPlan(Schedule(8), ("harbour bridge",), ("wire b",)))
        assert [story.headline.article.source for story in news.stories(topic)] == ["Wire B"]
        with pytest.raises(UsageError, match="There is no source"):
            news.stories(replace(everything, plan=DigestPlan(Schedule(8), sources=("Nobody",))))
        assert news.digests.claim(everything)
        news.digests.sent(everything, first.article_ids)
        (again,) = news.digests.of("g")
        assert [story.article_ids for story in news.stories(again)] == [second.article_ids]
        clock.advance(hours=1)
        late = article(
            "late", "A strike of its guards closed the museum.", published_at=NOW - timedelta(hours=5)
        )
        news.ingest([str(write_jsonl(tmp_path / "late.jsonl", [late]))])
        assert (late.id,) in [story.article_ids for story in news.stories(again)]


# -- once ------------------------------------------------------------------------------------------------


def test_a_channel_has_several_digests_each_of_which_can_be_changed_and_stopped(book: DigestStore) -> None:
    first = book.put("g", "c", "ann", EIGHT)
    assert (first.next_at, book.of("g")) == (utc("2025-06-11 06:00"), [first])
    plan = DigestPlan(Schedule(9, "UTC", 2, (22, 7)), ("shipping",), ("Sample Wire",), 3)
    ways = Delivery("role", apart=True, publish=True)
    second = book.put("g", "c", "bob", plan, ways)
    assert book.of("g") == [first, second]  # a second one replaces nothing
    with pytest.raises(UsageError, match="already"):
        book.put("g", "c", "bob", plan, ways)  # as where a command was used twice
    with pytest.raises(UsageError, match="no such digest"):
        book.put("other", "c", "bob", plan, id=first.id)
    changed = book.put("g", "d", "bob", plan, ways, first.id)
    assert (changed.id, changed.channel, changed.plan, changed.delivery) == (first.id, "d", plan, ways)
    assert book.stop(changed)
    assert not book.stop(changed)
    assert book.of("g") == [second]


def test_what_is_sent_to_a_person_is_theirs_alone(book: DigestStore) -> None:
    direct = Delivery(direct=True)
    mine = book.put("g", "dm", "ann", EIGHT, direct)
    assert (book.of("g"), book.of_person("ann"), book.of_person("bob")) == ([], [mine], [])
    with pytest.raises(UsageError, match="no such digest"):
        book.put("g", "dm", "bob", EIGHT, direct, mine.id)
    for hour in range(MAX_DIRECT - 1):
        book.put("g", "dm", "ann", DigestPlan(Schedule(hour)), direct)
    with pytest.raises(UsageError, match="stop one first"):
        book.put("g", "dm", "ann", DigestPlan(Schedule(20)), direct)


def test_a_guild_has_so_many_and_no_more(book: DigestStore) -> None:
    for number in range(MAX_DIGESTS):
        book.put("g", str(number), "ann", EIGHT)
    with pytest.raises(UsageError, match="stop one first"):
        book.put("g", "one more", "ann", EIGHT)
    book.put("other", "one more", "ann", EIGHT)


def test_it_is_due_at_its_time_and_once(book: DigestStore, clock: Clock) -> None:
    digest = book.put("g", "c", "ann", EIGHT)
    assert book.due() == []
    clock.now = digest.next_at
    assert book.due() == [digest]
    assert [book.claim(digest), book.claim(digest)] == [True, False]
    book.sent(digest, ["a1", "a2", "a1"])
    assert (book.due(), book.known(digest.id)) == ([], {"a1", "a2"})
    (after,) = book.of("g")
    assert (after.next_at, after.last_at) == (digest.next_at + DAY, clock.now)
    assert not book.claim(digest)  # as a process that read the list before would try


def test_what_was_missed_while_nobody_was_there_comes_once(book: DigestStore, clock: Clock) -> None:
    digest = book.put("g", "c", "ann", EIGHT)
    clock.now = digest.next_at + timedelta(days=3, hours=2)
    assert book.claim(digest)
    book.sent(digest, [])
    assert book.of("g")[0].next_at == digest.next_at + timedelta(days=4)


def test_in_quiet_hours_it_waits_until_they_end(book: DigestStore, clock: Clock) -> None:
    digest = book.put("g", "c", "ann", DigestPlan(Schedule(21, "UTC", quiet=(22, 7))))
    clock.now = digest.next_at + timedelta(hours=2)
    assert book.due() == []
    clock.now = digest.next_at + timedelta(hours=10)
    assert book.due() == [digest]


def test_a_failure_gives_it_back_and_a_halt_does_not(book: DigestStore, clock: Clock) -> None:
    digest = book.put("g", "c", "ann", EIGHT)
    clock.now = digest.next_at
    book.claim(digest)
    book.release(digest)
    assert book.claim(digest)
    book.halt(digest, "the channel has been deleted")
    assert (book.due(), book.claim(digest)) == ([], False)
    assert book.of("g")[0].stopped == "the channel has been deleted"
    assert book.put("g", "c", "ann", EIGHT).stopped is None


def test_what_a_process_left_unsent_is_sent_by_the_next(book: DigestStore, clock: Clock) -> None:
    digest = book.put("g", "c", "ann", EIGHT)
    clock.now = digest.next_at
    assert book.claim(digest)
    clock.advance(seconds=ABANDONED.total_seconds())
    assert book.claim(digest)


def test_what_it_holds_is_chosen_once_whoever_sends_it(book: DigestStore, clock: Clock) -> None:
    digest = book.put("g", "c", "ann", EIGHT)
    clock.now = chosen_at = digest.next_at
    assert book.claim(digest)
    assert book.choose(digest, lambda: [("a1", "a2"), ("b1",)]) == [["a1", "a2"], ["b1"]]
    clock.advance(hours=10)
    assert book.claim(digest)  # the first was killed
    assert book.choose(digest, lambda: [("new",)]) == [["a1", "a2"], ["b1"]]
    book.sent(digest, ["a1", "a2", "b1"])
    (after,) = book.of("g")
    assert after.last_at == chosen_at  # what came out since is for the next one
    assert book.choose(after, lambda: [("new",)]) == [["new"]]


def test_of_two_that_choose_at_once_both_hold_the_same(book: DigestStore, clock: Clock) -> None:
    digest = book.put("g", "c", "ann", EIGHT)

    def meanwhile() -> list[tuple[str, ...]]:
        assert book.choose(digest, lambda: [("quick",)]) == [["quick"]]
        return [("slow",)]

    assert book.choose(digest, meanwhile) == [["quick"]]
    book.put("g", "c", "bob", DigestPlan(Schedule(9)), id=digest.id)
    assert book.choose(digest, lambda: [("late",)]) == ()  # set anew meanwhile


def test_a_digest_that_is_taken_over_holds_what_was_chosen_first(tmp_path: Path) -> None:
    clock = Clock()
    first = article("first", "A festival filled the museum with music.", published_at=NOW)
    with open_news(tmp_path, [first], clock=clock) as news:
        news.digests.put("g", "c", "ann", DigestPlan(Schedule(8)))
        (digest,) = news.digests.of("g")
        clock.now = digest.next_at
        assert news.digests.claim(digest)
        (story,) = news.stories_to_send(digest)
        newer = article("newer", "The harbour bridge closed to traffic.", published_at=clock.now)
        news.ingest([str(write_jsonl(tmp_path / "newer.jsonl", [newer]))])
        clock.advance(seconds=ABANDONED.total_seconds())
        assert news.digests.claim(digest)
        assert news.stories_to_send(digest) == [story]
        news.digests.sent(digest, story.article_ids)
        (after,) = news.digests.of("g")
        assert [story.article_ids for story in news.stories_to_send(after)] == [(newer.id,)]


def test_of_many_that_claim_at_once_one_sends(book: DigestStore, clock: Clock) -> None:
    digest = book.put("g", "c", "ann", EIGHT)
    clock.now = digest.next_at
    with ThreadPoolExecutor(8) as threads:
        claims = list(threads.map(lambda _: book.claim(digest), range(16)))
    assert sorted(claims) == [False] * 15 + [True]


CLAIM = """
import sys
from datetime import datetime
from index.storage.database import Database
from index.storage.people.digests import DigestStore
book = DigestStore(Database.open(sys.argv[1]), lambda: datetime.fromisoformat(sys.argv[2]))
due = book.due()
print("ready", len(due), flush=True)
sys.stdin.readline()
print(sum(book.claim(digest) for digest in due))
"""


def test_of_two_processes_one_sends(database_url: str, clock: Clock) -> None:
    digest = DigestStore(Database.open(database_url), clock).put("g", "c", "ann", EIGHT)
    command = [sys.executable, "-c", CLAIM, database_url, digest.next_at.isoformat()]
    root = str(Path(__file__).parents[3])
    started = [
        subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready 1\n"  # both have seen that it is due
    claims = [process.communicate("go\n", timeout=60)[0].strip() for process in started]
    assert sorted(claims) == ["0", "1"]


def test_a_guild_that_is_left_and_a_person_who_leaves(
    book: DigestStore, database_url: str, clock: Clock
) -> None:
    from index.storage.people.privacy import Privacy

    database = Database.open(database_url)
    book.put("g", "c", "ann", EIGHT)
    assert Privacy(database).delete("ann") == 1
    assert [digest.person for digest in book.of("g")] == [None]
    guilds = Guilds(database, clock)
    assert guilds.forget("g", 1) == 0  # the bot is in it
    guilds.note_left(["g"])
    assert (guilds.forget("g", 1), guilds.forget("g", 1)) == (1, 0)
    database.close()
    assert book.of("g") == []


# -- clocks that are set -----------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [EIGHT, DigestPlan(Schedule(8, BERLIN, 0))], ids=["daily", "weekly"])
def test_a_clock_that_is_set_back_costs_no_digest(book: DigestStore, clock: Clock, plan: DigestPlan) -> None:
    """It was planned for 400 days later, and claimed by a process that was killed."""
    book.put("1", "10", "boss", plan)
    clock.now = utc("2025-06-17 12:00")
    (digest,) = book.due()
    assert book.claim(digest)
    clock.advance(days=-400)
    assert book.due() == []
    (planned,) = book.of("1")
    assert planned.next_at == plan.schedule.after(clock.now)
    clock.now = planned.next_at
    (due,) = book.due()
    assert book.claim(due)


def test_no_digest_is_planned_anew_that_is_only_a_week_or_a_longer_day_away(
    book: DigestStore, clock: Clock
) -> None:
    clock.now = utc("2025-10-25 06:30")  # the next day in Berlin has 25 hours
    weekly = book.put("1", "10", "boss", DigestPlan(Schedule(8, BERLIN, 5)))
    daily = book.put("1", "11", "boss", EIGHT)
    assert daily.next_at - clock.now > DAY
    assert book.due() == []
    assert [digest.next_at for digest in book.of("1")] == [weekly.next_at, daily.next_at]


def test_a_digest_that_was_sent_by_a_clock_ahead_looks_a_whole_period_back() -> None:
    digest = Digest(1, "1", "10", None, EIGHT, NOW, last_at=NOW + timedelta(days=400))
    assert digest.since(NOW) == NOW - DAY - LATE
