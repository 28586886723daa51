"""Editions over a real socket: two servers, an operator, direct messages, and a server without the bot.

The library is the real one with a small model, and the sources are feeds over HTTP on loopback.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.client import NewsBot
from bot.cogs import reindex
from bot.cogs.background.alert_sender import AlertSender
from bot.cogs.background.corrections import Corrections
from bot.interactions.errors import QUOTAS
from index import SHARED, IndexOptions, NewsIndex, Quotas
from index.clock import utc_now
from tests.discord.server import DiscordServer, File, Guild, User
from tests.fakes import HashingEmbedder, story
from tests.servers.news_documents import rss, rss_item
from tests.servers.news_site import NewsSite

XML = "application/rss+xml"
LONG_AGO = datetime(2025, 6, 4, 23, 29, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindex, "EDIT_SECONDS", 0.1)


def feed(site: NewsSite, name: str, *more: str) -> str:
    """Serve a feed of articles, each with its name in headline and text; return the feed's address."""
    items = [
        rss_item(f"https://news.example/{one}", f"{one} opens shore power", content=f"<p>{story(one)}</p>")
        for one in (name, *more)
    ]
    return site.serve(f"/{name}.xml", rss(*items, title=f"{name} feed"), XML)


def lines(name: str, source: str, published: datetime = LONG_AGO) -> File:
    """Return a file with an article that claims an outlet."""
    record = {
        "url": f"https://wire.example/{name}",
        "title": f"{name} sank on Monday",
        "text": story(name),
        "source": source,
        "published_at": published.isoformat(),
    }
    return File("words.jsonl", json.dumps(record).encode())


@dataclass(frozen=True)
class Place:
    """The bot in two servers. `boss` manages both, `operator` owns the application."""

    server: DiscordServer
    bot: NewsBot
    library: NewsIndex
    one: Guild
    two: Guild
    boss: User
    operator: User

    async def use(self, command: str, guild: Any, user: User | None = None, **options: Any) -> str:
        """Use a command and return everything that it answers, without escapes."""
        user = user or self.boss
        result = await self.server.slash(
            command, options, user=user, guild=guild, until=lambda it: bool(it.text)
        )
        return result.text.replace("\\", "")

    async def read(self, guild: Guild, **options: Any) -> str:
        """Use /reindex, and return its outcome."""
        told = await self.use("reindex", guild, **options)
        if "shown here" not in told:
            return told
        await self.server.wait_for(
            lambda: not self.last(guild).startswith(("**Reading", "**Reindexing")),
            timeout=30.0,
            what=lambda: self.last(guild),
        )
        return self.last(guild)

    def last(self, guild: Guild) -> str:
        return str(self.server.messages(guild)[-1]["content"])


@asynccontextmanager
async def started(
    tmp_path: Path, quotas: Quotas | None = None, servers: int = 2, operators: tuple[int, ...] = ()
) -> AsyncIterator[Place]:
    """Run the bot in so many servers. In the end, nothing may have been wrong."""
    options = IndexOptions(
        data_dir=tmp_path / "news",
        follow_seconds=0.05,
        fetch_private=True,
        threshold=0.0,
        quotas=quotas or Quotas(),
    )
    with NewsIndex.open(options, HashingEmbedder()) as library:
        async with DiscordServer() as server:
            two = server.add_guild("Two") if servers == 2 else server.guild
            bot = NewsBot(lambda: library, tmp_path, operators=operators)
            async with server.running(bot, commands=8):
                boss = server.user("boss", manage_guild=True)
                yield Place(server, bot, library, server.guild, two, boss, server.world.owner)
                server.assert_clean()


@asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """Measure the pauses of the event loop inside the block, in seconds; the longest comes last.

    A pause counts as far as the loop itself worked in it: other programs may keep it waiting, too.
    """
    pauses = [0.0]

    async def tick() -> None:
        while True:
            before, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.005)
            pauses.append(min(time.perf_counter() - before - 0.005, time.thread_time() - worked))

    ticking = asyncio.create_task(tick())
    yield pauses
    ticking.cancel()
    pauses.sort()


# -- what managers of another server cannot do -----------------------------------------------------------


async def test_managers_of_another_server_change_nothing_here(tmp_path: Path, site: NewsSite) -> None:
    async with started(tmp_path) as it:
        url = feed(site, "Rotterdam")
        it.library.subscriptions.add(url)
        told = await it.use("sources remove", it.two, source=url)
        assert "is left out here" in told
        assert "/sources add" in told
        assert "1 new" in await it.read(it.two, file=lines("Hamburg", "Reuters"))

        assert "Rotterdam feed" in await it.use("sources list", it.one)
        assert "Rotterdam feed" not in await it.use("sources list", it.two)
        for place in (it.one, False, it.server.world.foreign_guild("Foreign")):
            shown = await it.use("latest", place)
            assert "Rotterdam opens" in shown
            assert "Hamburg" not in shown
        theirs = await it.use("latest", it.two)
        assert "Hamburg sank" in theirs
        assert "Rotterdam" not in theirs
        assert "Nothing has been set" in await it.use("audit", it.one)
        trail = await it.use("audit", it.two)
        assert f"**source left out**: `{url}`" in trail
        assert "**reindex**: `words.jsonl`" in trail

        assert "its articles are shown here again" in await it.use("sources add", it.two, address=url)
        assert "Rotterdam opens" in await it.use("latest", it.two)
        assert site.paths().count("/Rotterdam.xml") == 1  # taken back without being read anew


async def test_a_running_job_of_a_server_keeps_no_other_from_theirs(tmp_path: Path, site: NewsSite) -> None:
    released = threading.Event()

    def slowly() -> Iterator[bytes]:
        released.wait(10)
        yield rss(rss_item()).encode()

    async with started(tmp_path) as it:
        url = feed(site, "Slow")
        await it.use("sources add", it.two, address=url)
        site.stream("/Slow.xml", slowly)
        assert "shown here" in await it.use("reindex", it.two)
        assert "running already" in await it.use("reindex", it.two)
        assert "reads something already" in await it.use("sources test", it.two, address=url)
        assert "1 new" in await it.read(it.one, file=lines("Hamburg", "Reuters"))
        assert it.last(it.two).startswith("**Reindexing")
        released.set()
        await it.server.wait_for(lambda: it.last(it.two).startswith("**Reindexed"))


async def test_a_list_of_30000_feeds_is_refused_in_one_sentence(tmp_path: Path) -> None:
    outlines = "".join(f'<outline xmlUrl="https://news.example/{number}"/>' for number in range(30_000))
    body = f'<opml version="2.0"><body>{outlines}</body></opml>'.encode()
    async with started(tmp_path) as it:
        async with watched() as pauses:
            told = await it.read(it.one, file=File("many.opml", body))
        assert told == QUOTAS["feeds"].format(most=200)
        assert it.library.subscriptions.all() == []
        assert pauses[-1] < 0.1, f"the event loop stood still for {pauses[-1]:.3f} s"


async def test_a_long_list_of_sources_is_shown_page_by_page(tmp_path: Path) -> None:
    """An operator may have that many: reading, turning and suggesting them does not stop the event loop."""
    async with started(tmp_path) as it:
        body = "".join(f'<outline xmlUrl="https://news.example/{number}"/>' for number in range(1_000))
        it.library.subscriptions.import_opml(f"<opml><body>{body}</body></opml>".encode(), "x")
        async with watched() as pauses:
            shown = await it.server.slash("sources list", user=it.boss)
            assert "Page 1 of 200" in shown.text
            typed = await it.server.autocomplete(
                "sources remove", {"source": "999"}, focused="source", user=it.boss
            )
            assert [choice["value"] for choice in typed.choices] == ["https://news.example/999"]
        assert pauses[-1] < 0.1, f"the event loop stood still for {pauses[-1]:.3f} s"


# -- operators -------------------------------------------------------------------------------------------


async def test_the_owner_of_the_application_chooses_the_shared_sources(
    tmp_path: Path, site: NewsSite
) -> None:
    async with started(tmp_path) as it:
        url = feed(site, "Rotterdam")
        refused = await it.use("sources add", it.one, address=url, for_all=True)
        assert "Only an operator" in refused
        assert it.library.subscriptions.all() == []
        assert "Added" in await it.use("sources add", it.one, it.operator, address=url, for_all=True)
        for place in (it.one, it.two, False):
            assert "Rotterdam opens" in await it.use("latest", place)
        for guild in (it.one, it.two):  # what operators change is in everybody's trail, without their name
            trail = await it.use("audit", guild)
            assert f"an operator, for all servers, **source added**: `{url}`" in trail
            assert it.operator.id not in trail
        assert "left out here" in await it.use("sources remove", it.two, source=url)
        assert "not read any more" in await it.use(
            "sources remove", it.two, it.operator, source=url, for_all=True
        )
        assert "source removed" in await it.use("audit", it.one)
        assert "source removed" not in await it.use("audit", it.two)  # it had left the source out


async def test_operators_are_named_in_the_settings(tmp_path: Path, site: NewsSite) -> None:
    async with DiscordServer() as one:
        number = int(one.user("boss").id)
    async with started(tmp_path, servers=1, operators=(number,)) as it:
        refused = await it.use("sources add", it.one, address=feed(site, "A"), for_all=True)
        assert "Only an operator" in refused  # the one server's managers are none, as others are named
        assert "Only an operator" in await it.use("reindex", it.one, full=True)
        named = User(str(number), "named", it.boss.permissions)
        it.server.world.users[named.id] = named
        it.server.world.join(it.one, named)
        added = await it.use("sources add", it.one, named, address=feed(site, "B"), for_all=True)
        assert "Added" in added
        assert [source.title for source in it.library.subscriptions.all(SHARED)] == ["B feed"]


async def test_in_a_single_server_its_managers_do_all_that_an_operator_may(
    tmp_path: Path, site: NewsSite
) -> None:
    async with started(tmp_path, servers=1) as it:
        await it.use("sources add", it.one, address=feed(site, "First"))
        assert [source.shared for source in it.library.subscriptions.all()] == [True]
        assert it.boss.mention in await it.use("audit", it.one)
        assert "Reindexed" in await it.read(it.one, full=True)
        two = it.server.add_guild("Two")
        await it.server.wait_for(lambda: len(it.server.gateway.world.guilds) == 2)
        await it.use("latest", two)
        await it.use("sources add", it.one, address=feed(site, "Second"))
        assert [source.shared for source in it.library.subscriptions.all()] == [True, False]
        seen = await it.use("latest", two)
        assert "First opens" in seen  # what was made before stays shared
        assert "Second" not in seen
        assert "Only an operator" in await it.use("reindex", it.one, full=True)


# -- what a server sees ----------------------------------------------------------------------------------


async def test_own_and_shared_sources_are_listed_apart(tmp_path: Path, site: NewsSite) -> None:
    async with started(tmp_path) as it:
        it.library.subscriptions.add(feed(site, "Shared"))
        await it.use("sources add", it.one, address=feed(site, "Own"))
        listed = await it.use("sources list", it.one)
        assert re.search(r"Of this server alone.*Own feed.*Shared by all servers.*Shared feed", listed, re.S)
        assert "2 sources, 1 of this server's own" in listed
        assert "Own feed" not in await it.use("sources list", it.two)
        names = [
            [choice["name"] for choice in typed.choices]
            for typed in [
                await it.server.autocomplete(
                    command, {option: "own"}, focused=option, user=it.boss, guild=guild
                )
                for command, option in (("sources remove", "source"), ("reindex", "source"))
                for guild in (it.one, it.two)
            ]
        ]
        assert names == [["Own feed"], [], ["Own feed"], []]
        assert "shared by all servers" in await it.use("reindex", it.one, source="Shared feed")
        assert "0 new, 0 updated, 1 unchanged" in await it.read(it.one, source="Own feed")
        assert "There is no source" in await it.use("reindex", it.two, source="Own feed")
        assert "not read for this server any more" in await it.use(
            "sources remove", it.one, source="Own feed"
        )
        assert "Own opens" not in await it.use("latest", it.one)
        it.library.delete_unseen()  # unless the bot does so just now by itself
        await it.server.wait_for(lambda: it.library.status().articles == 1)


async def test_suggested_outlets_and_counts_are_those_of_the_server(tmp_path: Path, site: NewsSite) -> None:
    async with started(tmp_path) as it:
        assert "1 new" in await it.read(it.two, file=lines("Hamburg", "Tower"))
        url = feed(site, "Broken")
        await it.use("sources add", it.two, address=url)
        site.remove("/Broken.xml")
        it.library.subscriptions.refresh(url)
        for command in ("ask", "latest"):
            options = {"question": "x", "source": "tow"} if command == "ask" else {"source": "tow"}
            for guild, expected in ((it.one, []), (it.two, ["Tower (upload)"]), (False, [])):
                typed = await it.server.autocomplete(
                    command, options, focused="source", user=it.boss, guild=guild
                )
                assert [choice["value"] for choice in typed.choices] == expected
        mine, theirs = await it.use("status", it.one), await it.use("status", it.two)
        assert "0 articles" in mine
        assert "cannot be read" not in mine
        assert "2 articles" in theirs
        assert "answers 404" in theirs
        assert "MiB" not in theirs  # what the search index takes is the operator's


async def test_a_fault_of_the_process_is_shown_to_operators_only(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        it.library.faults.report("reading of sources", OSError("/srv/private is full"))
        assert "private" not in await it.use("status", it.one)
        assert "private is full" in await it.use("status", it.one, it.operator)


async def test_what_a_server_has_dropped_is_neither_shared_nor_corrected_there(
    tmp_path: Path, site: NewsSite
) -> None:
    async with started(tmp_path) as it:
        url = feed(site, "Rotterdam")
        it.library.subscriptions.add(url)
        asked = {"question": "What did Rotterdam describe?", "private": True}
        private = await it.server.slash("ask", asked, user=it.boss, guild=it.two)
        await it.use("sources remove", it.two, source=url)
        pressed = await it.server.click(
            private.messages[0], "…", values=["Share"], user=it.boss, until=lambda it: bool(it.text)
        )
        assert "not here any more" in pressed.text
        assert it.server.messages(it.two) == []


async def test_corrections_reach_only_who_may_see_the_source(tmp_path: Path, site: NewsSite) -> None:
    async with started(tmp_path) as it:
        url = feed(site, "Rotterdam")
        it.library.subscriptions.add(url)
        question = "Where was the council of Rotterdam described by reporters?"
        for guild in (it.one, it.two):
            await it.use("ask", guild, question=question)
        await it.server.wait_for(lambda: len(it.library.posted.asked(None, LONG_AGO)) == 2)
        await it.use("sources remove", it.two, source=url)
        changed = story("Rotterdam").replace("on the spot", "from afar")
        item = rss_item("https://news.example/Rotterdam", "Rotterdam opens", content=f"<p>{changed}</p>")
        site.serve("/Rotterdam.xml", rss(item), XML)
        it.library.subscriptions.refresh(url)
        cog = it.bot.get_cog("Corrections")
        assert isinstance(cog, Corrections)
        await cog.correct()
        versions = [len(it.server.history(it.server.messages(guild)[0])) for guild in (it.one, it.two)]
        assert versions[0] == versions[1] + 1
        assert it.library.posted.to_correct(9) == []


async def test_alerts_reach_only_who_may_see_the_source(tmp_path: Path) -> None:
    """What a server uploads is sent to its members that follow, not to one who left nor to another server."""
    async with started(tmp_path) as it:
        stranger, member = it.server.user("stranger"), it.server.user("member")
        for person, guild in ((it.boss, it.one), (stranger, it.two), (member, it.two)):
            await it.use("follow", guild, person, what="Hamburg sank on Monday")
        del it.two.members[stranger.id]
        assert "1 new" in await it.read(it.two, file=lines("Hamburg", "Wire", utc_now()))
        cog = it.bot.get_cog("AlertSender")
        assert isinstance(cog, AlertSender)
        await cog.look()  # or the cog's own round has sent it already
        # The first message tells everybody that they are written to here.
        await it.server.wait_for(lambda: len(it.server.messages(False, member)) == 2)
        assert len(it.server.messages(False, stranger)) == len(it.server.messages(False, it.boss)) == 1
        assert await cog.look() == 0


async def test_who_has_left_a_server_sees_its_news_in_no_digest_elsewhere(tmp_path: Path) -> None:
    """A digest that is sent to a person is theirs in every server, with the news of the one it was set in."""
    async with started(tmp_path) as it:
        member = it.server.user("member")
        assert "1 new" in await it.read(it.two, file=lines("Hamburg", "Wire", utc_now()))
        await it.use("digest set", it.two, member, every="day", hour=8, to_me=True)
        (digest,) = it.library.digests.of_person(member.id)
        assert "Hamburg sank" in await it.use("digest now", it.one, member, which=str(digest.id))
        del it.two.members[member.id]
        assert "Nothing new" in await it.use("digest now", it.one, member, which=str(digest.id))


# -- quotas ----------------------------------------------------------------------------------------------


async def test_a_quota_that_is_met_is_one_sentence_and_loses_nothing(tmp_path: Path, site: NewsSite) -> None:
    quotas = Quotas(sources=1, articles=2, bytes=20_000)
    async with started(tmp_path, quotas) as it:
        added = await it.use("sources add", it.one, address=feed(site, "A"))
        assert "1 added" in added
        refused = await it.use("sources add", it.one, address=feed(site, "B"))
        assert refused.count("\n") == 0
        assert "may have 1 sources of its own" in refused
        assert "1 new" in await it.read(it.one, file=lines("Hamburg", "Wire"))
        met = await it.read(it.one, file=lines("Bremen", "Wire"))
        assert met == QUOTAS["articles"].format(most=2)
        assert "1 new" in await it.read(it.two, file=lines("Bremen", "Wire"))  # another server has its own
        large = await it.read(it.two, file=File("large.jsonl", b" " * 20_001))
        assert large == QUOTAS["bytes"].format(most=0)
        shown = await it.use("latest", it.one)
        assert "A opens" in shown
        assert "Hamburg sank" in shown
