"""An alert, and the list of what is followed, as Discord shows them; pure functions."""

from collections.abc import Sequence

from bot.cards.base import GREEN, MAX_ADDRESS, MAX_BODY, MAX_HEADLINE, MAX_SOURCE, MAX_TITLE, Card
from bot.cards.quotes import age, published
from bot.text.language import _
from bot.text.markdown import block_quote, bold, cut, length, link, timestamp
from index import Follow, Quote

# Twenty lines of a list always fit.
MAX_LINE = 150
MAX_LINK = MAX_ADDRESS + MAX_HEADLINE


def alert_card(follow: Follow, quotes: Sequence[Quote]) -> Card:
    """What is new, best first; what would not fit is left out."""
    blocks = [_block(quote) for quote in quotes]
    while length("\n\n".join(blocks)) > MAX_BODY:
        blocks.pop()
    here, mine = _("This channel follows this: /follows stops it."), _("You follow this: /follows stops it.")
    footer = here if follow.channel else mine
    return Card(cut(follow.what, MAX_TITLE), "\n\n".join(blocks), footer, GREEN)


def follows_card(mine: Sequence[Follow], here: Sequence[Follow], in_guild: bool) -> Card:
    """What a person follows, and what the channel does."""
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
    title = article.title[:MAX_HEADLINE] or _("Untitled")
    written = [link(title, quote.link), link(title, article.url)]
    headline = next((each for each in written if length(each) <= MAX_LINK), cut(title, MAX_HEADLINE))
    facts = [bold(article.source[:MAX_SOURCE]), published(article), age(article)]
    origin = " · ".join(fact for fact in facts if fact)
    return "\n".join([block_quote(quote.text), headline, f"-# {origin}"])
