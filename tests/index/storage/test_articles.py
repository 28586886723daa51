"""The database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from sqlalchemy import create_engine, select, text

from index.errors import StoreError
from index.ingest.decision import IncomingArticle
from index.storage import schema
from index.storage.articles import Known, Store
from index.storage.changes import Changes
from index.storage.database import sqlite_url
from index.storage.rows import NewArticle
from index.storage.sources import SourceStore
from index.text.normalize import text_hash
from index.text.passages import split_passages
from index.text.spans import Span
from index.types.article import Article, ArticleTimes, Authority, Copy
from index.types.question import Filters
from tests.fakes import NOW, HashingEmbedder, article, story

ROOT = Path(__file__).parents[3]
FINGERPRINT = "f" * 16
EVERYTHING = Filters()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store.open(database_url)
    yield store
    store.close()


def new(one: Article, fingerprint: str = FINGERPRINT) -> NewArticle:
    candidate = IncomingArticle.of(one)
    passages = split_passages(one.text)
    texts = [one.text[passage.span.start : passage.span.end] for passage in passages]
    vectors = HashingEmbedder().embed_passages(texts).astype(np.float16)
    return NewArticle(one, candidate.content_hash, candidate.text_hash, passages, vectors, fingerprint)


def put(store: Store, *articles: Article, now: datetime = NOW) -> None:
    store.write([new(article) for article in articles], [], [], [], now)


def passage_ids(store: Store) -> set[int]:
    return {passage.id for batch in store.all_indexed_passages(FINGERPRINT, 3) for passage in batch}


def changes_after(store: Store, seq: int, limit: int) -> Changes:
    changes = store.changes.after(seq, limit)
    assert changes is not None
    return changes


def followed(store: Store, limit: int = 1000) -> set[int]:
    """Return the passage ids that a follower of the change log holds at its end."""
    held: set[int] = set()
    seq = 0
    while seq < store.changes.last_seq():
        changes = changes_after(store, seq, limit)
        assert changes.seq > seq
        held = (held | set(changes.added)) - set(changes.removed)
        seq = changes.seq
    return held


FULL = article(
    "full",
    "Größe zählt – “déjà vu” in 漢字. 👩‍🚀 flew.\n\nThe end came. " + story("full"),
    published_at=datetime(2025, 6, 4, 23, 29, 0, 123456, tzinfo=UTC),
    updated_at=datetime(2025, 6, 5, tzinfo=UTC),
    highlights=("“One”", "Two 漢"),
    authors=("A. Writer", "B. Writer"),
    topics=("ports",),
    language="en",
)


# -- what goes in comes out ------------------------------------------------------------------------------


def test_an_empty_database(store: Store) -> None:
    assert (store.count_articles(), store.count_passages(), store.changes.last_seq()) == (0, 0, 0)
    assert store.newest() is None
    assert store.fingerprint() is None
    assert store.latest(EVERYTHING, 5) == store.source_names() == []
    assert store.known(["x"]) == store.articles([]) == store.copies(["x"]) == {}


def test_articles_come_out_as_they_went_in(store: Store) -> None:
    put(store, FULL, article("plain"))
    assert store.articles([FULL.id, article("plain").id, "none"]) == {
        FULL.id: FULL,
        article("plain").id: article("plain"),
    }
    assert store.articles([FULL.id])[FULL.id].published_at.tzinfo == UTC
    assert store.known([FULL.id]) == {
        FULL.id: Known(
            IncomingArticle.of(FULL).content_hash,
            ArticleTimes(FULL.published_at, "minute", FULL.updated_at),
            1,
            FULL.url,
            FULL.authority,
        )
    }
    assert store.article_ids_by_text([text_hash(FULL.text), "none"]) == {text_hash(FULL.text): [FULL.id]}


def test_passages_come_out_as_slices_with_their_vectors(store: Store) -> None:
    put(store, FULL)
    expected = new(FULL)
    (batch,) = store.all_indexed_passages(FINGERPRINT, 100)
    assert [passage.text for passage in batch] == [
        FULL.text[passage.span.start : passage.span.end] for passage in expected.passages
    ]
    assert all(
        (passage.title, passage.source, passage.published_at) == (FULL.title, FULL.source, FULL.published_at)
        for passage in batch
    )
    assert np.array_equal(np.stack([passage.vector for passage in batch]), expected.vectors)
    stored = store.stored_passages([passage.id for passage in batch] + [10**9])
    assert [stored[passage.id].passage for passage in batch] == list(expected.passages)
    assert {passage.article for passage in stored.values()} == {FULL}


def test_many_ids_are_asked_for_in_pieces(store: Store) -> None:
    put(store, *(article(f"n{i}", f"Text {i}.") for i in range(30)))
    ids = [article(f"n{i}").id for i in range(30)] + [f"unknown{i}" for i in range(40_000)]
    assert len(store.known(ids)) == 30


def test_latest_and_counts_obey_the_filters(store: Store) -> None:
    hours = [
        article(
            f"h{i}", published_at=NOW - timedelta(hours=i), source="Sample Wire" if i % 2 else "Sample Herald"
        )
        for i in range(6)
    ]
    put(store, *hours)
    assert store.latest(EVERYTHING, 3) == hours[:3]
    assert store.latest(Filters(until=NOW - timedelta(hours=2)), 2) == hours[2:4]
    assert store.latest(Filters(since=NOW - timedelta(hours=2)), 9) == hours[:3]
    assert store.latest(Filters(source="Sample Wire"), 9) == hours[1::2]
    assert store.latest(Filters(source="sample wire"), 9) == []
    narrow = Filters(NOW - timedelta(hours=3), NOW - timedelta(hours=1), "Sample Wire")
    assert store.latest(narrow, 9) == [hours[1], hours[3]]
    assert store.count_articles(narrow) == 2
    assert store.newest() == NOW
    assert store.newest(Filters(until=NOW - timedelta(minutes=90))) == NOW - timedelta(hours=2)
    assert store.source_names() == ["Sample Herald", "Sample Wire"]


# -- changes ---------------------------------------------------------------------------------------------


def test_a_changed_article_replaces_its_passages_and_keeps_what_it_said(store: Store) -> None:
    put(store, FULL, article("other"))
    first = passage_ids(store)
    old = {id for id in first if store.stored_passages([id])[id].article.id == FULL.id}
    for number, words in enumerate(("Second version.", "Third version."), 1):
        put(store, replace(FULL, text=words), now=NOW + timedelta(hours=number))
    assert store.articles([FULL.id])[FULL.id].text == "Third version."
    assert store.known([FULL.id])[FULL.id].revision == 3
    assert store.revisions(FULL.id) == [
        (1, FULL.text, NOW + timedelta(hours=1)),
        (2, "Second version.", NOW + timedelta(hours=2)),
    ]
    assert not passage_ids(store) & old
    assert passage_ids(store) == followed(store) == followed(store, limit=1)
    assert store.count_articles() == 2


def test_the_same_words_again_change_nothing(store: Store) -> None:
    put(store, FULL)
    before = (store.changes.last_seq(), passage_ids(store))
    put(store, FULL)
    assert (store.changes.last_seq(), passage_ids(store), store.revisions(FULL.id)) == (*before, [])


def test_a_touched_article_only_gets_its_time(store: Store) -> None:
    put(store, FULL)
    seq = store.changes.last_seq()
    later = NOW + timedelta(hours=1)
    after = ArticleTimes(FULL.published_at, "day", later)
    store.write([], [], [(FULL.id, after, Authority.FETCHED)], [], NOW)
    assert store.known([FULL.id])[FULL.id].authority == Authority.FETCHED
    assert store.articles([FULL.id]) == {FULL.id: replace(FULL, updated_at=later, published_precision="day")}
    assert (store.changes.last_seq(), store.revisions(FULL.id)) == (seq, [])


def test_what_was_only_seen_is_newest_of_nothing(store: Store) -> None:
    early, late = article("early"), replace(article("late"), published_at=NOW)
    seen = replace(article("seen"), published_at=NOW + timedelta(hours=1), published_precision="seen")
    put(store, early, late, seen)
    assert [one.id for one in store.latest(Filters(), 9)] == [late.id, early.id, seen.id]
    assert [one.id for one in store.latest(Filters(), 2)] == [late.id, early.id]
    assert store.newest() == NOW
    assert (store.count_articles(), store.count_articles(Filters(since=early.published_at))) == (3, 2)
    assert not Filters(since=NOW).admit(seen)
    assert Filters(until=NOW + timedelta(hours=1)).admit(seen)
    passages = {passage.id: passage.article.id for passage in store.stored_passages(range(1, 99)).values()}
    assert {passages[id] for id in store.undated_passages(passages)} == {seen.id}
    assert store.known([seen.id])[seen.id].times.published_precision == "seen"


def test_a_revision_keeps_how_well_its_time_was_known(store: Store) -> None:
    seen = replace(article("a"), published_precision="seen")
    put(store, seen)
    put(store, replace(article("a", story("all new")), published_at=NOW))
    with store.database.reading() as connection:
        kept = connection.execute(select(schema.revisions.c.published_precision)).scalars().all()
    assert (kept, store.articles([seen.id])[seen.id].published_precision) == (["seen"], "minute")


def test_copies_are_named_and_an_article_is_none(store: Store) -> None:
    copy = Copy("Sample Herald", "https://herald.example/full", NOW, "day")
    put(store, FULL)
    store.write([], [("copy", FULL.id, copy)], [], [], NOW)
    store.write([], [("copy", FULL.id, copy)], [], [], NOW)
    assert store.copies([FULL.id, "none"]) == {FULL.id: [copy]}
    assert store.known_copies(["copy", FULL.id]) == {"copy": FULL.id}
    assert store.count_articles() == 1
    put(store, article("own", id="copy"))
    assert store.copies([FULL.id]) == store.known_copies(["copy"]) == {}


def test_a_deleted_article_leaves_nothing(store: Store) -> None:
    put(store, FULL, article("other"))
    store.write([], [("copy", FULL.id, Copy("S", "u", NOW))], [], [], NOW)
    put(store, replace(FULL, text="Changed text."))
    ids = passage_ids(store)
    store.delete_articles([FULL.id, "unknown"])
    assert list(store.articles([FULL.id, article("other").id])) == [article("other").id]
    assert store.revisions(FULL.id) == []
    assert store.copies([FULL.id]) == {}
    assert passage_ids(store) == followed(store) < ids


def test_a_passage_id_is_never_used_again(store: Store) -> None:
    put(store, FULL)
    used = passage_ids(store)
    store.delete_articles([FULL.id])
    put(store, FULL)
    assert min(passage_ids(store)) > max(used)


def test_the_change_log_is_cut_into_stretches(store: Store) -> None:
    put(store, article("a"), article("b"))
    total = store.changes.last_seq()
    assert total == store.count_passages() == 4
    first = changes_after(store, 0, 3)
    assert (first.seq, len(first.added), list(first.removed)) == (3, 3, [])
    assert changes_after(store, 3, 3).seq == total
    assert changes_after(store, total, 3) == Changes(total, [], [])


def test_a_log_that_was_trimmed_tells_those_who_are_behind(store: Store) -> None:
    put(store, article("a"), article("b"))
    store.changes.trim(keep=1)
    assert store.changes.after(2, 3) is None
    assert changes_after(store, 3, 3).seq == 4
    store.changes.trim(keep=0)
    assert store.changes.after(3, 3) is None
    assert changes_after(store, 4, 3) == Changes(4, [], [])


def test_reindexing_goes_on_where_it_was(store: Store) -> None:
    everything = [article(f"a{i}") for i in range(5)]
    put(store, *everything)
    total = store.count_passages()
    assert store.count_passages_to_reindex(FINGERPRINT) == 0
    assert store.count_passages_to_reindex("other") == total
    some = store.articles_to_reindex("other", 2)
    assert len(some) == 2
    store.replace_passages([new(article, "other") for article in some])
    rest = store.articles_to_reindex("other", 99)
    assert {article.id for article in rest} == {article.id for article in everything} - {
        article.id for article in some
    }
    assert store.count_passages_to_reindex("other") == total - 4
    assert len(passage_ids(store)) == total - 4
    assert store.indexed_passages(list(followed(store)), "other")
    assert [passage.id for batch in store.all_articles(2) for passage in batch] == sorted(
        article.id for article in everything
    )


def test_settings_and_sources_are_remembered(store: Store) -> None:
    store.set_fingerprint("one")
    store.set_fingerprint("two")
    assert store.fingerprint() == "two"
    sources = SourceStore(store.database)
    sources.remember_files("/b", NOW, None)
    sources.remember_files("/a", NOW + timedelta(hours=1), "broken")
    sources.remember_files("/b", NOW + timedelta(hours=2), None)
    assert [(file.uri, file.error) for file in sources.files()] == [("/b", None), ("/a", "broken")]
    assert sources.files()[0].read_at == NOW + timedelta(hours=2)


# -- all or nothing, and in company ----------------------------------------------------------------------


def test_a_batch_that_fails_in_the_middle_leaves_nothing(store: Store) -> None:
    put(store, FULL)
    before = (store.changes.last_seq(), passage_ids(store), store.articles([FULL.id]))
    changed = new(replace(FULL, text="Changed. " + story("changed")))
    torn = new(article("torn"))
    with pytest.raises(ValueError, match="zip"):
        store.write([changed, new(article("fine")), replace(torn, vectors=torn.vectors[:1])], [], [], [], NOW)
    with pytest.raises(StoreError):
        store.write([new(article("fine"))], [("copy", "no such article", Copy("S", "u", NOW))], [], [], NOW)
    assert (store.changes.last_seq(), passage_ids(store), store.articles([FULL.id])) == before
    assert store.count_articles() == 1
    assert store.revisions(FULL.id) == []
    put(store, article("fine"))
    assert passage_ids(store) == followed(store)


def test_two_stores_see_each_others_writes(store: Store, database_url: str) -> None:
    other = Store.open(database_url)
    assert other.id == store.id
    put(store, FULL)
    assert other.articles([FULL.id]) == {FULL.id: FULL}
    other.delete_articles([FULL.id])
    assert store.count_articles() == 0
    assert store.changes.last_seq() == other.changes.last_seq() == 2 * len(new(FULL).passages)
    other.close()


def test_a_thread_may_read_what_one_moment_held(tmp_path: Path) -> None:
    store = Store.open(sqlite_url(tmp_path / "news.db"))
    put(store, article("one"))
    with store.database.snapshot():
        assert store.count_articles() == 1
        put(store, article("two"))
        with store.database.snapshot():
            assert store.count_articles() == 1
        with ThreadPoolExecutor(1) as other:
            assert other.submit(store.count_articles).result() == 2
        assert store.count_articles() == 1
    assert store.count_articles() == 2
    store.close()


def test_an_error_in_a_snapshot_is_told_and_ends_it(store: Store) -> None:
    with pytest.raises(StoreError, match="nothing"), store.database.snapshot():
        store.database.scalar(text("SELECT x FROM nothing"))
    assert store.count_articles() == 0


def test_a_database_is_told_from_its_namesake(tmp_path: Path) -> None:
    ids = []
    for name in ("a", "b", "a"):
        store = Store.open(sqlite_url(tmp_path / name))
        ids.append(store.id)
        store.close()
    assert ids[0] == ids[2] != ids[1]


def test_writers_in_many_threads_lose_nothing(store: Store, database_url: str) -> None:
    other = Store.open(database_url)

    def work(number: int) -> None:
        for i in range(4):
            put(
                (store, other)[number % 2],
                article(f"t{number}-{i}"),
                replace(FULL, text=f"By {number}, {i}."),
            )
            followed(store)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert store.count_articles() == 17
    assert store.known([FULL.id])[FULL.id].revision == len(store.revisions(FULL.id)) + 1 == 16
    assert passage_ids(store) == followed(store, limit=5)
    other.close()


_WRITER = """
import sys
from tests.fakes import article
from tests.index.storage.test_articles import put
from index.storage.articles import Store
store = Store.open(sys.argv[1])
for i in range(10):
    put(store, article(f"{sys.argv[2]}-{i}"), article("contested", f"By {sys.argv[2]} at {i}."))
"""


def processes(database_url: str, names: Sequence[str]) -> list[subprocess.Popen[str]]:
    return [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, database_url, name], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for name in names
    ]


def test_writers_in_two_processes_lose_nothing(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "news.db")  # which does not exist yet: both create it
    for process in processes(url, ["left", "right"]):
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    store = Store.open(url)
    assert store.count_articles() == 21
    assert len(store.revisions(article("contested").id)) == 19
    assert passage_ids(store) == followed(store)
    store.close()


# -- opening ---------------------------------------------------------------------------------------------


def test_two_openers_of_an_empty_database_agree(database_url: str) -> None:
    barrier = Barrier(4)

    def open_one(_: int) -> Store:
        barrier.wait()
        return Store.open(database_url)

    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_one, range(4)))
    assert len({store.id for store in stores}) == 1
    put(stores[0], FULL)
    assert [store.count_articles() for store in stores] == [1] * 4
    for store in stores:
        store.close()


def execute(database_url: str, statement: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_new_database_is_what_the_migrations_make(database_url: str, tmp_path: Path) -> None:
    from alembic import command
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext

    config = Config()
    config.set_main_option("script_location", "index:migrations")
    config.set_main_option("recursive_version_locations", "true")
    migrated, new = create_engine(database_url), create_engine(sqlite_url(tmp_path / "new.db"))
    Store.open(sqlite_url(tmp_path / "new.db")).close()
    with migrated.begin() as connection, new.connect() as other:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        for table in (schema.origins, schema.origin_sets, schema.edition_origins, text("alembic_version")):
            columns = [c for c in getattr(table, "c", []) if c.name != "added_at"] or [text("version_num")]
            query = select(*columns).select_from(table)
            assert connection.execute(query).all() == other.execute(query).all()
    migrated.dispose()
    new.dispose()


def test_a_newer_schema_is_refused(database_url: str) -> None:
    Store.open(database_url).close()
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"written by a newer newsbot \(schema 9999\): upgrade\."):
        Store.open(database_url)


def refused(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    message = str(caught.value)
    assert "\n" not in message
    assert "secret" not in message
    return message


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("news.db", "DATABASE_URL is no database address: use sqlite:///FILE or postgresql://"),
        ("", "DATABASE_URL is no database address"),
        (
            "mysql://me:secret@host/news",
            "DATABASE_URL names 'mysql', but only sqlite and postgresql are supported.",
        ),
        ("postgresql+psycopg://me:secret@host:port/news", "DATABASE_URL is no database address"),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/news", "connection to server"),
        ("postgresql+nodriver://me:secret@127.0.0.1/news", "The driver for this database is not installed"),
        ("sqlite://", "DATABASE_URL names no file"),
        ("sqlite:///:memory:", "DATABASE_URL names no file"),
        ("sqlite:////dev/null/news.db", "cannot be reached"),
    ],
)
def test_a_wrong_address_is_one_sentence(url: str, why: str) -> None:
    assert why in refused(url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    path.write_text("This is a diary and no database. " * 100)
    assert "file is not a database" in refused(sqlite_url(path))
    assert path.read_text().startswith("This is a diary")


def test_a_refused_password_is_not_repeated(postgres: Callable[[], str]) -> None:
    url = postgres().replace("postgres:@", "nobody:secret@")
    assert 'role "nobody" does not exist' in refused(url)


def test_a_missing_database_is_named(postgres: Callable[[], str]) -> None:
    url = postgres()
    place = url.replace("@/news", "@/no-news")
    assert "does not exist" in refused(place)


def test_folders_of_the_file_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    Store.open(sqlite_url(tmp_path / "a" / "b" / "news.db")).close()
    Store.open("sqlite:///~/c/news.db").close()
    assert (tmp_path / "a" / "b" / "news.db").exists()
    assert (tmp_path / "c" / "news.db").exists()


def test_a_lost_database_is_a_store_error(tmp_path: Path) -> None:
    store = Store.open(sqlite_url(tmp_path / "news.db"))
    store.close()
    (tmp_path / "news.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(StoreError, match=r"file is not a database.: stop the bot and restore a backup"):
        store.count_articles()


def test_spans_are_spans(store: Store) -> None:
    put(store, article("a", "One sentence."))
    (stored,) = store.stored_passages(list(passage_ids(store))).values()
    assert stored.passage.sentences == (Span(0, 13),)
