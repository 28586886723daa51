"""From a question to a posted answer, whichever way it was asked, and what the buttons below it do."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.cards.answer import ANY_TIME, MAX_HEADING, AnswerCard, answer_card, corrected, more_card
from bot.interactions.answer_layout import VERDICTS, actions, answer_layout, excerpts_layout, text_layout
from bot.interactions.buttons import Action
from bot.interactions.cooldowns import Allowance
from bot.interactions.errors import EXPIRED, explain, tell
from bot.interactions.views import Form
from bot.text.language import _, mark, speaking, to_everyone
from index import Answer, NewsError, PostedAnswer, PostedQuote, Question, Quote, UsageError, in_context

if TYPE_CHECKING:
    from bot.client import NewsBot

MORE_QUOTES = 10
FORM_SECONDS = 900.0

Interaction = discord.Interaction["NewsBot"]
Handler = Callable[["discord.Interaction[NewsBot]", PostedAnswer], Awaitable[None]]

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

    `question` is what is searched for, `typed` the person's own words where they differ, `context` the
    question that it continues.
    """

    question: Question
    person: int
    guild: int | None
    private: bool = False
    typed: str | None = None
    context: str | None = None

    @property
    def shown(self) -> str:
        return self.typed or self.question.text


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, ready to be sent: `view` is the message."""

    id: str
    inquiry: Inquiry
    answer: Answer
    card: AnswerCard
    view: ui.LayoutView


class Answering:
    """Answers questions, remembers where, and carries out what people want done with an answer."""

    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot
        self._allowance = Allowance()
        self._handlers: dict[Action, Handler] = {
            Action.MORE: self._more,
            Action.WIDEN: self._widen,
            Action.SHARE: self._share,
        }

    def offer(self, action: Action, handler: Handler) -> None:
        """Show a button for an action below every answer from now on.

        The handler gets the interaction deferred, for a reply that only the person sees, and edits that.
        """
        self._handlers[action] = handler

    def take_turn(self, user: int, guild: int | None) -> None:
        """Count a question. Raises CommandOnCooldown where a person or a guild asks too many at once."""
        self._allowance.take_turn(user, guild)

    # -- answering -------------------------------------------------------------------------------------

    async def reply(
        self, inquiry: Inquiry, on_queued: Callable[[int], Awaitable[None]] | None = None
    ) -> Reply:
        """Answer a question. `on_queued` is told its place while it waits for others."""
        began = time.perf_counter()
        answer = await self.bot.workers.run_queued(on_queued, self.bot.index.ask, inquiry.question)
        self.bot.measurements.asked(time.perf_counter() - began, answered=answer.answered)
        older = None
        question = inquiry.question
        if not answer.answered and answer.since and not (question.since or question.until):
            # Nothing in the period that the question names in words: perhaps before it.
            older = await self.bot.workers.run(self.bot.index.ask, replace(question, since=ANY_TIME))
        log.info(
            "question.answered answered=%s confidence=%.2f quotes=%d ms=%.0f",
            answer.answered,
            answer.confidence,
            len(answer.quotes),
            answer.took_ms,
        )
        card = answer_card(answer, typed=inquiry.typed, context=inquiry.context, older=older)
        used = older if older and older.answered else answer
        id = secrets.token_hex(8)
        rows = actions(
            answered=used.answered,
            quotes=len(card.quotes),
            limited=used.since not in (None, ANY_TIME) or used.until is not None,
            private=inquiry.private,
            offered=self._offered(),
        )
        return Reply(id, inquiry, used, card, answer_layout(card, id, rows))

    async def remember(self, reply: Reply, message: discord.Message | discord.InteractionMessage) -> None:
        """Keep what was posted. Where that fails the answer stands, and only its buttons do nothing."""
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
            answered=answer.answered,
            confidence=answer.confidence,
            posted_at=datetime.now(UTC),
            card=reply.card.to_json(),
            quotes=tuple(PostedQuote.of(quote) for quote in reply.card.quotes),
        )
        await self._remember(posted)

    async def answer_interaction(self, interaction: Interaction, inquiry: Inquiry) -> None:
        """Answer a question on an interaction that has been deferred."""
        if not inquiry.private:
            to_everyone()

        async def tell_place(place: int) -> None:
            text = _("Number {place} in the queue …").format(place=place)
            await interaction.edit_original_response(view=text_layout(text))

        reply = await self.reply(inquiry, tell_place)
        message = await _show(interaction, reply)
        await self.remember(reply, message)

    def continued(self, posted: PostedAnswer, text: str, inquiry: Inquiry) -> Inquiry:
        """Return a question as the continuation of a posted one: with its words, period and source."""
        question = Question(
            in_context(text, posted.question), since=posted.since, until=posted.until, source=posted.source
        )
        return replace(inquiry, question=question, typed=text, context=posted.typed)

    async def _remember(self, posted: PostedAnswer) -> None:
        try:
            await self.bot.records.run(self.bot.index.posted.remember, posted)
        except NewsError as error:
            log.warning("answer.forgotten id=%s why=%r", posted.id, str(error))

    def _offered(self) -> set[Action]:
        return {*self._handlers, *VERDICTS, Action.SOURCES, Action.FOLLOW_UP}

    def layout(self, posted: PostedAnswer) -> ui.LayoutView:
        """A posted answer as it has to be shown now: with what has become of its quotes."""
        card = corrected(AnswerCard.from_json(posted.card), posted.quotes)
        with speaking(card.language):
            return answer_layout(card, posted.id, self._rows(posted))

    def _rows(self, posted: PostedAnswer) -> list[list[Action]]:
        return actions(
            answered=posted.answered,
            quotes=len(posted.quotes),
            limited=posted.since not in (None, ANY_TIME) or posted.until is not None,
            private=posted.private,
            offered=self._offered(),
        )

    # -- buttons ---------------------------------------------------------------------------------------

    async def press(self, interaction: Interaction, action: Action, id: str, page: int | None) -> None:
        """Do what a button says. What goes wrong is told to whoever pressed it."""
        try:
            if action is Action.FOLLOW_UP:  # a form has to be the first answer
                await interaction.response.send_modal(FollowUp(self, id, _is_private(interaction)))
                return
            # Before anything is looked up: Discord waits three seconds, a busy database may take longer.
            if page is not None:
                await interaction.response.defer()
            else:
                public = action is Action.SHARE or (action is Action.WIDEN and not _is_private(interaction))
                await interaction.response.defer(thinking=True, ephemeral=not public)
            posted = await self.find(id)
            if action in VERDICTS:
                await self._judge(interaction, posted, action)
            elif action is Action.SOURCES:
                await self._sources(interaction, posted, page or 0)
            elif handler := self._handlers.get(action):
                await handler(interaction, posted)
            else:
                raise UsageError(_("This button does nothing any more: ask the question again."))
        except Exception as error:  # the edge of one button: explained to whoever pressed it and logged
            await tell(interaction, explain(error, f"button {action}"))

    async def find(self, id: str) -> PostedAnswer:
        """Return a posted answer. Raises UsageError where it is not kept any more."""
        posted = await self.bot.records.run(self.bot.index.posted.find, id)
        if posted is None:
            raise UsageError(_("This answer is no longer kept: ask the question again."))
        return posted

    async def _judge(self, interaction: Interaction, posted: PostedAnswer, action: Action) -> None:
        person = str(interaction.user.id)
        give = self.bot.index.posted.give_feedback
        await self.bot.records.run(give, posted.id, person, VERDICTS[action], datetime.now(UTC))
        await interaction.edit_original_response(content=_(THANKS[action]))

    async def _sources(self, interaction: Interaction, posted: PostedAnswer, page: int) -> None:
        excerpts = await self.bot.workers.run(self.bot.index.excerpts, posted)
        if not excerpts:
            raise UsageError(_("The quoted articles are not stored any more, or have changed since."))
        await interaction.edit_original_response(view=excerpts_layout(posted.id, excerpts, page))

    async def _more(self, interaction: Interaction, posted: PostedAnswer) -> None:
        question = Question(
            posted.question,
            as_of=posted.as_of,
            since=posted.since,
            until=posted.until,
            source=posted.source,
            limit=MORE_QUOTES,
        )
        answer = await self.bot.workers.run(self.bot.index.ask, question)
        card = more_card(posted.typed, [quote for quote in answer.quotes if _is_new(quote, posted)])
        await interaction.edit_original_response(view=answer_layout(card))

    async def _widen(self, interaction: Interaction, posted: PostedAnswer) -> None:
        self.take_turn(interaction.user.id, interaction.guild_id)
        question = Question(posted.question, since=ANY_TIME, source=posted.source)
        inquiry = _inquiry(interaction, question, posted.private)
        await self.answer_interaction(interaction, replace(inquiry, typed=posted.typed))

    async def _share(self, interaction: Interaction, posted: PostedAnswer) -> None:
        card = AnswerCard.from_json(posted.card)
        with speaking(card.language):
            by = "-# " + _("shared by {person}").format(person=interaction.user.mention)
        noted = replace(card, notices=(by, *card.notices))
        card = noted if noted.fits else card
        shared = replace(
            posted,
            id=secrets.token_hex(8),
            private=False,
            posted_at=datetime.now(UTC),
            card=card.to_json(),
        )
        message = await interaction.edit_original_response(view=self.layout(shared))
        await self._remember(replace(shared, message=str(message.id)))


async def _show(interaction: Interaction, reply: Reply) -> discord.Message | discord.InteractionMessage:
    """Show an answer; in the channel, unless it is private, where it took longer than Discord waits."""
    try:
        return await interaction.edit_original_response(view=reply.view)
    except discord.HTTPException as error:
        channel = interaction.channel
        late = error.code in EXPIRED and not reply.inquiry.private
        if not late or not isinstance(channel, discord.abc.Messageable):
            raise
        log.info("answer.late interaction=%d", interaction.id)
        return await channel.send(view=reply.view)


class FollowUp(Form):
    """Asks for a question that continues an answer."""

    def __init__(self, answering: Answering, id: str, private: bool) -> None:
        super().__init__(title=_("Ask on"), timeout=FORM_SECONDS)
        self.question: ui.TextInput[Any] = ui.TextInput(
            placeholder=_("And what did Russia say?"), max_length=MAX_HEADING
        )
        self.add_item(ui.Label(text=_("Your question"), component=self.question))
        self._answering = answering
        self._id = id
        self._private = private

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(thinking=True, ephemeral=self._private)
        self._answering.take_turn(interaction.user.id, interaction.guild_id)
        posted = await self._answering.find(self._id)
        asked = _inquiry(interaction, Question(self.question.value), self._private)
        inquiry = self._answering.continued(posted, self.question.value, asked)
        await self._answering.answer_interaction(interaction, inquiry)


def _is_private(interaction: Interaction) -> bool:
    """Whether the message that a button is on is seen by one person only."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def _inquiry(interaction: Interaction, question: Question, private: bool) -> Inquiry:
    return Inquiry(question, interaction.user.id, interaction.guild_id, private)


def _is_new(quote: Quote, posted: PostedAnswer) -> bool:
    shown = {(each.article_id, each.text) for each in posted.quotes}
    return (quote.article.id, quote.text) not in shown
