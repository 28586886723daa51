"""What is told of sources, in the same words in the terminal and in Discord; plain text without markup."""

from collections.abc import Callable
from datetime import datetime

from index import IngestReport, Trial

# How a face writes a moment.
Moment = Callable[[datetime], str]

ALL_KNOWN = "Every feed of the list is a source already."


def found_lines(trial: Trial, moment: Moment) -> list[str]:
    """Return what is at an address, below its title."""
    if trial.kind == "opml":
        return [f"a list of {counted(len(trial.feeds), 'feed')}"]
    lines = [
        f"{trial.kind}, {counted(trial.items, 'item')}, {counted(trial.articles, 'article')} to store",
    ]
    if trial.newest:
        lines.append(f"newest {moment(trial.newest)}")
    if trial.items:
        lines.append("full text" if trial.full_text else "excerpts: the linked pages are read")
    return lines


def stored_line(report: IngestReport) -> str:
    """Return what became of the articles of a reading."""
    counts = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicates": report.duplicates,
        "failed": len(report.failed),
    }
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def removed_line(url: str) -> str:
    return f"{url} is not read any more; its articles stay."


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
