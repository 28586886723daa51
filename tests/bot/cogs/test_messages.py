"""What people write to the bot, and what it does: each situation over a real socket, on one server."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest
import pytest_asyncio

from bot.client import NewsBot
from bot.cogs import leftovers, privacy
from bot.cogs import messages as messages_cog
from bot.interactions.buttons import Action
from index import GuildSettings, NewsIndex
from tests.discord.actions import Json
from tests.discord.interactions import Interaction
from tests.discord.limits import COMPONENTS_V2
from tests.discord.server import Channel, DiscordServer, User, message_text
from tests.discord.world import FORUM, NEWS_CHANNEL, VOICE_CHANNEL
from tests.fake_news import FakeNews

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "How many North Korean troops were sent?"
QUOTE = "About 11,000 North Korean troops were sent to Russia in 2024."
CLAIM = "They say that troops from North Korea fought in Kursk"
UNKNOWN = 10**17  # an id that nobody has


@dataclass
class World:
    """The server with the bot in it; each test has people of its own, who have asked nothing yet."""

    server: DiscordServer
    news: FakeNews
    bot: NewsBot
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def person(self, **permissions: bool) -> User:
        return self.server.user(f"person{next(self.numbers)}", **permissions)

    def place(self, kind: int = 0) -> Channel:
        return self.server.channel(f"place-{next(self.numbers)}", kind=kind)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    news = FakeNews()
    bot = NewsBot(lambda: cast(NewsIndex, news), tmp_path_factory.mktemp("bot"))
    async with DiscordServer(privileged_intents=0) as server, server.running(bot, commands=7):
        yield World(server, news, bot)


@pytest_asyncio.fixture(loop_scope="module")
async def world(started: World) -> AsyncIterator[World]:
    yield started
    mine = started.server.bot.permissions
    mine.update(send_messages=True, send_messages_in_threads=True, read_message_history=True)
    started.server.assert_clean()


def reactions(message: Json, world: World) -> list[str]:
    stored = world.server.world.messages[message["id"]]
    return [reaction["emoji"]["name"] for reaction in stored.get("reactions", [])]


async def remembered(world: World, message: Json) -> None:
    """Wait until an answer is stored: that happens after it was sent."""
    await world.server.wait_for(lambda: world.news.posted.find_message(message["id"]) is not None)


async def answer(world: World, **options: Any) -> Json:
    """Ask in public, and return the message with the answer."""
    said = await world.server.say(QUESTION, **options)
    await remembered(world, said.replies[0])
    return said.replies[0]


# -- what was meant --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["lol", "wow, that's crazy", "😂", "I think they should all go home by now"]
)
async def test_chatter_below_an_answer_gets_silence(world: World, words: str) -> None:
    person, channel = world.person(), world.place()
    found = await answer(world, user=person, guild=channel)
    await world.server.say(words, user=person, guild=channel, mention_bot=False, reply_to=found, expect=0)


async def test_thanks_get_a_reaction(world: World) -> None:
    person, channel = world.person(), world.place()
    found = await answer(world, user=person, guild=channel)
    said = await world.server.say(
        "thanks!", user=person, guild=channel, mention_bot=False, reply_to=found, expect=None
    )
    await world.server.wait_for(lambda: reactions(said.message, world) == ["👍"])
    assert said.replies == []


@pytest.mark.parametrize("words", ["", "hi", "help", "who are you?", "こんにちは"])
async def test_a_greeting_gets_two_lines_with_an_example(world: World, words: str) -> None:
    said = await world.server.say(words, user=world.person(), guild=world.place())
    assert len(said.text.splitlines()) == 2
    assert f"{world.server.bot.mention} how many people" in said.text


@pytest.mark.parametrize(
    "words", ["is that true?", "source?", "fact check this", "", "stimmt das?", "本当？"]
)
async def test_the_claim_of_another_is_looked_up(world: World, words: str) -> None:
    """Discord shows what is replied to where that mentions the bot or, as here, in direct messages."""
    person = world.person()
    claim = await world.server.say("thanks", user=person, guild=False, expect=None)
    world.server.world.edit(claim.message, {"content": CLAIM})
    said = await world.server.say(words, user=person, guild=False, reply_to=claim.message, expect=None)
    await world.server.wait_for(lambda: QUOTE in said.text)


async def test_where_discord_shows_no_text_it_says_where_to_find_reporting(world: World) -> None:
    channel = world.place()
    claim = await world.server.say(CLAIM, user=world.person(), guild=channel, mention_bot=False, expect=None)
    said = await world.server.say("is that true?", user=world.person(), guild=channel, reply_to=claim.message)
    assert "*Apps* → *Find reporting*" in said.text
    assert len(said.text.splitlines()) == 1


async def test_a_claim_without_a_message_is_asked_for(world: World) -> None:
    said = await world.server.say("is that true?", user=world.person(), guild=world.place())
    assert "Which message do you mean?" in said.text


async def test_the_role_of_the_bot_counts_as_the_bot(world: World) -> None:
    role = world.server.world.role(world.server.guild, "newsbot", managed=True)
    await asyncio.sleep(0.05)  # the role has to be known before it is mentioned
    channel, gateway = world.place(), world.server.gateway
    said = await world.server.say(
        f"<@&{role}> {QUESTION}", user=world.person(), guild=channel, mention_bot=False
    )
    assert "mention me instead" in said.text  # without the intent, Discord may show no text for it
    kept, gateway.role_counts = gateway.role_counts, True
    said = await world.server.say(
        f"<@&{role}> {QUESTION}", user=world.person(), guild=channel, mention_bot=False
    )
    gateway.role_counts = kept
    assert QUOTE in said.text


async def test_a_reply_a_thread_and_a_direct_message_go_on(world: World) -> None:
    channel = world.place()
    found = await answer(world, user=world.person(), guild=channel)
    continued = f"continues: {QUESTION}"
    said = await world.server.say(
        "and who lost?", user=world.person(), guild=channel, mention_bot=False, reply_to=found
    )
    assert continued in said.text
    thread = world.server.world.thread(channel, "Troops", world.person(), found["id"])
    said = await world.server.say("and when was that?", user=world.person(), guild=thread)
    assert continued in said.text
    person = world.person()
    first = await world.server.say(QUESTION, user=person, guild=False)
    await remembered(world, first.replies[0])
    said = await world.server.say("and who lost?", user=person, guild=False)
    assert continued in said.text
    said = await world.server.say("Who won the cricket in Adelaide?", user=person, guild=False)
    assert "continues" not in said.text


async def test_mentions_become_names(world: World) -> None:
    kim, role = world.server.user("kim"), world.server.world.role(world.server.guild, "troops")
    words = f"did {kim.mention} send <@&{role}> to <#{world.server.guild.channels[0].id}> and <@{UNKNOWN}>?"
    asked: list[str] = []
    ask = world.news.ask
    world.news.ask = lambda question: asked.append(question.text) or ask(question)  # type: ignore[func-returns-value, method-assign]
    said = await world.server.say(words, user=world.person(), guild=world.place())
    world.news.ask = ask  # type: ignore[method-assign]
    assert asked == ["did Kim send troops to general and ?"]
    await remembered(world, said.replies[0])


async def test_a_servers_own_emoji_are_no_words(world: World) -> None:
    person, emoji = world.person(), "<:kek:123456789012345678>"
    await world.server.say(emoji, user=person, guild=False, expect=0)
    said = await world.server.say(f"thanks {emoji}", user=person, guild=world.place(), expect=0)
    assert reactions(said.message, world) == ["👍"]


async def test_what_was_missed_is_a_list_of_stories_and_then_nothing(world: World) -> None:
    person, channel = world.person(), world.place()
    said = await world.server.say("what did I miss?", user=person, guild=channel)
    assert "What you missed" in said.text
    again = await world.server.slash("missed", user=person, guild=channel)
    assert again.ephemeral
    assert "Nothing: no new story." in again.text


# -- an answer follows its question ----------------------------------------------------------------------


async def test_the_answer_follows_an_edit_and_goes_with_its_question(world: World) -> None:
    channel, mention = world.place(), world.server.bot.mention
    said = await world.server.say("Shore electricity in Rotterdam?", user=world.person(), guild=channel)
    (reply,) = said.replies
    await remembered(world, reply)
    world.server.edit(said, f"{mention} {QUESTION}")
    await world.server.wait_for(lambda: QUOTE in said.text)
    assert [found["id"] for found in said.replies] == [reply["id"]]
    await world.server.wait_for(lambda: _typed(world, reply) == QUESTION)
    sources = await world.server.click(said.replies[0], "Sources", user=world.person())
    assert "11,000" in sources.text  # the buttons are those of the new answer
    world.server.world.delete(said.message)
    await world.server.wait_for(lambda: said.replies == [])
    await world.server.wait_for(lambda: world.news.posted.find_message(reply["id"]) is None)


def _typed(world: World, reply: Json) -> str | None:
    posted = world.news.posted.find_message(reply["id"])
    return posted.typed if posted else None


async def test_a_question_edited_into_something_else_loses_its_answer(world: World) -> None:
    said = await world.server.say(QUESTION, user=world.person(), guild=world.place())
    await remembered(world, said.replies[0])
    world.server.edit(said, f"{world.server.bot.mention} lol never mind")
    await world.server.wait_for(lambda: said.replies == [])
    said = await world.server.say("hi", user=world.person(), guild=world.place())
    world.server.edit(said, f"{world.server.bot.mention} {QUESTION}")
    await world.server.wait_for(lambda: QUOTE in said.text)
    assert len(said.replies) == 1
    world.server.edit(said, "I ask somebody else")  # it does not mention the bot any more
    await world.server.wait_for(lambda: said.replies == [])


async def test_a_mention_that_is_edited_in_is_answered_and_a_preview_is_no_edit(world: World) -> None:
    said = await world.server.say(
        QUESTION, user=world.person(), guild=world.place(), mention_bot=False, expect=0
    )
    world.server.edit(said, f"{world.server.bot.mention} {QUESTION}")
    await world.server.wait_for(lambda: len(said.replies) == 1)
    before = len(world.server.history(said.replies[0]))
    said.message["edited_timestamp"] = None
    world.server.world.edit(said.message, {"embeds": [{"title": "A preview"}]}, edited=False)
    await asyncio.sleep(0.1)
    assert len(world.server.history(said.replies[0])) == before


async def test_the_answer_is_followed_after_a_restart(world: World) -> None:
    """What a process before this one has answered is in the database."""
    said = await world.server.say(QUESTION, user=world.person(), guild=world.place())
    await remembered(world, said.replies[0])
    cog = world.bot.get_cog("Messages")
    assert isinstance(cog, messages_cog.Messages)
    cog._replied.clear()
    world.server.world.delete(said.message)
    await world.server.wait_for(lambda: said.replies == [])


async def test_words_are_forgotten_once_their_answer_follows_them_no_longer(world: World) -> None:
    cog = world.bot.get_cog("Messages")
    assert isinstance(cog, messages_cog.Messages)
    cog._replied.clear()
    cog._replied[UNKNOWN] = messages_cog.Replied(1, 2, words="where do I live?")
    said = await world.server.say(QUESTION, user=world.person(), guild=world.place())
    await remembered(world, said.replies[0])
    assert UNKNOWN not in cog._replied
    assert len(cog._replied) == 1


async def test_the_asker_can_remove_the_answer_and_others_cannot(world: World) -> None:
    asker, channel = world.person(), world.place()
    found = await answer(world, user=asker, guild=channel)
    menu = next(part for row in found["components"] for part in _parts(row) if part.get("placeholder") == "…")
    refused = await world.server.click(found, menu["custom_id"], values=["remove"], user=world.person())
    assert "Only the person who asked" in refused.text
    form = await world.server.click(found, "Follow-up", user=asker)
    presses = [world.server.click(found, menu["custom_id"], values=["remove"], user=asker) for _ in range(2)]
    done = await asyncio.gather(*presses)  # two presses at once
    assert all(press.text for press in done)
    await world.server.wait_for(lambda: found["id"] not in world.server.world.messages)
    late = await world.server.submit_modal(form, {"Your question": "and who lost?"})
    assert "no longer kept" in late.text


def _parts(component: Json) -> Iterator[Json]:
    yield component
    for inner in component.get("components") or []:
        yield from _parts(inner)


# -- rights and places -----------------------------------------------------------------------------------


async def test_without_the_right_to_read_history_it_answers_without_reference(world: World) -> None:
    channel = world.place()
    world.server.bot.permissions.update(read_message_history=False)
    said = await world.server.say(QUESTION, user=world.person(), guild=channel)
    assert QUOTE in said.text
    assert "message_reference" not in said.replies[0]


@pytest.mark.parametrize("thread", [False, True])
async def test_without_the_right_to_write_the_answer_comes_directly(world: World, thread: bool) -> None:
    """Threads have a permission of their own."""
    person, channel = world.person(), world.place()
    where = world.server.world.thread(channel, "a thread", person) if thread else channel
    world.server.bot.permissions.update(**{"send_messages_in_threads" if thread else "send_messages": False})
    said = await world.server.say(QUESTION, user=person, guild=where, expect=None)
    await world.server.wait_for(lambda: len(world.server.messages(False, person)) == 2)
    why, found = world.server.messages(False, person)
    assert f"I may not write in <#{where.id}>" in message_text(why)
    assert QUOTE in message_text(found)
    assert said.replies == []


async def test_where_direct_messages_are_closed_too_it_reacts(world: World) -> None:
    person, channel = world.person(), world.place()
    person.closed = True
    world.server.bot.permissions.update(send_messages=False)
    said = await world.server.say(QUESTION, user=person, guild=channel, expect=None)
    await world.server.wait_for(lambda: reactions(said.message, world) == ["🔇"])


@pytest.mark.parametrize("locked", [False, True])
async def test_an_archived_thread_is_opened_again_or_told(world: World, locked: bool) -> None:
    person = world.person()
    thread = world.server.world.thread(world.place(), "old", person)
    thread.archived, thread.locked = True, locked
    said = await world.server.say(QUESTION, user=person, guild=thread, expect=None)
    if locked:
        await world.server.wait_for(lambda: len(world.server.messages(False, person)) == 2)
    else:
        await world.server.wait_for(lambda: QUOTE in said.text)
        assert not thread.archived


@pytest.mark.parametrize("kind", [VOICE_CHANNEL, NEWS_CHANNEL])
async def test_voice_chats_and_announcement_channels_are_answered_in(world: World, kind: int) -> None:
    said = await world.server.say(QUESTION, user=world.person(), guild=world.place(kind))
    assert QUOTE in said.text


async def test_a_post_of_a_forum_is_answered_in(world: World) -> None:
    person = world.person()
    post = world.server.world.thread(world.place(FORUM), "a post", person)
    said = await world.server.say(QUESTION, user=person, guild=post)
    assert QUOTE in said.text


async def test_where_news_is_not_answered_private_commands_are_and_seen_channels_are_named(
    world: World,
) -> None:
    open_, hidden, other = world.place(), world.place(), world.place()
    hidden.closed = True
    world.server.world.dispatch("CHANNEL_UPDATE", hidden.to_json())
    guild, rules = world.server.guild, world.bot.services.guild_rules
    world.news.guilds.change(guild.id, "boss", lambda _: GuildSettings(channels=(open_.id, hidden.id)))
    await rules.update()
    person = world.person()
    try:
        said = await world.server.say(QUESTION, user=person, guild=other)
        assert f"ask in <#{open_.id}>" in said.text
        assert hidden.id not in said.text
        assert hidden.name not in said.text
        refused = await world.server.slash("ask", {"question": QUESTION}, user=person, guild=other)
        assert f"<#{open_.id}>" in refused.text
        private = await world.server.slash(
            "ask", {"question": QUESTION, "private": True}, user=person, guild=other
        )
        assert QUOTE in private.text
        assert private.ephemeral
        claim = await world.server.say(CLAIM, user=person, guild=other, mention_bot=False, expect=None)
        found = await world.server.message_command("Find reporting", claim.message, user=person)
        assert QUOTE in found.text
    finally:
        world.news.guilds.change(guild.id, "boss", lambda _: GuildSettings())
        await rules.update()


async def test_fourteen_mentions_at_once_get_one_notice(world: World) -> None:
    person, channel = world.person(), world.place()
    for _ in range(14):
        last = await world.server.say(QUESTION, user=person, guild=channel, expect=None)
    del last
    await world.server.wait_for(lambda: len(world.server.messages(channel)) >= 14 + 6, timeout=10)
    await asyncio.sleep(0.1)
    texts = [message_text(found) for found in world.server.messages(channel)]
    assert sum("That was a lot of questions" in text for text in texts) == 1
    assert sum(QUOTE in text for text in texts) == 5


# -- what there is to search -----------------------------------------------------------------------------


async def test_an_empty_library_says_so_and_to_managers_how_to_fill_it(world: World) -> None:
    kept, world.news.articles = world.news.articles, []
    try:
        said = await world.server.say(QUESTION, user=world.person(), guild=world.place())
        assert "There are no articles here yet" in said.text
        result = await world.server.slash("ask", {"question": QUESTION}, user=world.person(manage_guild=True))
        assert "`/sources add`" in result.text
        assert "Choose sources" in result.text
    finally:
        world.news.articles = kept


async def test_a_question_in_a_language_that_is_not_there_is_told_which_are(world: World) -> None:
    kept = world.news.articles
    world.news.articles = [replace(article, language="en") for article in kept]
    try:
        said = await world.server.say(
            "Warum ist der Himmel über Bielefeld grün?", user=world.person(), guild=world.place()
        )
        assert "The articles here are in English" in said.text
        said = await world.server.say(
            "Why is the sky over Bielefeld green?", user=world.person(), guild=world.place()
        )
        assert "The articles here are in" not in said.text
    finally:
        world.news.articles = kept


# -- Find reporting --------------------------------------------------------------------------------------

PREVIEW = {"type": "link", "title": "North Korean troops fought in Kursk", "url": "https://wire.example/x"}
FIELDS = {
    "type": "rich",
    "title": "Update",
    "fields": [{"name": "Region", "value": "Troops fought in Kursk"}],
}
TEXT = {"type": 17, "components": [{"type": 10, "content": "North Korean **troops** in Kursk"}]}
POLL = {
    "question": {"text": "Were North Korean troops in Kursk?"},
    "answers": [{"answer_id": 1, "poll_media": {"text": "Yes"}}],
    "expiry": "2030-01-01T00:00:00+00:00",
    "allow_multiselect": False,
    "layout_type": 1,
}
FORWARDED = [{"message": {"type": 0, "content": CLAIM, "embeds": [], "attachments": [], "flags": 0}}]
PICTURE = {
    "id": "1",
    "filename": "x.png",
    "size": 1,
    "url": "https://x.example",
    "proxy_url": "https://x.example",
}
LONG = (
    "Hey everyone, hope you are all doing well and had a great weekend! I was just reading the news and I"
    " could not believe it. North Korea sent 11,000 troops to fight in Kursk in 2024. What do you all think?"
)


@pytest.mark.parametrize(
    "message",
    [
        {"content": "wtf https://wire.example/x", "embeds": [PREVIEW]},
        {"embeds": [FIELDS]},
        {"components": [TEXT], "flags": COMPONENTS_V2},
        {"content": "is this real?", "poll": POLL},
        {
            "message_snapshots": [
                {
                    "message": {
                        **FORWARDED[0]["message"],
                        "timestamp": "2025-06-01T00:00:00+00:00",
                        "edited_timestamp": None,
                        "components": [],
                    }
                }
            ]
        },
        {"content": "lol", "attachments": [{**PICTURE, "description": "North Korean troops in Kursk"}]},
        {"content": LONG},
    ],
    ids=["preview", "fields", "components", "poll", "forwarded", "alt text", "long"],
)
async def test_reporting_is_found_for_whatever_a_message_is_made_of(world: World, message: Json) -> None:
    asked: list[str] = []
    ask = world.news.ask
    world.news.ask = lambda question: asked.append(question.text) or ask(question)  # type: ignore[func-returns-value, method-assign]
    said = await world.server.say(
        "x", user=world.person(), guild=world.place(), mention_bot=False, expect=None
    )
    world.server.world.messages[said.message["id"]].update({"content": "", **message})
    try:
        found = await world.server.message_command("Find reporting", said.message, user=world.person())
    finally:
        world.news.ask = ask  # type: ignore[method-assign]
    assert QUOTE in found.text
    assert "Kursk" in asked[0]
    assert not any(word in asked[0] for word in ("wtf", "lol", "everyone", "think"))


# -- what is left over -----------------------------------------------------------------------------------


async def test_what_nobody_knows_is_one_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "PATIENCE_SECONDS", 0.1)
    found = await answer(world, user=world.person(), guild=world.place())
    channel = world.server.world.channels[found["channel_id"]]
    unknown = [
        (3, {"component_type": 2, "custom_id": "from:an:older:version", "id": 1}),
        (3, {"component_type": 77, "custom_id": "answer:sources:0", "id": 1, "values": []}),
        (5, {"custom_id": "a-form-of-before", "components": []}),
        (3, {"component_type": 3, "custom_id": "answer-menu:00", "id": 1, "values": ["dance"]}),
        (42, {}),
    ]
    for kind, data in unknown:
        sent = Interaction(world.server.world, kind, world.person(), channel, data, source=found)
        result = await world.server.interactions.send(sent).wait()
        assert result.ephemeral
        assert "does not work any more" in result.text or "Something went wrong" in result.text
        assert len(result.text.splitlines()) == 1


async def test_a_form_of_before_a_restart_works(world: World) -> None:
    """Its id holds what it needs; here another process has sent it."""
    found = await answer(world, user=world.person(), guild=world.place())
    posted = world.news.posted.find_message(found["id"])
    assert posted is not None
    field = {"type": 4, "custom_id": "question", "value": "and who lost?", "id": 2}
    data = {
        "custom_id": f"ask-on:{posted.id}:all",
        "components": [{"type": 18, "id": 1, "component": field}],
    }
    channel = world.server.world.channels[found["channel_id"]]
    form = Interaction(world.server.world, 5, world.person(), channel, data, source=found)
    result = await world.server.interactions.send(form).wait()
    assert f"continues: {QUESTION}" in result.text


@pytest.mark.parametrize("private", [False, True])
async def test_the_id_of_an_answer_elsewhere_shows_nothing_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    """A program sends it in a person's name: that of another channel's answer, or of a private one."""
    monkeypatch.setattr(leftovers, "PATIENCE_SECONDS", 0.1)
    asker, other = world.person(), world.person(manage_guild=True, manage_messages=True)
    options = {"question": "Did troops hide the Zorvanian treasure?", "private": private}
    await world.server.slash("ask", options, user=asker)
    rows = world.news.privacy.export
    await world.server.wait_for(lambda: bool(rows(asker.id)["posted_answers"]))
    (row,) = rows(asker.id)["posted_answers"]
    found = await answer(world, user=other, guild=world.place())
    channel = world.server.world.channels[found["channel_id"]]
    field = {"type": 4, "custom_id": "question", "value": "and who lost?", "id": 2}
    form = {"custom_id": f"ask-on:{row['id']}:all", "components": [{"type": 18, "id": 1, "component": field}]}
    button = {"component_type": 2, "custom_id": f"answer:{Action.REMOVE}:{row['id']}", "id": 1}
    for kind, data, told in ((5, form, "no longer kept"), (3, button, "does not work any more")):
        sent = Interaction(world.server.world, kind, other, channel, data, source=found)
        result = await world.server.interactions.send(sent).wait()
        assert told in result.text
        assert "Zorvanian" not in str(result.messages)
    assert len(rows(asker.id)["posted_answers"]) == 1


async def test_an_old_confirmation_says_how_to_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person = world.person()
    asked = await world.server.slash("privacy delete", user=person)
    monkeypatch.setattr(privacy, "CONFIRM", timedelta(0))
    pressed = await world.server.click(asked.messages[0], "Delete everything", user=person)
    assert "use `/privacy delete` again" in pressed.text


async def test_commands_that_discord_has_lost_are_registered_again(world: World) -> None:
    commands = world.server.world.commands
    kept, commands[None] = commands[None], [c for c in commands[None] if c["name"] != "ask"]
    await world.bot.sync_commands()
    assert {command["name"] for command in commands[None]} == {command["name"] for command in kept}
    puts = [request for request in world.server.requests if request.method == "PUT"]
    await world.bot.sync_commands()
    assert [request for request in world.server.requests if request.method == "PUT"] == puts
