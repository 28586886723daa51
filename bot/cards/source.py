"""The cards of sources, which are read again and again; pure functions."""

from collections.abc import Sequence

from bot.cards.base import AMBER, GREEN, MAX_TITLE, Card, fitting, moment
from bot.cards.quotes import linked
from bot.text.language import _, counted, mark, number
from bot.text.markdown import bold, cut, timestamp
from bot.text.source_words import (
    ALL_KNOWN,
    articles_counted,
    found_lines,
    more_counted,
    sources_counted,
    stored_line,
)
from index import Added, Failure, Source, SourcePage, Trial, masked

SOON = mark("They are read as soon as possible.")
NO_SOURCES = mark("No source is read yet: `/sources add` tries an address and reads it from then on.")
BACK = mark("It is shared by all servers: its articles are shown here again.")
SHOWN_FEEDS = 10
SHOWN_PROBLEMS = 3

OWN_ONES = mark("Of this server alone")
SHARED_ONES = mark("Shared by all servers; `/sources remove` leaves one out here")

# The sources on a page of the list, and characters of names, addresses and errors. Errors, and addresses of
# feeds that a page names, are shorter where not all would fit into one message.
ON_PAGE = 5
MAX_NAME = 100
MAX_ADDRESS = 300
MAX_WHY = 300

_STATES = {
    "ok": ("🟢", ""),
    "new": ("⚪", mark("not read yet")),
    "failing": ("🟠", mark("failing")),
    "gone": ("🔴", mark("gone for good")),
}


def trial_card(trial: Trial) -> Card:
    """Return the card of what was found at an address, and why items were left out."""
    return _card(trial, [], AMBER if trial.problems else GREEN)


def added_card(added: Added) -> Card:
    """Return the card of what was found at an address, and what was added."""
    trial, source = added.trial, added.source
    if added.taken_back:
        return Card(cut(trial.title or masked(trial.url), MAX_TITLE), _(BACK), colour=GREEN)
    if trial.kind == "opml":
        return _card(trial, [_listed(added.listed)], GREEN)
    if source is None:
        return _card(trial, [], AMBER)
    outcome = [bold(_("Added."))]
    if source.next_fetch:
        again = _("It is read again {when}.")
        outcome.append(again.format(when=timestamp(source.next_fetch, "R")))
    return _card(trial, [stored_line(added.ingested), " ".join(outcome)], GREEN)


def page_card(found: SourcePage, page: int) -> Card:
    """Return a page of the list of sources, counted from 0: a server's own, then the shared ones."""
    return fitting(lambda most: _page(found, page, most), MAX_WHY)


def _page(found: SourcePage, page: int, most: int) -> Card:
    entries: list[str] = []
    for place, source in enumerate(found.sources):
        if place == 0 or source.shared != found.sources[place - 1].shared:
            entries.append(bold(_(SHARED_ONES) if source.shared else _(OWN_ONES)))
        entries.append(_entry(source, most))
    title = sources_counted(found.total)
    if found.own and found.own < found.total:
        title += ", " + counted("{count} of this server's own", "{count} of this server's own", found.own)
    if found.failing:
        title += ", " + _("{count} failing").format(count=number(found.failing))
    pages = max(1, -(-found.total // ON_PAGE))
    return Card(
        title,
        "\n\n".join(entries) or _(NO_SOURCES),
        _("Page {page} of {pages}").format(page=page + 1, pages=pages) if pages > 1 else "",
        AMBER if found.failing else GREEN,
    )


def _card(trial: Trial, outcome: list[str], colour: int) -> Card:
    title = cut(trial.title or masked(trial.url), MAX_TITLE)

    def found(most: int) -> Card:
        problems = _problems(trial.problems, most)
        lines = [*found_lines(trial, moment), *_offer(trial, most), *outcome, *problems]
        return Card(title, "\n".join(lines), colour=colour)

    return fitting(found, MAX_WHY)


def _listed(new: int) -> str:
    if not new:
        return _(ALL_KNOWN)
    added = counted("{count} source added.", "{count} sources added.", new)
    return f"{bold(added)} {_(SOON)}"


def _offer(trial: Trial, most: int) -> list[str]:
    if not trial.feeds or trial.kind == "opml":
        return []
    feeds = [f"- {cut(masked(feed), most)}" for feed in trial.feeds[:SHOWN_FEEDS]]
    return [_("The page names feeds: add one of them with `/sources add`."), *feeds]


def _problems(problems: Sequence[Failure], most: int) -> list[str]:
    shown = [f"-# {cut(masked(problem.sentence), most)}" for problem in problems[:SHOWN_PROBLEMS]]
    more = len(problems) - len(shown)
    return [*shown, f"-# {more_counted(more)}"] if more else shown


def _entry(source: Source, most: int) -> str:
    """Return a source in a few lines: its state and name, its times and articles, and its error."""
    address = masked(source.url)
    # An address with a hidden part is not linked: the link would show that part.
    links = [address] if address == source.url else []
    name = f"**{linked(source.title[:MAX_NAME], *links, limit=MAX_ADDRESS)}**" if source.title else ""
    sign, state = _STATES[source.state]
    named = name or cut(address, MAX_ADDRESS)
    times = [_last(source), _following(source)]
    lines = [
        f"{sign} {_(state)} · {named}" if state else f"{sign} {named}",
        f"-# {' · '.join([articles_counted(source.articles), *times])}",
    ]
    if trouble := source.error or source.notice:
        lines.append(f"-# {cut(masked(trouble), most)}")
    return "\n".join(lines)


def _last(source: Source) -> str:
    if source.last_fetch is None:
        return _("never read")
    return _("read {when}").format(when=timestamp(source.last_fetch, "R"))


def _following(source: Source) -> str:
    if source.next_fetch is None:
        return _("not read any more")
    return _("next {when}").format(when=timestamp(source.next_fetch, "R"))
