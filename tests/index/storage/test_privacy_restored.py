"""What a person had deleted is gone: from others' follow-ups, from the disk, and after a restore."""

from __future__ import annotations

import os
import sqlite3
import stat
import traceback
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert, select, text

from index import IndexOptions, NewsIndex, StoreError, in_context, restore_backup, write_backup
from index.storage import schema
from index.storage.database import Database, sqlite_url
from index.storage.guilds import Guilds
from index.storage.people.posted import Posted
from index.storage.people.privacy import Privacy
from tests.fakes import NOW, Clock, article, open_news
from tests.index.storage.test_posted import an_answer

WORDS = "Where does Quixelbury hide the Zorvanian treasure?"
NAMES = ("Quixelbury", "Zorvanian")


def ask(posted: Posted, id: str, person: str, typed: str, before: str | None = None) -> None:
    """Store a question of a person; `before` is the id of the answer that it continues."""
    earlier = posted.find(before) if before else None
    question = in_context(typed, earlier.question) if earlier else typed
    posted.remember(an_answer(id, person=person, typed=typed, question=question, continues=before))


def test_a_person_s_words_leave_the_follow_ups_of_others(database: Database) -> None:
    """Alice asks, bob and then carol ask on, dave carries on with something of his own."""
    posted = Posted(database)
    ask(posted, "a", "alice", WORDS)
    ask(posted, "b", "bob", "and what did Russia say?", "a")
    ask(posted, "c", "carol", "and why?", "b")
    ask(posted, "a2", "alice", "and when did Zorvanian sailors leave it?", "c")
    ask(posted, "d", "dave", "and who else?", "a2")
    ask(posted, "other", "dave", "Who won the election in Lima?")
    questions = {id: found.question for id in ("b", "c", "d") if (found := posted.find(id))}
    assert all(any(name in question for name in NAMES) for question in questions.values())
    assert [answer.context for answer in [posted.find("b")] if answer] == [WORDS]
    assert Privacy(database).delete("alice") == 2
    left = {id: found for id in ("b", "c", "d", "other") if (found := posted.find(id))}
    assert [left[id].context for id in "bcd"] == [None, "and what did Russia say?", None]
    assert [left[id].typed for id in "bcd"] == ["and what did Russia say?", "and why?", "and who else?"]
    assert left["b"].question == "and what did Russia say?"
    assert left["c"].question == in_context("and why?", left["b"].question)
    with database.reading() as connection:
        stored = str([list(connection.execute(select(table))) for table in schema.metadata.sorted_tables])
    assert not any(name in stored for name in (*NAMES, "alice"))


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


def test_deleted_bytes_are_overwritten(tmp_path: Path) -> None:
    """0 of the words are in any file of the database afterwards, write-ahead log and free pages included."""
    database = Database.open(sqlite_url(tmp_path / "news.db"))
    posted = Posted(database)
    for number in range(40):  # some of it on pages that become free
        ask(posted, f"a{number}", "alice", f"{WORDS} {'Zorvanian ' * 100}")
        ask(posted, f"o{number}", "bob", "Who won the election in Lima?")
    assert bytes_of(tmp_path).count(b"Zorvanian") > 40
    Privacy(database).delete("alice")
    assert bytes_of(tmp_path).count(b"Zorvanian") == 0
    assert bytes_of(tmp_path).count(b"election in Lima") >= 40
    assert database.scalar(text("PRAGMA secure_delete")) == 1
    database.close()


def test_an_error_of_the_database_holds_no_words(database: Database) -> None:
    """Nor does the traceback in the log, where SQLAlchemy would write the values of a statement."""
    ask(Posted(database), "a", "alice", WORDS)
    with database.reading() as connection:
        row = connection.execute(select(schema.posted_answers)).one()
    with pytest.raises(StoreError) as caught, database.writing() as connection:
        connection.execute(insert(schema.posted_answers).values(row._asdict()))
    written = "".join(traceback.format_exception(caught.value))
    assert "INSERT INTO posted_answers" in written
    assert not any(name in written for name in NAMES)


def test_what_a_reader_needs_just_now_is_overwritten_later(tmp_path: Path) -> None:
    database = Database.open(sqlite_url(tmp_path / "news.db"))
    ask(Posted(database), "a", "alice", WORDS)
    with closing(sqlite3.connect(tmp_path / "news.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM posted_answers").fetchone()
        Privacy(database).delete("alice")
        assert not database.empty_log()
        assert b"Zorvanian" in bytes_of(tmp_path)
    assert database.empty_log()
    assert b"Zorvanian" not in bytes_of(tmp_path)
    database.close()


# -- backups ---------------------------------------------------------------------------------------------


@pytest.fixture
def news(tmp_path: Path) -> Iterator[NewsIndex]:
    with open_news(tmp_path, [article("a")], clock=Clock()) as opened:
        yield opened


def test_a_restore_repeats_the_deletions_made_since(tmp_path: Path, news: NewsIndex) -> None:
    """Of what alice had deleted since, 0 rows come back; bob's, and what she does later, stay."""
    options, file = IndexOptions(tmp_path / "data"), tmp_path / "kept.newsbot"
    ask(news.posted, "a", "alice", WORDS)
    ask(news.posted, "b", "bob", "and what did Russia say?", "a")
    news.guilds.note("g", "alice", "settings")
    write_backup(options, file)
    assert b"Zorvanian" in file.read_bytes()
    news.privacy.delete("alice")
    report = restore_backup(options, file, force=True)
    assert report.deleted == 2
    assert not any(news.privacy.export("alice").values())
    assert [entry.person for entry in news.guilds.trail("g", 5)] == [None]
    questions = [answer.question for answer in [news.posted.find("b")] if answer]
    assert questions == ["and what did Russia say?"]
    assert b"Zorvanian" not in bytes_of(tmp_path / "data")
    # What she does from now on is in later backups, and stays when one is restored.
    news.posted.remember(an_answer("new", person="alice", posted_at=NOW + timedelta(hours=1)))
    write_backup(options, file, force=True)
    assert restore_backup(options, file, force=True).deleted == 0
    assert news.posted.find("new") is not None
    assert len(news.privacy.deletions()) == 1


def test_of_a_database_that_is_lost_nobody_knows_the_deletions(tmp_path: Path, news: NewsIndex) -> None:
    options, file = IndexOptions(tmp_path / "data"), tmp_path / "kept.newsbot"
    ask(news.posted, "a", "alice", WORDS)
    write_backup(options, file)
    news.privacy.delete("alice")
    assert restore_backup(IndexOptions(tmp_path / "elsewhere"), file).deleted is None
    news.close()
    path = tmp_path / "data" / "news.db"
    path.write_bytes(b"\x00" * path.stat().st_size)
    assert restore_backup(options, file, force=True).deleted is None


def test_the_record_names_nobody_and_serves_postgresql_too(database: Database) -> None:
    """As after pg_restore: the rows are back, and the table of deletions is loaded beside them."""
    posted, privacy = Posted(database), Privacy(database, lambda: NOW)
    for person in ("alice", "bob"):
        ask(posted, person, person, WORDS)
        privacy.delete(person)
    recorded = privacy.deletions()
    assert not any(person in str(recorded) for person in ("alice", "bob"))
    assert len({deletion.salt for deletion in recorded}) == 1
    assert recorded[0].is_of("alice") != recorded[0].is_of("bob")
    ask(posted, "again", "alice", WORDS)
    posted.remember(an_answer("later", person="alice", posted_at=NOW + timedelta(seconds=1)))
    with database.writing() as connection:
        connection.execute(schema.deletions.delete())
    assert privacy.repeat_deletions() == 0
    privacy.adopt(recorded)
    assert privacy.repeat_deletions() == 1
    assert [posted.find("again"), (posted.find("later") or an_answer()).id] == [None, "later"]


# -- earlier versions, and who may read the files ----------------------------------------------------------


def test_follow_ups_of_earlier_versions_learn_what_they_continue(database_url: str) -> None:
    engine = create_engine(database_url)
    config = Config()
    config.set_main_option("script_location", "index:migrations")
    config.set_main_option("recursive_version_locations", "true")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
        card = {"heading": "x", "blocks": [], "footer": "", "colour": 0}
        rows, table = [], schema.posted_answers
        later = {"continues", "reply_to", "language"}
        columns = [column for column in table.columns if column.name not in later]
        for number, (person, typed, question, notices) in enumerate(
            [
                ("alice", WORDS, WORDS, ["**No answer found**", "-# 5 sources"]),
                ("bob", "and why?", in_context("and why?", WORDS), [f"-# setzt fort: {WORDS}", "nothing"]),
                ("dave", "Who won?", "Who won?", ["-# shared by <@1>", f"-# continues: {WORDS}"]),
            ]
        ):
            values = an_answer(str(number), person=person, typed=typed, question=question)
            row = {column.name: getattr(values, column.name) for column in columns}
            row |= {"posted_at": NOW + timedelta(minutes=number), "card": {**card, "notices": notices}}
            rows.append(row)
        connection.execute(insert(table).values(dict.fromkeys(columns)).inline(), rows)
        connection.execute(text("INSERT INTO identities VALUES ('orphan', 'nobody')"))
    engine.dispose()
    database = Database.open(database_url)
    posted = Posted(database)
    found = [posted.find(str(number)) for number in range(3)]
    assert [answer and answer.continues for answer in found] == [None, "0", "0"]
    notices = [answer.card["notices"] for answer in found if answer]
    assert notices == [["**No answer found**", "-# 5 sources"], ["nothing"], ["-# shared by <@1>"]]
    assert database.scalar(select(schema.identities.c.id)) is None
    Privacy(database).delete("alice")
    assert all(name not in str([posted.find("1"), posted.find("2")]) for name in NAMES)
    assert Guilds(database, lambda: NOW).stored() == {"g1"}
    database.close()


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)  # whoever started this lets everybody read
    try:
        with open_news(tmp_path, [article("a")]):
            write_backup(IndexOptions(tmp_path / "data"), tmp_path / "kept.newsbot")
            data = tmp_path / "data"
            files = [data, tmp_path / "kept.newsbot", *data.glob("news.db*"), data / "index"]
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files if path.suffix != ".lock"}
    finally:
        os.umask(before)
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
    assert {"news.db", "news.db-wal"} <= modes.keys()
