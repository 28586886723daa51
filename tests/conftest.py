"""Fixtures that several test modules share."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.milvus import MilvusLite
from tests.servers.postgres import postgres_server, start_postgres

if TYPE_CHECKING:
    from index.embeddings.embedder import SentenceTransformerEmbedder
    from index.storage.database import Database

# Nothing may be fetched while testing; set before anything imports the model libraries.
os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Give each test process one thread: it has one core, and a second thread would only be in the way.

    Here and not in the processes themselves, where plugins have loaded numpy before this file is read.
    """
    os.environ["OMP_NUM_THREADS"] = "1"


# Files that take more than 10 s: begun last, one of them would keep the others waiting at the end.
# The first one sends itself signals: in a process that had run the tests of Milvus before, that ended the
# process with a segmentation fault in `os.kill`. As one of the first it runs in a process of its own.
LONG = (
    "tests/long_runs/test_fleet.py",
    "tests/index/overviews/test_questions.py",
    "tests/index/embeddings/test_starts.py",
    "tests/index/search/test_local.py",
    "tests/index/search/test_milvus.py",
    "tests/bot/services/test_background.py",
    "tests/index/ingest/test_workers.py",
    "tests/index/runtime/test_faults.py",
    "tests/long_runs/test_torture.py",
    "tests/long_runs/test_torture_postgresql.py",
    "tests/index/ingest/test_killed.py",
    "tests/index/embeddings/test_embedder.py",
    "tests/bot/ops/test_shutdown.py",
    "tests/discord/test_server.py",
    "tests/index/test_news.py",
    "tests/index/sources/test_fuzz.py",
    "tests/bot/cogs/test_corrections.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, whatever the random order."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(LONG)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell the order of this run, which `-q` leaves out."""
    if config.pluginmanager.hasplugin("randomly"):
        terminalreporter.write_line(f"To repeat this order: make test SEED={config.option.randomly_seed}")


def _stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    """Behave as a machine without a network, whatever a test or a library does (sockets of Python's own)."""
    if event == "socket.getaddrinfo":
        name = arguments[0] or "localhost"
        name = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        # How an address is spelled is found out without asking anybody.
        if name != "localhost" and set(name) - set("0123456789abcdefx.:"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        name = str(arguments[1][0])
        if not name.startswith(("127.", "::1", "::ffff:127.", "localhost")):
            raise OSError(errno.ENETUNREACH, "Network is unreachable")


sys.addaudithook(_stay_here)

# A busy machine is slow now and then, which is no fault of the code; tests of time say so themselves.
settings.register_profile("newsbot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsbot")


@pytest.fixture(autouse=True)
def _bots_identify_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test's bots connect without waiting for a turn, which its Discord server does not ask for."""
    monkeypatch.setattr("bot.cogs.background.shards.IDENTIFY_SECONDS", 0.0)


@pytest.fixture(scope="session", autouse=True)
def _documents_are_read_in_one_process() -> Iterator[None]:
    """Keep the processes that read documents from one test to the next: each start takes half a second."""
    from index.runtime.confined import confined  # with numpy, which looks at the number of threads once

    confined.open()
    yield
    confined.close()


@pytest.fixture(scope="session")
def compiled_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which all processes of this run have the compiled form of the shipped model.

    Link it into a data folder as `models`, and a library there need not make its own, which takes seconds.
    """
    run = tmp_path_factory.getbasetemp()
    return (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / "compiled_models"


@pytest.fixture(scope="session")
def shipped(compiled_models: Path) -> SentenceTransformerEmbedder:
    """The shipped model, loaded once in each process."""
    from index.embeddings.embedder import SentenceTransformerEmbedder

    model = SentenceTransformerEmbedder(None, saved=compiled_models)
    model.load()
    return model


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """A PostgreSQL server for this run; call it for the address of a new, empty database."""
    with postgres_server() as create:
        yield create


@pytest.fixture
def own_postgres() -> Iterator[Any]:
    """A PostgreSQL server that a test may stop and start."""
    server = start_postgres()
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty database of each kind that is supported."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'news.db'}"
    create: Callable[[], str] = request.getfixturevalue("postgres")
    return create()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A new, empty database of each kind, open."""
    from index.storage.database import Database  # with faiss, which looks at the number of threads once

    opened = Database.open(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusLite]:
    """A Milvus server for this run, over gRPC."""
    server = MilvusLite(tmp_path_factory.mktemp("milvus"))
    server.start()
    yield server
    server.stop()
