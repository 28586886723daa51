"""The card of `/status`: how much is stored, how new it is, and which sources fail."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from bot.cards.base import AMBER, GREEN, MAX_SOURCE, Card, fitting, moment, shorten
from bot.text.language import _, counted, mark, number
from bot.text.markdown import bold, cut, escape
from bot.text.sizes import index_sizes
from bot.text.source_words import articles_counted, more_counted, outlets_counted
from index import Source, Status, masked

MAX_FAILING, MAX_ERROR = 8, 250
# Characters of why a part does not work; fewer where not all would fit into one message.
MAX_FAULT = 600

STATES = {
    "ready": mark("Ready"),
    "degraded": mark("Working with faults"),
    "empty": mark("Nothing to search yet"),
    "stale": mark("The index is out of date"),
}


def status_card(
    status: Status, version: str, latency: float, *, details: bool = False, operator: bool = False
) -> Card:
    """Return the state of an edition: for everyone, how much news there is, and how new.

    `details`, for those who manage the server, adds the sources that fail, each with what to do. `operator`
    adds the parts that do not work, what to do about the library's state, and what the search index takes.
    `latency` is how long Discord takes to answer, in seconds; it is not finite until it has been measured.
    """
    counts = [articles_counted(status.articles), outlets_counted(status.sources)]
    if operator:
        counts.append(counted("{count} passage", "{count} passages", status.passages))
    lines = [" · ".join(counts)]
    if status.newest:
        lines.append(_("Newest article {when}").format(when=moment(status.newest)))
    if status.state == "empty":
        lines.append(_("There are no articles yet: those who manage the server can use `/sources add`."))
    if operator and (sizes := index_sizes(status)):
        lines.append(_("Search index {sizes}").format(sizes=", ".join(sizes)))
    if operator and status.remedy:
        lines.append(f"\n{escape(status.remedy)}")
    faults = status.faults if operator else ()
    unread = details and bool(status.failing)
    footer = f"newsbot {version}" if details or operator else ""
    if operator and math.isfinite(latency):
        footer += " · " + _("Discord answers in {ms} ms").format(ms=number(round(latency * 1000)))
    good = status.state == "ready" and not unread
    state = _("Ready, but not every source can be read") if unread and status.state == "ready" else ""
    title, colour = state or _(STATES[status.state]), GREEN if good else AMBER

    def shown(most: int) -> Card:
        broken = [f"\n{cut(masked(fault.why), most)}" for fault in faults]
        failing = _failing(status, min(most, MAX_ERROR)) if unread else []
        return Card(title, "\n".join([*lines, *broken, *failing]), footer, colour)

    return fitting(shown, MAX_FAULT)


def _failing(status: Status, most: int) -> list[str]:
    """Return how many sources cannot be read, and the errors of the first `MAX_FAILING`."""
    unread = counted(
        "{failing} of {count} address cannot be read",
        "{failing} of {count} addresses cannot be read",
        status.addresses,
        failing=number(len(status.failing)),
    )
    shown = status.failing[:MAX_FAILING]
    errors = [f"- {_named(source)}: {cut(masked(source.error or ''), most)}" for source in shown]
    lines = [f"\n{bold(unread)}", *errors]
    more = len(status.failing) - MAX_FAILING
    return [*lines, more_counted(more)] if more > 0 else lines


def _named(source: Source) -> str:
    """Return a source's title, or else its host: the rest of an address may contain a secret."""
    return bold(shorten(source.title or urlsplit(source.url).hostname or _("a source"), MAX_SOURCE))
