"""What starts newsbot elsewhere: commands and settings exist, and what is installed there is pinned."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql
import pytest
import typer
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.cli.app import app
from config import load_settings
from index import StoreError
from index.storage.database import Database
from index.storage.founding import HEAD
from tests.fakes import until

ROOT = Path(__file__).parents[1]
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service.get("image") == "newsbot"]


def environment(service: str, given: str = "given") -> dict[str, str]:
    """Return the environment of a service, with `given` in place of what whoever starts it gives."""
    return {
        name: re.sub(r"\$\{\w+:\?[^}]*\}", lambda _: given, value)
        for name, value in SERVICES[service]["environment"].items()
    }


def test_the_procfile_has_the_bot_and_who_reads_the_sources() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert lines == ["worker: newsbot run", "refresher: newsbot watch"]
    assert {line.split()[2] for line in lines} <= COMMANDS


def test_there_are_workers_and_a_bot_for_every_shard() -> None:
    assert sum(SERVICES[name]["command"] == ["watch"] for name in OURS) == 1
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    shares = [environment(name)["NEWS_SHARDS"] for name in OURS if SERVICES[name]["command"] == ["run"]]
    assert shares == [f"{shard}/{len(shares)}" for shard in range(len(shares))]


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_that_exists_with_settings_that_exist(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = SERVICES[name]
    assert service["entrypoint"] == ["newsbot"]
    assert service["command"][0] in COMMANDS
    for variable, value in environment(name).items():
        monkeypatch.setenv(variable, value)
    settings = load_settings()
    assert settings.database_url is not None
    assert settings.model_fields_set >= {"database_url", "data_dir", "health_port"}
    assert f"127.0.0.1:{settings.health_port}/healthz" in service["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", OURS)
def test_a_service_waits_for_services_that_say_when_they_are_healthy(name: str) -> None:
    for other, condition in SERVICES[name]["depends_on"].items():
        assert condition == {"condition": "service_healthy"}
        assert SERVICES[other]["healthcheck"]["test"][0] == "CMD"


# Characters that mean something in an address, in YAML, in a shell, in compose or in libpq's own syntax.
NASTY = """p@ss:w/o?r#d %41 $HOME ${X} "two" it's \\ back & = , ; é ] ["""


def test_a_database_password_with_any_character_works(
    postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What compose.yaml sets connects to a real PostgreSQL that asks for a password (SCRAM)."""
    with psycopg.connect(postgres().replace("+psycopg", ""), autocommit=True) as admin:
        password = psycopg.sql.Literal(NASTY)
        admin.execute(psycopg.sql.SQL("CREATE ROLE newsbot LOGIN PASSWORD {}").format(password))
        admin.execute("CREATE DATABASE newsbot OWNER newsbot")
        row = admin.execute("SHOW hba_file").fetchone()
        assert row
        rules = Path(row[0])
        rules.write_text(f"local all newsbot scram-sha-256\n{rules.read_text()}")
        admin.execute("SELECT pg_reload_conf()")
        folder = admin.info.host
    given = environment("worker", NASTY)
    address = given["DATABASE_URL"].replace("@postgres/", "@/") + f"?host={folder}"
    for variable in ("PGPASSWORD", "NEWS_DATA_DIR"):
        monkeypatch.setenv(variable, given[variable])
    monkeypatch.setenv("DATABASE_URL", address)
    url = load_settings().database_url
    assert url is not None
    monkeypatch.setenv("PGPASSWORD", NASTY[:-1])
    until(lambda: "password authentication failed" in refusal(url.get_secret_value()))
    monkeypatch.setenv("PGPASSWORD", NASTY)
    database = Database.open(url.get_secret_value())
    assert database.revision() == HEAD
    database.close()


def refusal(url: str) -> str:
    """Return why a database cannot be opened; "" where it can, as before the server has new rules."""
    database = Database.look(url, 1)
    try:
        database.try_writing()
    except StoreError as error:
        return str(error)
    finally:
        database.close()
    return ""


def test_the_database_gets_the_password_that_newsbot_gives() -> None:
    server = environment("postgres", NASTY)
    assert server["POSTGRES_PASSWORD"] == NASTY
    assert {environment(name, NASTY)["PGPASSWORD"] for name in OURS} == {NASTY}
    assert server["POSTGRES_USER"] == "newsbot"


@pytest.mark.parametrize("name", SERVICES)
def test_memory_and_logs_of_a_service_are_limited(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"[1-8]g", service["mem_limit"])
    assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}


def test_memory_and_log_of_the_unit_are_limited() -> None:
    unit = (ROOT / "config" / "newsbot.service").read_text().splitlines()
    assert {"MemoryHigh=2G", "MemoryMax=3G", "TasksMax=512", "LogNamespace=newsbot"} <= set(unit)
    journal = configparser.ConfigParser()
    journal.read(ROOT / "config" / "journald@newsbot.conf")
    assert dict(journal["Journal"]) == {
        "storage": "persistent",
        "systemmaxuse": "200M",
        "systemmaxfilesize": "20M",
        "maxretentionsec": "30day",
    }


def test_images_are_pinned_by_digest() -> None:
    images = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(images) == 4
    for image in images:
        assert re.fullmatch(r"[a-z/]+:[\w.-]+@sha256:[0-9a-f]{64}", image), image


def test_what_is_mounted_is_declared() -> None:
    for service in SERVICES.values():
        assert {volume.split(":")[0] for volume in service.get("volumes", ())} <= set(COMPOSE["volumes"])
        assert {config["source"] for config in service.get("configs", ())} <= set(COMPOSE["configs"])


# -- what is installed -----------------------------------------------------------------------------------

# A package of the lock file with its version and what follows until the next one.
LOCK = (ROOT / "config" / "requirements.txt").read_text()
LOCKED = re.findall(r"^([a-z0-9-]+)==(\S+) \\\n((?: .*\n)+)", LOCK, re.MULTILINE)
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
NEEDED = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]


@pytest.mark.parametrize("needed", NEEDED)
def test_the_lock_agrees_with_the_project(needed: str) -> None:
    requirement = Requirement(needed)
    versions = [version for name, version, _ in LOCKED if name == canonicalize_name(requirement.name)]
    assert len(versions) == 1, "make lock"
    assert requirement.specifier.contains(versions[0], prereleases=True), f"{versions}: make lock"


def test_the_lock_pins_by_hash_and_names_no_place() -> None:
    header = "# This file was autogenerated by uv via the following command:\n#    make lock\n"
    assert header + "".join(f"{name}=={version} \\\n{rest}" for name, version, rest in LOCKED) == LOCK
    for name, _, rest in LOCKED:
        hashes = [line.rstrip(" \\") for line in rest.splitlines() if not line.startswith("    #")]
        assert hashes, name
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", line) for line in hashes), name


def test_nothing_but_what_is_locked_comes_into_the_image() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    installs = re.findall(r"pip install .*", dockerfile)
    assert len(installs) == 2
    assert {"--require-hashes", "--only-binary"} <= set(installs[0].split())
    assert {"--no-deps", "--no-build-isolation"} <= set(installs[1].split())
