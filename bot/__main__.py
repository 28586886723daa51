"""The two ways to start: the command `newsbot`, and `python -m bot`, which `make run` calls.

`newsbot` is always the command line. `python -m bot` with arguments is the command line, too. Without
arguments it runs the Discord bot where DISCORD_TOKEN is set, and a short tour of the terminal where it is
not.
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
    """Run the command line with `argv`, by default the process's, and exit. Empty, it shows the help."""
    arguments = (sys.argv[1:] if argv is None else argv) or ["--help"]
    sys.exit(_guarded(lambda: app(args=arguments, prog_name="newsbot", standalone_mode=False)))


def start() -> None:
    """Run the Discord bot where DISCORD_TOKEN is set, else the tour of the terminal, and exit."""
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
    """Call `job` and return the exit code. An error is written to stderr as one sentence."""
    os.umask(0o077)  # every file that is made from now on is its owner's alone
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal's character set may lack characters of the news
        sys.stdout.reconfigure(errors="replace")
    try:
        code = job()
        sys.stdout.flush()
    except BrokenPipeError:  # the program that reads our output, such as `head`, has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130  # the exit code that shells give a process that Ctrl-C ended
    except Exception as error:  # nothing above this function could report it
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
