"""What starts newsbot elsewhere, `Procfile` and `compose.yaml`: that every command and setting exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bot.cli_operations import app
from config import load_settings

ROOT = Path(__file__).parents[1]
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service.get("image") == "newsbot"]


def environment(service: str) -> dict[str, str]:
    """Return the environment of a service, with something in place of what whoever starts it gives."""
    return {
        name: re.sub(r"\$\{\w+:\?[^}]*\}", "given", value)
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


def test_what_is_mounted_is_declared() -> None:
    for service in SERVICES.values():
        assert {volume.split(":")[0] for volume in service.get("volumes", ())} <= set(COMPOSE["volumes"])
        assert {config["source"] for config in service.get("configs", ())} <= set(COMPOSE["configs"])
