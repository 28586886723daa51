"""The `newsbot` command: all subcommands together.

Importing this loads neither the search engines nor Discord, so that `newsbot --help` is quick.
"""

from __future__ import annotations

import typer

from bot.cli.maintenance import EVALUATE_HELP, evaluate, ingest, reindex, status
from bot.cli.operations import backup, doctor, restore, run_command
from bot.cli.questions import ask, chat, latest, timeline
from bot.cli.sources import sources, watch

app = typer.Typer(
    name="newsbot",
    help="Answers questions about the news only with word-for-word quotes from stored articles.",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("run")(run_command)
for command in (chat, ask, latest, timeline, ingest, reindex):
    app.command()(command)
app.command(help=EVALUATE_HELP)(evaluate)
for command in (status, watch, backup, restore, doctor):
    app.command()(command)
app.add_typer(sources, name="sources")
