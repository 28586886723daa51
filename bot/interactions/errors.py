"""Explains and logs every error of a command, a button or a message.

An error that a person can put right has a sentence of its own. For any other the person gets an id, under
which the log has the traceback.
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
from bot.text.language import _, mark, number, to_reader
from bot.text.library_words import translated
from bot.text.markdown import cut, escape, timestamp
from bot.text.permissions import on_screen
from index import BusyError, NewsError, QuotaError, UsageError, masked

# Discord's error code for a message of an embed alone where the bot may not embed links.
EMPTY_MESSAGE = 50006
# An interaction has to be acknowledged within 3 seconds and can be answered for 15 minutes. After that
# Discord refuses with Unknown Webhook, Unknown Interaction or Invalid Webhook Token.
EXPIRED = frozenset({10015, 10062, 50027})
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500
# Characters of a sentence of the library, which may repeat what a person has typed. Discord takes 2,000.
MAX_SENTENCE = 1000

NO_PERMISSION = mark("I lack a permission here: ask a moderator to let me send messages and embed links.")

QUOTAS = {
    "sources": mark("This server may have {most} sources of its own: use `/sources remove` first."),
    "feeds": mark("A list may name {most} feeds here: split it and use the parts one after another."),
    "articles": mark(
        "The {most} articles that may be stored for this server in a day are used up:"
        " what is stored stays, try again after midnight UTC."
    ),
    "bytes": mark(
        "The {most} MiB that may be read for this server in a day are used up:"
        " what is stored stays, send less or try again after midnight UTC."
    ),
}

log = logging.getLogger(__name__)


class ToldError(UsageError):
    """An error whose text is a sentence in Discord's markdown, with links to channels and commands."""


def explain(error: BaseException, where: str) -> str:
    """Log an error and return the sentence to show, as Discord markdown, in the reader's language.

    `where` names the command or button in the log.
    """
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
    """Return the sentence for an error that is expected, else None. The first case that fits counts."""
    match cause:
        case QuotaError():
            return _quota(cause)
        case ToldError():
            return str(cause)
        case NewsError():
            return cut(masked(translated(str(cause))), MAX_SENTENCE)
        case app_commands.CommandOnCooldown():
            server, person = _("This server has asked a lot of questions."), _("That was a lot of questions.")
            many = server if isinstance(cause, GuildOnCooldown) else person
            return f"{many} {_again(cause.retry_after)}"
        case app_commands.MissingPermissions():
            missing = on_screen(cause.missing_permissions)
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


def _quota(error: QuotaError) -> str:
    """Return the sentence for a quota that a server has used up, with what to do."""
    most = error.most // 2**20 if error.kind == "bytes" else error.most
    return _(QUOTAS[error.kind]).format(most=number(most))


def _refused(error: discord.HTTPException) -> str | None:
    """Return the sentence for a refusal of Discord; None where it refused because of a mistake in the bot."""
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
    """Return the error that discord.py has wrapped in an error of its own."""
    if isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError):
        return error.__cause__ or error
    return error


def _is_for_the_operator(cause: BaseException) -> bool:
    ours = isinstance(cause, NewsError) and not isinstance(cause, UsageError | BusyError)
    return ours or isinstance(cause, discord.HTTPException)


def _again(seconds: float) -> str:
    # A timestamp has whole seconds. It is rounded up, so that the person does not try too early.
    when = datetime.now(UTC) + timedelta(seconds=seconds + 1)
    return _("Try again {when}.").format(when=timestamp(when, "R"))


async def tell(interaction: discord.Interaction[Any], sentence: str) -> None:
    """Send a sentence to the person of an interaction, in a message that only they see.

    Where Discord refuses the message, that is logged.
    """
    try:
        if interaction.response.type is discord.InteractionResponseType.deferred_message_update:
            # A button was pressed: the message that it is on stays as it is.
            await interaction.followup.send(sentence, ephemeral=True)
        elif interaction.response.is_done():
            # A deferred answer is public or private as it was deferred. It is deleted, and a private message
            # is sent instead.
            with suppress(discord.NotFound):  # it has been deleted already
                await interaction.delete_original_response()
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except discord.HTTPException as refused:
        log.warning("reply.failed interaction=%s status=%s", interaction.id, refused.status)
