"""Two ways in: `newsbot`, the command, and `python -m bot`, which `make run` calls.

The first is the command line in every case. The second, when nothing else is asked of it, does what there
is a token for: the Discord bot with one, a short tour of the terminal without.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

import typer
from rich.text import Text

from bot.cli.app import app
from bot.cli.operations import run_discord
from bot.cli.session import err, library, out
from bot.cli.tour import load_samples, tour
from bot.terminal.answers import printable, sentence, show
from config import SAMPLES, Settings, SettingsError, load_settings
from index import UsageError


def main(argv: list[str] | None = None) -> None:
    """Run the command line and exit. Without arguments it shows the help."""
    arguments = (sys.argv[1:] if argv is None else argv) or ["--help"]
    sys.exit(_guarded(lambda: app(args=arguments, prog_name="newsbot", standalone_mode=False)))


def start() -> None:
    """Run the Discord bot if there is a token for it, the tour of the terminal if not, and exit."""
    sys.exit(_guarded(_start))


def _start() -> None:
    settings = load_settings()
    if settings.discord_token is None:
        _start_terminal(settings)
    else:
        _start_discord(settings, settings.discord_token.get_secret_value())


def _start_terminal(settings: Settings) -> None:
    show(out(), Text("DISCORD_TOKEN is not set, so here is the terminal instead of the Discord bot."))
    with library(settings) as index:
        tour(index, SAMPLES, settings.zone, out(), err())


def _start_discord(settings: Settings, token: str) -> None:
    with library(settings) as index:
        load_samples(index, SAMPLES, out(), err())
    run_discord(settings, token)


def _guarded(job: Callable[[], object]) -> int:
    """Do the job and return the exit code. Every error ends here, as one sentence on stderr."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal's character set may be smaller than the news
        sys.stdout.reconfigure(errors="replace")
    try:
        code = job()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130  # as shells count a process that Ctrl-C ended
    except Exception as error:  # the edge of the program
        sys.stderr.write(f"newsbot: {_explain(error)}\n")
        return 2 if isinstance(error, UsageError | SettingsError | typer.TyperException) else 1
    return code if isinstance(code, int) else 0


def _explain(error: Exception) -> str:
    if isinstance(error, typer.TyperException):
        return printable(" ".join(error.format_message().split()))
    return printable(str(error)) if isinstance(error, SettingsError) else sentence(error)


if __name__ == "__main__":
    if sys.argv[1:]:
        main()
    else:
        start()
