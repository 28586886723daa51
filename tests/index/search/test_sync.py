"""Database and search indexes hold the same passages, whatever happens in whatever order."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from index.ingest.decision import IncomingArticle
from index.runtime.faults import Faults
from index.search import followers, sync
from index.search.base import Position
from index.search.followers import DenseFollower
from index.search.local import LocalIndex
from index.search.sync import IndexSync, catch_up
from index.storage.articles import Store
from index.storage.database import sqlite_url
from index.storage.rows import NewArticle
from index.text.passages import split_passages
from index.types.article import Article, IndexedPassage
from tests.fakes import NOW, HashingEmbedder, article, story, until

EMBEDDER = HashingEmbedder(dimension=8)
FINGERPRINT = EMBEDDER.fingerprint


def put(store: Store, one: Article, fingerprint: str = FINGERPRINT) -> None:
    candidate = IncomingArticle.of(one)
    passages = split_passages(one.text)
    vectors = EMBEDDER.embed_passages([one.title] * len(passages)).astype(np.float16)
    new = NewArticle(one, candidate.content_hash, candidate.text_hash, passages, vectors, fingerprint)
    store.write([new], [], [], [], NOW)


def stored(store: Store, fingerprint: str = FINGERPRINT) -> set[int]:
    return {passage.id for batch in store.all_indexed_passages(fingerprint, 100) for passage in batch}


class Set:
    """What one process has: a database connection and the search indexes in the shared folder."""

    def __init__(self, url: str, folder: Path) -> None:
        self.store = Store.open(url)
        self.index = LocalIndex(folder, EMBEDDER.dimension)
        self.follow = IndexSync(self.store, self.index.followers, FINGERPRINT)

    def close(self, *, orderly: bool = True) -> None:
        if orderly:
            self.index.close()
        self.store.close()


WHICH = st.integers(0, 1)
NAMES = st.sampled_from("abcde")


class Following(RuleBasedStateMachine):
    """Two processes on one database and one folder."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.url = sqlite_url(self.root / "news.db")
        self.folder = self.root / "index"
        # Small enough that a few articles make several stretches of the log and several snapshots.
        self.kept = sync.BATCH, followers.SNAPSHOT_CHANGES
        sync.BATCH, followers.SNAPSHOT_CHANGES = 3, 5
        self.sets = [Set(self.url, self.folder) for _ in range(2)]

    def teardown(self) -> None:
        self.both_catch_up()
        for process in self.sets:
            process.close()
        sync.BATCH, followers.SNAPSHOT_CHANGES = self.kept
        shutil.rmtree(self.root)

    @rule(which=WHICH, name=NAMES, sentences=st.integers(1, 25))
    def add_or_change(self, which: int, name: str, sentences: int) -> None:
        put(self.sets[which].store, article(name, story(name, sentences)))

    @rule(which=WHICH, names=st.lists(NAMES, max_size=3, unique=True))
    def delete(self, which: int, names: list[str]) -> None:
        self.sets[which].store.delete_articles([article(name).id for name in names])

    @rule(which=WHICH, keep=st.integers(0, 5))
    def forget_old_changes(self, which: int, keep: int) -> None:
        self.sets[which].store.changes.trim(keep)

    @rule(which=WHICH)
    def one_catches_up(self, which: int) -> None:
        self.sets[which].follow.catch_up()
        dense, lexical = self.sets[which].index.ids()
        assert dense == lexical == stored(self.sets[which].store)

    @rule()
    def both_catch_up(self) -> None:
        for process in self.sets:
            process.follow.catch_up()
        for process in self.sets:
            process.follow.catch_up()  # nothing to do but to see what the other has written
            assert process.index.ids() == (stored(process.store), stored(process.store))

    @rule(which=WHICH, orderly=st.booleans())
    def restart(self, which: int, orderly: bool) -> None:
        self.sets[which].close(orderly=orderly)
        self.sets[which] = Set(self.url, self.folder)

    @rule(lost=st.sampled_from(["", "lexical", "lexical.json", "dense.npz", "lexical/meta.json"]))
    def lose_files_while_stopped(self, lost: str) -> None:
        for process in self.sets:
            process.close()
        path = self.folder / lost
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        self.sets = [Set(self.url, self.folder) for _ in range(2)]

    @invariant()
    def nothing_is_held_twice(self) -> None:
        for process in self.sets:
            assert len(process.index) == len(process.index.ids()[0])


TestFollowing = Following.TestCase
TestFollowing.settings = settings(max_examples=12, stateful_step_count=20)


# -- one at a time ---------------------------------------------------------------------------------------


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Set]:
    one = Set(sqlite_url(tmp_path / "news.db"), tmp_path / "index")
    yield one
    one.close()


def test_nothing_to_do_is_told(one: Set) -> None:
    put(one.store, article("a"))
    for follower in one.index.followers:
        assert catch_up(one.store, follower, FINGERPRINT)
        assert not catch_up(one.store, follower, FINGERPRINT)
        assert follower.position() == Position(one.store.id, FINGERPRINT, one.store.changes.last_seq())


def test_an_interruption_between_applying_and_remembering(
    one: Set, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(one.store, article("a"))
    one.follow.catch_up()
    put(one.store, article("b"))
    put(one.store, article("a", "Changed."))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _disk_full)
        with pytest.raises(OSError, match="disk full"):
            one.follow.catch_up()
    one.follow.catch_up()
    assert one.index.ids() == (stored(one.store), stored(one.store))


def _disk_full(*_: object) -> None:
    raise OSError("disk full")


def test_a_log_that_is_trimmed_while_it_is_followed(one: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    one.follow.catch_up()
    put(one.store, article("a", story("a", 25)))
    monkeypatch.setattr(sync, "BATCH", 2)
    apply = DenseFollower.apply

    def trim_then_apply(self: DenseFollower, *changes: Any) -> None:
        one.store.changes.trim(keep=1)
        apply(self, *changes)

    monkeypatch.setattr(DenseFollower, "apply", trim_then_apply)
    one.follow.catch_up()
    assert one.store.count_passages() > 3
    assert one.index.ids() == (stored(one.store), stored(one.store))


def test_another_database_is_followed_from_its_beginning(one: Set, tmp_path: Path) -> None:
    put(one.store, article("a"))
    put(one.store, article("b"))
    one.follow.catch_up()
    one.close()
    other = Set(sqlite_url(tmp_path / "other.db"), tmp_path / "index")
    put(other.store, article("c"))
    other.follow.catch_up()
    assert other.index.ids() == (stored(other.store), stored(other.store))
    assert len(stored(other.store)) == 2
    other.close()


def test_a_database_restored_from_an_earlier_copy(one: Set, tmp_path: Path) -> None:
    put(one.store, article("a"))
    one.store.close()
    shutil.copy(tmp_path / "news.db", tmp_path / "backup.db")
    again = Set(sqlite_url(tmp_path / "news.db"), tmp_path / "index")
    put(again.store, article("b"))
    again.follow.catch_up()
    again.close()
    for leftover in tmp_path.glob("news.db*"):
        leftover.unlink()
    shutil.move(tmp_path / "backup.db", tmp_path / "news.db")
    restored = Set(sqlite_url(tmp_path / "news.db"), tmp_path / "index")
    restored.follow.catch_up()
    assert restored.index.ids() == (stored(restored.store), stored(restored.store))
    assert len(stored(restored.store)) == 2
    restored.close()


def test_new_vectors_replace_the_old(one: Set) -> None:
    put(one.store, article("a"))
    one.store.set_fingerprint(FINGERPRINT)
    one.follow.catch_up()
    put(one.store, article("a", "Changed."), "other")
    one.store.set_fingerprint("other")
    other = IndexSync(one.store, one.index.followers, "other")
    other.catch_up()
    assert one.index.ids() == (stored(one.store, "other"), stored(one.store, "other"))
    assert len(stored(one.store, "other")) == 1


def test_whoever_has_the_old_model_leaves_the_index_alone(one: Set) -> None:
    put(one.store, article("a"), "new")
    one.store.set_fingerprint("new")
    IndexSync(one.store, one.index.followers, "new").catch_up()
    held = one.index.ids()
    one.follow.catch_up()
    assert one.index.ids() == held == (stored(one.store, "new"), stored(one.store, "new"))


# -- in the background -----------------------------------------------------------------------------------


class Fragile:
    """A follower in memory whose first attempts fail."""

    def __init__(self, failures: Sequence[Exception], goal: int) -> None:
        self.failures = list(failures)
        self.goal = goal
        self.held: set[int] = set()
        self.mends = self.clears = 0
        self.applied: list[int] = []
        self.reached = Event()
        self.reached_position: Position | None = None

    def exclusive(self) -> AbstractContextManager[object]:
        return nullcontext()

    def position(self) -> Position | None:
        return self.reached_position

    def mend(self) -> None:
        self.mends += 1

    def clear(self) -> None:
        self.clears += 1
        self.held.clear()

    def apply(
        self, added: Iterable[Sequence[IndexedPassage]], removed: Sequence[int], position: Position
    ) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.held |= {passage.id for batch in added for passage in batch}
        self.held -= set(removed)
        self.reached_position = position
        self.applied.append(position.seq)
        if position.seq >= self.goal:
            self.reached.set()


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


def test_a_follower_that_fails_is_mended_and_filled_at_once(
    one: Set, caplog: pytest.LogCaptureFixture
) -> None:
    put(one.store, article("a"))
    fragile = Fragile([OSError("disk full")], goal=1)
    IndexSync(one.store, [fragile], FINGERPRINT).catch_up()
    assert (fragile.held, fragile.mends) == (stored(one.store), 1)
    assert fragile.position() == Position(one.store.id, FINGERPRINT, one.store.changes.last_seq())
    assert warnings_in(caplog) == ["follower failed follower=Fragile"]
    assert "OSError: disk full" in caplog.text


def test_what_another_process_did_meanwhile_is_not_done_again(
    one: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(one.store, article("a"))
    fragile = Fragile([], goal=1)

    def wait_for_the_other() -> AbstractContextManager[object]:
        fragile.reached_position = Position(one.store.id, FINGERPRINT, one.store.changes.last_seq())
        return nullcontext()

    monkeypatch.setattr(fragile, "exclusive", wait_for_the_other)
    assert catch_up(one.store, fragile, FINGERPRINT)
    assert (fragile.clears, fragile.applied) == (0, [])


def test_changes_are_applied_in_stretches_and_nothing_is_made_anew(
    one: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(one.store, article("a"))
    fragile = Fragile([], goal=1)
    catch_up(one.store, fragile, FINGERPRINT)
    first = one.store.changes.last_seq()
    put(one.store, article("b"))
    monkeypatch.setattr(sync, "BATCH", 1)
    catch_up(one.store, fragile, FINGERPRINT)
    assert one.store.changes.last_seq() > first + 1
    assert fragile.applied == list(range(first, one.store.changes.last_seq() + 1))
    assert (fragile.clears, fragile.held) == (1, stored(one.store))


def test_the_background_thread_goes_on_after_errors(one: Set, caplog: pytest.LogCaptureFixture) -> None:
    fragile = Fragile([OSError("disk full"), ValueError("damaged"), RuntimeError("odd")], goal=3)
    background = IndexSync(one.store, [fragile], FINGERPRINT)
    background.start(0.01)
    for name in "ab":
        put(one.store, article(name))
    assert fragile.reached.wait(10)
    background.stop()
    background.catch_up()
    assert fragile.held == stored(one.store)
    assert fragile.failures == []
    degraded = "part.degraded part='search index' why='The search index failed ({}): it is tried again.'"
    assert warnings_in(caplog) == [
        "follower failed follower=Fragile",
        degraded.format("ValueError: damaged"),
        "follow failed retry_seconds=0.02",
        degraded.format("RuntimeError: odd"),
        "follow failed retry_seconds=0.04",
    ]


def test_the_background_thread_says_what_is_wrong_until_it_works_again(one: Set) -> None:
    faults = Faults()
    faults.report("database", "The database is away.")
    fragile = Fragile([RuntimeError("odd")], goal=1)
    put(one.store, article("a"))
    background = IndexSync(one.store, [fragile], FINGERPRINT, faults)
    assert [fault.part for fault in faults.all()] == ["database"]
    background.start(0.01)
    until(lambda: not faults.all())
    fragile.reached.clear()
    fragile.goal = one.store.changes.last_seq() + 1
    put(one.store, article("b"))
    assert fragile.reached.wait(10)  # it goes on looking
    background.stop()


def test_the_background_thread_goes_by_a_name_and_keeps_no_process_alive(one: Set) -> None:
    before = set(threading.enumerate())
    one.follow.start(600)
    (thread,) = set(threading.enumerate()) - before
    assert (thread.name, thread.daemon) == ("follow", True)
    one.follow.stop()
    assert not thread.is_alive()


def test_stopping_needs_no_start(one: Set) -> None:
    one.follow.stop()


def test_a_passage_that_is_gone_again_is_left_out(one: Set) -> None:
    put(one.store, article("a"))
    one.follow.catch_up()
    put(one.store, article("b"))
    put(one.store, replace(article("b"), text="Changed."))
    one.store.delete_articles([article("a").id])
    one.follow.catch_up()
    assert one.index.ids() == (stored(one.store), stored(one.store))
    assert len(stored(one.store)) == 1
