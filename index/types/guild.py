"""A guild's settings and the entries of its audit trail, which `index.storage.guilds` stores.

A guild is a Discord server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

# Stands for the person in what an operator has done for all guilds, as the trail of each guild shows it.
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """How the bot behaves in a guild.

    The bot answers in `channels`; none given means in all. Members with one of the `reindex_roles` may
    reindex, as may those who manage the guild. With `private` only the person who asked sees an answer,
    unless they say otherwise. A digest that names no channel goes to `digest_channel`. The bot writes in
    `language`; with None, in the language of each person. Answers, lists, digests and follows show news in
    one of the `news_languages`, which are codes such as "de"; none given means news in any.
    """

    channels: tuple[str, ...] = ()
    reindex_roles: tuple[str, ...] = ()
    private: bool = False
    digest_channel: str | None = None
    language: str | None = None
    news_languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An action of a person who runs the guild, or of an operator for all guilds (`person` is OPERATOR).

    `person` is None once that person had their data deleted.
    """

    person: str | None
    action: str
    detail: str
    done_at: datetime


class SettingsVersion(NamedTuple):
    """How many guilds have settings, and when those of one were changed last; None where none has any."""

    guilds: int
    changed_at: datetime | None
