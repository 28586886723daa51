"""What is told of sources, in the same words in the terminal and in Discord; plain text without markup."""

from collections.abc import Callable
from datetime import datetime

from bot.text.language import _, counted, mark, number
from index import IngestReport, Trial

# How a face writes a moment.
Moment = Callable[[datetime], str]

ALL_KNOWN = mark("Every feed of the list is a source already.")


def found_lines(trial: Trial, moment: Moment) -> list[str]:
    """Return what is at an address, below its title."""
    if trial.kind == "opml":
        return [counted("a list of {count} feed", "a list of {count} feeds", len(trial.feeds))]
    items = counted("{count} item", "{count} items", trial.items)
    articles = counted("{count} article to store", "{count} articles to store", trial.articles)
    lines = [f"{trial.kind}, {items}, {articles}"]
    if trial.newest:
        lines.append(_("newest {when}").format(when=moment(trial.newest)))
    if trial.items:
        lines.append(_("full text") if trial.full_text else _("excerpts: the linked pages are read"))
    return lines


def stored_line(report: IngestReport) -> str:
    """Return what became of the articles of a reading."""
    counts = {
        _("{count} added"): report.added,
        _("{count} updated"): report.updated,
        _("{count} unchanged"): report.unchanged,
        _("{count} duplicates"): report.duplicates,
        _("{count} failed"): len(report.failed),
    }
    return ", ".join(said.format(count=number(count)) for said, count in counts.items())


def removed_line(url: str) -> str:
    return _("{address} is not read any more; its articles stay.").format(address=url)


def articles_counted(count: int) -> str:
    return counted("{count} article", "{count} articles", count)


def sources_counted(count: int) -> str:
    return counted("{count} source", "{count} sources", count)
