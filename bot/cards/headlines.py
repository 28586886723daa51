"""The card of `/latest`: headlines with their highlights."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.base import (
    MAX_BODY,
    MAX_TITLE,
    Card,
)
from bot.cards.quotes import _also_in, byline, linked, origin, title_of
from bot.text.language import _, counted
from bot.text.markdown import cut, escape, length
from index import Headline

MAX_HIGHLIGHTS = 1500


def headlines_card(
    headlines: Sequence[Headline], topic: str | None = None, source: str | None = None
) -> Card:
    """The newest articles with their highlights."""
    title = " · ".join(part for part in (_("Latest news"), topic, source) if part)
    head = "" if headlines else _("No article matches. Try another topic or source, or leave them out.")
    return Card(cut(title, MAX_TITLE), _fit(head, headlines))


def headline_block(headline: Headline, brief: int | None = None) -> str:
    """An article: headline, source, times and highlights; in less room with `brief` highlights."""
    kept: list[str] = []
    for highlight in headline.highlights[:brief]:
        # A highlight that spans lines stays one bullet: two spaces continue it.
        bullet = "- " + escape(highlight).replace("\n", "\n  ")
        if length("".join(kept)) + length(bullet) <= MAX_HIGHLIGHTS:
            kept.append(bullet)
    article = headline.article
    title = f"**{linked(title_of(article), article.url)}**"
    if brief is None:
        return "\n".join([*byline(article, title, headline.also_in), *kept])
    others = [f"-# {_also_in(headline.also_in)}"] if headline.also_in else []
    return "\n".join([title, origin(article), *others, *kept])


def _fit(head: str, headlines: Sequence[Headline]) -> str:
    """Lay out as many as fit whole below the head, first ones first, and say how many are missing."""
    shown = [headline_block(headline) for headline in headlines]
    for kept in range(len(shown), -1, -1):
        missing = len(shown) - kept
        note = [f"-# {_missing(missing)}"] if missing else []
        body = head + "\n\n".join([*shown[:kept], *note])
        if length(body) <= MAX_BODY:
            return body
    raise ValueError("the head alone is longer than an embed")


def _missing(articles: int) -> str:
    return counted(
        "{count} more article would not fit in one message.",
        "{count} more articles would not fit in one message.",
        articles,
    )
