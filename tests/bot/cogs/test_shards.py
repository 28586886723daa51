"""Shards: each runs in one process only, and what is asked of the wrong one is told in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import pytest

from bot.client import NewsBot
from bot.cogs.background import shards
from bot.cogs.background.shards import Shards
from index import BusyError, NewsIndex, StoreError
from index.storage.leases import Leases
from tests.discord.server import DiscordServer
from tests.fake_news import FakeNews


def bot(news: FakeNews, folder: Path, *ids: int, of: int = 4) -> NewsBot:
    return NewsBot(lambda: cast(NewsIndex, news), folder, share=(ids, of) if ids else None)


async def test_without_a_share_all_that_discord_recommends_are_run(tmp_path: Path) -> None:
    alone = bot(FakeNews(), tmp_path)
    async with DiscordServer() as server, server.running(alone, commands=5):
        assert (alone.shard_count, list(alone.shards)) == (1, [0])
        assert (await server.slash("status")).text
        server.assert_clean()


async def test_a_share_is_run_and_another_may_run_beside_it(tmp_path: Path) -> None:
    news = FakeNews()
    async with DiscordServer() as server:
        first, second = bot(news, tmp_path, 0, 1), bot(news, tmp_path, 2)
        async with server.running(first, commands=5), server.running(second, commands=5):
            await first.wait_until_ready()
            assert (sorted(first.shards), first.shard_count) == ([0, 1], 4)
            assert (sorted(second.shards), second.shard_count) == ([2], 4)


async def test_processes_identify_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "IDENTIFY_SECONDS", 0.5)
    news = FakeNews()
    async with DiscordServer() as server:
        server.gateway.identify_seconds = 0.3
        first, second = bot(news, tmp_path, 0, 1), bot(news, tmp_path, 2)
        async with server.running(first, commands=5), server.running(second, commands=5):
            await first.wait_until_ready()
            assert (server.gateway.identifies, server.gateway.hasty) == (3, 0)


async def test_shards_identify_without_their_turn_where_the_database_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news, take = FakeNews(), Leases.take

    def away(leases: Leases, names: Sequence[str]) -> str | None:
        if names[0].startswith("identify"):
            raise StoreError("The database is away: start its server.")
        return take(leases, names)

    monkeypatch.setattr(Leases, "take", away)
    async with DiscordServer() as server, server.running(bot(news, tmp_path, 0, 1), commands=5) as running:
        await running.wait_until_ready()
        assert server.gateway.identifies == 2


async def test_a_shard_that_another_process_runs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "PATIENCE_SECONDS", 1)
    news = FakeNews()
    async with DiscordServer() as server, server.running(bot(news, tmp_path, 1), commands=5):
        with pytest.raises(BusyError) as refused:
            async with bot(news, tmp_path, 1, 2) as second:
                await second.start(server.token)
    assert str(refused.value) == (
        "Another process runs shard 1-2 of 4 or part of it: stop it, or give each process a share of its own "
        "in NEWS_SHARDS."
    )


async def test_who_has_lost_a_shard_takes_it_again_or_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = FakeNews()
    held: list[tuple[str, list[str]]] = []  # what the bot has taken of shards: the holder, and the names
    take = news.leases.take

    def noted(names: Iterable[str]) -> str | None:
        holder = take(wanted := list(names))
        if holder and wanted[0].startswith("shard "):
            held.append((holder, wanted))
        return holder

    monkeypatch.setattr(news.leases, "take", noted)
    async with DiscordServer() as server:
        mine = bot(news, tmp_path, 0)
        async with server.running(mine, commands=5):
            cog = mine.get_cog("Shards")
            assert isinstance(cog, Shards)
            ((first, names),) = held
            news.leases.free(first)  # as if it had not been renewed for long
            await cog.round()
            second, _ = held[-1]
            assert news.leases.holds(second, names)
            news.leases.free(second)
            assert take(names)
            await cog.round()
            with pytest.raises(BusyError, match="Another process runs shard 0 of 4"):
                await mine.ended()
            assert mine.is_closed()
