"""Stores the settings of guilds (Discord servers), and the audit trail of what the people who run them did.

Guilds, channels, roles and persons are ids that the face gives; they have no meaning here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, delete, func, insert, select, tuple_

from index.storage import schema
from index.storage.database import Database
from index.storage.people.follow_ups import forget_words
from index.storage.sources import forget_edition
from index.types.edition import SHARED
from index.types.guild import OPERATOR, AuditEntry, GuildSettings, SettingsVersion


class Guilds:
    """The settings and audit trails of all guilds. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def settings(self, guild: str) -> GuildSettings:
        """Return a guild's settings; the defaults where nothing was set."""
        with self._database.reading() as connection:
            return _settings(connection.execute(_of(guild)).one_or_none())

    def version(self) -> SettingsVersion:
        """Return what differs after any process has changed or deleted settings. It is quick to read."""
        table = schema.guild_settings
        with self._database.reading() as connection:
            row = connection.execute(select(func.count(), func.max(table.c.changed_at))).one()
        return SettingsVersion(*row)

    def changed(self, since: datetime | None, limit: int) -> dict[str, GuildSettings]:
        """Return guild → settings of those that were changed at `since` or later; None means all of them.

        At most `limit` guilds, those that were changed last.
        """
        table = schema.guild_settings
        query = select(table).order_by(table.c.changed_at.desc()).limit(limit)
        if since is not None:
            query = query.where(table.c.changed_at >= since)
        with self._database.reading() as connection:
            return {row.guild: _settings(row) for row in connection.execute(query)}

    def change(
        self, guild: str, person: str, change: Callable[[GuildSettings], GuildSettings]
    ) -> GuildSettings:
        """Change a guild's settings, and note the change in its audit trail; return the new settings.

        `change` takes the settings as they are, inside the transaction, and returns the new ones. So no
        change of another person at the same time is lost.
        """
        table = schema.guild_settings
        with self._database.writing() as connection:
            before = _settings(connection.execute(_of(guild)).one_or_none())
            after = change(before)
            if after == before:
                return after
            now = self._clock()
            # Later than every change before, whatever the clock says: by this, other processes find changes.
            newest = connection.execute(select(func.max(table.c.changed_at))).scalar()
            later = now if newest is None else max(now, newest + timedelta(microseconds=1))
            connection.execute(delete(table).where(table.c.guild == guild))
            connection.execute(insert(table).values(guild=guild, changed_at=later, **_values(after)))
            entry = AuditEntry(person, "settings", _difference(before, after), now)
            connection.execute(insert(schema.audit_trail).values(guild=guild, **_values(entry)))
            return after

    def note(self, guild: str, person: str, action: str, detail: str = "", origin: int | None = None) -> None:
        """Add to a guild's audit trail what a person did.

        Where `guild` is SHARED, an operator has done it for all: then it is in every guild's trail, without
        the person, but not in those of guilds that have dropped the shared `origin`.
        """
        entry = AuditEntry(person, action, detail, self._clock())
        with self._database.writing() as connection:
            values = {"guild": guild, "origin": origin, **_values(entry)}
            connection.execute(insert(schema.audit_trail).values(values))

    def trail(self, guild: str, limit: int) -> list[AuditEntry]:
        """Return the last entries of a guild's audit trail, newest first; those for all guilds included."""
        table, held = schema.audit_trail.c, schema.edition_origins.c
        dropped = select(held.origin).where(held.edition == guild, held.origin == table.origin, ~held.kept)
        concerned = (table.guild == SHARED) & ~dropped.exists()
        query = select(table.guild, table.person, table.action, table.detail, table.done_at)
        query = query.where((table.guild == guild) | concerned).order_by(table.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [
                AuditEntry(OPERATOR if row.guild == SHARED else row.person, *row[2:])
                for row in connection.execute(query)
            ]

    # -- guilds that the bot was removed from ----------------------------------------------------------

    def stored(self) -> set[str]:
        """Return the guilds of which something is stored, those that the bot was removed from included."""
        with self._database.reading() as connection:
            columns = [column for _, column in guild_tables()]
            found = {row[0] for column in columns for row in connection.execute(select(column).distinct())}
        return found - {None, SHARED}

    def note_left(self, guilds: Iterable[str]) -> None:
        """Note that the bot is not in these guilds any more; where that is noted, the first time counts."""
        table = schema.guilds_left
        with self._database.claiming() as connection:
            for guild in guilds:
                if connection.execute(select(table.c.guild).where(table.c.guild == guild)).first() is None:
                    connection.execute(insert(table).values(guild=guild, left_at=self._clock()))

    def note_present(self, guilds: Iterable[str]) -> None:
        """Note that the bot is in these guilds: nothing of them is deleted."""
        table = schema.guilds_left.c.guild
        left = [row.guild for row in self._database.select_in(select(table), table, guilds)]
        if left:
            with self._database.claiming() as connection:
                connection.execute(delete(schema.guilds_left).where(table.in_(left)))

    def left(self) -> dict[str, datetime]:
        """Return guild → when it was noted that the bot had been removed from it."""
        with self._database.reading() as connection:
            return {row.guild: row.left_at for row in connection.execute(select(schema.guilds_left))}

    def forget(self, guild: str, limit: int) -> int:
        """Delete up to `limit` rows of each table of a guild that the bot was removed from; return how many.

        Deletes nothing of a guild that it is in again. When nothing is left, the guild is no longer noted.
        """
        table = schema.guilds_left
        still = select(table.c.guild).where(table.c.guild == guild).with_for_update()
        with self._database.claiming() as connection:
            if connection.execute(still).first() is None:
                return 0
            forget_edition(connection, guild)
            deleted = sum(_delete_some(connection, *named, guild, limit) for named in guild_tables())
            if not deleted:
                connection.execute(delete(table).where(table.c.guild == guild))
        return deleted


def guild_tables() -> list[tuple[Table, Column[Any]]]:
    """Return the tables whose rows belong to a guild, each with the column that names the guild.

    What hangs on their rows by a foreign key that cascades goes with them. `guilds_left` itself is not among
    them. A table that names its guild in a column of another name has to be added here, as `edition_origins`.
    """
    named = [(table, table.c.guild) for table in schema.metadata.sorted_tables if "guild" in table.c]
    named.append((schema.edition_origins, schema.edition_origins.c.edition))
    return [(table, column) for table, column in named if table is not schema.guilds_left]


def _delete_some(connection: Connection, table: Table, column: Column[Any], guild: str, limit: int) -> int:
    """Delete up to `limit` rows of a guild; return how many."""
    keys = list(table.primary_key.columns)
    chosen = connection.execute(select(*keys).where(column == guild).limit(limit)).all()
    if table is schema.posted_answers:
        forget_words(connection, [row.id for row in chosen])
    if not chosen:
        return 0
    gone = tuple_(*keys).in_([tuple(row) for row in chosen])
    return connection.execute(delete(table).where(gone)).rowcount


def _of(guild: str) -> Any:
    return select(schema.guild_settings).where(schema.guild_settings.c.guild == guild)


def _settings(row: Row[Any] | None) -> GuildSettings:
    if row is None:
        return GuildSettings()
    return GuildSettings(
        tuple(row.channels),
        tuple(row.reindex_roles),
        row.private,
        row.digest_channel,
        row.language,
        tuple(row.news_languages),
    )


def _values(value: GuildSettings | AuditEntry) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _difference(before: GuildSettings, after: GuildSettings) -> str:
    """Return the changed settings with their new values: `channels=12,34 private=True`."""
    changed = [
        field.name for field in fields(after) if getattr(before, field.name) != getattr(after, field.name)
    ]
    return " ".join(f"{name}={_written(getattr(after, name))}" for name in changed)


def _written(value: tuple[str, ...] | bool | str | None) -> str:
    if isinstance(value, tuple):
        return ",".join(value) or "none"
    return "none" if value is None else str(value)
