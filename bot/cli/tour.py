"""The tour for newcomers: loads sample articles, answers one question, then starts the chat."""

from __future__ import annotations

import sys
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.cli.chat import chat
from bot.terminal.answers import answer_view, ingest_view, show
from bot.terminal.progress import progress_bars, working
from index import Question

if TYPE_CHECKING:
    from index import NewsIndex

QUESTION = "How many North Korean troops were sent to Russia?"


def load_samples(index: NewsIndex, samples: Path, console: Console, progress: Console) -> None:
    """Read the sample articles into a library that has no articles, with a line that says so."""
    if index.status().articles:
        return
    with working(progress, "Preparing the model; only the first start does this …"):
        index.load_model()
    show(console, Text("Loading sample articles; add real ones with `newsbot ingest PATH_OR_URL`."))
    with progress_bars(progress) as on_progress:
        report = index.ingest([str(samples)], on_progress)
    if report.failed:
        show(console, ingest_view(report))


def tour(index: NewsIndex, samples: Path, zone: tzinfo, console: Console, progress: Console) -> None:
    """Show the answer to `QUESTION`; then chat, where the input is a terminal."""
    load_samples(index, samples, console, progress)
    with working(progress, "Loading the model …"):
        index.load_model()  # loaded before, so that the time shown with the answer is that of the search
        answer = index.ask(Question(QUESTION))
    show(console, "", answer_view(answer, zone), "")
    if sys.stdin.isatty():
        chat(index, console, zone)
