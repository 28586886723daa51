"""Sources that are read again and again, as Discord shows them; pure functions."""

from collections.abc import Sequence

from bot.markdown import cut, length, timestamp
from bot.render import AMBER, GREEN, MAX_BODY, MAX_TITLE, Card, linked, moment
from bot.source_words import ALL_KNOWN, counted, found_lines, stored_line
from index import Added, Failure, Source, Trial

NO_SOURCES = "No source is read yet: `/sources add` tries an address and reads it from then on."
SHOWN_FEEDS = 10
SHOWN_PROBLEMS = 3

# A page holds as many sources as fit, and no more than anybody reads at once.
ON_PAGE = 10
MAX_NAME = 100
MAX_ADDRESS = 300
MAX_WHY = 300

_STATES = {"ok": "🟢", "new": "⚪ not read yet ·", "failing": "🟠 failing ·", "gone": "🔴 gone for good ·"}


def trial_card(trial: Trial) -> Card:
    """What was found at an address, and why items were left out."""
    return _card(trial, [], AMBER if trial.problems else GREEN)


def added_card(added: Added) -> Card:
    """What was found at an address, and what became of it."""
    trial, source = added.trial, added.source
    if trial.kind == "opml":
        return _card(trial, [_listed(added.listed)], GREEN)
    if source is None:
        return _card(trial, [], AMBER)
    again = f" It is read again {timestamp(source.next_fetch, 'R')}." if source.next_fetch else ""
    return _card(trial, [stored_line(added.ingested), f"**Added.**{again}"], GREEN)


def source_pages(sources: Sequence[Source]) -> list[Card]:
    """Every source, those that fail first, on as many pages as that takes; always at least one."""
    ordered = sorted(sources, key=lambda source: source.error is None)
    bodies: list[list[str]] = [[]]
    for source in ordered:
        entry = _entry(source)
        if len(bodies[-1]) == ON_PAGE or length("\n\n".join([*bodies[-1], entry])) > MAX_BODY:
            bodies.append([])
        bodies[-1].append(entry)
    failing = sum(source.error is not None for source in sources)
    title = counted(len(sources), "source") + (f", {failing:,} failing" if failing else "")
    return [
        Card(
            title,
            "\n\n".join(entries) or NO_SOURCES,
            f"Page {number:,} of {len(bodies):,}" if len(bodies) > 1 else "",
            AMBER if failing else GREEN,
        )
        for number, entries in enumerate(bodies, 1)
    ]


def _card(trial: Trial, outcome: list[str], colour: int) -> Card:
    lines = [*found_lines(trial, moment), *_offer(trial), *outcome, *_problems(trial.problems)]
    return Card(cut(trial.title or trial.url, MAX_TITLE), "\n".join(lines), colour=colour)


def _listed(new: int) -> str:
    return f"**{counted(new, 'source')} added.** They are read as soon as possible." if new else ALL_KNOWN


def _offer(trial: Trial) -> list[str]:
    if not trial.feeds or trial.kind == "opml":
        return []
    feeds = [f"- {cut(feed, MAX_ADDRESS)}" for feed in trial.feeds[:SHOWN_FEEDS]]
    return ["The page names feeds: add one of them with `/sources add`.", *feeds]


def _problems(problems: Sequence[Failure]) -> list[str]:
    shown = [f"-# {cut(each.sentence, MAX_WHY)}" for each in problems[:SHOWN_PROBLEMS]]
    more = len(problems) - len(shown)
    return [*shown, f"-# and {more:,} more"] if more else shown


def _entry(source: Source) -> str:
    """A source in a few lines: its state and name, its times and articles, and what is wrong with it."""
    name = f"**{linked(source.title[:MAX_NAME], source.url, limit=MAX_ADDRESS)}**" if source.title else ""
    last = f"read {timestamp(source.last_fetch, 'R')}" if source.last_fetch else "never read"
    following = f"next {timestamp(source.next_fetch, 'R')}" if source.next_fetch else "not read any more"
    lines = [
        f"{_STATES[source.state]} {name or cut(source.url, MAX_ADDRESS)}",
        f"-# {counted(source.articles, 'article')} · {last} · {following}",
    ]
    if source.error:
        lines.append(f"-# {cut(source.error, MAX_WHY)}")
    return "\n".join(lines)
