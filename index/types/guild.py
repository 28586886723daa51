"""What a guild can set, and an entry of its trail, as values: what `index.storage.guilds` keeps and tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """How the bot behaves in a guild. No channels means all of them.

    `reindex_roles` may reindex besides those who manage the guild; `private` shows answers only to whoever
    asked, unless they say otherwise. `digest_channel` is where a digest goes that names no channel.
    `language` is the one that everybody is answered in; without one it is the reader's own.
    """

    channels: tuple[str, ...] = ()
    reindex_roles: tuple[str, ...] = ()
    private: bool = False
    digest_channel: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that somebody did who may. `person` is None once they had their data deleted."""

    person: str | None
    action: str
    detail: str
    done_at: datetime
