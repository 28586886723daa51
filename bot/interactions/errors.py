"""One place where everything that goes wrong in a command or a message is explained and logged.

What a person can put right is told in its own sentence. Anything else is told with an id, under which the
log holds the traceback.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from discord import app_commands

from bot.interactions.cooldowns import GuildOnCooldown
from bot.text.language import _, mark, to_reader
from bot.text.markdown import escape, timestamp
from index import BusyError, NewsError, UsageError, masked

# What Discord answers when a message held only an embed and the bot may not embed links.
EMPTY_MESSAGE = 50006
# An interaction can be acknowledged for 3 seconds and answered for 15 minutes; then Discord refuses with one
# of Unknown Webhook, Unknown Interaction, Invalid Webhook Token.
EXPIRED = frozenset({10015, 10062, 50027})
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500

NO_PERMISSION = mark("I lack a permission here: ask a moderator to let me send messages and embed links.")

log = logging.getLogger(__name__)


def explain(error: BaseException, where: str) -> str:
    """Log an error and return what to tell, as Discord markdown. The order matters: the first that fits."""
    to_reader()
    cause = _cause(error)
    sentence = _known(cause)
    if sentence is None:
        error_id = secrets.token_hex(4)
        log.error("command.failed where=%s id=%s", where, error_id, exc_info=cause)
        unknown = _(
            "Something went wrong on my side. If it happens again, tell the operator this id: `{id}`."
        )
        return unknown.format(id=error_id)
    level = logging.WARNING if _is_for_the_operator(cause) else logging.INFO
    log.log(level, "command.refused where=%s kind=%s why=%r", where, type(cause).__name__, str(cause))
    return sentence


def _known(cause: BaseException) -> str | None:
    match cause:
        case NewsError():
            return escape(masked(str(cause)))
        case app_commands.CommandOnCooldown():
            server, person = _("This server has asked a lot of questions."), _("That was a lot of questions.")
            many = server if isinstance(cause, GuildOnCooldown) else person
            return f"{many} {_again(cause.retry_after)}"
        case app_commands.MissingPermissions():
            missing = ", ".join(name.replace("_", " ").title() for name in cause.missing_permissions)
            return _("You need the permission **{name}** for this.").format(name=escape(missing))
        case app_commands.NoPrivateMessage():
            return _("This works in a server only.")
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return _("This command has just changed. Wait a minute, or restart Discord, and try again.")
        case app_commands.CheckFailure():
            return _("You cannot use this here.")
        case discord.HTTPException():
            return _refused(cause)
        case _:
            return None


def _refused(error: discord.HTTPException) -> str | None:
    """What to say where Discord refuses; None where that is a fault of ours."""
    if error.code in EXPIRED:
        return _("This took too long for Discord: try again.")
    if isinstance(error, discord.Forbidden) or error.code == EMPTY_MESSAGE:
        return _(NO_PERMISSION)
    if isinstance(error, discord.NotFound):
        return _("The message or channel that I was to write to has been deleted: ask again.")
    if error.status == TOO_MANY_REQUESTS or error.status >= SERVER_ERROR:
        return _("Discord has trouble at the moment: try again in a minute.")
    return None


def _cause(error: BaseException) -> BaseException:
    """What really happened, inside discord.py's wrapping."""
    if isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError):
        return error.__cause__ or error
    return error


def _is_for_the_operator(cause: BaseException) -> bool:
    ours = isinstance(cause, NewsError) and not isinstance(cause, UsageError | BusyError)
    return ours or isinstance(cause, discord.HTTPException)


def _again(seconds: float) -> str:
    # A timestamp names whole seconds: rounded up, so that it is never too early.
    when = datetime.now(UTC) + timedelta(seconds=seconds + 1)
    return _("Try again {when}.").format(when=timestamp(when, "R"))


async def tell(interaction: discord.Interaction[Any], sentence: str) -> None:
    """Tell a person, and nobody else, what went wrong; where even that is refused it is logged."""
    try:
        if interaction.response.type is discord.InteractionResponseType.deferred_message_update:
            # The message belongs to somebody else's answer: it stays.
            await interaction.followup.send(sentence, ephemeral=True)
        elif interaction.response.is_done():
            # Whether a deferred answer is private was decided when it was deferred. Taking it back makes
            # room for one that only the person who asked can see.
            with suppress(discord.NotFound):  # somebody else has deleted it
                await interaction.delete_original_response()
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except discord.HTTPException as refused:
        log.warning("reply.failed interaction=%s status=%s", interaction.id, refused.status)
