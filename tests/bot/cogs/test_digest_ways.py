"""The ways in which a digest is sent, over a real socket: several, apart, in a forum, pinging, directly."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest
import pytest_asyncio

from bot.client import NewsBot
from bot.cogs.background.digest_sender import DigestSender
from index import Digest, NewsIndex
from tests.discord.interactions import Interaction
from tests.discord.limits import walk
from tests.discord.server import Channel, DiscordServer, User, message_text
from tests.discord.world import FORUM, NEWS_CHANNEL
from tests.fake_news import TROOPS, FakeNews

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAILY = {"every": "day", "hour": 8}


@dataclass
class World:
    server: DiscordServer
    news: FakeNews
    bot: NewsBot
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def boss(self) -> User:
        return self.server.user("boss", manage_guild=True)

    def place(self, kind: int = 0) -> Channel:
        return self.server.channel(f"place-{next(self.numbers)}", kind=kind)

    async def set(self, user: User | None = None, **options: Any) -> Interaction:
        return await self.server.slash(
            "digest set", DAILY | options, user=user or self.boss, force=True, until=lambda it: bool(it.text)
        )

    def digests(self) -> list[Digest]:
        return self.news.digests.of(self.server.guild.id)

    async def send(self, digest: Digest, *titles: str) -> int:
        """Publish articles shortly before a digest is due, and send what is due."""
        self.news.now = digest.next_at
        for title in titles:
            published = self.news.now - timedelta(minutes=30)
            new = replace(TROOPS, id=f"new{next(self.numbers)}", title=title, published_at=published)
            self.news.articles.append(new)
        cog = self.bot.get_cog("DigestSender")
        assert isinstance(cog, DigestSender)
        return await cog.look()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    news = FakeNews()
    bot = NewsBot(lambda: cast(NewsIndex, news), tmp_path_factory.mktemp("bot"))
    async with DiscordServer(privileged_intents=0) as server, server.running(bot, commands=7):
        cog = bot.get_cog("DigestSender")
        assert isinstance(cog, DigestSender)
        cog.stop()  # each test sends by itself
        yield World(server, news, bot)


@pytest_asyncio.fixture(loop_scope="module")
async def world(started: World) -> AsyncIterator[World]:
    yield started
    for digest in [*started.digests(), *started.news.digests.of_person(started.server.alice.id)]:
        started.news.digests.stop(digest)
    started.server.assert_clean()


def texts(world: World, channel: Channel) -> list[str]:
    return [message_text(message) for message in world.server.messages(channel)]


async def allow(world: World, **permissions: bool) -> None:
    """Give the bot permissions, and wait until it knows."""
    world.server.user(world.server.bot.name, **permissions)
    (name,) = permissions
    await world.server.wait_for(lambda: getattr(world.bot.guilds[0].me.guild_permissions, name))


async def test_a_channel_has_several_and_each_is_named_to_be_changed(world: World) -> None:
    place = world.place()
    await world.set(channel=place)
    await world.set(channel=place, topics="troops")
    again = await world.set(channel=place, topics="troops")  # two presses at once
    assert "already" in again.text
    first, second = world.digests()
    assert (first.plan.topics, second.plan.topics) == ((), ("troops",))
    unclear = await world.server.slash(
        "digest stop", user=world.boss, guild=place, force=True, until=lambda it: bool(it.text)
    )
    assert "has 2 digests: say which" in unclear.text
    offered = await world.server.autocomplete(
        "digest stop", {}, focused="which", user=world.boss, guild=place
    )
    assert [choice["value"] for choice in offered.choices] == [str(first.id), str(second.id)]
    assert "troops" in offered.choices[1]["name"]
    await world.set(channel=place, hour=9, change=str(first.id))
    await world.server.slash("digest stop", {"which": str(second.id)}, user=world.boss, guild=place)
    assert [(digest.id, digest.plan.schedule.hour) for digest in world.digests()] == [(first.id, 9)]


async def test_it_has_a_date_a_count_the_outlets_and_a_menu(world: World) -> None:
    place = world.place()
    await world.set(channel=place)
    (digest,) = world.digests()
    assert await world.send(digest, "A dam is finished", "A bridge is opened") == 1
    (message,) = world.server.messages(place)
    shown = message_text(message)
    assert f"<t:{int(digest.next_at.timestamp())}:D>" in shown
    # Stories of the other tests of this module are among them, whatever the order of the tests.
    counted = re.search(r"(\d+) stories", shown)
    assert counted
    assert int(counted[1]) == shown.count("\n- ") >= 2
    menu = next(part for part in walk(message["components"]) if part.get("custom_id") == "stories:open")
    opened = await world.server.click(message, "stories:open", values=[menu["options"][0]["value"]])
    assert opened.ephemeral
    assert "A dam is finished" in opened.text or "A bridge is opened" in opened.text
    assert message["flags"] & 1 << 12  # silent


async def test_the_role_that_was_chosen_is_the_only_ping(world: World) -> None:
    place, role = world.place(), world.server.world.role(world.server.guild, "readers")
    other = world.server.world.role(world.server.guild, "others")
    await world.server.wait_for(lambda: world.bot.guilds[0].get_role(int(other)) is not None)
    missing = await world.set(channel=place, role=role)
    assert "Mention @everyone, @here and All Roles" in missing.text.replace("\\", "")
    everyone = await world.set(channel=place, role=world.server.guild.id)
    assert "everyone is none" in everyone.text
    await allow(world, mention_everyone=True)
    result = await world.set(channel=place, role=role)
    assert "digest" in result.text
    (digest,) = world.digests()
    await world.send(digest, f"@everyone <@&{other}> <@{world.server.alice.id}> are pinged by nobody")
    (message,) = world.server.messages(place)
    assert message["mention_roles"] == [role]
    assert not message["mentions"]
    assert not message["mention_everyone"]
    (sent,) = [
        request.body
        for request in world.server.requests
        if request.path.endswith(f"/channels/{place.id}/messages") and request.method == "POST"
    ]
    assert sent["allowed_mentions"]["parse"] == []
    assert [str(id) for id in sent["allowed_mentions"]["roles"]] == [role]
    listed = await world.server.slash("digest show", user=world.boss)
    assert f"pings <@&{role}>" in listed.text


async def test_stories_apart_get_a_thread_each(world: World) -> None:
    place = world.place()
    await allow(world, create_public_threads=True)
    await world.set(channel=place, apart=True)
    (digest,) = world.digests()
    await world.send(digest, "A ferry runs again", "A mine is closed")
    messages = world.server.messages(place)
    threads = {thread.id: thread.name for thread in world.server.guild.threads if thread.parent is place}
    assert {"A ferry runs again", "A mine is closed"} <= set(threads.values())
    assert threads.keys() == {message["id"] for message in messages}


@pytest.mark.parametrize("apart", [False, True])
async def test_a_forum_gets_posts(world: World, apart: bool) -> None:
    forum = world.place(FORUM)
    await world.set(channel=forum, apart=apart)
    (digest,) = world.digests()
    titles = [f"A tunnel is dug {apart}", f"A tower is built {apart}"]
    assert await world.send(digest, *titles) == 1
    posts = [thread for thread in world.server.guild.threads if thread.parent is forum]
    if apart:
        assert {post.name for post in posts}.issuperset(titles)
    else:
        assert [post.name.split(" · ")[0] for post in posts] == ["Daily digest"]
        assert titles[0] in texts(world, posts[0])[0]


async def test_a_post_that_was_made_before_the_bot_was_cut_off_is_not_made_twice(world: World) -> None:
    forum = world.place(FORUM)
    await world.set(channel=forum)
    (digest,) = world.digests()
    # The server tells the present time by its ids; the post has to be newer than the time that was due.
    due = replace(digest, next_at=digest.next_at - timedelta(days=9000))
    cog = world.bot.get_cog("DigestSender")
    assert isinstance(cog, DigestSender)
    world.news.articles.append(replace(TROOPS, id="cut", title="A fair", published_at=world.news.now))
    stories = world.news.stories_since(world.news.now - timedelta(days=1))
    for _ in range(2):
        assert await cog._send(due, stories)
    assert len([thread for thread in world.server.guild.threads if thread.parent is forum]) == 1


async def test_an_announcement_is_published_where_that_is_wanted(world: World) -> None:
    refused = await world.set(channel=world.place(), publish=True)
    assert "announcement channel" in refused.text
    place = world.place(NEWS_CHANNEL)
    await world.set(channel=place, publish=True)
    (digest,) = world.digests()
    await world.send(digest, "A law is passed")
    (message,) = world.server.messages(place)
    assert message["flags"] & 1  # crossposted


async def test_its_topics_have_names_in_place_of_ids(world: World) -> None:
    await world.set(topics=f"<#{world.server.channel('kursk').id}>, shipping")
    (digest,) = world.digests()
    assert digest.plan.topics == ("kursk", "shipping")


async def test_a_person_gets_theirs_directly_without_managing_anything(world: World) -> None:
    alice = world.server.alice
    result = await world.set(alice, to_me=True)
    assert "I send you a digest" in result.text
    (digest,) = world.news.digests.of_person(alice.id)
    assert world.digests() == []  # it is no business of the server's managers
    await world.send(digest, "A park is opened")
    first, second = world.server.messages(False, alice)
    assert "Here you get your digest" in message_text(first)
    assert "A park is opened" in message_text(second)
    world.news.privacy.delete(alice.id)
    assert world.news.digests.of_person(alice.id) == []


async def test_what_a_direct_digest_cannot_have_is_named_as_the_person_sees_it(world: World) -> None:
    dana = world.server.user("dana")
    dana.locale = "de"
    refused = await world.set(dana, to_me=True, apart=True, publish=True)
    assert "geht ohne einzeln, veröffentlichen." in refused.text


async def test_whose_direct_messages_are_closed_learns_that_at_once(world: World) -> None:
    carol = world.server.user("carol")
    carol.closed = True
    result = await world.set(carol, to_me=True)
    assert "does not let me write to you" in result.text
    assert world.news.digests.of_person(carol.id) == []
    followed = await world.server.slash(
        "follow", {"what": "Who won?"}, user=carol, until=lambda it: bool(it.text)
    )
    assert "does not let me write to you" in followed.text
    assert world.news.follows.of(carol.id) == []


async def test_a_server_that_goes_away_in_the_middle_keeps_its_digest(world: World) -> None:
    guild = world.server.add_guild("Passing")
    await world.server.wait_for(lambda: world.bot.get_guild(int(guild.id)) is not None)
    await world.server.slash("digest set", DAILY, user=world.boss, guild=guild)
    (digest,) = world.news.digests.of(guild.id)
    world.server.fail_next("POST", rf"/channels/{digest.channel}/messages", 403, code=50001)
    world.server.world.dispatch("GUILD_DELETE", {"id": guild.id})
    await world.server.wait_for(lambda: world.bot.get_guild(int(guild.id)) is None)
    world.news.guilds.note_present([guild.id])  # it was still there when the digest was looked for
    assert await world.send(digest, "A road is closed") == 0
    (after,) = world.news.digests.of(guild.id)
    assert after.stopped is None
    world.news.digests.stop(after)


async def test_a_channel_that_becomes_another_kind_of_channel_ends_its_digest(world: World) -> None:
    place = world.place()
    await world.set(channel=place)
    (digest,) = world.digests()
    place.kind = FORUM  # the bot has not been told
    assert await world.send(digest, "A dam breaks") == 0
    assert world.digests()[0].stopped == "the channel takes no messages any more"


async def test_an_archived_thread_is_opened_for_a_digest(world: World) -> None:
    thread = world.server.world.thread(world.place(), "news", world.boss)
    await world.set(channel=thread)
    (digest,) = world.digests()
    thread.archived = True
    assert await world.send(digest, "A lake dries up") == 1
    assert not thread.archived
