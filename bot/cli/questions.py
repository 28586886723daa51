"""The commands of `newsbot`. Results go to stdout, everything else to stderr.

Importing this loads neither the search engines nor Discord, so that `newsbot --help` is quick.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, RenderableType

from bot.cli.batch import answer_line, read_lines
from bot.cli.chat import chat as converse
from bot.cli.json_output import (
    answer_json,
    evaluation_json,
    ingest_json,
    latest_json,
    reindex_json,
    status_json,
    timeline_json,
)
from bot.ops.shutdown import LastResort, ending_at_sigterm
from bot.plots import reliability
from bot.terminal import answers
from bot.terminal.progress import progress_bars, tracked, working
from bot.terminal.timeline import timeline_view
from bot.text.dates import given_moment
from config import Settings, SettingsError, load_settings, logging_to_stderr
from index import IndexOptions, IngestReport, Question, UsageError, masked

if TYPE_CHECKING:
    from index import NewsIndex

log = logging.getLogger(__name__)

NO_TOKEN = (
    "DISCORD_TOKEN is not set: create a bot and its token at https://discord.com/developers/applications, "
    "then set DISCORD_TOKEN in the environment or in a file called .env."
)

# rich reads it: brackets need their backslash, and only an empty line ends a line.
EVALUATE_HELP = (
    "Measure how good the answers are, on questions whose answers are known.\n\n"
    'A line of questions.jsonl is {"id", "question", "as_of", "answerable", "accepted": \\[answer, …]}. '
    "An accepted answer is found when it stands in a quote word for word, once case, accents, "
    "punctuation and a, an, the are taken away from the quote: write it that way.\n\n"
    "The questions are put to the library that is set when it holds every article of the folder, or the "
    "folder has no article file. Otherwise the articles are read into a library of their own in "
    "NEWS_DATA_DIR/evaluation, so that they never mix with the news. It is kept for the next time, and "
    "may be deleted.\n\n"
    "Each question is asked for five quotes, after one that is not counted. JSON keys: library, model, "
    "articles, passages, threshold, answerable and unanswerable (numbers of questions), "
    'answer_in_quotes and answer_in_passages (shares of the answerable questions by depth: "1", "3", '
    '"5"), mean_reciprocal_rank, auroc, answered_of_answerable, answered_of_unanswerable, exact_slices, '
    "answer_spans (how many are marked), answer_spans_right (the share of them that holds an accepted answer "
    "or is part of one), suggested_threshold (for NEWS_THRESHOLD: lets 0.885 of the answerable through), "
    "median_ms, p99_ms, digest (SHA-256 over what every answer quotes: equal where all answers are), "
    'misses: [{"kind", "accepted", "place", "answer"}]. A kind is "not quoted" (no accepted answer in '
    'the first three quotes), "withheld" (quoted, but not stood behind) or "false alarm" (answered, '
    "though nothing was reported); place is the quote that has the answer, 0 for none; answer is as "
    "`newsbot ask --json` prints it."
)

app = typer.Typer(
    name="newsbot",
    help="Answers questions about the news only with word-for-word quotes from stored articles.",
    pretty_exceptions_enable=False,
    add_completion=False,
)

Source = Annotated[str | None, typer.Option(metavar="NAME", help="Only articles of this source.")]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="Only articles published from then on.")]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Only articles published until then.")]
AsOf = Annotated[
    str | None, typer.Option(metavar="DATE", help="Answer as if it were then: later articles do not count.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def open_index(settings: Settings) -> NewsIndex:
    """Open the library with these settings. This is where the search engines are loaded."""
    _make_data_dir(settings)
    from index import NewsIndex

    return NewsIndex.open(index_options(settings))


def _make_data_dir(settings: Settings) -> None:
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


@app.command("run")
def run_command() -> None:
    """Run the Discord bot until it is stopped (needs DISCORD_TOKEN)."""
    settings = load_settings()
    if settings.discord_token is None:
        raise SettingsError(NO_TOKEN)
    run_discord(settings, settings.discord_token.get_secret_value())


def run_discord(settings: Settings, token: str) -> None:
    """Run the Discord bot until it is stopped. This is where discord.py is loaded."""
    with LastResort(0) as last, logged(settings, "INFO"):
        from bot.run import run_bot
        from index import sole_bot

        _make_data_dir(settings)
        with sole_bot(settings.data_dir):
            opener = partial(open_for_discord, settings)
            run_bot(opener, token, settings.data_dir, settings.health_port, settings.share, last.begin)


@app.command()
def chat() -> None:
    """Ask question after question in the terminal."""
    settings = load_settings()
    with library(settings) as index:
        converse(index, out(), settings.zone)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know.", show_default=False)] = None,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option(metavar="N", help="At most this many quotes, 1 to 10.")] = 3,
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help='Answer every line {"id", "question", "as_of"?} of FILE (- is stdin).'
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Add the figures behind the answer, and why it is given.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Answer a question with quotes, or say that the stored articles do not answer it."""
    if (question is None) == (batch is None):
        raise UsageError('Give one question in quotation marks, or --batch FILE: newsbot ask "Who won?"')
    if batch is not None and not as_json:
        raise UsageError("--batch writes JSON lines: add --json.")
    lines = [] if batch is None else read_lines(batch)
    settings = load_settings()
    build = partial(
        Question,
        since=given_moment(since, settings.timezone),
        until=given_moment(until, settings.timezone, end=True),
        as_of=given_moment(as_of, settings.timezone, end=True),
        source=source,
        limit=limit,
        explain=explain,
    )
    if question is None:
        _ask_all(settings, lines, build)
    else:
        _ask_one(settings, build(question), as_json)


def _ask_one(settings: Settings, question: Question, as_json: bool) -> None:
    with library(settings) as index:
        with working(err(), "Searching …"):
            answer = index.ask(question)
        print_result(as_json, answer_json(answer), answers.answer_view(answer, settings.zone))


def _ask_all(settings: Settings, lines: Sequence[str], build: partial[Question]) -> None:
    failed = 0
    with library(settings) as index:
        # Where the answers themselves scroll by, a bar between them would only disturb.
        bar = Console(quiet=True) if sys.stdout.isatty() else err()
        for line in tracked(bar, "questions", lines):
            answer = answer_line(index, line, build, settings.timezone)
            failed += "error" in answer
            print_json(answer)
    if failed:
        raise typer.Exit(1)


@app.command()
def latest(
    topic: Annotated[
        str | None, typer.Argument(help="Only articles on this topic.", show_default=False)
    ] = None,
    source: Source = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="At most this many articles.")] = 5,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show the newest articles with their highlights."""
    settings = load_settings()
    moment = given_moment(as_of, settings.timezone, end=True) or datetime.now(UTC)
    with library(settings) as index:
        with working(err(), "Searching …"):
            headlines = index.latest(topic, source=source, limit=limit, as_of=moment)
        value = latest_json(headlines, topic=topic, source=source, as_of=moment)
        print_result(as_json, value, answers.latest_view(headlines, settings.zone, moment))


@app.command()
def timeline(
    topic: Annotated[str, typer.Argument(help="A topic or a question.", show_default=False)],
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only events from then on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Only events until then.")] = None,
    source: Source = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show what was reported of a topic: one dated quote per event, and the articles of each day."""
    settings = load_settings()
    question = Question(
        topic,
        since=given_moment(since, settings.timezone),
        until=given_moment(until, settings.timezone, end=True),
        as_of=given_moment(as_of, settings.timezone, end=True),
        source=source,
    )
    with library(settings) as index:
        with working(err(), "Searching …"):
            found = index.timeline(question)
        print_result(as_json, timeline_json(found), timeline_view(found, settings.zone))


@app.command()
def ingest(
    uris: Annotated[list[str], typer.Argument(metavar="PATH_OR_URL...", help="Files, folders or addresses.")],
    as_json: AsJson = False,
) -> None:
    """Read articles once, from files, folders and addresses; `newsbot sources add` reads again and again."""
    with library(load_settings()) as index:
        with progress_bars(err()) as on_progress:
            report = index.ingest(uris, on_progress)
        print_result(as_json, ingest_json(report), answers.ingest_view(report))
    _fail_if_nothing_was_read(report)


@app.command()
def reindex(
    full: Annotated[
        bool, typer.Option("--full", help="Embed everything again, even what is up to date.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the known sources again and bring the search up to date."""
    with library(load_settings()) as index:
        with progress_bars(err()) as on_progress:
            report = index.reindex(full=full, on_progress=on_progress)
        print_result(as_json, reindex_json(report), answers.reindex_view(report))
    _fail_if_nothing_was_read(report.ingested)


def _fail_if_nothing_was_read(report: IngestReport) -> None:
    if report.failed and not report.read:
        raise typer.Exit(1)


@app.command(help=EVALUATE_HELP)
def evaluate(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Holds questions.jsonl and articles.jsonl(.gz).")
    ],
    misses: Annotated[
        int, typer.Option(metavar="N", min=0, help="Show at most this many misses; JSON has them all.")
    ] = 10,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Measure plain ways to answer too: dense, BM25, both.")
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw how far the confidence can be trusted (PNG or SVG)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    if plot:
        reliability.check(plot)
    with library(load_settings()) as index:
        with progress_bars(err()) as on_progress:
            evaluation = index.evaluate(folder, on_progress, baselines=baselines)
        if plot:
            reliability.draw(evaluation, plot)
        print_result(as_json, evaluation_json(evaluation), answers.evaluation_view(evaluation, misses))


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show how much is stored and whether the search is up to date."""
    settings = load_settings()
    with library(settings) as index:
        found = index.status()
        view = answers.status_view(found, settings.zone, datetime.now(UTC))
        print_result(as_json, status_json(found), view)
