"""What all commands share: options, the opened library, logging, and how results are printed.

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
from bot.terminal import answers
from bot.terminal.progress import working
from config import Settings, SettingsError, logging_to_stderr
from index import IndexOptions, masked

if TYPE_CHECKING:
    from index import NewsIndex

log = logging.getLogger(__name__)


Source = Annotated[str | None, typer.Option(metavar="NAME", help="Only articles of this source.")]

Since = Annotated[str | None, typer.Option(metavar="DATE", help="Only articles published from then on.")]

Until = Annotated[str | None, typer.Option(metavar="DATE", help="Only articles published until then.")]

AsOf = Annotated[
    str | None, typer.Option(metavar="DATE", help="Answer as if it were then: later articles do not count.")
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def open_index(settings: Settings) -> NewsIndex:
    """Open the library with these settings. This is where the search engines are loaded."""
    make_data_dir(settings)
    from index import NewsIndex

    return NewsIndex.open(index_options(settings))


def make_data_dir(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"NEWS_DATA_DIR {settings.data_dir} cannot be a folder ({error.strerror}): choose another."
        ) from None


def index_options(settings: Settings) -> IndexOptions:
    """Return what of the settings is the library's business."""
    address, milvus = settings.database_url, settings.index_url
    return IndexOptions(
        data_dir=settings.data_dir,
        database_url=address.get_secret_value() if address else None,
        index_url=milvus.get_secret_value() if milvus else None,
        embedding_model=settings.embedding_model,
        reranker_model=settings.reranker_model,
        query_prompt=settings.query_prompt,
        passage_prompt=settings.passage_prompt,
        timezone=settings.timezone,
        threshold=settings.threshold,
        follow_seconds=settings.follow_seconds,
        keep_days=settings.keep_days,
        keep_articles=settings.keep_articles,
        fetch_private=settings.fetch_private,
        refresh_shortest=settings.refresh_shortest,
        refresh_longest=settings.refresh_longest,
    )


def open_for_discord(settings: Settings) -> NewsIndex:
    """Open the library and keep its sources fresh, unless that is set to be off."""
    index = open_index(settings)
    if settings.refresh:
        index.subscriptions.start()
    return index


@contextmanager
def logged(settings: Settings, default: str) -> Iterator[None]:
    """Log to stderr, from `default` on unless a level was chosen. An error is logged at DEBUG and goes on."""
    level = settings.log_level if "log_level" in settings.model_fields_set else default
    with logging_to_stderr(level, settings.log_format, masked):
        try:
            yield
        except Exception:
            log.debug("command.failed", exc_info=True)
            raise


@contextmanager
def library(settings: Settings, log_level: str = "WARNING") -> Iterator[NewsIndex]:
    """Logging from `log_level` on, unless another is set, and the opened library, until the command ends."""
    with ending_at_sigterm(), logged(settings, log_level):
        with working(err(), "Opening …"):
            index = open_index(settings)
        with index:
            yield index


def out() -> Console:
    return Console(highlight=False)


def err() -> Console:
    return Console(stderr=True, highlight=False)


def print_json(value: dict[str, Any], indent: int | None = None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # the terminal's character set is smaller than the news
        text = json.dumps(value, indent=indent)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_result(as_json: bool, value: dict[str, Any], view: RenderableType) -> None:
    if as_json:
        print_json(value, indent=2 if sys.stdout.isatty() else None)
    else:
        answers.show(out(), view)
