"""Runs the bot in a process until a signal ends it, and turns Discord's refusals into one sentence."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.ops.health import serving
from index import NewsError, UsageError

if TYPE_CHECKING:
    from index import NewsIndex
from bot.client import NewsBot, log

# Discord closes the gateway with this code when the token has been replaced meanwhile.
AUTHENTICATION_FAILED = 4004

UNREACHABLE = (OSError, aiohttp.ClientError, discord.DiscordServerError, discord.GatewayNotFound)


def _nothing() -> None:
    pass


def run_bot(
    open_index: Callable[[], NewsIndex],
    token: str,
    data_dir: Path,
    health_port: int | None = None,
    share: tuple[Sequence[int], int] | None = None,
    on_stop: Callable[[], None] = _nothing,
) -> None:
    """Run the bot, and tell its health on a port, until SIGTERM or SIGINT; then close all that it opened.

    `on_stop` is called as soon as one of them arrives; `open_index` in a thread, once Discord has accepted
    the token. Raises UsageError where Discord rejects the token, NewsError where Discord cannot be reached,
    and what `open_index` raises.
    """
    if not token.strip():
        raise UsageError("The Discord token is empty: copy it from the developer portal into DISCORD_TOKEN.")
    with suppress(asyncio.CancelledError):
        bot = NewsBot(open_index, data_dir, share=share)
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
        # Elsewhere than in the main thread of a Unix process somebody else has to stop us.
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
        if bot.user is not None:  # then Discord was reached, and something else is out of reach
            raise
        raise NewsError(
            f"Discord cannot be reached ({_reason(error)}): check the network and try again."
        ) from error


def _stop(running: asyncio.Task[None], name: signal.Signals, on_stop: Callable[[], None]) -> None:
    if running.cancelling():  # a second signal would interrupt the closing
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
