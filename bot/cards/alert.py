"""The cards of an alert and of `/follows`; pure functions."""

from collections.abc import Sequence
from dataclasses import replace

from bot.cards.base import GREEN, MAX_TITLE, Card, fitting
from bot.cards.quotes import credit, quoted
from bot.text.language import _
from bot.text.markdown import bold, cut, isolated, timestamp
from index import Follow, Quote

# Characters of a topic in a list; fewer where many are listed.
MAX_LINE = 150


def alert_card(follow: Follow, quotes: Sequence[Quote]) -> Card:
    """Return the card of new quotes, best first; the last ones are left out where not all fit."""
    here, mine = (
        _("This channel follows this: `/follows` stops it."),
        _("You follow this: `/follows` stops it."),
    )
    card = Card(cut(follow.what, MAX_TITLE), "", here if follow.channel else mine, GREEN)
    blocks = [f"{credit(quote)}\n{quoted(quote)}" for quote in quotes]
    while not (full := replace(card, body="\n\n".join(blocks))).fits:
        blocks.pop()
    return full


def follows_card(mine: Sequence[Follow], here: Sequence[Follow], in_guild: bool) -> Card:
    """Return the list of what a person follows, and in a guild, what the channel does."""

    def listed(most: int) -> Card:
        lines = [bold(_("You")), *_lines(mine, most)]
        if in_guild:
            lines += ["", bold(_("This channel")), *_lines(here, most)]
        return Card(_("Followed"), "\n".join(lines))

    return fitting(listed, MAX_LINE)


def _lines(follows: Sequence[Follow], most: int) -> list[str]:
    return [_line(follow, most) for follow in follows] or [_("Nothing yet: `/follow` begins.")]


def _line(follow: Follow, most: int) -> str:
    since = _("since {when}").format(when=timestamp(follow.started_at, "d"))
    facts = [isolated(cut(follow.what, most)), since]
    if follow.paused:
        facts.append(_("paused, because {why}: follow it again").format(why=_(follow.paused)))
    return "- " + " · ".join(facts)
