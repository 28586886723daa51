"""Takes what people write: mentions of the bot or its role, replies to it, and direct messages.

What a message means is decided in `bot.text.conversation`. Here is read what it replies to, and done what it
asks for. For some minutes an answer follows its question: it changes when the question is edited, and goes
when the question is deleted.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

import discord
from discord.ext import commands

from bot.interactions.errors import ToldError, explain
from bot.interactions.request import begin_request
from bot.interactions.sending import REACTION_THANKS, Content, react, respond
from bot.services.answers import Inquiry
from bot.services.missed import missed_view
from bot.services.reading import names_of, parts_of
from bot.services.services import Services
from bot.text.claim import claim, claim_of, with_names
from bot.text.conversation import Meaning, Said, Target, Understood, completed, understand
from bot.text.language import _, mark, speak
from index import PostedAnswer, Question

# For so long an answer follows what becomes of its question, and a question leans on the answer before it.
FOLLOWED = timedelta(minutes=15)
LEANING = timedelta(hours=1)
# Replies that are remembered to be followed; of more, the oldest are given up.
REMEMBERED = 5000
# For so many seconds a person is not told the same a second time.
NOTICE_SECONDS = 10.0

HELP = mark(
    "Ask me about the news: I answer in word-for-word quotes of stored articles, with outlets and times.\n"
    "For example: {mention} how many people live in Rotterdam? · `/help` shows more."
)
FIND_REPORTING = mark(
    "Discord shows me no text there. Open that message's menu (right-click, or hold it), then *Apps* →"
    " *Find reporting*."
)
WHICH = mark(
    "Which message do you mean? Reply to it and mention me, or open its menu, then *Apps* → *Find reporting*."
)
SOURCES = mark(
    "Every quote in an answer is word for word from the article that it links to: press *Sources* below it."
)
NO_TEXT = mark(
    "Discord shows me no text when my role is mentioned: mention me instead, {mention}, or use `/ask`."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Replied:
    """What the bot wrote to a message: its own message, and the stored answer that it holds."""

    channel: int
    message: int
    answer: str | None = None
    words: str = ""


class Messages(commands.Cog):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.answers = services.answers
        # The id of a message → what was replied to it; and the locks under which that is changed.
        self._replied: OrderedDict[int, Replied] = OrderedDict()
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._noticed: dict[tuple[int, int], float] = {}

    # -- what Discord tells ----------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if self._is_for_us(message):
            async with self._turn(message.id):
                await self._take(message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        message = payload.message
        # Discord also tells when a link gets its preview: then nothing was edited.
        if message.edited_at is None or not _is_recent(message.id) or message.author.bot:
            return
        async with self._turn(message.id):
            replied = await self._find(message.id)
            if self._is_for_us(message):
                if replied is None or replied.words != self._words(message):
                    await self._take(message, replied)
            elif replied is not None:  # the question does not mention the bot any more
                await self._withdraw(message.id, replied)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self._deleted(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        for message in payload.message_ids:
            await self._deleted(message)

    async def _deleted(self, message: int) -> None:
        if not _is_recent(message):
            return
        async with self._turn(message):
            if replied := await self._find(message):
                await self._withdraw(message, replied)

    def _is_for_us(self, message: discord.Message) -> bool:
        """Return whether a person writes to the bot. Other bots are ignored: two could talk for ever."""
        if message.author.bot or message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return False
        return message.guild is None or self.bot.user in message.mentions or self._role_is_in(message)

    def _role_is_in(self, message: discord.Message) -> bool:
        """Return whether the bot's own role is mentioned, which Discord made for it and offers beside it."""
        role = message.guild.self_role if message.guild else None
        return role is not None and role.id in message.raw_role_mentions + [
            r.id for r in message.role_mentions
        ]

    def _turn(self, message: int) -> asyncio.Lock:
        """Return the lock under which a message is answered: it may be edited before that is done."""
        return self._turns.setdefault(message, asyncio.Lock())

    # -- answering -------------------------------------------------------------------------------------

    async def _take(self, message: discord.Message, before: Replied | None = None) -> None:
        """Do what a message asks for. `before` is the reply to what it said before it was edited."""
        guild = message.guild.id if message.guild else None
        begin_request(message.id, guild or message.author.id)
        language = await self.services.guild_rules.language_of(guild)
        speak(language, language)
        try:
            await self._act(message, before)
        except Exception as error:  # explained to the author of the message, and logged
            sentence = explain(error, "message")
            if self._may_notice(message, error):
                with suppress(discord.HTTPException):
                    await self._reply(message, Content(sentence), before)

    async def _act(self, message: discord.Message, before: Replied | None) -> None:
        posted = await self._posted(message)
        understood = understand(self._said(message, posted))
        meaning = understood.meaning
        if meaning in (Meaning.SILENCE, Meaning.REACTION):
            if before is not None:
                await self._withdraw(message.id, before)
            if meaning is Meaning.REACTION:
                await react(message, REACTION_THANKS)
            return
        guild = message.guild.id if message.guild else None
        self.answers.take_turn(message.author.id, guild)
        await self.services.guild_rules.require_channel(guild, message.channel, message.author)
        if meaning is Meaning.HELP:
            role = self._role_is_in(message) and not message.content
            await self._say(message, NO_TEXT if role else HELP, before)
        elif meaning is Meaning.SOURCES:
            await self._say(message, SOURCES, before)
        elif meaning is Meaning.MISSED:
            view = await missed_view(self.services, message.author.id, guild)
            await self._reply(message, Content(view=view), before)
        else:
            await self._answer(message, understood, posted, before)

    async def _answer(
        self,
        message: discord.Message,
        understood: Understood,
        posted: PostedAnswer | None,
        before: Replied | None,
    ) -> None:
        with suppress(discord.HTTPException):  # where the bot may not write, it says so later
            await message.channel.typing()
        inquiry = await self._inquiry(message, understood, posted)
        if inquiry is None:
            await self._say(message, WHICH if message.reference is None else FIND_REPORTING, before)
            return
        reply = await self.answers.reply(inquiry)
        sent = await self._reply(message, Content(view=reply.view), before, reply.id)
        if sent is not None:
            await self.answers.remember(reply, sent, message.id)

    async def _inquiry(
        self, message: discord.Message, understood: Understood, posted: PostedAnswer | None
    ) -> Inquiry | None:
        """Return the question of a message; None where it asks about words that Discord does not show."""
        words, guild = understood.words, message.guild.id if message.guild else None

        author = message.author
        manages = isinstance(author, discord.Member) and author.guild_permissions.manage_guild

        def inquiry(text: str, typed: str | None = None) -> Inquiry | None:
            if not text:
                return None
            return Inquiry(Question(text), author.id, guild, typed=typed, manages=manages, echo=False)

        if understood.meaning is Meaning.CLAIM:
            return inquiry(await self._claim(message))
        if understood.meaning is Meaning.CONTINUE:
            before = posted or await self._before(message)
            asked = inquiry(words)
            if before is not None and asked is not None:
                return self.answers.continued(before, words, asked)
            if message.reference is not None and (found := await self._claim(message)):
                return inquiry(completed(words, found), typed=words)
        # Of an address alone, the preview says what it is about.
        return inquiry(words if claim(words) else claim_of(parts_of(message)))

    async def _claim(self, message: discord.Message) -> str:
        """Return the claim of the message that a message replies to; empty where Discord does not show it."""
        if message.message_snapshots:  # forwarded to the bot
            return claim_of(parts_of(message))
        reference = message.reference
        if reference is None or reference.message_id is None:
            return ""
        found = reference.resolved
        if found is None or (isinstance(found, discord.Message) and not claim_of(parts_of(found))):
            with suppress(discord.HTTPException):
                found = await message.channel.fetch_message(reference.message_id)
        return claim_of(parts_of(found)) if isinstance(found, discord.Message) else ""

    # -- what a message belongs to ---------------------------------------------------------------------

    def _said(self, message: discord.Message, posted: PostedAnswer | None) -> Said:
        assert self.bot.user is not None  # messages arrive after the login only
        direct = message.guild is None
        mention = re.search(rf"<@!?{self.bot.user.id}>", message.content)
        named = direct or bool(mention) or self._role_is_in(message)
        goes_on = direct or isinstance(message.channel, discord.Thread)
        return Said(self._words(message), named, self._target(message, posted), goes_on)

    def _target(self, message: discord.Message, posted: PostedAnswer | None) -> Target:
        if message.message_snapshots:
            return Target.MESSAGE
        if message.reference is None or message.reference.message_id is None:
            return Target.NOTHING
        if posted is not None:
            return Target.ANSWER
        found = message.reference.resolved
        mine = isinstance(found, discord.Message) and found.author == self.bot.user
        return Target.BOT if mine else Target.MESSAGE

    async def _posted(self, message: discord.Message) -> PostedAnswer | None:
        """Return the answer of the bot that a message replies to."""
        reference = message.reference
        if reference is None or reference.message_id is None or message.message_snapshots:
            return None
        return await self.answers.find_message(reference.message_id)

    async def _before(self, message: discord.Message) -> PostedAnswer | None:
        """Return the last answer in a thread or a direct conversation, else that on which the thread is."""
        found = await self.answers.latest_in(message.channel.id, datetime.now(UTC) - LEANING)
        if found is None and isinstance(message.channel, discord.Thread):
            found = await self.answers.find_message(message.channel.id)
        return found

    def _words(self, message: discord.Message) -> str:
        """Return the words of a message without mentions of the bot, and with names in place of ids."""
        assert self.bot.user is not None
        role = message.guild.self_role if message.guild else None
        ours = rf"<@!?{self.bot.user.id}>" + (rf"|<@&{role.id}>" if role else "")
        content = re.sub(ours, " ", message.content)
        words = " ".join(with_names(content, names_of(message)).split())
        # A server's own emoji are no words, but they are not nothing, which asks for help.
        return words or ("…" if content.strip() else "")

    # -- replies ---------------------------------------------------------------------------------------

    async def _say(self, message: discord.Message, text: str, before: Replied | None) -> None:
        assert self.bot.user is not None
        await self._reply(message, Content(_(text).format(mention=self.bot.user.mention)), before)

    async def _reply(
        self, message: discord.Message, content: Content, before: Replied | None, answer: str | None = None
    ) -> discord.Message | discord.PartialMessage | None:
        """Reply to a message, or change the reply to what it said before: an answer is edited, others go."""
        sent: discord.Message | discord.PartialMessage | None = None
        if before is not None and before.answer and answer:
            place = self.bot.get_partial_messageable(before.channel).get_partial_message(before.message)
            with suppress(discord.NotFound, discord.Forbidden):
                # `edit` does not use the client's own setting of allowed mentions.
                await place.edit(view=content.view, allowed_mentions=discord.AllowedMentions.none())
                await self.answers.forget(before.answer)
                sent = place
        elif before is not None:
            await self._withdraw(message.id, before)
        if sent is None:
            sent = await respond(message, content)
        if sent is not None:
            self._remember(message.id, Replied(sent.channel.id, sent.id, answer, self._words(message)))
        return sent

    def _remember(self, message: int, replied: Replied) -> None:
        self._replied[message] = replied
        # What people wrote is kept no longer than it is needed, also where few write.
        while len(self._replied) > REMEMBERED or not _is_recent(next(iter(self._replied), message)):
            self._replied.popitem(last=False)

    async def _find(self, message: int) -> Replied | None:
        """Return what was replied to a message, by this process or by one before it."""
        if message in self._replied:
            return self._replied[message]
        posted = await self.answers.find_asked(message)
        if posted is None or not posted.message:
            return None
        return Replied(int(posted.channel), int(posted.message), posted.id, posted.typed)

    async def _withdraw(self, message: int, replied: Replied) -> None:
        """Delete the reply to a message."""
        self._replied.pop(message, None)
        if replied.answer:
            await self.answers.forget(replied.answer)
        place = self.bot.get_partial_messageable(replied.channel)
        with suppress(discord.HTTPException):  # most likely it is deleted already
            await place.get_partial_message(replied.message).delete()
        log.info("reply.withdrawn channel=%d", replied.channel)

    def _may_notice(self, message: discord.Message, error: Exception) -> bool:
        """Return whether a person is to be told of an error: the same one once in `NOTICE_SECONDS`."""
        now = time.monotonic()
        self._noticed = {key: until for key, until in self._noticed.items() if until > now}
        channel = message.channel.id if isinstance(error, ToldError) else 0
        key = (message.author.id, channel)
        if key in self._noticed:
            return False
        self._noticed[key] = now + NOTICE_SECONDS
        return True


def _is_recent(message: int) -> bool:
    return discord.utils.snowflake_time(message) > datetime.now(UTC) - FOLLOWED
