"""Runs the Discord bot until a signal stops it, and explains Discord's refusals in one sentence."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.client import NewsBot
from bot.ops.health import serving
from index import NewsError, UsageError

if TYPE_CHECKING:
    from index import NewsIndex

# The code with which Discord closes the gateway connection when the token has been replaced since the login.
AUTHENTICATION_FAILED = 4004
# What discord.py and aiohttp raise when Discord cannot be reached.
UNREACHABLE = (OSError, aiohttp.ClientError, discord.DiscordServerError, discord.GatewayNotFound)

log = logging.getLogger(__name__)


def _nothing() -> None:
    """Do nothing: the default of `on_stop`."""


def run_bot(
    open_index: Callable[[], NewsIndex],
    token: str,
    data_dir: Path,
    health_port: int | None = None,
    share: tuple[Sequence[int], int] | None = None,
    on_stop: Callable[[], None] = _nothing,
    operators: Collection[int] = (),
) -> None:
    """Run the bot until SIGTERM or SIGINT arrives, then close everything that it opened.

    `health_port` serves the bot's health on this machine. `share` is the shards of this process and how many
    there are in all. `on_stop` is called as soon as the signal arrives. `open_index` is called in a thread
    once Discord has accepted the token. `operators` are people's ids, as `NewsBot` takes them.

    Raises UsageError where Discord rejects the token, BusyError where another process runs one of the shards,
    NewsError where Discord cannot be reached, and what `open_index` raises.
    """
    if not token.strip():
        raise UsageError("The Discord token is empty: copy it from the developer portal into DISCORD_TOKEN.")
    with suppress(asyncio.CancelledError):
        bot = NewsBot(open_index, data_dir, share=share, operators=operators)
        asyncio.run(_run_until_stopped(bot, token, health_port, on_stop))


async def _run_until_stopped(
    bot: NewsBot,
    token: str,
    health_port: int | None = None,
    on_stop: Callable[[], None] = _nothing,
) -> None:
    running = asyncio.current_task()
    assert running is not None
    for name in (signal.SIGTERM, signal.SIGINT):
        # Python takes signals only in the main thread of a Unix process. Elsewhere the caller has to cancel.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(name, _stop, running, name, on_stop)
    health = nullcontext() if health_port is None else serving(bot.health(), health_port)
    try:
        with health:
            async with bot:
                await bot.start(token)
                await bot.ended()
    except discord.LoginFailure as error:
        raise _rejected() from error
    except discord.ConnectionClosed as error:
        if error.code == AUTHENTICATION_FAILED:
            raise _rejected() from error
        raise NewsError(f"Discord closed the connection for good (code {error.code}).") from error
    except UNREACHABLE as error:
        if bot.user is not None:  # the login worked, so it was not Discord that could not be reached
            raise
        raise NewsError(
            f"Discord cannot be reached ({_reason(error)}): check the network and try again."
        ) from error


def _stop(running: asyncio.Task[None], name: signal.Signals, on_stop: Callable[[], None]) -> None:
    if running.cancelling():  # a second signal must not interrupt the closing
        return
    on_stop()
    log.info("bot.stopping signal=%s", name.name)
    running.cancel()


def _rejected() -> UsageError:
    return UsageError(
        "Discord rejected the token: copy it again from the developer portal into DISCORD_TOKEN."
    )


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
