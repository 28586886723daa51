"""The commands that ask: `newsbot ask`, `chat`, `latest` and `timeline`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from bot.cli.batch import answer_line, read_lines
from bot.cli.chat import chat as converse
from bot.cli.json_output import answer_json, latest_json, timeline_json
from bot.cli.session import (
    AsOfOption,
    EditionOption,
    JsonOption,
    LanguageOption,
    SinceOption,
    SourceOption,
    UntilOption,
    err,
    given_edition,
    library,
    out,
    print_json,
    print_result,
)
from bot.terminal.answers import answer_view, latest_view
from bot.terminal.progress import tracked, working
from bot.terminal.timeline import timeline_view
from bot.text.dates import given_moment
from config import Settings, load_settings
from index import Question, UsageError


def chat() -> None:
    """Ask question after question in the terminal."""
    settings = load_settings()
    with library(settings) as index:
        converse(index, out(), settings.zone)


def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know.", show_default=False)] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    language: LanguageOption = None,
    as_of: AsOfOption = None,
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
    edition: EditionOption = None,
    as_json: JsonOption = False,
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
        since=given_moment(since, settings.zone),
        until=given_moment(until, settings.zone, end=True),
        as_of=given_moment(as_of, settings.zone, end=True),
        source=source,
        language=language,
        limit=limit,
        explain=explain,
        edition=given_edition(edition),
    )
    if question is None:
        _ask_all(settings, lines, build)
    else:
        _ask_one(settings, build(question), as_json)


def _ask_one(settings: Settings, question: Question, as_json: bool) -> None:
    with library(settings) as index:
        with working(err(), "Searching …"):
            answer = index.ask(question)
        print_result(as_json, answer_json(answer), answer_view(answer, settings.zone))


def _ask_all(settings: Settings, lines: Sequence[str], build: partial[Question]) -> None:
    failed = 0
    with library(settings) as index:
        # No progress bar where the answers are printed to the same terminal.
        bar = Console(quiet=True) if sys.stdout.isatty() else err()
        for line in tracked(bar, "questions", lines):
            answer = answer_line(index, line, build, settings.zone)
            failed += "error" in answer
            print_json(answer)
    if failed:
        raise typer.Exit(1)


def latest(
    topic: Annotated[
        str | None, typer.Argument(help="Only articles on this topic.", show_default=False)
    ] = None,
    source: SourceOption = None,
    language: LanguageOption = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="At most this many articles.")] = 5,
    as_of: AsOfOption = None,
    edition: EditionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the newest articles with their highlights."""
    settings = load_settings()
    moment = given_moment(as_of, settings.zone, end=True) or datetime.now(UTC)
    seen = given_edition(edition)
    with library(settings) as index:
        with working(err(), "Searching …"):
            headlines = index.latest(
                topic,
                source=source,
                limit=limit,
                as_of=moment,
                edition=seen,
                language=language,
            )
        value = latest_json(headlines, topic=topic, source=source, as_of=moment)
        print_result(as_json, value, latest_view(headlines, settings.zone, moment))


def timeline(
    topic: Annotated[str, typer.Argument(help="A topic or a question.", show_default=False)],
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only events from then on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Only events until then.")] = None,
    source: SourceOption = None,
    language: LanguageOption = None,
    as_of: AsOfOption = None,
    edition: EditionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was reported of a topic: one dated quote per event, and the articles of each day."""
    settings = load_settings()
    question = Question(
        topic,
        since=given_moment(since, settings.zone),
        until=given_moment(until, settings.zone, end=True),
        as_of=given_moment(as_of, settings.zone, end=True),
        source=source,
        language=language,
        edition=given_edition(edition),
    )
    with library(settings) as index:
        with working(err(), "Searching …"):
            found = index.timeline(question)
        print_result(as_json, timeline_json(found), timeline_view(found, settings.zone))
