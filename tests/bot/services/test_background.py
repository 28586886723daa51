"""Messages that are sent once, however long the database is away in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.client import NewsBot
from bot.cogs.background import alert_sender, digest_sender
from bot.services.background import Sender
from index import DigestPlan, Follow, NewsIndex, Schedule, StoreError
from index.clock import utc_now
from index.storage import follows
from index.storage.database import Database
from index.storage.follows import FollowStore
from index.storage.people import digests
from index.storage.people.digests import DigestStore
from tests.discord.server import DiscordServer
from tests.discord.world import message_title
from tests.fakes import article, open_news, quotes_sent, story, write_jsonl
from tests.servers.postgres import restart_within


class Sends(Sender):
    """Sends one message a round; while the database is away, nothing can be noted."""

    def __init__(self, bot: NewsBot) -> None:
        super().__init__(bot, bot.services, "sending", 1.0)
        self.away = False
        self.did: list[str] = []

    async def send_due(self) -> None:
        self.did.append("sent")
        await self.note(self._noted, len(self.did))

    def _noted(self, number: int) -> None:
        if self.away:
            raise StoreError("The database is away: start its server.")
        self.did.append(f"noted {number}")


async def test_what_was_sent_is_noted_before_anything_else_is_sent(tmp_path: Path) -> None:
    sends = Sends(NewsBot(lambda: open_news(tmp_path), tmp_path))
    await sends.round()
    sends.away = True
    for _ in range(3):
        with pytest.raises(StoreError):
            await sends.round()
    assert sends.did == ["sent", "noted 1", "sent"]
    sends.away = False
    await sends.round()  # others that could not note what they sent do so meanwhile
    assert sends.did[3:] == ["noted 3"]
    await sends.round()
    assert sends.did[4:] == ["sent", "noted 5"]


class Room:
    """A bot that looks all the time for what to send, and what there is to send: a digest and an alert."""

    def __init__(self, server: DiscordServer, news: NewsIndex, database: Database, follow: Follow) -> None:
        self.server = server
        self._database = database
        self._news = news
        self._follow = follow

    def noted(self) -> bool:
        """Whether both are known to have been sent."""
        try:
            sent = quotes_sent(self._database, self._follow.id)
            return bool(sent) and all(
                digest.last_at for digest in self._news.digests.of(self.server.guild.id)
            )
        except StoreError:
            return False

    def titles(self) -> list[str]:
        """What was sent to the channel, each as often as the bot has tried."""
        asked = [request for request in self.server.requests if request.path.endswith("/messages")]
        return sorted(message_title(request.body) for request in asked)


@asynccontextmanager
async def started(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[], None]
) -> AsyncIterator[Room]:
    for module in (alert_sender, digest_sender):
        monkeypatch.setattr(module, "EVERY_SECONDS", 0.2)
    for book in (digests, follows):  # the other message may have been claimed when it restarts
        monkeypatch.setattr(book, "ABANDONED", timedelta(seconds=15))
    now = datetime.now(UTC)
    async with DiscordServer() as server:
        channel, guild = server.guild.channels[0].id, server.guild.id
        with open_news(tmp_path / "setup", database_url=url, clock=utc_now) as news:
            follow = news.follows.start("1", guild, channel, "harbour")
            database = Database.open(url)
            yesterday = DigestStore(database, lambda: now - timedelta(days=1))
            yesterday.put(guild, channel, "1", DigestPlan(Schedule((now - timedelta(hours=1)).hour)))
            new = article("harbour", story("the harbour"), published_at=utc_now())
            news.ingest([str(write_jsonl(tmp_path / "new.jsonl", [new]))])
            prepare()
            options: dict[str, Any] = {"database_url": url, "clock": utc_now, "threshold": 0.0}
            bot = NewsBot(lambda: open_news(tmp_path / "bot", **options), tmp_path)
            async with server.running(bot):
                yield Room(server, news, database, follow)
            database.close()
        server.assert_clean()


@pytest.mark.parametrize(
    ("book", "method", "failed"),
    [
        (DigestStore, "claim", "digest.failed"),
        (DigestStore, "sent", "digest.failed"),
        (FollowStore, "finish", "watch.failed"),
        (FollowStore, "take_over", "watch.failed"),
        (FollowStore, "sent", "alert.failed"),
    ],
)
async def test_postgresql_that_restarts_while_messages_are_sent(
    tmp_path: Path,
    own_postgres: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    book: type,
    failed: str,
    method: str,
) -> None:
    def prepare() -> None:
        restart_within(monkeypatch, own_postgres, book, method)

    caplog.set_level(logging.INFO)
    url = own_postgres.get_uri(driver="psycopg")
    async with started(tmp_path, url, monkeypatch, prepare) as room:
        async with asyncio.timeout(120):
            while not await asyncio.to_thread(room.noted):
                await asyncio.sleep(0.05)
        assert room.titles() == ["Daily digest", "harbour"]
    assert any(failed in line and "start its server" in line for line in caplog.messages)
