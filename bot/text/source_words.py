"""Sentences about sources that the terminal and Discord share; plain text without markup."""

from collections.abc import Callable
from datetime import datetime

from bot.text.language import _, counted, mark
from index import IngestReport, Trial

# Writes a moment, for the terminal or for Discord.
Moment = Callable[[datetime], str]

ALL_KNOWN = mark("Every feed of the list is a source already.")


def found_lines(trial: Trial, moment: Moment) -> list[str]:
    """Return the lines on what was found at an address, without its title."""
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
    """Return how many articles of a reading were added, updated, unchanged, duplicates or failed."""
    added = counted("{count} added", "{count} added", report.added)
    failed = counted("{count} failed", "{count} failed", len(report.failed))
    return ", ".join([added, *known_counted(report), failed])


def known_counted(report: IngestReport) -> list[str]:
    """Return how many articles of a reading were updated, unchanged and duplicates."""
    return [
        counted("{count} updated", "{count} updated", report.updated),
        counted("{count} unchanged", "{count} unchanged", report.unchanged),
        counted("{count} duplicate", "{count} duplicates", report.duplicates),
    ]


def more_counted(count: int) -> str:
    """Return how many more there are than those that are listed."""
    return counted("and {count} more", "and {count} more", count)


def removed_line(url: str) -> str:
    return _("{address} is not read any more; its articles stay.").format(address=url)


def removed_own_line(url: str) -> str:
    """Return what removing one of a server's own sources means."""
    return _("{address} is not read for this server any more, and its articles are not shown here.").format(
        address=url
    )


def dropped_line(url: str) -> str:
    """Return what leaving out a shared source means, and how to get it back."""
    said = _(
        "{address} is left out here from now on; other servers keep it."
        " `/sources add` with this address brings it back."
    )
    return said.format(address=url)


def articles_counted(count: int) -> str:
    return counted("{count} article", "{count} articles", count)


def outlets_counted(count: int) -> str:
    return counted("{count} outlet", "{count} outlets", count)


def sources_counted(count: int) -> str:
    return counted("{count} source", "{count} sources", count)
