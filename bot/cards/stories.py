"""Stories as a list, a line each, with what a menu needs to open one; and one story, opened. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.cards.base import MAX_OPTION, MAX_OPTIONS, MAX_TITLE, Card, Option, shorten
from bot.cards.quotes import ages, exact_times, linked, outlet, title_of
from bot.text.language import _, command_text, counted, languages_named, spoken
from bot.text.markdown import cut, escape, length, timestamp
from bot.text.source_words import outlets_counted
from index import Headline

# Characters of all highlights of a story that is opened.
MAX_HIGHLIGHTS = 2500


def headlines_card(
    headlines: Sequence[Headline],
    now: datetime,
    topic: str | None = None,
    source: str | None = None,
    only: Sequence[str] = (),
) -> Card:
    """Return the card of `/latest`: the newest stories, a line each.

    `only` are the languages that the server is set to show news in, where the person asked for none.
    """
    title = cut(" · ".join(part for part in (_("Latest news"), topic, source) if part), MAX_TITLE)
    if not headlines:
        nothing = _("No article matches. Try another topic or source, or leave them out.")
        return Card(title, "\n".join([nothing, *only_searched(only, "latest")]))
    return stories_listed(Card(title, dated_count(len(headlines), now)), headlines)[0]


def only_searched(languages: Sequence[str], command: str) -> list[str]:
    """Return a line in small print: a server's setting limits the news to these languages; none without any.

    `command` is the English name of the command that can search all.
    """
    if not languages:
        return []
    limited = _(
        "Only news in {languages} was searched, as this server is set: `{command}` with `language: any`"
        " searches all."
    )
    name = f"/{command_text(command, spoken())}"
    return ["-# " + limited.format(languages=languages_named(languages), command=name)]


def missed_card(headlines: Sequence[Headline], since: datetime, *, known: bool) -> Card:
    """Return the stories since a person was here last; `known` is False where that is not known."""
    last, day = (
        _("Since you were last here, {when}"),
        _("The last day: I do not know when you were last here"),
    )
    about = (last if known else day).format(when=timestamp(since, "R"))
    if not headlines:
        nothing = _("Nothing: no new story.")
        return Card(_("What you missed"), f"-# {about}\n{nothing}")
    card = Card(_("What you missed"), f"-# {about} · {stories_counted(len(headlines))}")
    return stories_listed(card, headlines)[0]


def stories_listed(card: Card, headlines: Sequence[Headline]) -> tuple[Card, int]:
    """Return a card with a line for each story added, and what its menu needs; and how many stories fit.

    Where not all do, the last line says how many are missing.
    """
    lines = [story_line(headline) for headline in headlines]
    for kept in range(len(lines), -1, -1):
        missing = len(lines) - kept
        note = [f"-# {_missing(missing)}"] if missing else []
        full = card.with_lines([*lines[:kept], *note])
        if full.fits:
            return replace(full, stories=story_options(headlines[:kept])), kept
    raise ValueError("the head alone is longer than a message")


def dated_count(stories: int, now: datetime) -> str:
    """Return in small print the day of a list and how many stories it holds."""
    return f"-# {timestamp(now, 'D')} · {stories_counted(stories)}"


def stories_counted(count: int) -> str:
    return counted("{count} story", "{count} stories", count)


def story_line(headline: Headline) -> str:
    """Return a story in one line: the outlet, the headline as a link, how many outlets, and the age."""
    article = headline.article
    facts = [outlet(article), linked(title_of(article), article.url), *_outlets(headline)]
    return "- " + " · ".join([*facts, ages(article)[0]])


def story_options(headlines: Iterable[Headline]) -> tuple[Option, ...]:
    """Return the options of a menu that opens one of the stories."""
    shown = {headline.article.id: headline for headline in headlines}
    return tuple(_option(headline) for headline in list(shown.values())[:MAX_OPTIONS])


def story_card(headline: Headline) -> Card:
    """Return one story with its highlights, word for word."""
    article = headline.article
    kept: list[str] = []
    for highlight in headline.highlights:
        # Two spaces at the start of a line continue a bullet, so that a highlight of several lines stays one.
        bullet = "- " + escape(highlight).replace("\n", "\n  ")
        if length("".join(kept)) + length(bullet) <= MAX_HIGHLIGHTS:
            kept.append(bullet)
    facts = [outlet(article), linked(title_of(article), article.url), *ages(article)]
    lines = [f"-# {' · '.join(facts)}", *kept]
    return Card("", "\n".join([*lines, *exact_times(article, headline.also_in)]))


def _outlets(headline: Headline) -> list[str]:
    """Return how many outlets have a story; nothing where it is one."""
    outlets = {headline.article.source, *(copy.source for copy in headline.also_in)}
    return [outlets_counted(len(outlets))] if len(outlets) > 1 else []


def _option(headline: Headline) -> Option:
    article = headline.article
    label = shorten(article.title, MAX_OPTION) or _("Untitled")
    facts = [shorten(article.source, MAX_OPTION // 2) or _("a source"), *_outlets(headline)]
    return Option(article.id, label, " · ".join(facts))


def _missing(stories: int) -> str:
    return counted(
        "{count} more story would not fit in one message.",
        "{count} more stories would not fit in one message.",
        stories,
    )
