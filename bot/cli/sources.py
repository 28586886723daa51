"""The commands for sources: `newsbot sources …` and `newsbot watch`."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot.cli.json_output import added_json, refreshed_json, sources_json, trial_json
from bot.cli.session import EditionOption, JsonOption, err, given_edition, library, print_result
from bot.ops.shutdown import LastResort
from bot.terminal.answers import printable, show
from bot.terminal.progress import progress_bars, working
from bot.terminal.sources import added_view, imported_view, refreshed_view, sources_view, trial_view
from bot.text.source_words import removed_line
from config import FEEDS, load_settings
from index import OPERATOR, SHARED, UsageError, masked

if TYPE_CHECKING:
    from index import NewsIndex

sources = typer.Typer(
    help="The feeds, sitemaps and pages that are read again and again.", no_args_is_help=True
)

Url = Annotated[str, typer.Argument(metavar="URL", help="A feed, sitemap, page, or list of feeds.")]


@sources.command("list")
def list_sources(edition: EditionOption = None, as_json: JsonOption = False) -> None:
    """Show every source: its state, when it was read, when it is next, and what is wrong."""
    seen = given_edition(edition)
    with library(load_settings()) as index:
        found = index.subscriptions.all(seen)
        print_result(as_json, sources_json(found), sources_view(found, datetime.now(UTC)))


@sources.command("test")
def try_source(url: Url, as_json: JsonOption = False) -> None:
    """Show what is found at an address, and store nothing."""
    settings = load_settings()
    with library(settings) as index:
        with working(err(), "Reading …"):
            trial = index.subscriptions.test(url)
        print_result(as_json, trial_json(trial), trial_view(trial, settings.zone, datetime.now(UTC)))


@sources.command("add")
def add_source(
    url: Url,
    speaks_for: Annotated[
        list[str] | None,
        typer.Option(
            "--speaks-for",
            metavar="SITE",
            help="Take what it says about articles of this site for the site's own words, as of a feed on "
            "another domain than its pages. May be given several times.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Try an address, store its articles, and read it again and again from now on."""
    settings = load_settings()
    with library(settings) as index:
        with working(err(), "Reading …"):
            added = index.subscriptions.add(url, speaks_for=speaks_for or ())
        if added.source or added.listed:
            origin = added.source.origin if added.source else None
            index.guilds.note(SHARED, OPERATOR, "source added", masked(added.trial.url), origin)
        print_result(as_json, added_json(added), added_view(added, settings.zone, datetime.now(UTC)))
    if added.source is None and added.trial.kind != "opml":
        raise typer.Exit(1)


@sources.command("remove")
def remove_source(
    name: Annotated[str, typer.Argument(metavar="URL_OR_TITLE", help="As `sources list` shows it.")],
    as_json: JsonOption = False,
) -> None:
    """Stop reading a source; its articles stay."""
    with library(load_settings()) as index:
        removed = index.subscriptions.remove(name)
        index.guilds.note(SHARED, OPERATOR, "source removed", masked(removed.url), removed.origin)
        sentence = Text(printable(removed_line(removed.url)))
        print_result(as_json, {"removed": removed.url}, sentence)


@sources.command("import")
def import_sources(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML list, as feed readers export it.")],
    as_json: JsonOption = False,
) -> None:
    """Add the feeds of an OPML list."""
    _import(path, as_json)


@sources.command("default")
def default_sources(as_json: JsonOption = False) -> None:
    """Add a few well-known public feeds."""
    _import(FEEDS, as_json)


def _import(path: Path, as_json: bool) -> None:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): name an OPML file.") from None
    with library(load_settings()) as index:
        count = index.subscriptions.import_opml(body, path.name)
        if count:
            index.guilds.note(SHARED, OPERATOR, "source added", path.name)
        print_result(as_json, {"added": count}, imported_view(count))


@sources.command("export")
def export_sources(edition: EditionOption = None) -> None:
    """Print the sources as an OPML list, which other feed readers import."""
    seen = given_edition(edition)
    with library(load_settings()) as index:
        sys.stdout.write(index.subscriptions.export_opml(seen))


def watch(
    once: Annotated[
        bool, typer.Option("--once", help="Read what is due now, and end: for a scheduler of your own.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Keep the sources fresh until stopped (the running bot does, too)."""
    if once:
        _read_once(as_json)
    elif as_json:
        raise UsageError("--json is for what ends: add --once.")
    else:
        _keep_reading()


def _read_once(as_json: bool) -> None:
    # Failures are printed at the end. Warnings while the progress bar is shown would break it.
    with library(load_settings(), "ERROR") as index:
        with progress_bars(err()) as on_progress:
            done = index.subscriptions.refresh_due(on_progress)
        print_result(as_json, refreshed_json(done), refreshed_view(done))
    if done and all(refreshed.source.error for refreshed in done):
        raise typer.Exit(1)


def _keep_reading() -> None:
    stopped = threading.Event()

    def stop(*_: object) -> None:
        last.begin()
        stopped.set()

    settings = load_settings()
    with LastResort(0) as last, library(settings, "INFO") as index, _watched(index, settings.health_port):
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, stop)
        count = len(index.subscriptions.all())
        watching = f"Watching {count:,} source{'' if count == 1 else 's'}; Ctrl+C ends it."
        show(err(), Text(watching))
        index.subscriptions.start()
        stopped.wait()


def _watched(index: NewsIndex, port: int | None) -> AbstractContextManager[object]:
    """Serve the health of a library on a port; do nothing where that is None."""
    if port is None:
        return nullcontext()
    from bot.ops.health import OK, Health, readiness, serving
    from bot.ops.metrics import Metrics

    health = Health(Metrics(index.status), lambda: OK, lambda: readiness(lambda: index))
    return serving(health, port)
