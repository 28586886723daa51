"""The cards with which a guild is set up: what is set, and which of the shared sources it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.base import Card
from bot.text.language import LANGUAGES, _, mark, number
from bot.text.markdown import bold, cut
from bot.text.source_words import sources_counted
from index import GuildSettings

# The topics of the catalogue (`bot/catalogue.opml`), in the order in which they are offered.
TOPICS = {
    "world": mark("World"),
    "politics": mark("Politics"),
    "business": mark("Business"),
    "technology": mark("Technology"),
    "science": mark("Science"),
    "culture": mark("Culture"),
    "sport": mark("Sport"),
}
OWN_LANGUAGE = mark("each reader's own language")
MAX_GUILD_NAME = 100


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is set up in a guild.

    `topics` are the names of the topics that it has chosen, each with the language of their sources. `own` is
    how many sources it has of its own, `shared` how many of those that all guilds may have.
    """

    settings: GuildSettings
    topics: Sequence[tuple[str, str]] = ()
    own: int = 0
    shared: int = 0


def setup_card(set_up: SetUp) -> Card:
    """Return the card of what is set up. Discord shows its own name for a channel that is gone."""
    settings = set_up.settings
    channels = ", ".join(f"<#{channel}>" for channel in settings.channels) or _("every channel")
    language = LANGUAGES[settings.language] if settings.language else _(OWN_LANGUAGE)
    topics = ", ".join(f"{_(TOPICS[name])} ({LANGUAGES[language]})" for name, language in set_up.topics) or _(
        "none chosen yet"
    )
    sources = sources_counted(set_up.own + set_up.shared)
    if set_up.own and set_up.shared:
        some_shared = _("{sources}, {count} of them shared with other servers")
        sources = some_shared.format(sources=sources, count=number(set_up.shared))
    lines = {
        _("Language"): language,
        _("Answers in"): channels,
        _("Topics"): topics,
        _("Sources"): sources,
    }
    intro = [
        _("I answer questions about the news in the sources' own words: `/ask`, or mention me."),
        _("Those who manage this server choose below; each choice takes effect at once."),
    ]
    shown = [f"{bold(name)}: {value}" for name, value in lines.items()]
    return Card(_("Set up the news"), "\n".join([*intro, "", *shown]), _("Later: `/settings`"))


def invitation_card(guild: str) -> Card:
    """Return the card for a person who has added the bot to a guild in which it may write nowhere."""
    sentence = _("I may not write in any channel of {guild}: use `/settings` there to set me up.")
    return Card(_("Set up the news"), sentence.format(guild=cut(guild, MAX_GUILD_NAME)))


def shared_card(kept: int, offered: int, page: int, pages: int) -> Card:
    """Return the card above a menu of shared sources, of which a guild keeps `kept`."""
    body = [
        _("{kept} of {offered} shared sources are kept here.").format(
            kept=number(kept), offered=number(offered)
        ),
        _("Take away the mark of those that this server is not to see; others still see them."),
    ]
    footer = _("Page {page} of {pages}").format(page=page + 1, pages=pages) if pages > 1 else ""
    return Card(_("Shared sources"), "\n".join(body), footer)
