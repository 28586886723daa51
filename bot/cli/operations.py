"""The commands of the operator: `newsbot run`, `backup`, `restore` and `doctor`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot.cli.json_output import backup_json, findings_json, is_healthy
from bot.cli.session import (
    JsonOption,
    err,
    index_options,
    logged,
    make_data_dir,
    open_for_discord,
    print_result,
)
from bot.ops.shutdown import LastResort
from bot.terminal.answers import findings_view, printable
from bot.terminal.progress import working
from bot.text.source_words import articles_counted
from config import Settings, SettingsError, load_settings
from index import BackupReport, Finding

NO_TOKEN = (
    "DISCORD_TOKEN is not set: create a bot and its token at https://discord.com/developers/applications, "
    "then set DISCORD_TOKEN in the environment or in a file called .env."
)
NEW_TOKEN = "Create a bot and its token at https://discord.com/developers/applications."

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup's file.", show_default=False)]


def run_command() -> None:
    """Run the Discord bot until it is stopped (needs DISCORD_TOKEN)."""
    settings = load_settings()
    if settings.discord_token is None:
        raise SettingsError(NO_TOKEN)
    run_discord(settings, settings.discord_token.get_secret_value())


def run_discord(settings: Settings, token: str) -> None:
    """Run the Discord bot until it is stopped. discord.py is imported only here."""
    with LastResort(0) as last, logged(settings, "INFO"):
        from bot.run import run_bot
        from index import sole_bot

        make_data_dir(settings)
        with sole_bot(settings.data_dir):
            opener = partial(open_for_discord, settings)
            run_bot(
                opener,
                token,
                settings.data_dir,
                settings.health_port,
                settings.share,
                last.begin,
                settings.operators,
            )


def backup(
    file: File,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write everything that is stored to one file; the bot may run meanwhile."""
    from index import write_backup

    settings = load_settings()
    with logged(settings, "WARNING"):
        with working(err(), "Writing and checking …"):
            report = write_backup(index_options(settings), file, force=force)
        done = f"{_articles_are(report)} in {report.path} ({report.size / 2**20:,.1f} MiB), checked."
        print_result(as_json, backup_json(report), Text(printable(done)))


def restore(
    file: File,
    force: Annotated[bool, typer.Option("--force", help="Replace articles that are stored.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Replace what is stored by a backup; the bot may run meanwhile and follows by itself."""
    from index import restore_backup

    settings = load_settings()
    with logged(settings, "WARNING"):
        with working(err(), "Checking and restoring …"):
            report = restore_backup(index_options(settings), file, force=force)
        done = f"{_articles_are(report)} restored from {report.path}; the search follows by itself."
        text = Text(printable(f"{done} {_deletions(report)}"))
        print_result(as_json, backup_json(report), text)


def _articles_are(report: BackupReport) -> str:
    return f"{articles_counted(report.articles)} {'is' if report.articles == 1 else 'are'}"


def _deletions(report: BackupReport) -> str:
    """Say what became of what people had deleted after the backup was written."""
    if report.deleted is None:
        return (
            "Nobody knows what people had deleted since it was written, because the database that it "
            "replaces is missing or damaged: ask them to use /privacy delete again."
        )
    rows = f"{report.deleted:,} row{'' if report.deleted == 1 else 's'}"
    return f"What people had deleted since it was written is deleted again ({rows})."


def doctor(
    online: Annotated[
        bool, typer.Option("--online", help="Also ask Discord whether it accepts the token.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check everything that newsbot needs, and say what to do about what is wrong."""
    try:
        settings = load_settings()
    except SettingsError as error:
        findings = [Finding("settings", "failure", str(error), "Correct that setting, then ask again.")]
    else:
        with logged(settings, "ERROR"), working(err(), "Checking …"):
            findings = _examine(settings, online)
    print_result(as_json, findings_json(findings), findings_view(findings))
    if not is_healthy(findings):
        raise typer.Exit(1)


def _examine(settings: Settings, online: bool) -> list[Finding]:
    from index import examine

    return [
        Finding("settings", "ok", "They can be read."),
        _token(settings, online),
        *examine(index_options(settings)),
    ]


def _token(settings: Settings, online: bool) -> Finding:
    if settings.discord_token is None:
        return Finding("token", "warning", "DISCORD_TOKEN is not set: only the terminal works.", NEW_TOKEN)
    if not online:
        return Finding("token", "ok", "DISCORD_TOKEN is set; --online asks Discord about it.")
    from bot.ops.token_check import check_token

    return check_token(settings.discord_token.get_secret_value())
