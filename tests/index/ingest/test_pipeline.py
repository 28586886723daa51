"""Articles from sources into the store: what becomes of each, and whole runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embeddings.base import GiveWay, Vectors, to_nobody
from index.errors import ModelError
from index.ingest import pipeline
from index.ingest.decision import Decision, IncomingArticle, Stored, decide, times
from index.ingest.writer import embedded_text
from index.storage.article_changes import KEPT_REVISIONS
from index.storage.articles import Known, Store
from index.storage.database import sqlite_url
from index.storage.sources import SourceStore
from index.text.passages import split_passages
from index.types.article import Article, ArticleTimes, Authority, Copy, Precision
from index.types.edition import LIBRARY
from index.types.question import Filters
from index.types.report import Failure, IngestReport, Progress
from tests.fakes import Clock, HashingEmbedder, article, record, story, story_page, until, write_jsonl
from tests.ingests import ingest_into, reading_of

LONG = article("long", story("long"))
SHORT = article("short", "This is a developing story.")
LATER = LONG.published_at + timedelta(hours=1)
EARLIER = LONG.published_at - timedelta(hours=1)
FOREIGN, FETCHED = Authority.FOREIGN, Authority.FETCHED


def stored(one: Article, updated_at: datetime | None = None) -> Stored:
    times = ArticleTimes(one.published_at, one.published_precision, updated_at)
    known = Known(IncomingArticle.of(one).content_hash, times, 1, one.url, one.authority)
    return Stored(known, one)


# -- the decision ----------------------------------------------------------------------------------------

BOX = "\n\nSign up for our newsletter.\n\nMore:Port opens shore power"


@pytest.mark.parametrize(
    ("read", "old", "copy_of", "twin", "decision"),
    [
        (LONG, None, None, None, "new"),
        (LONG, stored(LONG), None, None, "unchanged"),
        (LONG, stored(LONG), None, LONG.id, "unchanged"),
        (LONG, stored(SHORT), None, None, "changed"),
        (LONG, stored(SHORT), None, "another", "changed"),
        (LONG, stored(LONG, LATER), None, None, "unchanged"),
        (replace(LONG, updated_at=LATER), stored(LONG), None, None, "unchanged"),
        (replace(LONG, updated_at=LATER), stored(LONG, LATER), None, None, "unchanged"),
        (replace(LONG, title="Corrected"), stored(LONG), None, None, "changed"),
        (replace(LONG, highlights=("New.",)), stored(LONG), None, None, "changed"),
        (replace(LONG, source="Sample Herald"), stored(LONG), None, None, "changed"),
        (replace(LONG, published_at=LATER), stored(LONG), None, None, "unchanged"),
        (replace(LONG, published_at=LATER), stored(LONG, LATER), None, None, "unchanged"),
        (replace(LONG, published_at=EARLIER), stored(LONG), None, None, "touched"),
        (replace(LONG, text=LONG.text.replace(". ", ".\n\n")), stored(LONG), None, None, "unchanged"),
        (replace(LONG, text=LONG.text + BOX), stored(LONG), None, None, "unchanged"),
        (LONG, stored(replace(LONG, text=f"{BOX}\n\n{LONG.text}")), None, None, "unchanged"),
        (LONG, None, None, "another", "copy"),
        (LONG, None, "another", "another", "unchanged"),
        (LONG, None, "another", "a third", "copy"),
        (LONG, None, "another", None, "new"),
        (replace(SHORT, authority=FETCHED), stored(LONG), None, None, "changed"),
        (replace(LONG, authority=FETCHED), stored(LONG), None, None, "touched"),
        (SHORT, stored(replace(LONG, authority=FETCHED)), None, None, "weaker"),
        (LONG, stored(replace(LONG, authority=FETCHED)), None, None, "weaker"),
        (replace(SHORT, authority=FOREIGN), stored(LONG), None, None, "weaker"),
    ],
)
def test_decide(
    read: Article, old: Stored | None, copy_of: str | None, twin: str | None, decision: Decision
) -> None:
    assert decide(IncomingArticle.of(read), old, copy_of, twin) == decision


@given(*[st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1))] * 3)
def test_reading_the_same_times_again_changes_nothing(
    one: datetime, other: datetime, updated: datetime
) -> None:
    read = replace(LONG, published_at=one, updated_at=max(one, updated) if updated != one else None)
    after = times(read, ArticleTimes(other, "minute", None), changed=True)
    assert after.published_at == min(one, other)
    assert after.updated_at is None or after.updated_at > after.published_at
    assert times(read, after, changed=True) == times(read, after, changed=False) == after


DAY = datetime(2025, 10, 14, tzinfo=UTC)
HOUR = DAY + timedelta(hours=7, minutes=31)
SIGHT = DAY + timedelta(days=40)


@pytest.mark.parametrize(
    ("read", "known", "after"),
    [
        ((SIGHT, "seen"), (SIGHT - timedelta(days=2), "seen"), (SIGHT - timedelta(days=2), "seen")),
        ((HOUR, "minute"), (SIGHT, "seen"), (HOUR, "minute")),
        ((DAY, "day"), (SIGHT, "seen"), (DAY, "day")),
        ((SIGHT, "seen"), (HOUR, "minute"), (HOUR, "minute")),
        ((SIGHT, "seen"), (DAY, "day"), (DAY, "day")),
        ((HOUR, "minute"), (DAY, "day"), (HOUR, "minute")),
        ((DAY, "day"), (HOUR, "minute"), (HOUR, "minute")),
        ((DAY - timedelta(hours=3), "minute"), (DAY, "day"), (DAY - timedelta(hours=3), "minute")),
        ((DAY - timedelta(days=3), "day"), (HOUR, "minute"), (DAY - timedelta(days=3), "day")),
        ((HOUR + timedelta(days=3), "minute"), (DAY, "day"), (DAY, "day")),
        ((HOUR + timedelta(hours=2), "minute"), (HOUR, "minute"), (HOUR, "minute")),
    ],
)
def test_which_of_two_times_of_publishing_stays(
    read: tuple[datetime, Precision], known: tuple[datetime, Precision], after: tuple[datetime, Precision]
) -> None:
    article = replace(LONG, published_at=read[0], published_precision=read[1])
    for changed in (False, True):
        assert times(article, ArticleTimes(*known, None), changed=changed)[:2] == after


def test_a_first_sight_is_no_update() -> None:
    seen = replace(LONG, published_at=SIGHT, published_precision="seen")
    assert times(seen, ArticleTimes(HOUR, "minute", None), changed=True).updated_at is None


def test_the_model_sees_the_headline_with_every_passage() -> None:
    one = article("a", story("a", 20))
    texts = [embedded_text(one, passage.span) for passage in split_passages(one.text)]
    assert len(texts) > 1
    assert all(text.startswith("Headline about a\nIn paragraph ") for text in texts)


# -- whole runs ------------------------------------------------------------------------------------------


class Newsroom:
    """A store with what reads into it, and a folder to read from."""

    def __init__(self, folder: Path, embedder: HashingEmbedder | None = None) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.clock = Clock()
        self.embedder = embedder or HashingEmbedder()
        self.store = Store.open(sqlite_url(folder / "news.db"))
        self.ingest = ingest_into(self.store, self.embedder, self.clock)

    def read(self, *articles: Article, name: str = "news.jsonl") -> IngestReport:
        return self.ingest.run([str(write_jsonl(self.folder / name, articles))])

    def store_reading(self, articles: Sequence[Article]) -> IngestReport:
        return self.ingest.store(reading_of(articles), LIBRARY)

    def contents(self) -> tuple[object, ...]:
        """Return everything that matters of what is stored; passage ids and change numbers do not."""
        articles = self.store.latest(Filters(), 10_000)
        ids = [article.id for article in articles]
        passages = sorted(
            (passage.text, passage.vector.tobytes())
            for batch in self.store.all_indexed_passages(self.embedder.fingerprint, 1000)
            for passage in batch
        )
        revisions = [self.store.revisions(id) for id in ids]
        return articles, passages, self.store.copies(ids), revisions


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    room = Newsroom(tmp_path / "room")
    yield room
    room.store.close()


def test_the_same_again_is_unchanged(room: Newsroom) -> None:
    articles = [article(f"a{i}") for i in range(5)]
    assert room.read(*articles) == IngestReport(added=5)
    before = (room.contents(), room.embedder.embedded, room.store.changes.last_seq())
    assert room.read(*reversed(articles)) == IngestReport(unchanged=5)
    assert (room.contents(), room.embedder.embedded, room.store.changes.last_seq()) == before


def test_a_changed_article_replaces_its_passages_and_keeps_what_it_said(room: Newsroom) -> None:
    room.read(article("a"), article("b"))
    room.clock.advance(hours=2)
    changed = article("a", "All of it was different. " + story("quite different"), updated_at=room.clock())
    assert room.read(changed, article("b")) == IngestReport(updated=1, unchanged=1)
    assert room.store.articles([changed.id]) == {changed.id: changed}
    assert room.store.revisions(changed.id) == [(1, article("a").text, room.clock())]
    texts = {
        passage.text
        for batch in room.store.all_indexed_passages(room.embedder.fingerprint, 99)
        for passage in batch
    }
    assert any("quite different" in text for text in texts)
    assert not any("of a was described" in text for text in texts)


def test_only_a_new_time_is_no_new_revision(room: Newsroom) -> None:
    room.read(LONG)
    embedded = room.embedder.embedded
    touched = replace(LONG, published_at=EARLIER)
    assert room.read(touched) == IngestReport(unchanged=1)
    assert room.store.articles([LONG.id]) == {LONG.id: touched}
    assert room.read(replace(LONG, published_at=LATER + timedelta(days=1))) == IngestReport(unchanged=1)
    assert room.store.articles([LONG.id]) == {LONG.id: touched}
    assert (room.store.revisions(LONG.id), room.embedder.embedded) == ([], embedded)


def test_a_corrected_date_reaches_the_followers(room: Newsroom) -> None:
    room.read(LONG)
    seq = room.store.changes.last_seq()
    room.read(replace(LONG, published_at=EARLIER))
    changes = room.store.changes.after(seq, 99)
    assert changes is not None
    added = changes.added
    moments = {
        passage.published_at for passage in room.store.indexed_passages(added, room.embedder.fingerprint)
    }
    assert len(added) == room.store.count_passages()
    assert moments == {EARLIER}


def test_a_live_report_is_stored_in_its_newest_state_and_some_before_it(room: Newsroom) -> None:
    room.read(LONG)
    states = [replace(LONG, text=f"Entry {number}. {LONG.text}") for number in range(KEPT_REVISIONS + 5)]
    reports = [room.read(state) for state in states]
    assert reports == [IngestReport(updated=1)] * len(states)
    assert room.store.articles([LONG.id])[LONG.id].text == states[-1].text
    kept = [text for _, text, _ in room.store.revisions(LONG.id)]
    assert kept == [state.text for state in states[-KEPT_REVISIONS - 1 : -1]]


def test_copies_are_kept_once_and_named(room: Newsroom) -> None:
    herald = article("copy", LONG.text.replace(". ", ".\n"), source="Sample Herald", title="Our headline")
    assert room.read(LONG, herald, article("other")) == IngestReport(added=2, duplicates=1)
    assert room.store.copies([LONG.id]) == {LONG.id: [Copy("Sample Herald", herald.url, herald.published_at)]}
    assert room.read(LONG, herald) == IngestReport(unchanged=2)
    assert room.read(herald, name="again.jsonl") == IngestReport(unchanged=1)
    own = replace(herald, text="Now written by ourselves. " + story("our own"))
    assert room.read(own) == IngestReport(added=1)
    assert room.store.copies([LONG.id]) == {}


def test_an_article_that_changed_is_no_twin_of_its_old_words(room: Newsroom) -> None:
    room.read(LONG)
    changed = replace(LONG, text="Rewritten. " + story("rewritten"))
    late_copy = article("late", LONG.text, source="Sample Herald")
    assert room.read(changed, late_copy) == IngestReport(added=1, updated=1)
    assert room.store.copies([LONG.id]) == {}


WIRE = article("wire", " ".join(story(name, 3) for name in ("harbour", "quay", "ship", "crane", "dock")))
HERALD = article("herald", f"{WIRE.text} The Sample Wire reported it.", source="Sample Herald")


@pytest.mark.parametrize("size", [1, 2, 16])
def test_a_story_that_was_hardly_edited_is_a_copy(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_ARTICLES", size)
    late = replace(HERALD, id="late", published_at=WIRE.published_at + timedelta(days=5))
    assert room.read(WIRE, HERALD, late) == IngestReport(added=2, duplicates=1)
    assert [copy.url for copy in room.store.copies([WIRE.id])[WIRE.id]] == [HERALD.url]
    assert room.read(HERALD, WIRE, name="again.jsonl") == IngestReport(unchanged=2)
    changed = replace(WIRE, text="All of it was wrong. " + story("another matter", 20))
    again = replace(HERALD, id="again")
    assert room.read(changed, again) == IngestReport(updated=1, duplicates=1)
    assert room.store.known_copies([again.id]) == {again.id: late.id}


def test_what_a_page_says_that_it_repeats_is_believed_where_that_is_known(room: Newsroom) -> None:
    shortened = article("herald", WIRE.text[:200], source="Sample Herald")
    herald = replace(shortened, original=f"{WIRE.url}?utm_source=rss")
    assert room.store_reading([replace(WIRE, original=WIRE.url), herald]) == IngestReport(
        added=1, duplicates=1
    )
    assert [copy.url for copy in room.store.copies([WIRE.id])[WIRE.id]] == [HERALD.url]
    assert room.store_reading([herald]) == IngestReport(unchanged=1)
    further = replace(shortened, id="further", original=HERALD.url)  # a copy of the copy
    assert room.store_reading([further]) == IngestReport(duplicates=1)
    assert room.store.known_copies(["further"]) == {"further": WIRE.id}
    other = article("other", "Another matter.")
    for nowhere in ("https://elsewhere.example/1", "no address [at all"):
        report = room.store_reading([replace(other, id=nowhere[-8:], original=nowhere)])
        assert report == IngestReport(added=1)


def test_short_texts_are_never_copies(room: Newsroom) -> None:
    assert room.read(SHORT, article("b", SHORT.text)) == IngestReport(added=2)


def test_the_same_id_twice_in_a_file(room: Newsroom) -> None:
    second = article("a", "Corrected. " + story("corrected"))
    third = article("a", "Corrected twice. " + story("corrected twice"))
    report = room.read(article("a"), article("b"), second, second, third)
    assert report == IngestReport(added=2, updated=2, unchanged=1)
    assert room.store.articles([third.id]) == {third.id: third}
    assert [text for _, text, _ in room.store.revisions(third.id)] == [article("a").text, second.text]


def test_a_broken_record_stops_nothing(room: Newsroom) -> None:
    good = [json.dumps(record(article(name))) for name in "ab"]
    (room.folder / "news.jsonl").write_text("\n".join([good[0], "{", json.dumps({"url": "x"}), good[1]]))
    (room.folder / "broken.txt").write_bytes(b"\xff\xfe\x00")
    (room.folder / "page.txt").write_text(story_page())
    (room.folder / "damaged.jsonl.gz").write_bytes(b"no archive")
    report = room.ingest.run([str(room.folder), "/nowhere.txt", "https://news.example/"])
    assert (report.added, report.updated, report.unchanged, report.duplicates) == (3, 0, 0, 0)
    where = {failure.where: failure.why for failure in report.failed}
    assert set(where) == {
        "/nowhere.txt",
        "https://news.example/",
        str(room.folder / "broken.txt"),
        str(room.folder / "damaged.jsonl.gz"),
        f"{room.folder / 'news.jsonl'}:2",
        f"{room.folder / 'news.jsonl'}:3",
    }
    assert where[f"{room.folder / 'news.jsonl'}:3"] == "published_at is missing"


def test_unknown_keys_are_logged_and_cost_nothing(room: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    (room.folder / "news.jsonl").write_text(json.dumps({**record(LONG), "mood": "good"}))
    assert room.ingest.run([str(room.folder)]) == IngestReport(added=1)
    assert "unknown keys left out: mood" in caplog.text


def test_sources_are_remembered_so_that_they_mean_the_same_elsewhere(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_jsonl(room.folder / "news.jsonl", [LONG])
    monkeypatch.chdir(room.folder)
    room.ingest.run(["news.jsonl", ".", "/nowhere", room.folder.as_uri()])
    remembered = {source.uri for source in SourceStore(room.store.database).files()}
    assert remembered == {str(room.folder / "news.jsonl"), str(room.folder), room.folder.as_uri()}


def test_progress_ends_at_the_total(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_ARTICLES", 3)
    path = write_jsonl(room.folder / "news.jsonl", [article(f"a{i}") for i in range(8)])
    steps: list[Progress] = []
    room.ingest.run([str(path)], steps.append)
    assert steps == [Progress("articles", done, 8) for done in (0, 3, 6, 8)]


def test_the_zone_of_pages_is_the_setting(room: Newsroom) -> None:
    tokyo = ingest_into(room.store, room.embedder, room.clock, timezone="Asia/Tokyo")
    (room.folder / "page.txt").write_text(story_page(times=("Mar 2, 2025, 9:00 AM",)))
    tokyo.run([str(room.folder / "page.txt")])
    assert room.store.newest() == datetime(2025, 3, 2, tzinfo=ZoneInfo("UTC"))


class Interrupted(HashingEmbedder):
    """Fails at the n-th batch of passages, as a process that is stopped does."""

    def __init__(self, after: int, error: BaseException) -> None:
        super().__init__()
        self.left = after
        self.error = error

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        self.left -= 1
        if self.left < 0:
            raise self.error
        return super().embed_passages(texts, give_way)


@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ModelError("gone")])
def test_an_interrupted_run_is_repeated_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int, error: BaseException
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_ARTICLES", 4)
    first = [article(f"a{i}") for i in range(6)]
    second = [
        *first[:2],
        *(replace(article, text=f"Changed. {article.text}") for article in first[2:4]),
        article("copy", first[4].text, source="Sample Herald"),
        *(article(f"b{i}") for i in range(8)),
        article("b0", "Changed within the file. " + story("b0")),
    ]
    undisturbed = Newsroom(tmp_path / "undisturbed")
    disturbed = Newsroom(tmp_path / "disturbed")
    for room in (undisturbed, disturbed):
        room.read(*first)
    undisturbed.read(*second)
    path = write_jsonl(disturbed.folder / "second.jsonl", second)
    failing = ingest_into(disturbed.store, Interrupted(after, error), disturbed.clock)
    with pytest.raises(type(error)):
        failing.run([str(path)])
    halfway = disturbed.store.count_articles()
    disturbed.ingest.run([str(path)])
    assert halfway < disturbed.store.count_articles() == 14
    assert disturbed.contents() == undisturbed.contents()
    for room in (undisturbed, disturbed):
        room.store.close()


def test_one_new_article_does_not_wait_for_a_long_archive(tmp_path: Path) -> None:
    class Slow(HashingEmbedder):
        """Begins with the first passages when it is told to; `seen` keeps what it has begun with."""

        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []
            self.asked, self.may = threading.Event(), threading.Event()

        def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
            self.seen.append(texts[0].splitlines()[0].split()[0])
            self.asked.set()
            assert self.may.wait(30)
            return super().embed_passages(texts, give_way)

    room = Newsroom(tmp_path / "room", slow := Slow())
    slow.may.set()
    room.read(*(feed := [article(f"feed{number}") for number in range(10)]))  # one batch with the news
    archives = [[article(f"{name}{number}", title=name) for number in range(40)] for name in ("one", "two")]
    readings = [*archives, [*feed, article("news", title="news")]]
    slow.seen.clear()
    slow.may.clear()
    slow.asked.clear()
    with ThreadPoolExecutor(len(readings)) as pool:
        for waiting, reading in enumerate(readings):
            pool.submit(room.store_reading, reading)
            assert slow.asked.wait(30)
            until(lambda waiting=waiting: len(room.ingest.turns) == waiting)
        slow.may.set()
    assert slow.seen == ["one", "news", "two", "one", "two", "one", "two"]
    room.store.close()


def test_vectors_are_stored_as_the_model_made_them(room: Newsroom) -> None:
    room.read(LONG)
    (batch,) = room.store.all_indexed_passages(room.embedder.fingerprint, 99)
    texts = [f"{LONG.title}\n{passage.text}" for passage in batch]
    expected = room.embedder.embed_passages(texts)
    assert np.allclose(np.stack([passage.vector for passage in batch]), expected, atol=1e-3)


def test_failures_carry_their_reason(room: Newsroom) -> None:
    report = room.ingest.run(["/nowhere"])
    assert report.failed == (Failure("/nowhere", "/nowhere does not exist: check the spelling."),)
    assert report.read == 0
