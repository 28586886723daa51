"""What is wrong with a library, and what to do about it: one check for each thing that can be.

Nothing is changed: neither the schema nor the search index is brought up to date, as opening the library
would, because whoever asks wants to know first.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from index.answers.rerank import CrossEncoderReranker
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.errors import NewsError, SearchError
from index.runtime.sole_bot import is_running
from index.search.base import Position
from index.search.local import condition
from index.storage import schema
from index.storage.articles import Store
from index.storage.database import Database, remedy, sqlite_file, sqlite_url
from index.storage.sources import SourceStore
from index.types.options import IndexOptions
from index.types.status import Finding

MEBIBYTE = 2**20
# A day of news takes a fraction of the second; below the first, writing stops soon.
FREE_FAILURE, FREE_WARNING = 100 * MEBIBYTE, 1024 * MEBIBYTE
# Before this version was written: a clock that says so is wrong.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
# Clocks of several machines differ by so much at most.
CLOCKS_DIFFER_SECONDS = 60
# Whoever writes for longer keeps articles out.
PATIENCE_SECONDS = 5

RESTORE = "Stop the bot and restore a backup with 'newsbot restore FILE --force'."
SET_CLOCK = "Set the clock of this machine, for instance with 'timedatectl set-ntp true'."
REBUILT = "Run 'newsbot status' or restart the bot: it is made anew from the database."


def examine(options: IndexOptions) -> Iterator[Finding]:
    """Yield what each check finds, in the order in which to mend; a later one may rest on an earlier one."""
    embedder = SentenceTransformerEmbedder(
        options.embedding_model, options.query_prompt, options.passage_prompt
    )
    folder = _data_folder(options.data_dir)
    yield folder
    yield _disk(options.data_dir)
    yield _clock(options.clock())
    yield _guarded("model", partial(_model, embedder))
    if options.reranker_model:
        yield _guarded("reranker", partial(_reranker, options.reranker_model))
    yield from _database_findings(options, embedder)
    if folder.severity == "ok":
        yield _ok("bot", "It is running." if is_running(options.data_dir) else "It is not running.")


def _database_findings(options: IndexOptions, embedder: SentenceTransformerEmbedder) -> Iterator[Finding]:
    url = options.database_url or sqlite_url(options.data_dir / "news.db")
    try:
        file = sqlite_file(url)
        if file and not file.exists():
            yield _warning("database", f"There is no {file} yet.", "It is made at the first start.")
            return
        database = Database.look(url, PATIENCE_SECONDS)
    except (NewsError, OSError) as error:
        yield _failure("database", str(error), "Correct DATABASE_URL, or unset it to use a file.")
        return
    with closing(database):
        reachable = _guarded("database", partial(_database, database))
        yield reachable
        if reachable.severity != "failure":
            yield _guarded("integrity", partial(_integrity, database))
        if reachable.severity == "ok":
            yield from _library_findings(Store(database), options, embedder)


def _library_findings(
    store: Store, options: IndexOptions, embedder: SentenceTransformerEmbedder
) -> Iterator[Finding]:
    yield _guarded("articles", partial(_articles, store))
    yield _guarded("readings", partial(_readings, store, options.clock()))
    yield _guarded("sources", partial(_sources, SourceStore(store.database)))
    vectors = _guarded("vectors", partial(_vectors, store, embedder))
    yield vectors
    if vectors.severity == "ok" and store.count_passages():
        yield _guarded("search index", partial(_search_index, store, options, embedder.fingerprint))


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    """Return what a check finds; that it cannot be made is a finding as well."""
    try:
        return check()
    except SearchError as error:
        return _failure(name, str(error), "Start Milvus, or correct NEWS_INDEX_URL.")
    except (NewsError, OSError) as error:
        advice = remedy(str(error))
        return _failure(name, str(error), f"{advice[0].upper()}{advice[1:]}.")


def _ok(check: str, told: str) -> Finding:
    return Finding(check, "ok", told)


def _warning(check: str, told: str, remedy: str) -> Finding:
    return Finding(check, "warning", told, remedy)


def _failure(check: str, told: str, remedy: str) -> Finding:
    return Finding(check, "failure", told, remedy)


def _data_folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"newsbot")
    except OSError as error:
        remedy = "Set NEWS_DATA_DIR to a folder that this user may write to, or change its owner."
        return _failure("data folder", f"{folder} cannot be written to ({error.strerror}).", remedy)
    return _ok("data folder", f"{folder} can be written to.")


def _disk(folder: Path) -> Finding:
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(there).free
    told = f"{free / MEBIBYTE:,.0f} MiB are free."
    remedy = "Make room, or set NEWS_KEEP_DAYS to keep fewer articles."
    if free < FREE_WARNING:
        return (_failure if free < FREE_FAILURE else _warning)("disk", told, remedy)
    return _ok("disk", told)


def _clock(now: datetime) -> Finding:
    told = f"It says {now:%Y-%m-%d %H:%M} UTC."
    return _ok("clock", told) if now >= EARLIEST else _failure("clock", told, SET_CLOCK)


def _model(embedder: SentenceTransformerEmbedder) -> Finding:
    embedder.embed_question("news")
    return _ok("model", f"{embedder.model} is loaded.")


def _reranker(name: str) -> Finding:
    CrossEncoderReranker(name).load()
    return _ok("reranker", f"{name} is loaded.")


def _database(database: Database) -> Finding:
    revision = database.revision()
    if revision not in (None, *schema.REVISIONS):
        told = f"It was written by a newer newsbot (schema {revision})."
        return _failure("database", told, "Upgrade newsbot, or use a database of this version.")
    database.try_writing()
    if revision != schema.HEAD:
        told = f"It has the schema of an earlier newsbot ({revision or 'none'})."
        return _warning("database", told, "It is brought up to date at the next start; take a backup before.")
    return _ok("database", f"{database.name} can be read and written.")


def _integrity(database: Database) -> Finding:
    problem = database.damage()
    if problem:
        return _failure("integrity", f"The database is damaged ({problem}).", RESTORE)
    return _ok("integrity", "The database is whole.")


def _articles(store: Store) -> Finding:
    count = store.count_articles()
    if not count:
        remedy = "Add some with 'newsbot ingest PATH' or 'newsbot sources add URL'."
        return _warning("articles", "There are no articles yet.", remedy)
    return _ok("articles", f"{count:,} are stored.")


def _readings(store: Store, now: datetime) -> Finding:
    last = store.last_read()
    if last and (last - now).total_seconds() > CLOCKS_DIFFER_SECONDS:
        return _failure("readings", f"The last was at {last:%Y-%m-%d %H:%M} UTC, later than now.", SET_CLOCK)
    return _ok("readings", f"The last was at {last:%Y-%m-%d %H:%M} UTC." if last else "There was none yet.")


def _sources(book: SourceStore) -> Finding:
    sources = book.all()
    failing = [each for each in sources if each.error]
    if failing:
        told = f"{len(failing):,} of {len(sources):,} cannot be read: {failing[0].url} ({failing[0].error})."
        return _warning("sources", told, "See 'newsbot sources list', and remove those that are gone.")
    return _ok("sources", f"{len(sources):,} are read without errors.")


def _vectors(store: Store, embedder: SentenceTransformerEmbedder) -> Finding:
    if store.fingerprint() not in (None, embedder.fingerprint):
        remedy = "Run 'newsbot reindex', or set NEWS_EMBEDDING_MODEL and the prompts back."
        return _failure("vectors", "The articles were indexed with another model or splitter.", remedy)
    return _ok("vectors", "They were made with this model.")


def _search_index(store: Store, options: IndexOptions, fingerprint: str) -> Finding:
    stored = store.count_passages()
    if options.index_url:
        from index.search.milvus import condition as condition_in_milvus  # takes seconds to import

        found, place = condition_in_milvus(options.index_url, store.id), "Milvus"
        anew = "Stop all bots and drop its collections in Milvus: they are made anew."
    else:
        folder = options.data_dir / "index"
        found, place = condition(folder), str(folder)
        anew = f"Stop the bot and delete {folder}: it is made anew."
    if found.damaged:
        told = f"Missing or damaged: {' and '.join(found.damaged)}."
        return _failure("search index", told, REBUILT)
    if found.position != Position(store.id, fingerprint, store.changes.last_seq()):
        told = f"{place} is not up to date with the database."
        return _warning("search index", told, "It follows while the bot runs, or at its next start.")
    if found.passages != stored:
        told = f"{place} holds {found.passages:,} passages, the database {stored:,}."
        return _failure("search index", told, anew)
    return _ok("search index", f"It holds all {stored:,} passages.")
