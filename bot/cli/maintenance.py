"""The commands that fill and measure the library: `newsbot ingest`, `reindex`, `evaluate`, `status`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.json_output import evaluation_json, ingest_json, reindex_json, status_json
from bot.cli.session import EditionOption, JsonOption, err, given_edition, library, print_result
from bot.plots import reliability
from bot.terminal.answers import evaluation_view, ingest_view, reindex_view, status_view
from bot.terminal.progress import progress_bars
from config import load_settings
from index import IngestReport

# rich renders this text: a bracket needs its backslash, and only an empty line ends a line. A test compares
# 0.884 with `index.evaluation.metrics.ANSWERED`.
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
    "or is part of one), suggested_threshold (for NEWS_THRESHOLD: lets 0.884 of the answerable through), "
    "median_ms, p99_ms, digest (SHA-256 over what every answer quotes: equal where all answers are), "
    'misses: [{"kind", "accepted", "place", "answer"}]. A kind is "not quoted" (no accepted answer in '
    'the first three quotes), "withheld" (quoted, but not stood behind) or "false alarm" (answered, '
    "though nothing was reported); place is the quote that has the answer, 0 for none; answer is as "
    "`newsbot ask --json` prints it."
)


def ingest(
    uris: Annotated[list[str], typer.Argument(metavar="PATH_OR_URL...", help="Files, folders or addresses.")],
    as_json: JsonOption = False,
) -> None:
    """Read articles once, from files, folders and addresses; `newsbot sources add` reads again and again."""
    with library(load_settings()) as index:
        with progress_bars(err()) as on_progress:
            report = index.ingest(uris, on_progress)
        print_result(as_json, ingest_json(report), ingest_view(report))
    _fail_if_nothing_was_read(report)


def reindex(
    full: Annotated[
        bool, typer.Option("--full", help="Embed everything again, even what is up to date.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Read the known sources again and bring the search up to date."""
    with library(load_settings()) as index:
        with progress_bars(err()) as on_progress:
            report = index.reindex(full=full, on_progress=on_progress)
        print_result(as_json, reindex_json(report), reindex_view(report))
    _fail_if_nothing_was_read(report.ingested)


def _fail_if_nothing_was_read(report: IngestReport) -> None:
    if report.failed and not report.read:
        raise typer.Exit(1)


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
    as_json: JsonOption = False,
) -> None:
    if plot:
        reliability.check(plot)
    with library(load_settings()) as index:
        with progress_bars(err()) as on_progress:
            evaluation = index.evaluate(folder, on_progress, baselines=baselines)
        if plot:
            reliability.draw(evaluation, plot)
        print_result(as_json, evaluation_json(evaluation), evaluation_view(evaluation, misses))


def status(edition: EditionOption = None, as_json: JsonOption = False) -> None:
    """Show how much is stored and whether the search is up to date."""
    settings, seen = load_settings(), given_edition(edition)
    with library(settings) as index:
        found = index.status(seen)
        view = status_view(found, settings.zone, datetime.now(UTC))
        print_result(as_json, status_json(found), view)
