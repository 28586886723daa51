"""Sources, which are read again and again, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from rich.console import Group, RenderableType
from rich.text import Text

from bot.terminal.answers import Prefixed, ago, failures_view, ingest_view, one_line, when
from bot.text.source_words import ALL_KNOWN, articles_counted, found_lines, sources_counted
from index import Added, Evidence, Failure, Refreshed, Source, Trial

NO_SOURCES = (
    "No source is read yet: add one with `newsbot sources add URL`, or `newsbot sources default` for a list."
)
LATER = "They are read by the running bot, or now by `newsbot watch --once`."
INDENT = " " * 9
_STATES = {"ok": "green", "new": "", "failing": "yellow", "gone": "red"}


def sources_view(sources: Sequence[Source], now: datetime) -> RenderableType:
    """Return a line for each source, with its address and its error below."""
    if not sources:
        return Text(NO_SOURCES)
    return Group(*(line for source in sources for line in _lines(source, now)))


def _lines(source: Source, now: datetime) -> Iterator[RenderableType]:
    read = f"read {ago(source.last_fetch, now)}" if source.last_fetch else "never read"
    about = f" · {articles_counted(source.articles)} · {read} · {_next(source, now)}"
    first = Text.assemble((one_line(source.title or source.url), "bold"), (about, "dim"))
    yield Prefixed(first, f"{source.state:<9}", INDENT, _STATES[source.state])
    yield Text(f"{INDENT}{one_line(source.url)}", "dim", no_wrap=True, overflow="ignore")
    if source.error:
        yield Prefixed(Text(one_line(source.error), "yellow"), INDENT, INDENT)
    elif source.notice:
        yield Prefixed(Text(one_line(source.notice), "dim"), INDENT, INDENT)


def trial_view(trial: Trial, zone: tzinfo, now: datetime) -> RenderableType:
    """Return what was found at an address, where the newest has its parts from, and what was left out."""
    title = Text(one_line(trial.title or trial.url), "bold")
    # A day has no hour to show; the articles below tell it as a day.
    has_days = any(evidence.published_precision == "day" for evidence in trial.evidence)
    shown = replace(trial, newest=None) if has_days else trial
    about = found_lines(shown, lambda moment: when(moment, zone, now))
    parts = [line for evidence in trial.evidence for line in _evidence(evidence, zone, now)]
    return Group(title, *map(Text, about), *parts, *_feeds(trial), *failures_view(trial.problems))


def _evidence(evidence: Evidence, zone: tzinfo, now: datetime) -> Iterator[Text]:
    """Yield an article's headline, and below it where its time, outlet and text come from."""
    yield Text(f"  {one_line(evidence.title)}", "bold")
    no_time = evidence.published_precision == "seen"
    for name, value, where in (
        ("time", _time(evidence, zone, now), evidence.time_from),
        ("outlet", evidence.outlet, evidence.outlet_from),
        ("text", f"{evidence.chars:,} characters", evidence.text_from),
    ):
        link = ": " if no_time and name == "time" else " from "
        yield Text.assemble((f"    {name:<7}", "dim"), one_line(value), (link + one_line(where), "dim"))


def _time(evidence: Evidence, zone: tzinfo, now: datetime) -> str:
    """Return a time as far as it is known."""
    moment = evidence.published_at
    if evidence.published_precision == "seen":
        return "not known"
    if evidence.published_precision == "day":
        return f"{moment.day} {moment:%b %Y}"
    return when(moment, zone, now)


def added_view(added: Added, zone: tzinfo, now: datetime) -> RenderableType:
    found = trial_view(added.trial, zone, now)
    if added.trial.kind == "opml":
        return Group(found, imported_view(added.listed))
    if added.source is None:
        return found
    # The failures are in the view of what was found.
    counts = ingest_view(replace(added.ingested, failed=()))
    return Group(found, counts, Text(f"Added: {_next(added.source, now)}.", "green"))


def imported_view(count: int) -> RenderableType:
    if not count:
        return Text(ALL_KNOWN)
    return Text(f"{sources_counted(count)} added. {LATER}")


def refreshed_view(done: Sequence[Refreshed]) -> RenderableType:
    """Return how many articles were stored, and which sources failed."""
    if not done:
        return Text("No source is due: `newsbot sources list` shows when each is.")
    added = sum(refreshed.ingested.added for refreshed in done)
    updated = sum(refreshed.ingested.updated for refreshed in done)
    failed = [
        Failure(refreshed.source.url, refreshed.source.error) for refreshed in done if refreshed.source.error
    ]
    counts = f"{added:,} added, {updated:,} updated, {len(failed):,} failing"
    return Group(Text(f"{sources_counted(len(done))} read: {counts}"), *failures_view(failed))


def _next(source: Source, now: datetime) -> str:
    if source.next_fetch is None:
        return "not read any more"
    if source.next_fetch <= now:
        return "due"
    if source.next_fetch - now < timedelta(minutes=1):
        return "read again within a minute"
    return f"read again {ago(source.next_fetch, now)}"


def _feeds(trial: Trial) -> list[Text]:
    if not trial.feeds or trial.kind == "opml":
        return []
    offer = "The page names feeds: add one of them with `newsbot sources add`."
    return [Text(offer, "yellow"), *(Text(f"  {one_line(feed)}") for feed in trial.feeds)]
