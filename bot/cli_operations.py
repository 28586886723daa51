"""The commands for whoever runs newsbot: `newsbot backup`, `newsbot restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot.cli import AsJson, err, index_options, logged, print_result
from bot.cli_sources import app
from bot.contract import backup_json
from bot.progress import working
from bot.terminal import printable
from config import load_settings

__all__ = ["app"]

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup's file.", show_default=False)]


@app.command()
def backup(
    file: File,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write everything that is stored to one file; the bot may run meanwhile."""
    from index import write_backup

    settings = load_settings()
    with logged(settings, "WARNING"):
        with working(err(), "Writing and checking …"):
            report = write_backup(index_options(settings), file, force=force)
        told = f"{report.articles:,} articles are in {report.path} ({report.size / 2**20:,.1f} MiB), checked."
        print_result(as_json, backup_json(report), Text(printable(told)))


@app.command()
def restore(
    file: File,
    force: Annotated[bool, typer.Option("--force", help="Replace articles that are stored.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replace what is stored by a backup; the bot may run meanwhile and follows by itself."""
    from index import restore_backup

    settings = load_settings()
    with logged(settings, "WARNING"):
        with working(err(), "Checking and restoring …"):
            report = restore_backup(index_options(settings), file, force=force)
        told = f"{report.articles:,} articles are restored from {report.path}; the search follows by itself."
        print_result(as_json, backup_json(report), Text(printable(told)))
