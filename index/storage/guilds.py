"""What the people who run a guild have set, and the trail of what they did.

Guilds, channels, roles and persons are opaque names that a face gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from index.storage import schema
from index.storage.database import Database
from index.types.guild import AuditEntry, GuildSettings


class Guilds:
    """The settings and trails of all guilds. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def settings(self, guild: str) -> GuildSettings:
        """Return a guild's settings: the defaults where nothing was set."""
        with self._database.reading() as connection:
            return _settings(connection.execute(_of(guild)).one_or_none())

    def change(
        self, guild: str, person: str, change: Callable[[GuildSettings], GuildSettings]
    ) -> GuildSettings:
        """Change a guild's settings and put what was changed on its trail; return them as they are now.

        Others may change them at the same time: `change` gets the newest, and none are lost.
        """
        table = schema.guild_settings
        with self._database.writing() as connection:
            before = _settings(connection.execute(_of(guild)).one_or_none())
            after = change(before)
            if after == before:
                return after
            now = self._clock()
            connection.execute(delete(table).where(table.c.guild == guild))
            connection.execute(insert(table).values(guild=guild, changed_at=now, **_values(after)))
            entry = AuditEntry(person, "settings", _difference(before, after), now)
            connection.execute(insert(schema.audit_trail).values(guild=guild, **_values(entry)))
            return after

    def note(self, guild: str, person: str, action: str, detail: str = "") -> None:
        """Put on a guild's trail what somebody did."""
        entry = AuditEntry(person, action, detail, self._clock())
        with self._database.writing() as connection:
            connection.execute(insert(schema.audit_trail).values(guild=guild, **_values(entry)))

    def trail(self, guild: str, limit: int) -> list[AuditEntry]:
        """Return the last entries of a guild's trail, newest first."""
        table = schema.audit_trail.c
        query = select(table.person, table.action, table.detail, table.done_at)
        query = query.where(table.guild == guild).order_by(table.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [AuditEntry(*row) for row in connection.execute(query)]

    def forget(self, guild: str) -> None:
        """Delete what was set and done in a guild, as when the bot has been removed from it."""
        with self._database.writing() as connection:
            for table in (schema.guild_settings, schema.audit_trail, schema.digests):
                connection.execute(delete(table).where(table.c.guild == guild))


def _of(guild: str) -> Any:
    return select(schema.guild_settings).where(schema.guild_settings.c.guild == guild)


def _settings(row: Row[Any] | None) -> GuildSettings:
    if row is None:
        return GuildSettings()
    return GuildSettings(
        tuple(row.channels), tuple(row.reindex_roles), row.private, row.digest_channel, row.language
    )


def _values(value: GuildSettings | AuditEntry) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _difference(before: GuildSettings, after: GuildSettings) -> str:
    """Return the changed settings with their new values: `channels=12,34 private=True`."""
    changed = [each.name for each in fields(after) if getattr(before, each.name) != getattr(after, each.name)]
    return " ".join(f"{name}={_written(getattr(after, name))}" for name in changed)


def _written(value: tuple[str, ...] | bool | str | None) -> str:
    if isinstance(value, tuple):
        return ",".join(value) or "none"
    return "none" if value is None else str(value)
