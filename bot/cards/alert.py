"""The cards of an alert and of `/follows`; pure functions."""

from collections.abc import Sequence

from bot.cards.base import GREEN, MAX_BODY, MAX_SOURCE, MAX_TITLE, Card, shorten
from bot.cards.quotes import age, linked, published, title_of
from bot.text.language import _
from bot.text.markdown import block_quote, bold, cut, length, timestamp
from index import Follow, Quote

# Characters of a topic in a list, so that twenty lines always fit.
MAX_LINE = 150


def alert_card(follow: Follow, quotes: Sequence[Quote]) -> Card:
    """Return the card of new quotes, best first; the last ones are left out where not all fit."""
    blocks = [_block(quote) for quote in quotes]
    while length("\n\n".join(blocks)) > MAX_BODY:
        blocks.pop()
    here, mine = _("This channel follows this: /follows stops it."), _("You follow this: /follows stops it.")
    footer = here if follow.channel else mine
    return Card(cut(follow.what, MAX_TITLE), "\n\n".join(blocks), footer, GREEN)


def follows_card(mine: Sequence[Follow], here: Sequence[Follow], in_guild: bool) -> Card:
    """Return the list of what a person follows, and in a guild, what the channel does."""
    lines = [bold(_("You")), *_lines(mine)]
    if in_guild:
        lines += ["", bold(_("This channel")), *_lines(here)]
    return Card(_("Followed"), "\n".join(lines))


def _lines(follows: Sequence[Follow]) -> list[str]:
    return [_line(follow) for follow in follows] or [_("Nothing yet: `/follow` begins.")]


def _line(follow: Follow) -> str:
    since = _("since {when}").format(when=timestamp(follow.started_at, "d"))
    facts = [cut(follow.what, MAX_LINE), since]
    if follow.paused:
        facts.append(_("paused, because {why}: follow it again").format(why=_(follow.paused)))
    return "- " + " · ".join(facts)


def _block(quote: Quote) -> str:
    article = quote.article
    headline = linked(title_of(article), quote.link, article.url)
    source = bold(shorten(article.source, MAX_SOURCE))
    origin = " · ".join(fact for fact in (source, published(article), age(article)) if fact)
    return "\n".join([block_quote(quote.text), headline, f"-# {origin}"])
