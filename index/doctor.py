"""The doctor: checks a library and says what is wrong and what to do about it.

The doctor changes nothing. Opening a library would update the schema and the search index, and so hide what
the person who calls the doctor wants to know.
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
from index.storage import founding
from index.storage.articles import Store
from index.storage.database import Database, remedy, sqlite_file, sqlite_url
from index.storage.sources import SourceStore
from index.types.options import IndexOptions
from index.types.status import Finding

MEBIBYTE = 2**20
# Bytes. With less than FREE_FAILURE free, writing soon fails. A day of news takes a fraction of FREE_WARNING.
FREE_FAILURE, FREE_WARNING = 100 * MEBIBYTE, 1024 * MEBIBYTE
# A clock that shows an earlier time is wrong: this version was not written then.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
# The clocks of several machines may differ by this much; a larger difference is reported.
CLOCKS_DIFFER_SECONDS = 60
# How long to wait for a process that writes to the database. One that writes for longer blocks all others.
PATIENCE_SECONDS = 5

RESTORE = "Stop the bot and restore a backup with 'newsbot restore FILE --force'."
SET_CLOCK = "Set the clock of this machine, for instance with 'timedatectl set-ntp true'."
REBUILT = "Run 'newsbot status' or restart the bot: it is made anew from the database."


def examine(options: IndexOptions) -> Iterator[Finding]:
    """Yield the finding of each check, in the order in which to mend them.

    Checks that could not work after an earlier failure are left out.
    """
    embedder = SentenceTransformerEmbedder(
        options.embedding_model,
        options.query_prompt,
        options.passage_prompt,
        options.models_dir,
        make_saved=False,
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
    """Run a check and return its finding. An error that the check raises becomes a failure."""
    try:
        return check()
    except SearchError as error:
        return _failure(name, str(error), "Start Milvus, or correct NEWS_INDEX_URL.")
    except (NewsError, OSError) as error:
        advice = remedy(str(error))
        return _failure(name, str(error), f"{advice[0].upper()}{advice[1:]}.")


def _ok(check: str, finding: str) -> Finding:
    return Finding(check, "ok", finding)


def _warning(check: str, finding: str, remedy: str) -> Finding:
    return Finding(check, "warning", finding, remedy)


def _failure(check: str, finding: str, remedy: str) -> Finding:
    return Finding(check, "failure", finding, remedy)


def _data_folder(folder: Path) -> Finding:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"newsbot")
    except OSError as error:
        remedy = "Set NEWS_DATA_DIR to a folder that this user may write to, or change its owner."
        return _failure("data folder", f"{folder} cannot be written to ({error.strerror}).", remedy)
    return _ok("data folder", f"{folder} can be written to.")


def _disk(folder: Path) -> Finding:
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    finding = f"{free / MEBIBYTE:,.0f} MiB are free."
    remedy = "Make room, or set NEWS_KEEP_DAYS to keep fewer articles."
    if free < FREE_WARNING:
        return (_failure if free < FREE_FAILURE else _warning)("disk", finding, remedy)
    return _ok("disk", finding)


def _clock(now: datetime) -> Finding:
    finding = f"It says {now:%Y-%m-%d %H:%M} UTC."
    return _ok("clock", finding) if now >= EARLIEST else _failure("clock", finding, SET_CLOCK)


def _model(embedder: SentenceTransformerEmbedder) -> Finding:
    embedder.embed_question("news")
    return _ok("model", f"{embedder.model} is loaded.")


def _reranker(name: str) -> Finding:
    CrossEncoderReranker(name).load()
    return _ok("reranker", f"{name} is loaded.")


def _database(database: Database) -> Finding:
    revision = database.revision()
    if revision not in (None, *founding.REVISIONS):
        finding = f"It was written by a newer newsbot (schema {revision})."
        return _failure("database", finding, "Upgrade newsbot, or use a database of this version.")
    database.try_writing()
    if revision != founding.HEAD:
        finding = f"It has the schema of an earlier newsbot ({revision or 'none'})."
        return _warning(
            "database", finding, "It is brought up to date at the next start; take a backup before."
        )
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


def _sources(source_store: SourceStore) -> Finding:
    sources = source_store.all()
    broken = [source for source in sources if source.error]
    if broken:
        finding = f"{len(broken):,} of {len(sources):,} cannot be read: {broken[0].url} ({broken[0].error})."
        return _warning("sources", finding, "See 'newsbot sources list', and remove those that are gone.")
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

        index, place = condition_in_milvus(options.index_url, store.id), "Milvus"
        rebuild = "Stop all bots and drop its collections in Milvus: they are made anew."
    else:
        folder = options.data_dir / "index"
        index, place = condition(folder), str(folder)
        rebuild = f"Stop the bot and delete {folder}: it is made anew."
    if index.damaged:
        finding = f"Missing or damaged: {' and '.join(index.damaged)}."
        return _failure("search index", finding, REBUILT)
    if index.position != Position(store.id, fingerprint, store.changes.last_seq()):
        finding = f"{place} is not up to date with the database."
        return _warning("search index", finding, "It follows while the bot runs, or at its next start.")
    if index.passages != stored:
        finding = f"{place} holds {index.passages:,} passages, the database {stored:,}."
        return _failure("search index", finding, rebuild)
    return _ok("search index", f"It holds all {stored:,} passages.")
