"""The list of sources, on both kinds of database."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from index.storage.database import Database
from index.storage.sources import SourceStore
from index.types.source import Source
from tests.fakes import NOW

FEED = Source("https://wire.example/feed", NOW, next_fetch=NOW)


@pytest.fixture
def book(database: Database) -> SourceStore:
    return SourceStore(database)


def feeds(count: int) -> list[Source]:
    return [
        replace(FEED, url=f"https://wire.example/{i}", next_fetch=NOW + timedelta(minutes=i))
        for i in range(count)
    ]


def test_everything_comes_back_as_it_was_put(book: SourceStore) -> None:
    full = Source(
        *("https://wire.example/all", NOW, "All", "atom", "failing", 3, NOW, NOW, NOW, NOW, 2, "broken"),
        *(12.5, '"e"', "Tue"),
    )
    assert book.add([full, FEED]) == 2
    assert book.add([full]) == 0
    stored = book.get(full.url)
    assert stored == replace(full, origin=stored.origin if stored else 0)
    assert sorted(source.url for source in book.all()) == [full.url, FEED.url]
    assert book.get("https://nowhere.example") is None


def test_files_and_addresses_do_not_mix(book: SourceStore, database: Database) -> None:
    book.remember_files("/srv/articles", NOW)
    book.add([FEED])
    assert [source.url for source in book.all()] == [FEED.url]
    assert [source.uri for source in book.files()] == ["/srv/articles"]
    assert book.get("/srv/articles") is None
    assert not book.remove("/srv/articles")


def test_removing(book: SourceStore) -> None:
    book.add([FEED])
    assert book.remove(FEED.url)
    assert not book.remove(FEED.url)
    book.save(FEED, "a")  # whoever was reading it meanwhile does not bring it back
    assert book.all() == []


def test_a_source_is_leased_to_one_only_until_it_is_saved(book: SourceStore) -> None:
    book.add([FEED])
    assert [source.url for source in book.lease("a", NOW, 60, 5)] == [FEED.url]
    assert book.lease("b", NOW, 60, 5) == []
    assert book.lease_one(FEED.url, "b", NOW, 60) is None
    book.save(replace(FEED, next_fetch=NOW + timedelta(minutes=5)), "a")
    assert book.lease("b", NOW, 60, 5) == []
    assert len(book.lease("b", NOW + timedelta(minutes=5), 60, 5)) == 1


def test_the_lease_of_one_that_died_runs_out(book: SourceStore) -> None:
    book.add([FEED])
    book.lease("dead", NOW, 60, 5)
    assert len(book.lease("alive", NOW + timedelta(seconds=60), 60, 5)) == 1


def test_a_lease_that_is_renewed_goes_on(book: SourceStore) -> None:
    book.add([FEED])
    book.lease("a", NOW, 60, 5)
    book.renew("a", NOW + timedelta(seconds=50), 60)
    book.renew("b", NOW + timedelta(seconds=50), 60)  # has none
    assert book.lease("b", NOW + timedelta(seconds=109), 60, 5) == []
    assert len(book.lease("b", NOW + timedelta(seconds=110), 60, 5)) == 1


def test_who_comes_back_after_its_lease_ran_out_does_not_disturb_the_next(book: SourceStore) -> None:
    book.add([FEED])
    book.lease("late", NOW, 60, 5)
    later = NOW + timedelta(seconds=60)
    assert len(book.lease("next", later, 60, 5)) == 1
    book.save(replace(FEED, title="of the late one"), "late")
    assert [source.title for source in book.all()] == [FEED.title]
    assert book.lease_one(FEED.url, "third", later, 60) is None


def test_released_sources_are_free_at_once(book: SourceStore) -> None:
    book.add(feeds(2))
    book.lease("a", NOW + timedelta(hours=1), 60, 1)
    book.lease("b", NOW + timedelta(hours=1), 60, 1)
    book.release("a")
    assert [source.url for source in book.lease("c", NOW + timedelta(hours=1), 60, 5)] == [
        "https://wire.example/0"
    ]


def test_the_longest_overdue_come_first_and_what_is_not_due_waits(book: SourceStore) -> None:
    book.add(list(reversed(feeds(4))))
    leased = book.lease("a", NOW + timedelta(minutes=2), 60, 2)
    assert [source.url for source in leased] == ["https://wire.example/0", "https://wire.example/1"]
    assert [source.url for source in book.lease("a", NOW + timedelta(minutes=2), 60, 2)] == [
        "https://wire.example/2"
    ]
    assert book.next_fetch() == NOW


def test_what_is_gone_is_never_due_again(book: SourceStore) -> None:
    book.add([replace(FEED, state="gone", next_fetch=None)])
    assert book.lease("a", NOW + timedelta(days=999), 60, 5) == []
    assert book.next_fetch() is None


def test_a_moved_source_is_remembered_under_its_new_address(book: SourceStore) -> None:
    book.add([FEED])
    book.save(replace(FEED, title="Wire"), "a", moved_to="https://new.example/feed")
    (moved,) = book.all()
    assert (moved.url, moved.title) == ("https://new.example/feed", "Wire")


def test_a_source_that_moves_to_another_becomes_one_with_it(book: SourceStore) -> None:
    book.add([FEED, replace(FEED, url="https://new.example/feed", title="kept")])
    book.save(FEED, "a", moved_to="https://new.example/feed")
    assert [(source.url, source.title) for source in book.all()] == [("https://new.example/feed", "kept")]


def test_many_at_once_never_lease_the_same(book: SourceStore) -> None:
    book.add(feeds(40))
    taken: list[str] = []

    def work(owner: str) -> None:
        while leased := book.lease(owner, NOW + timedelta(hours=1), 60, 3):
            taken.extend(source.url for source in leased)

    workers = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(taken) == len(set(taken)) == 40
