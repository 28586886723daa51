"""Politeness and headers: pauses between requests, and servers that ask for odd things."""

from __future__ import annotations

import threading
import time
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fetch.headers import LONGEST_WAIT, content_type, max_age, retry_after, valid_date, valid_etag
from index.fetch.politeness import MOST_HOSTS, SLOW_SECONDS, Politeness, SlowHosts

NOW = datetime(2025, 6, 4, 12, tzinfo=UTC)


class Clock:
    """Time that only passes while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_pause_between_two_of_one_host() -> None:
    clock = Clock()
    politeness = Politeness(1.0, clock, clock.sleep)
    assert [politeness.wait("a"), politeness.wait("b"), politeness.wait("a")] == [0.0, 0.0, 1.0]
    clock.now = 10.0
    assert politeness.wait("a") == 0.0


def test_a_host_may_ask_for_a_longer_pause() -> None:
    clock = Clock()
    politeness = Politeness(1.0, clock, clock.sleep)
    politeness.wait("a", 5.0)
    assert politeness.wait("a") == 5.0


def test_many_threads_get_one_turn_each() -> None:
    politeness = Politeness(1.0, lambda: 0.0, lambda seconds: None)
    waits: list[float] = []
    threads = [threading.Thread(target=lambda: waits.append(politeness.wait("a"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [float(turn) for turn in range(20)]


def test_the_table_of_hosts_does_not_grow_for_ever() -> None:
    clock = Clock()
    politeness = Politeness(1.0, clock, clock.sleep)
    tracemalloc.start()
    for number in range(20_000):
        politeness.wait(f"host{number}")
        clock.now += 1.0
    memory, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert memory < 500_000  # 1,000 hosts take up 200,000 bytes, all of them 4,000,000


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("public", None),
        ("max-age=600", 600.0),
        ("public, MAX-AGE = 60", 60.0),
        ('max-age="60"', 60.0),
        ("s-maxage=5", None),
        ("no-cache", 0.0),
        ("max-age=60, no-store", 0.0),
        ("max-age=99999999999", LONGEST_WAIT),
        ("max-age=-1", None),
        ("max-age=soon", None),
    ],
)
def test_cache_control(header: str, seconds: float | None) -> None:
    assert max_age(header) == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9" * 500, LONGEST_WAIT),
        ("Wed, 04 Jun 2025 12:01:00 GMT", 60.0),
        ("Wed, 04 Jun 2025 11:00:00 GMT", 0.0),
        ("Wed, 04 Jun 2025 12:01:00 -0000", 60.0),
        ("-5", None),
        ("tomorrow", None),
        ("٣", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("", ("", None)),
        ("text/html", ("text/html", None)),
        ("Text/HTML; Charset=UTF-8", ("text/html", "utf-8")),
        ('application/xml;charset="windows-1251"', ("application/xml", "windows-1251")),
        ("text/html; charset=", ("text/html", None)),
    ],
)
def test_content_type(header: str, parts: tuple[str, str | None]) -> None:
    assert content_type(header) == parts


def test_a_content_type_that_is_made_to_be_slow_takes_no_time() -> None:
    """The standard library takes 5 seconds for this one."""
    began = time.process_time()
    assert content_type('text/html; charset="' + ";" * 98_000)[0] == "text/html"
    assert time.process_time() - began < 0.5


@given(st.text(), st.text())
def test_no_header_is_too_odd(one: str, two: str) -> None:
    assert (max_age(one) or 0.0) >= 0.0
    assert (retry_after(two, NOW) or 0.0) >= 0.0
    content_type(one)


@pytest.mark.parametrize("value", ['"7"', 'W/"7"', '""', '"a!#~"'])
def test_etags_that_http_allows(value: str) -> None:
    assert valid_etag(value) == value


@pytest.mark.parametrize(
    "value",
    [None, "", "7", "'7'", '"a"b"', '"caf\u00e9"', '"a b"', '"a\nX: y"', 'w/"7"', '"' + "x" * 2000 + '"'],
)
def test_etags_that_http_does_not_allow(value: str | None) -> None:
    assert valid_etag(value) is None


def test_only_dates_are_sent_back() -> None:
    assert valid_date("Tue, 03 Jun 2025 10:00:00 GMT") == "Tue, 03 Jun 2025 10:00:00 GMT"
    for value in (
        None,
        "",
        "yesterday",
        "2025-06-03",
        "Tue, 03 Jun 2025 10:00:00 +0000",
        "Tue, 33 Jun 2025 10:00:00 GMT",
        "Tue, 03 Jun 2025 10:00:00 GMT\r\nX: y",
        "mardi 3 f\u00e9vrier",
        "Tue, \u0660\u0663 Jun 2025 10:00:00 GMT",
    ):
        assert valid_date(value) is None


def test_a_turn_that_comes_too_late_is_not_waited_for() -> None:
    clock = Clock()
    politeness = Politeness(10.0, clock, clock.sleep)
    assert politeness.wait("a") == 0.0
    assert politeness.wait("a", most=5.0) is None
    assert clock.now == 0.0
    assert politeness.wait("a", most=10.0) == 10.0


def test_hosts_that_were_slow_are_remembered_for_an_hour_and_not_for_ever() -> None:
    clock = Clock()
    slow = SlowHosts(clock)
    slow.note("a")
    assert "a" in slow
    assert "b" not in slow
    clock.now = SLOW_SECONDS + 1
    assert "a" not in slow
    for number in range(3_000):
        slow.note(f"host{number}")
    assert len(slow) == MOST_HOSTS
    assert "host2999" in slow
