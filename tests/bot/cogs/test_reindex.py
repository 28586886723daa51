"""`/reindex` over a real socket: its progress, its button, files, and all that can go wrong with them."""

import gzip
import json
import logging
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.client import NewsBot
from bot.cogs import reindex
from bot.services.job_message import JobMessage
from index import BusyError, Failure, IndexOptions, IngestReport, NewsIndex, Progress, ReindexReport
from index.embeddings.base import GiveWay, Vectors, to_nobody
from tests.bot.services.test_job_text import Clock
from tests.bot.test_client import QUESTION, QUOTE
from tests.discord.interactions import INVALID_WEBHOOK_TOKEN, UNKNOWN_WEBHOOK
from tests.discord.server import DiscordServer, File, Interaction, User
from tests.fake_news import FakeNews
from tests.fakes import HashingEmbedder, open_news, story
from tests.servers.news_documents import rss, rss_item
from tests.servers.news_site import NewsSite

QUARTER_HOUR = 15 * 60


class LongNews(FakeNews):
    """Reindexes until it is told to end."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()
        self.error: Exception | None = None
        self.done = 0

    def reindex(
        self, *, full: bool = False, on_progress: Callable[[Progress], None] = lambda _: None
    ) -> ReindexReport:
        while not self.released.wait(0.01):
            self.done += 1
            on_progress(Progress("passages", self.done, 10_000))
        if self.error:
            raise self.error
        failure = Failure("/srv/private/broken.txt", "no headline")
        return ReindexReport(IngestReport(added=1, failed=(failure,)), embedded=7)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindex, "EDIT_SECONDS", 0.1)


@asynccontextmanager
async def started(
    tmp_path: Path, news: FakeNews | NewsIndex, clock: Clock | None = None
) -> AsyncIterator[DiscordServer]:
    """A server with the bot in it. In the end, nothing may have been wrong."""
    more = (clock,) if clock else ()
    bot = NewsBot(lambda: cast(NewsIndex, news), tmp_path, *more)
    async with DiscordServer() as server, server.running(bot, commands=4):
        yield server
        server.assert_clean()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[NewsIndex]:
    """The real thing, with a small model."""
    options = IndexOptions(data_dir=tmp_path / "news", follow_seconds=0.05, fetch_private=True)
    with NewsIndex.open(options, HashingEmbedder()) as news:
        yield news


async def begun(server: DiscordServer, news: LongNews, **options: Any) -> tuple[Interaction, User]:
    """Start a reindex and wait until its progress is in the channel."""
    boss = server.user("boss", manage_guild=True)
    result = await server.slash("reindex", options, user=boss, until=lambda it: "shown here" in it.text)
    assert news.done
    return result, boss


def last(server: DiscordServer) -> str:
    """The text of the last message in the channel."""
    messages = server.messages()
    return str(messages[-1]["content"]) if messages else ""


def lines_of(*records: dict[str, Any] | str) -> bytes:
    texts = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return "\n".join(texts).encode()


def record(number: int = 1) -> dict[str, Any]:
    title = f"Story number {number}"
    return {
        "url": f"https://news.example/{number}",
        "title": title,
        "text": story(title),
        "source": "Wire",
        "published_at": "2025-06-04T23:29:00Z",
    }


# -- progress --------------------------------------------------------------------------------------------


async def test_progress_is_shown_and_answers_go_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    news = LongNews()
    async with started(tmp_path, news) as server:
        result, boss = await begun(server, news, full=True)
        assert result.deferred
        assert result.ephemeral
        (message,) = server.messages()
        assert message["id"] in result.text  # a link to it
        second = await server.slash("reindex", user=boss)
        assert second.ephemeral
        assert boss.mention in second.text
        assert re.search(r"<t:\d+:R>", second.text)
        assert QUOTE in (await server.slash("ask", {"question": QUESTION})).text
        await server.wait_for(lambda: len(server.history(message)) >= 3)
        assert "%" in server.history(message)[-1]["content"]
        news.released.set()
        await server.wait_for(lambda: "Reindexed" in server.history(message)[-1]["content"])
        assert server.history(message)[-1]["components"] == []
        assert "/srv/private" not in server.history(message)[-1]["content"]
        assert "where='/srv/private/broken.txt'" in caplog.text
        await server.slash("reindex", user=boss, until=lambda it: "shown here" in it.text)
        assert "Reindexed" in last(server)


async def test_it_is_for_those_who_manage_the_server(tmp_path: Path) -> None:
    async with started(tmp_path, FakeNews()) as server:
        result = await server.slash("reindex", force=True)
        assert result.ephemeral
        assert "Manage Server" in result.text
        # Checked by the bot alone: Discord would hide the command from roles that a guild lets reindex.
        assert server.commands["reindex"]["default_member_permissions"] is None
        assert server.commands["reindex"]["contexts"] in (None, [0])


async def test_progress_outlives_the_interaction_by_far(tmp_path: Path) -> None:
    news, clock = LongNews(), Clock()
    async with started(tmp_path, news, clock) as server:
        await begun(server, news)
        (message,) = server.messages()
        clock.pass_by(QUARTER_HOUR + 60)
        server.interactions.token_lifetime = 0
        versions = len(server.history(message))
        await server.wait_for(lambda: len(server.history(message)) >= versions + 2)
        news.released.set()
        await server.wait_for(lambda: "Reindexed** in 16 min" in last(server))
        assert len(server.messages()) == 1


async def test_where_the_bot_may_not_write_it_says_so_and_ends_with_the_interaction(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    news, clock = LongNews(), Clock()
    async with started(tmp_path, news, clock) as server:
        server.bot.permissions.send_messages = False
        boss = server.user("boss", manage_guild=True)
        result = await server.slash("reindex", user=boss, until=lambda it: "passages" in it.text)
        assert "I may not write in this channel" in result.text
        assert result.ephemeral
        assert server.messages() == []
        clock.now = datetime.now(UTC) + timedelta(minutes=16)
        server.interactions.token_lifetime = 0
        news.released.set()
        await server.wait_for(lambda: "reindex.finished" in caplog.text)
        clock.now = datetime.now(UTC)
        await ended(server)
        assert "Reindexed" not in result.text


async def ended(server: DiscordServer) -> None:
    """Wait until the bot would begin another reindex."""
    server.interactions.token_lifetime = QUARTER_HOUR
    boss = server.user("boss", manage_guild=True)
    for _ in range(100):
        result = await server.slash("reindex", user=boss, until=lambda it: bool(it.text))
        if "running already" not in result.text:
            return
    raise AssertionError("it never ended")


@pytest.mark.parametrize("refusal", [INVALID_WEBHOOK_TOKEN, UNKNOWN_WEBHOOK])
async def test_a_token_that_expired_unexpectedly_is_not_tried_again(
    tmp_path: Path, refusal: tuple[int, int, str]
) -> None:
    news = LongNews()
    async with started(tmp_path, news) as server:
        server.bot.permissions.send_messages = False
        server.interactions.expired_token = refusal
        boss = server.user("boss", manage_guild=True)
        await server.slash("reindex", user=boss, until=lambda it: "passages" in it.text)
        server.interactions.token_lifetime = 0
        await server.wait_for(lambda: bool(server.violations))
        news.released.set()
        await ended(server)
        assert [violation.code for violation in server.violations] == [refusal[1]]
        server.violations.clear()


async def test_a_channel_that_refuses_after_all_is_left_for_the_interaction(tmp_path: Path) -> None:
    news = LongNews()
    async with started(tmp_path, news) as server:
        server.fail_next("POST", r"/channels/\d+/messages$", 403)
        boss = server.user("boss", manage_guild=True)
        result = await server.slash("reindex", user=boss, until=lambda it: "passages" in it.text)
        news.released.set()
        await result.wait(lambda it: "Reindexed" in it.text)
        assert "I may not write in this channel" in result.text


async def test_a_deleted_progress_stays_away_until_there_is_an_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news, shown, show = LongNews(), [], JobMessage.show

    async def watched(message: JobMessage, *given: Any) -> None:
        await show(message, *given)
        shown.append(given)

    monkeypatch.setattr(JobMessage, "show", watched)
    async with started(tmp_path, news) as server:
        await begun(server, news)
        (message,) = server.messages()
        server.world.delete(message)
        done = news.done
        await server.wait_for(
            lambda: any(request.method == "PATCH" and request.status == 404 for request in server.requests)
        )
        patches, before = sum(request.method == "PATCH" for request in server.requests), len(shown)
        await server.wait_for(lambda: len(shown) > before + 3)  # so many edits would have come by now
        assert sum(request.method == "PATCH" for request in server.requests) == patches
        assert news.done > done
        news.released.set()
        await server.wait_for(lambda: "Reindexed" in last(server))


async def test_one_that_fails_at_once_is_told_to_one_person(tmp_path: Path) -> None:
    news = LongNews()
    news.error = BusyError("Another process is reindexing right now: wait until it is done.")
    news.released.set()
    async with started(tmp_path, news) as server:
        boss = server.user("boss", manage_guild=True)
        result = await server.slash("reindex", user=boss, until=lambda it: bool(it.text))
        assert "Another process" in result.text
        assert server.messages() == []


async def test_one_that_fails_later_says_so_where_its_progress_was(tmp_path: Path) -> None:
    news = LongNews()
    news.error = RuntimeError("disk full")
    async with started(tmp_path, news) as server:
        await begun(server, news)
        news.released.set()
        await server.wait_for(lambda: "Something went wrong" in last(server))
        assert "disk full" not in last(server)


async def test_closing_stops_it_and_closes_the_library(tmp_path: Path) -> None:
    news = LongNews()
    async with DiscordServer() as server:
        async with server.running(NewsBot(lambda: cast(NewsIndex, news), tmp_path), commands=4):
            await begun(server, news)
        assert "because the bot is shutting down" in last(server)
        server.assert_clean()
    assert news.closed


# -- the button ------------------------------------------------------------------------------------------


async def test_cancelling_stops_at_a_safe_point_and_tells_how_far_it_got(tmp_path: Path) -> None:
    news = LongNews()
    async with started(tmp_path, news) as server:
        _, boss = await begun(server, news)
        (message,) = server.messages()
        refused = await server.click(message, "Cancel", user=server.alice)
        assert refused.ephemeral
        assert "Manage Server" in refused.text
        done = news.done
        await server.wait_for(lambda: news.done > done)  # it goes on
        await server.click(message, "Cancel", user=boss)
        await server.wait_for(lambda: "Stopped" in last(server))
        far = re.search(r"Stopped\*\* by <@(\d+)> \(([\d,]+) / 10,000 passages\)", last(server))
        assert far
        assert far[1] == boss.id
        assert int(far[2].replace(",", "")) == news.done
        assert server.messages()[-1]["components"] == []
        # The trail is written after the message, and read by another thread.
        trail = news.guilds.trail
        await server.wait_for(lambda: "reindex cancelled" in [it.action for it in trail(server.guild.id, 5)])
        assert "**reindex cancelled**" in (await server.slash("audit", user=boss)).text


async def test_all_read_in_one_language_who_cancelled_it(tmp_path: Path) -> None:
    news = LongNews()
    async with started(tmp_path, news) as server:
        _, boss = await begun(server, news)
        boss.locale = "de"
        await server.click(server.messages()[-1], "Cancel", user=boss)
        await server.wait_for(lambda: "Stopped" in last(server))
        assert f"by {boss.mention}" in last(server)


async def test_a_button_that_is_left_over_from_before_a_restart_only_says_so(tmp_path: Path) -> None:
    first, second = LongNews(), LongNews()
    async with DiscordServer() as server:
        async with server.running(NewsBot(lambda: cast(NewsIndex, first), tmp_path), commands=4):
            await begun(server, first)
            (message,) = server.messages()
            # As if its process were killed: it can say nothing any more.
            server.fail_next("PATCH", r"/messages/\d+$", 403, times=99)
        server.rest.faults.clear()
        async with server.running(NewsBot(lambda: cast(NewsIndex, second), tmp_path), commands=4):
            _, boss = await begun(server, second)
            pressed = await server.click(
                message, "Cancel", user=boss, until=lambda it: "ended already" in it.text
            )
            assert server.messages()[0]["components"] == []
            assert pressed.original
            done = second.done
            await server.wait_for(lambda: second.done > done)  # the other one goes on
            second.released.set()
            await server.wait_for(lambda: "Reindexed" in last(server))
        server.assert_clean()


# -- one source, one file --------------------------------------------------------------------------------


async def read(server: DiscordServer, user: User | None = None, **options: Any) -> str:
    """Use the command until there is an outcome, and return that."""
    user = user or server.user("boss", manage_guild=True)
    result = await server.slash("reindex", options, user=user, until=lambda it: bool(it.text))
    if "shown here" not in result.text:
        return result.text.replace("\\", "")
    await server.wait_for(lambda: not last(server).startswith(("**Reading", "**Reindexing")))
    return last(server)


async def test_one_source_is_read_again(tmp_path: Path, library: NewsIndex) -> None:
    with NewsSite() as site:
        url = site.serve("/feed.xml", rss(rss_item()), "application/rss+xml")
        library.subscriptions.add(url)
        second = rss_item("/2", "Hamburg", content=f"<p>{story('Hamburg')}</p>")
        site.serve("/feed.xml", rss(second, rss_item()), "application/rss+xml")
        async with started(tmp_path, library) as server:
            boss = server.user("boss", manage_guild=True)
            offered = await server.autocomplete("reindex", {"source": "wire"}, focused="source", user=boss)
            assert [choice["value"] for choice in offered.choices] == [url]
            nothing = await server.autocomplete("reindex", {"source": "wire"}, focused="source")
            assert nothing.choices == []
            assert "1 new, 0 updated, 1 unchanged" in await read(server, source="The Wire")
            assert "There is no source" in await read(server, source="Nobody")


async def test_everything_includes_the_sources_that_are_due(tmp_path: Path, library: NewsIndex) -> None:
    with NewsSite() as site:
        urls = [site.serve("/feed.xml", rss(rss_item()), "application/rss+xml"), site.url("/nothing")]
        outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
        opml = f'<opml version="2.0"><body>{outlines}</body></opml>'
        library.subscriptions.import_opml(opml.encode(), "x")
        async with started(tmp_path, library) as server:
            text = await read(server)
            assert "1 new, 0 updated" in text
            assert "1 could not be read" in text
            assert "0 new, 0 updated, 0 unchanged" in await read(server)
            assert site.paths().count("/feed.xml") == 1


async def test_a_file_of_articles_is_read_whatever_it_is_called(tmp_path: Path, library: NewsIndex) -> None:
    body = gzip.compress(lines_of(record(1), '{"published_at": 5}', record(2)))
    async with started(tmp_path, library) as server:
        text = await read(server, file=File("passwd", body))
        assert "2 new" in text
        assert "1 could not be read" in text
        assert "passwd:2: url is missing" in text.replace("\\", "")
        again = await read(server, file=File("passwd", body))
        assert "0 new, 0 updated, 2 unchanged" in again
        assert library.reindex().ingested.read == 0  # it is no source
    assert sorted(path.name for path in tmp_path.iterdir()) == ["discord-commands.sha256", "news"]


STORY_PAGE = (
    f"Jun 5, 2025, 12:00 AM\n\nPort opens\n\nStory\n\n{story('Port')}\n\nOpinions\n\nYou've reached the end\n"
)


async def test_a_story_page_is_read_and_told_apart_by_its_name(tmp_path: Path, library: NewsIndex) -> None:
    async with started(tmp_path, library) as server:
        assert "1 new" in await read(server, file=File("port.txt", STORY_PAGE.encode()))
        changed = STORY_PAGE.replace("\n\nOpinions", " A third quay follows in the autumn.\n\nOpinions")
        assert "0 new, 1 updated" in await read(server, file=File("port.txt", changed.encode()))


async def test_the_feeds_of_a_list_become_sources_for_who_may_add_some(
    tmp_path: Path, library: NewsIndex
) -> None:
    opml = b'<opml version="2.0"><body><outline text="x" xmlUrl="https://news.example/feed"/></body></opml>'
    async with started(tmp_path, library) as server:
        (guild,) = server.world.guilds
        everyone = guild.id  # the role that all members have
        boss = server.user("boss", manage_guild=True)
        panel = await server.slash("settings", user=boss)
        await server.click(panel.messages[0], "settings:roles", values=[everyone], user=boss)
        refused = await read(server, server.alice, file=File("a.opml", opml))
        assert "only those who may add sources" in refused
        assert library.subscriptions.all() == []
        assert "1 source added" in await read(server, file=File("a.opml", opml))
        assert [subscription.url for subscription in library.subscriptions.all()] == [
            "https://news.example/feed"
        ]
        assert "is a source already" in await read(server, file=File("a.opml", opml))


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("garbage.bin", bytes(range(256)) * 50, "garbage.bin holds neither JSON lines"),
        ("empty.jsonl", b"", "empty.jsonl holds neither JSON lines"),
        ("broken.jsonl.gz", gzip.compress(b"{}" * 9999)[:50], "broken.jsonl.gz is damaged"),
        ("bomb.jsonl.gz", gzip.compress(bytes(65 * 2**20)), "larger than 64 MiB once unpacked"),
        ("a.xml", b"<urlset><url", "a.xml"),
        ("evil.opml", b'<!DOCTYPE o [<!ENTITY a "b">]><opml>&a;</opml>', "evil.opml"),
    ],
    ids=["garbage", "empty", "broken", "bomb", "cut off", "entity"],
)
async def test_a_file_that_holds_nothing_is_one_sentence(
    tmp_path: Path, library: NewsIndex, name: str, body: bytes, expected: str
) -> None:
    async with started(tmp_path, library) as server:
        text = await read(server, file=File(name, body))
        assert expected in text
        assert "\n" not in text
        assert "file:" not in text
        assert library.status().articles == 0


async def test_a_file_too_large_is_not_even_fetched(
    tmp_path: Path, library: NewsIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindex, "MAX_FILE", 2**20)
    async with started(tmp_path, library) as server:
        text = await read(server, file=File("big.jsonl", b"x" * 3 * 2**20))
        assert text.startswith("big.jsonl has 3 MiB, more than the 1 that are read")
        assert "Choose one" in await read(server, file=File("a.jsonl", b"{}"), full=True)


class SlowEmbedder(HashingEmbedder):
    """Takes until it may go on, or five seconds, for each batch of passages."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        self.go_on.wait(5)
        return super().embed_passages(texts, give_way)


async def test_reading_a_file_can_be_stopped_between_two_batches(tmp_path: Path) -> None:
    embedder = SlowEmbedder()
    with open_news(tmp_path, embedder=embedder) as library:
        async with started(tmp_path, library) as server:
            boss = server.user("boss", manage_guild=True)
            body = lines_of(*(record(number) for number in range(50)))
            await server.slash("reindex", {"file": File("news.jsonl", body)}, user=boss)
            await server.wait_for(lambda: "0 / 50 articles" in last(server))
            await server.click(server.messages()[-1], "Cancel", user=boss)
            await server.wait_for(lambda: "Stopping" in last(server))
            embedder.go_on.set()
            await server.wait_for(lambda: "Stopped" in last(server), timeout=20)  # a batch is stored first
            assert "(16 / 50 articles)" in last(server)
            assert library.status().articles == 16
