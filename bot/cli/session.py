"""What the commands share: options, opening the library, logging, and printing results.

Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, RenderableType

from bot.ops.shutdown import ending_at_sigterm
from bot.terminal.answers import show
from bot.terminal.progress import working
from config import Settings, SettingsError, logging_to_stderr
from index import SHARED, IndexOptions, Lifetimes, Quotas, UsageError, masked

if TYPE_CHECKING:
    from index import NewsIndex

log = logging.getLogger(__name__)

SourceOption = Annotated[str | None, typer.Option(metavar="NAME", help="Only articles of this source.")]
LanguageOption = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="Only articles in this language: en, de, fr, es, ja …, or any."),
]
SinceOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only articles published from then on.")
]
UntilOption = Annotated[str | None, typer.Option(metavar="DATE", help="Only articles published until then.")]
AsOfOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Answer as if it were then: later articles do not count.")
]
EditionOption = Annotated[
    str | None,
    typer.Option(metavar="SERVER", help="See what a Discord server sees (its id), or `shared`."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def given_edition(given: str | None) -> str | None:
    """Return the edition that --edition names; None, where it is left out, is all that is stored.

    Raises UsageError for what is neither the id of a server nor "shared".
    """
    if given is None:
        return None
    named = given.strip()
    if named.casefold() == "shared":
        return SHARED
    if not (named.isascii() and named.isdecimal()):
        raise UsageError(f"--edition takes the id of a Discord server, or shared, not {named!r}.")
    return named


def open_index(settings: Settings) -> NewsIndex:
    """Open the library with these settings. The search engines are imported here.

    Raises SettingsError where NEWS_DATA_DIR cannot be a folder, and what `NewsIndex.open` raises.
    """
    make_data_dir(settings)
    from index import NewsIndex

    return NewsIndex.open(index_options(settings))


def make_data_dir(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"NEWS_DATA_DIR {settings.data_dir} cannot be a folder ({error.strerror}): choose another."
        ) from None


def index_options(settings: Settings) -> IndexOptions:
    """Return the settings that are the library's, as its options."""
    address, milvus = settings.database_url, settings.index_url
    return IndexOptions(
        data_dir=settings.data_dir,
        database_url=address.get_secret_value() if address else None,
        index_url=milvus.get_secret_value() if milvus else None,
        embedding_model=settings.embedding_model,
        reranker_model=settings.reranker_model,
        reader=settings.reader,
        query_prompt=settings.query_prompt,
        passage_prompt=settings.passage_prompt,
        timezone=settings.timezone,
        date_order=settings.date_order,
        threshold=settings.threshold,
        follow_seconds=settings.follow_seconds,
        keep_days=settings.keep_days,
        keep_articles=settings.keep_articles,
        lifetimes=Lifetimes(
            questions=settings.keep_questions_days,
            trail=settings.keep_trail_days,
            revisions=settings.keep_revisions_days,
            left=settings.keep_left_days,
            deletions=settings.keep_deletions_days,
        ),
        fetch_private=settings.fetch_private,
        refresh_shortest=settings.refresh_shortest,
        refresh_longest=settings.refresh_longest,
        quotas=Quotas(
            sources=settings.quota_sources,
            feeds=settings.quota_feeds,
            articles=settings.quota_articles,
            bytes=settings.quota_megabytes * 2**20,
        ),
    )


def open_for_discord(settings: Settings) -> NewsIndex:
    """Open the library and start refreshing its sources, unless NEWS_REFRESH is off."""
    index = open_index(settings)
    if settings.refresh:
        index.subscriptions.start()
    return index


@contextmanager
def logged(settings: Settings, default: str) -> Iterator[None]:
    """Log to stderr inside the block, from the level `default` on unless NEWS_LOG_LEVEL is set.

    An exception is logged at DEBUG and raised again.
    """
    level = settings.log_level if "log_level" in settings.model_fields_set else default
    with logging_to_stderr(level, settings.log_format, masked):
        try:
            yield
        except Exception:
            log.debug("command.failed", exc_info=True)
            raise


@contextmanager
def library(settings: Settings, log_level: str = "WARNING") -> Iterator[NewsIndex]:
    """Give the opened library inside the block, with logging from `log_level` on; then close it."""
    with ending_at_sigterm(), logged(settings, log_level):
        with working(err(), "Opening …"):
            index = open_index(settings)
        with index:
            yield index


def out() -> Console:
    """Return a console for results, on stdout."""
    return Console(highlight=False)


def err() -> Console:
    """Return a console for everything else, on stderr."""
    return Console(stderr=True, highlight=False)


def print_json(value: dict[str, Any], indent: int | None = None) -> None:
    """Print a value as JSON, with `\\u` escapes where the terminal's character set lacks its characters."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_result(as_json: bool, value: dict[str, Any], view: RenderableType) -> None:
    """Print a result: `value` as JSON, or else `view` as text."""
    if as_json:
        print_json(value, indent=2 if sys.stdout.isatty() else None)
    else:
        show(out(), view)
