"""Answers questions in Discord, stores what was posted, and carries out the buttons below an answer."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import discord
from discord import ui

from bot.cards.answer import (
    ANY_TIME,
    MAX_HEADING,
    AnswerCard,
    Asked,
    answer_card,
    closest_card,
    continuing,
    corrected,
    more_card,
)
from bot.interactions.answer_layout import (
    VERDICT_OF_ACTION,
    Controls,
    answer_layout,
    controls,
    excerpts_layout,
)
from bot.interactions.buttons import Action
from bot.interactions.cooldowns import Cooldowns
from bot.interactions.errors import EXPIRED, ToldError, explain, tell
from bot.interactions.layouts import text_layout
from bot.interactions.views import Form
from bot.ops.metrics import Metrics
from bot.services.editions import Editions, edition_named, edition_of, is_for
from bot.services.guild_rules import guild_of
from bot.services.library import Library
from bot.services.reading import named
from bot.services.source_names import SourceNames
from bot.text.conversation import completed
from bot.text.language import _, languages_named, mark, speaking, to_everyone
from index import Answer, NewsError, PostedAnswer, PostedQuote, Question, Quote, UsageError, written_in

MORE_QUOTES = 10
# Posted answers that wait for a database that cannot be written to, at most: about 5 MB. Of more, the oldest
# are given up: their buttons do nothing, and they are not corrected.
UNSTORED = 1000

Handler = Callable[[discord.Interaction, PostedAnswer], Awaitable[None]]

# Languages of a library that a hint names.
MAX_LANGUAGES = 4
EMPTY = mark("There are no articles here yet. Those who manage this server can add sources: `/sources add`.")
EMPTY_FOR_MANAGERS = mark(
    "There are no articles here yet. Add a source with `/sources add`, or choose topics with `/settings` →"
    " *Choose sources*; articles come in within minutes."
)

THANKS = {
    Action.HELPFUL: mark("Thank you. Noted as helpful."),
    Action.WRONG: mark("Thank you. Noted as wrong: the people who run this server see it in `/quality`."),
    Action.OUTDATED: mark(
        "Thank you. Noted as outdated: the people who run this server see it in `/quality`."
    ),
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question as a person asks it.

    `question` is searched for. `typed` has the person's own words where they differ from it, `context` the
    earlier question that it continues, and `continues` the id of that one's answer. `private`: only the
    person sees the answer. `manages`: the person may add sources in the place. `echo`: the card repeats the
    question, because Discord does not show it.
    """

    question: Question
    person: int
    guild: int | None
    private: bool = False
    typed: str | None = None
    context: str | None = None
    continues: str | None = None
    manages: bool = False
    echo: bool = True

    @property
    def searched(self) -> Question:
        """The question as it is put to the library: inside the edition of the place where it is asked."""
        return replace(self.question, edition=edition_named(self.guild))

    @property
    def shown(self) -> str:
        """The question as a card shows it."""
        return self.typed or self.question.text


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is ready to be sent: `view` is the message, `id` the one to store it under.

    `card` is as it is stored: without the question that it continues, which may be another person's, and
    without notices on what was searched for, which has words of that question, too.
    """

    id: str
    inquiry: Inquiry
    answer: Answer
    card: AnswerCard
    view: ui.LayoutView


class Answers:
    """Answers questions, stores the posted answers, and carries out the buttons below them."""

    def __init__(
        self, library: Library, metrics: Metrics, editions: Editions, source_names: SourceNames
    ) -> None:
        self._library = library
        self._source_names = source_names
        self._editions = editions
        self._metrics = metrics
        self._cooldowns = Cooldowns()
        # Posted answers that are not in the database yet, in their order, and those that are being stored.
        self._unstored: OrderedDict[str, PostedAnswer] = OrderedDict()
        self._storing: set[str] = set()
        self._handlers: dict[Action, Handler] = {
            Action.MORE: self._more,
            Action.CLOSEST: self._closest,
            Action.WIDEN: self._widen,
            Action.SHARE: self._share,
            Action.REMOVE: self._remove,
        }

    def offer(self, action: Action, handler: Handler) -> None:
        """Show a button for an action below every answer from now on.

        The handler gets an interaction that is deferred for a private reply, and the stored answer; it edits
        that reply.
        """
        self._handlers[action] = handler

    def take_turn(self, user: int, guild: int | None) -> None:
        """Count a question. Raises CommandOnCooldown where a person or a guild asks too many at once."""
        self._cooldowns.take_turn(user, guild)

    # -- answering -------------------------------------------------------------------------------------

    async def reply(
        self, inquiry: Inquiry, on_queued: Callable[[int], Awaitable[None]] | None = None
    ) -> Reply:
        """Answer a question. `on_queued` is called with its place in the queue, from 1, while it waits."""
        began = time.perf_counter()
        answer = await self._library.workers.run_queued(on_queued, self._library.index.ask, inquiry.searched)
        self._metrics.asked(time.perf_counter() - began, answered=answer.answered)
        older = None
        question = inquiry.searched
        if not answer.answered and answer.since and not (question.since or question.until):
            # Nothing was found in the period that the question names in words: the card shows older reports.
            older = await self._library.workers.run(
                self._library.index.ask, replace(question, since=ANY_TIME)
            )
        log.info(
            "question.answered answered=%s confidence=%.2f quotes=%d ms=%.0f",
            answer.answered,
            answer.confidence,
            len(answer.quotes),
            answer.took_ms,
        )
        outlets = await self._source_names.count(edition_named(inquiry.guild))
        asked = Asked(inquiry.typed, inquiry.context, inquiry.echo, outlets)
        shown = answer_card(answer, asked, older=older)
        used = older if older and older.answered else answer
        if not used.answered and (hint := await self._hint(inquiry, used)):
            shown = replace(shown, notices=(*shown.notices, hint))
        id = secrets.token_hex(8)
        below = self._controls(used, len(shown.quotes if used.answered else used.quotes), inquiry.private)
        card = replace(shown, notices=()) if inquiry.context else shown
        return Reply(id, inquiry, used, card, answer_layout(shown, id, below))

    async def _hint(self, inquiry: Inquiry, answer: Answer) -> str | None:
        """Return a line that may help where nothing was found: the languages that the library is in.

        Raises ToldError where the place has no articles at all.
        """
        edition = inquiry.searched.edition
        run, index = self._library.workers.run, self._library.index
        if not answer.articles_searched and not (await run(index.status, edition)).articles:
            raise ToldError(_(EMPTY_FOR_MANAGERS if inquiry.manages else EMPTY))
        written = written_in(inquiry.shown)
        known = await run(index.languages, edition) if written else ()
        if written is None or not known or written in known:
            return None
        names = languages_named(known[:MAX_LANGUAGES])
        return "-# " + _("The articles here are in {languages}: ask in one of these languages.").format(
            languages=names
        )

    async def remember(
        self,
        reply: Reply,
        message: discord.Message | discord.PartialMessage | discord.InteractionMessage,
        reply_to: int | None = None,
    ) -> None:
        """Store what was posted; where that fails, `store_again` tries it again. The buttons work at once.

        `reply_to` is the message that asked the question, where it was one.
        """
        inquiry, answer = reply.inquiry, reply.answer
        posted = PostedAnswer(
            id=reply.id,
            person=str(inquiry.person),
            guild=str(inquiry.guild) if inquiry.guild else None,
            channel=str(message.channel.id),
            message=str(message.id),
            private=inquiry.private,
            typed=inquiry.shown,
            question=inquiry.question.text,
            as_of=answer.as_of,
            since=answer.since,
            until=answer.until,
            source=answer.question.source,
            language=answer.question.language,
            answered=answer.answered,
            confidence=answer.confidence,
            posted_at=datetime.now(UTC),
            card=reply.card.to_json(),
            quotes=tuple(PostedQuote.of(quote) for quote in reply.card.quotes),
            continues=inquiry.continues,
            reply_to=str(reply_to) if reply_to else None,
        )
        if await self._remember(posted):
            note, guild = self._library.index.visits.note, str(inquiry.guild or "")
            await self._library.writes.run(note, posted.person, guild)

    async def answer_interaction(self, interaction: discord.Interaction, inquiry: Inquiry) -> None:
        """Answer a question as the reply to an interaction that has been deferred."""
        if not inquiry.private:
            to_everyone()

        async def tell_place(place: int) -> None:
            text = _("Number {place} in the queue …").format(place=place)
            await interaction.edit_original_response(view=text_layout(text))

        reply = await self.reply(inquiry, tell_place)
        message = await _show(interaction, reply)
        await self.remember(reply, message)

    def continued(self, posted: PostedAnswer, text: str, inquiry: Inquiry) -> Inquiry:
        """Return `text` as a question that continues a posted one: with its words and filters."""
        question = Question(
            completed(text, posted.question),
            since=posted.since,
            until=posted.until,
            source=posted.source,
            language=posted.language,
        )
        return replace(inquiry, question=question, typed=text, context=posted.typed, continues=posted.id)

    async def forget(self, id: str) -> None:
        """Forget a posted answer whose message is gone or shows another answer now."""
        self._unstored.pop(id, None)
        await self._library.writes.run(self._library.index.posted.forget, id)

    async def _remember(self, posted: PostedAnswer) -> bool:
        self._unstored[posted.id] = posted
        while len(self._unstored) > UNSTORED:
            log.error("answer.forgotten id=%s", self._unstored.popitem(last=False)[0])
        return await self._store(posted)

    async def store_again(self) -> None:
        """Try again to store the answers that could not be stored when they were posted, oldest first."""
        for posted in list(self._unstored.values()):
            if posted.id not in self._storing and not await self._store(posted):
                return

    async def _store(self, posted: PostedAnswer) -> bool:
        self._storing.add(posted.id)
        try:
            await self._library.writes.run(self._library.index.posted.remember, posted)
        except NewsError as error:
            log.warning("answer.unstored id=%s why=%r", posted.id, str(error))
            return False
        finally:
            self._storing.discard(posted.id)
        self._unstored.pop(posted.id, None)
        return True

    def layout(self, posted: PostedAnswer) -> ui.LayoutView:
        """Return the message of a posted answer with the current state of its quotes."""
        card = corrected(continuing(AnswerCard.from_json(posted.card), posted.context), posted.quotes)
        with speaking(card.language):
            # Of a question that nothing answers, no quotes are stored: there may be some that come close.
            quotes = len(posted.quotes) if posted.answered else 1
            return answer_layout(card, posted.id, self._controls(posted, quotes, posted.private))

    def _controls(self, answer: Answer | PostedAnswer, quotes: int, private: bool) -> Controls:
        """Return the controls below an answer that has so many quotes."""
        return controls(
            answered=answer.answered,
            quotes=quotes,
            limited=answer.since not in (None, ANY_TIME) or answer.until is not None,
            private=private,
            offered={*self._handlers, *VERDICT_OF_ACTION, Action.SOURCES, Action.FOLLOW_UP},
        )

    # -- buttons ---------------------------------------------------------------------------------------

    async def press(
        self, interaction: discord.Interaction, action: Action, id: str, page: int | None
    ) -> None:
        """Carry out a pressed button. An error is explained to the person who pressed it."""
        try:
            if action is Action.FOLLOW_UP:  # Discord takes a form only as the first response
                await FollowUp(id, private=_is_private(interaction)).open(interaction)
                return
            # Before anything is looked up: Discord waits three seconds, a busy database may take longer.
            if page is not None or action is Action.REMOVE:  # what changes, or goes, is the message itself
                await interaction.response.defer()
            else:
                public = action is Action.SHARE or (action is Action.WIDEN and not _is_private(interaction))
                await interaction.response.defer(thinking=True, ephemeral=not public)
            posted = await self.find(id, interaction)
            if action in VERDICT_OF_ACTION:
                await self._judge(interaction, posted, action)
            elif action is Action.SOURCES:
                await self._sources(interaction, posted, page or 0)
            elif handler := self._handlers.get(action):
                await handler(interaction, posted)
            else:
                raise UsageError(_("This button does nothing any more: ask the question again."))
        except Exception as error:  # explained to the person who pressed, and logged
            await tell(interaction, explain(error, f"button {action}"))

    async def find(self, id: str, interaction: discord.Interaction) -> PostedAnswer:
        """Return the posted answer that a button or form is about.

        Raises UsageError where it is not stored any more, or is none that the person sees there (`is_for`).
        """
        posted = self._unstored.get(id)
        posted = posted or await self._library.records.run(self._library.index.posted.find, id)
        if posted is None or not is_for(posted, interaction):
            raise UsageError(_("This answer is no longer kept: ask the question again."))
        return posted

    async def find_message(self, message: int) -> PostedAnswer | None:
        """Return the posted answer that a message holds; None where it holds none."""
        waiting = (posted for posted in self._unstored.values() if posted.message == str(message))
        find = self._library.index.posted.find_message
        return next(waiting, None) or await self._library.records.run(find, str(message))

    async def find_asked(self, message: int) -> PostedAnswer | None:
        """Return the posted answer to the question that a message asked; None where it asked none."""
        waiting = (posted for posted in self._unstored.values() if posted.reply_to == str(message))
        find = self._library.index.posted.find_asked
        return next(waiting, None) or await self._library.records.run(find, str(message))

    async def latest_in(self, channel: int, since: datetime) -> PostedAnswer | None:
        """Return the answer that was posted last in a channel; None where none was since a time."""
        waiting = [posted for posted in self._unstored.values() if posted.channel == str(channel)]
        if waiting:
            return waiting[-1]
        return await self._library.records.run(self._library.index.posted.latest_in, str(channel), since)

    def forget_unstored(self, person: int) -> None:
        """Give up a person's answers that are not stored yet, because they have their data deleted."""
        for posted in [posted for posted in self._unstored.values() if posted.person == str(person)]:
            del self._unstored[posted.id]

    async def _judge(self, interaction: discord.Interaction, posted: PostedAnswer, action: Action) -> None:
        person = str(interaction.user.id)
        give = self._library.index.posted.give_feedback
        await self._library.writes.run(give, posted.id, person, VERDICT_OF_ACTION[action], datetime.now(UTC))
        await interaction.edit_original_response(content=_(THANKS[action]))

    async def _sources(self, interaction: discord.Interaction, posted: PostedAnswer, page: int) -> None:
        # Inside the edition of the place where the button is pressed.
        here = replace(posted, guild=edition_of(interaction) or None)
        excerpts = await self._library.workers.run(self._library.index.excerpts, here)
        if not excerpts:
            raise UsageError(_("The quoted articles are not stored any more, or have changed since."))
        await interaction.edit_original_response(view=excerpts_layout(posted.id, excerpts, page))

    async def _more(self, interaction: discord.Interaction, posted: PostedAnswer) -> None:
        answer = await self._ask_again(interaction, posted)
        card = more_card(posted.typed, [quote for quote in answer.quotes if _is_new(quote, posted)])
        await interaction.edit_original_response(view=answer_layout(card))

    async def _closest(self, interaction: discord.Interaction, posted: PostedAnswer) -> None:
        answer = await self._ask_again(interaction, posted)
        await interaction.edit_original_response(
            view=answer_layout(closest_card(posted.typed, answer.quotes))
        )

    async def _ask_again(self, interaction: discord.Interaction, posted: PostedAnswer) -> Answer:
        """Answer a posted question as of the time when it was asked, inside the edition of this place."""
        self.take_turn(interaction.user.id, interaction.guild_id)
        question = Question(
            posted.question,
            as_of=posted.as_of,
            since=posted.since,
            until=posted.until,
            source=posted.source,
            language=posted.language,
            limit=MORE_QUOTES,
            edition=edition_of(interaction),
        )
        return await self._library.workers.run(self._library.index.ask, question)

    async def _widen(self, interaction: discord.Interaction, posted: PostedAnswer) -> None:
        self.take_turn(interaction.user.id, interaction.guild_id)
        question = Question(posted.question, since=ANY_TIME, source=posted.source, language=posted.language)
        # The words are those of the person who asked, whoever presses: they are stored as that person's.
        inquiry = Inquiry(
            question,
            int(posted.person),
            guild_of(interaction),
            posted.private,
            typed=posted.typed,
            context=posted.context,
            continues=posted.continues,
        )
        await self.answer_interaction(interaction, inquiry)

    async def _share(self, interaction: discord.Interaction, posted: PostedAnswer) -> None:
        self.take_turn(interaction.user.id, interaction.guild_id)  # each press posts for everyone
        await self._editions.require_seen(posted, edition_of(interaction))
        card = AnswerCard.from_json(posted.card)
        with speaking(card.language):
            by = "-# " + _("shared by {person}").format(person=interaction.user.mention)
        noted = replace(card, notices=(by, *card.notices))
        card = noted if continuing(noted, posted.context).fits else card
        shared = replace(
            posted,
            id=secrets.token_hex(8),
            private=False,
            posted_at=datetime.now(UTC),
            card=card.to_json(),
        )
        message = await interaction.edit_original_response(view=self.layout(shared))
        await self._remember(replace(shared, channel=str(message.channel.id), message=str(message.id)))

    async def _remove(self, interaction: discord.Interaction, posted: PostedAnswer) -> None:
        """Delete the message of an answer, for the person who asked and for those who manage messages."""
        if str(interaction.user.id) != posted.person and not interaction.permissions.manage_messages:
            raise ToldError(
                _("Only the person who asked can remove this answer, and those who manage messages.")
            )
        await self.forget(posted.id)
        with suppress(discord.NotFound):  # two presses at once
            await interaction.delete_original_response()
        await interaction.followup.send(_("The answer is removed."), ephemeral=True)


async def _show(
    interaction: discord.Interaction, reply: Reply
) -> discord.Message | discord.InteractionMessage:
    """Show an answer as the reply to an interaction.

    Where it took longer than Discord accepts a reply, a public answer is sent to the channel instead.
    """
    try:
        return await interaction.edit_original_response(view=reply.view)
    except discord.HTTPException as error:
        channel = interaction.channel
        late = error.code in EXPIRED and not reply.inquiry.private
        if not late or not isinstance(channel, discord.abc.Messageable):
            raise
        log.info("answer.late interaction=%d", interaction.id)
        return await channel.send(view=reply.view)


class FollowUp(Form, template=r"ask-on:(?P<id>[0-9a-f]+):(?P<seen>all|one)"):
    """The form in which a person types a question that continues an answer. Its id says which."""

    def __init__(self, id: str, *, private: bool) -> None:
        super().__init__(_("Follow-up"), f"ask-on:{id}:{'one' if private else 'all'}")
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id="question", placeholder=_("And what did Russia say?"), max_length=MAX_HEADING
        )
        self.add_item(ui.Label(text=_("Your question"), component=field))

    @classmethod
    async def submitted(
        cls, interaction: discord.Interaction[Any], match: re.Match[str], values: Mapping[str, str]
    ) -> None:
        private = match["seen"] == "one"
        await interaction.response.defer(thinking=True, ephemeral=private)
        answers: Answers = interaction.client.services.answers
        answers.take_turn(interaction.user.id, interaction.guild_id)
        posted = await answers.find(match["id"], interaction)
        text = named(interaction, values.get("question", ""))
        asked = inquiry_of(interaction, Question(text), private)
        await answers.answer_interaction(interaction, answers.continued(posted, text, asked))


def _is_private(interaction: discord.Interaction) -> bool:
    """Return whether the message that a button is on is seen by one person only."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def inquiry_of(interaction: discord.Interaction, question: Question, private: bool) -> Inquiry:
    manages = interaction.permissions.manage_guild
    return Inquiry(question, interaction.user.id, guild_of(interaction), private, manages=manages)


def _is_new(quote: Quote, posted: PostedAnswer) -> bool:
    shown = {(shown_quote.article_id, shown_quote.text) for shown_quote in posted.quotes}
    return (quote.article.id, quote.text) not in shown
