"""Suggestions of source names: quick, few, and never in the way."""

import asyncio

import pytest

from bot.services import source_names
from bot.services.source_names import SourceNames
from index import StoreError


async def names_of(*names: str) -> SourceNames:
    async def read(edition: str) -> list[str]:
        return list(names)

    sources = SourceNames(read)
    await sources.refresh("")
    return sources


async def shown(sources: SourceNames, typed: str) -> list[str]:
    return [choice.value for choice in await sources.choices("", typed)]


async def test_names_that_begin_with_what_was_typed_come_first() -> None:
    sources = await names_of("The Herald", "Herald", "Wire", "herald of Spring")
    assert await shown(sources, " HER") == ["Herald", "herald of Spring", "The Herald"]


async def test_discord_takes_25_choices_of_100_characters() -> None:
    sources = await names_of("x" * 101, *(f"source {number:02}" for number in range(30)))
    assert len(await shown(sources, "")) == 25
    assert "x" * 101 not in await shown(sources, "x")


async def test_old_names_are_shown_while_new_ones_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[list[str] | StoreError] = [["new"], StoreError("The database is away."), ["old"]]

    async def read(edition: str) -> list[str]:
        answer = answers.pop()
        if isinstance(answer, StoreError):
            raise answer
        return answer

    sources = SourceNames(read)
    await sources.refresh("")
    assert await shown(sources, "") == ["old"]
    monkeypatch.setattr(source_names, "FRESH_SECONDS", -1.0)
    await sources.refresh("")
    assert await shown(sources, "") == ["old"]
    await asyncio.sleep(0.01)
    assert await shown(sources, "") == ["new"]


async def test_the_names_of_few_editions_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(edition: str) -> list[str]:
        return [f"outlet of {edition}"]

    monkeypatch.setattr(source_names, "KEPT", 3)
    sources = SourceNames(read)
    for guild in range(10):
        (choice,) = await sources.choices(str(guild), "outlet")
        assert choice.value == f"outlet of {guild}"
    assert len(sources) == 3


async def test_no_more_names_are_kept_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_names, "MOST_NAMES", 3)
    sources = await names_of("a" * 101, "a1", "a2", "a3", "a4")
    assert await shown(sources, "a") == ["a1", "a2", "a3"]
