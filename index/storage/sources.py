"""The list of sources on the web: what is known of each, and whose turn it is.

Several processes may refresh from one database: whoever reads a source leases it first. Imports SQLAlchemy,
as the other owners of tables do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Row, case, delete, func, insert, or_, select, update

from index.errors import QuotaError
from index.storage import schema
from index.storage.database import CHUNK, Database
from index.storage.editions import drop_edition, give, rename, take
from index.text.normalize import feed_id
from index.types.edition import SHARED
from index.types.source import Source, SourcePage, SourceState

FILES = "files"
# By so much the clocks of two machines may differ, and no lease is longer than this.
AHEAD, LONGEST_LEASE = timedelta(minutes=1), timedelta(minutes=10)

_table = schema.sources.c
_origins = schema.origins.c
_held = schema.edition_origins.c
_on_the_web = _table.kind != FILES


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file, a folder or an address that was read once, as the person named it."""

    uri: str
    read_at: datetime | None
    error: str | None


class SourceStore:
    """The sources of one database. Safe to use from many threads; several processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, edition: str | None = None) -> list[Source]:
        """Return the sources of an edition, those that were added first at the front.

        The sources of a guild are the shared ones that it keeps and its own. None are those of all editions.
        """
        query = _query().order_by(_table.added_at, _table.uri)
        if edition is not None:
            query = query.where(_is_read_for(edition))
        with self._database.reading() as connection:
            return [_source(row) for row in connection.execute(query)]

    def get(self, url: str, edition: str | None = None) -> Source | None:
        """Return a source of an edition by its address; None where the edition has none there."""
        query = _query().where(_table.uri == url)
        if edition is not None:
            query = query.where(_is_read_for(edition))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _source(row)

    def page(self, edition: str, first: int, count: int) -> SourcePage:
        """Return `count` sources of an edition from place `first` on.

        Its own come before the shared ones, and in each part those that fail come first.
        """
        listed = _query().where(_is_read_for(edition)).subquery()
        failing = listed.c.error.is_not(None)
        order = (listed.c.shared, ~failing, listed.c.added_at, listed.c.uri)
        counts = select(func.count(), func.sum(_one_if(~listed.c.shared)), func.sum(_one_if(failing)))
        with self._database.reading() as connection:
            rows = connection.execute(select(listed).order_by(*order).offset(first).limit(count)).all()
            total, own, failures = connection.execute(counts.select_from(listed)).one()
        return SourcePage([_source(row) for row in rows], total, own or 0, failures or 0)

    def named_like(self, edition: str, part: str, limit: int) -> list[Source]:
        """Return at most `limit` sources of an edition whose title or address contains `part`.

        "…" in `part` stands for anything, as it does in masked addresses.
        """
        escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("…", "%")
        alike = [column.ilike(f"%{escaped}%", escape="\\") for column in (_table.title, _table.uri)]
        query = _query().where(_is_read_for(edition), or_(*alike)).order_by(_table.added_at, _table.uri)
        with self._database.reading() as connection:
            return [_source(row) for row in connection.execute(query.limit(limit))]

    def add(self, sources: Sequence[Source], edition: str = SHARED, most: int | None = None) -> int:
        """Add sources to an edition; return how many it did not have before.

        One that another edition has already is read once for both. `most` is how many of its own the edition
        may have; where that is not enough for all, none is added. Raises QuotaError.
        """
        rows = {source.url: _row(source) for source in sources}
        with self._database.writing() as connection:
            _take_over(connection, rows)
            held = self._having(rows, edition)
            self.require_room(rows.keys() - held, edition, most)
            stored = self._database.select_in(select(_table.uri), _table.uri, rows)
            known = {row.uri for row in stored}
            new = [row for url, row in rows.items() if url not in known]
            if new:
                connection.execute(insert(schema.sources), new)
            now = max((source.added_at for source in sources), default=None)
            if now is not None:
                give(connection, list(rows), edition, now, read=True)
        return len(rows) - len(held)

    def _having(self, urls: Iterable[str], edition: str) -> set[str]:
        """Return those of the addresses that an edition has as sources."""
        query = _query().where(_is_read_for(edition))
        return {row.uri for row in self._database.select_in(query, _table.uri, urls)}

    def require_room(self, new: Iterable[str], edition: str, most: int | None) -> None:
        """Raise QuotaError where new addresses would give an edition more than `most` sources of its own."""
        if most is None:
            return
        addresses = set(new)
        own = addresses - self._having(addresses, SHARED)
        mine = (_held.edition == edition) & _held.kept & _held.read
        count = self._database.scalar(select(func.count()).select_from(schema.edition_origins).where(mine))
        if own and count + len(own) > most:
            raise QuotaError("sources", most)

    def remove(self, url: str, edition: str = SHARED) -> bool:
        """Take a source from the list of an edition (see `index.storage.editions.take`).

        It is read no longer once no edition has it. Tell whether the edition had it.
        """
        with self._database.writing() as connection:
            if self.get(url, edition) is None:
                return False
            if take(connection, url, edition) is not None:
                connection.execute(delete(schema.sources).where(_table.uri == url, _on_the_web))
            return True

    def let_speak(self, url: str, sites: Sequence[str]) -> None:
        """Let a source speak for these sites beside its own, and for no others."""
        with self._database.writing() as connection:
            change = update(schema.sources).where(_table.uri == url, _on_the_web)
            connection.execute(change.values(speaks_for=list(sites)))

    def announced_on(self, feeds: Sequence[str]) -> set[str]:
        """Return the sites whose pages announce a feed at one of these addresses."""
        table = schema.announcements.c
        ids = [feed_id(feed) for feed in feeds]
        rows = self._database.select_in(select(table.feed, table.site), table.feed, ids)
        return {row.site for row in rows}

    def note_announced(self, feed: str, site: str) -> None:
        """Note that a page of a site announces the feed at an address."""
        if site in self.announced_on([feed]):
            return
        with self._database.writing() as connection:
            if site not in self.announced_on([feed]):  # another process may have been quicker
                values = {"feed": feed_id(feed), "site": site}
                connection.execute(insert(schema.announcements).values(values))

    def save(self, source: Source, owner: str, moved_to: str | None = None) -> None:
        """Keep what a reading has found and end its lease; a source that was removed meanwhile stays away.

        Where the lease ran out and another process reads the source now, that one's findings count. A source
        that has moved to the address of another one is dropped: that one is read already.
        """
        with self._database.writing() as connection:
            own = (_table.uri == source.url) & or_(_table.lease_owner.is_(None), _table.lease_owner == owner)
            if moved_to is not None:
                _take_over(connection, [moved_to])
                rename(connection, source.url, moved_to)
                taken = select(_table.uri).where(_table.uri == moved_to)
                if connection.execute(taken).scalar() is not None:
                    connection.execute(delete(schema.sources).where(own))
                    return
            row = {**_row(source), "uri": moved_to or source.url, "lease_owner": None, "lease_until": None}
            del row["speaks_for"]  # the operator may have said so during the reading
            connection.execute(update(schema.sources).where(own).values(row))

    # -- files and folders -----------------------------------------------------------------------------

    def remember_files(self, uri: str, now: datetime, error: str | None = None) -> None:
        """Note that a file, a folder or an address was read once, so that a reindex reads it again."""
        with self._database.writing() as connection:
            give(connection, [uri], SHARED, now, read=False)
            change = update(schema.sources).where(_table.uri == uri).values(read_at=now, error=error)
            if not connection.execute(change).rowcount:
                row = {"uri": uri, "added_at": now, "read_at": now, "error": error}
                connection.execute(insert(schema.sources).values(row))

    def files(self) -> list[FileSource]:
        """Return what was read once, in the order in which it was first read."""
        query = select(schema.sources).where(_table.kind == FILES).order_by(_table.added_at, _table.uri)
        with self._database.reading() as connection:
            return [FileSource(row.uri, row.read_at, row.error) for row in connection.execute(query)]

    # -- whose turn it is ------------------------------------------------------------------------------

    def lease(
        self, owner: str, now: datetime, seconds: float, limit: int, quicker_than: float | None = None
    ) -> list[Source]:
        """Return at most `limit` sources whose time has come, for `owner` alone, longest overdue first.

        With `quicker_than` those alone that could be read the last time, in fewer seconds than that. A lease
        ends with `save`, with `release`, or `seconds` after it was renewed last, when its owner has evidently
        died. Those that another process is just leasing are passed over.
        """
        wanted = _is_due(now)
        if quicker_than is not None:
            wanted &= (_table.state == "ok") & (func.coalesce(_table.took, 0.0) < quicker_than)
        due = select(_table.uri).where(wanted).order_by(_table.next_fetch, _table.uri).limit(limit)
        if self._database.scalar(due.limit(1)) is None:
            return []  # without waiting for whoever is writing
        taken = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds)}
        with self._database.claiming() as connection:
            urls = connection.execute(due.with_for_update(skip_locked=True)).scalars().all()
            connection.execute(update(schema.sources).where(_table.uri.in_(urls)).values(taken))
            query = _query().where(_table.uri.in_(urls))
            found = {row.uri: _source(row) for row in connection.execute(query)}
        return [found[url] for url in urls]

    def lease_one(self, url: str, owner: str, now: datetime, seconds: float) -> Source | None:
        """Return a source for `owner` alone, due or not; None while another reads it or it is not there."""
        taken = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds)}
        with self._database.claiming() as connection:
            own = (_table.uri == url) & _on_the_web & _is_free(now)
            if not connection.execute(update(schema.sources).where(own).values(taken)).rowcount:
                return None
            return _source(connection.execute(_query().where(_table.uri == url)).one())

    def plan_again(self, now: datetime, longest: float) -> None:
        """Make due what was read, added or leased at a later time than now: the clock has been set back.

        The same goes for what is to be read in more than `longest` seconds, as no source is. Without this,
        such a source would be read when the clock shows the planned time once more.
        """
        ahead = (func.coalesce(_table.read_at, _table.added_at) > now + AHEAD) & (_table.next_fetch > now)
        far = _table.next_fetch > now + timedelta(seconds=longest)
        later = _on_the_web & or_(ahead, far, _table.lease_until > now + LONGEST_LEASE)
        if self._database.scalar(select(_table.uri).where(later).limit(1)) is None:
            return
        values = {"next_fetch": now, "lease_owner": None, "lease_until": None}
        with self._database.claiming() as connection:
            connection.execute(update(schema.sources).where(later).values(values))

    def renew(self, owner: str, now: datetime, seconds: float) -> None:
        """Let the leases of `owner` run for `seconds` from now on."""
        mine = _table.lease_owner == owner
        if self._database.scalar(select(_table.uri).where(mine).limit(1)) is None:
            return  # without waiting for whoever is writing
        with self._database.claiming() as connection:
            renewed = update(schema.sources).where(mine).values(lease_until=now + timedelta(seconds=seconds))
            connection.execute(renewed)

    def release(self, owner: str) -> None:
        """End the leases of `owner`, so that others may read its sources at once."""
        with self._database.claiming() as connection:
            own = update(schema.sources).where(_table.lease_owner == owner)
            connection.execute(own.values(lease_owner=None, lease_until=None))

    def next_fetch(self) -> datetime | None:
        """Return when the first source is due; None where there is nothing to read."""
        query = select(func.min(_table.next_fetch)).where(_on_the_web, _table.state != "gone")
        moment: datetime | None = self._database.scalar(query)
        return moment


def _query() -> Any:
    """Return the query for sources on the web, each with its origin and whether that is shared."""
    shared = select(_held.origin).where(_held.edition == SHARED, _held.origin == _origins.number, _held.read)
    joined = schema.sources.join(schema.origins, _origins.name == _table.uri)
    columns = (schema.sources, _origins.number.label("origin"), shared.exists().label("shared"))
    return select(*columns).select_from(joined).where(_on_the_web)


def _is_read_for(edition: str) -> Any:
    """Return the condition that a source is read for an edition, among the rows of `_query`."""
    mine = select(_held.origin).where(_held.edition == edition, _held.origin == _origins.number)
    shared = select(_held.origin).where(_held.edition == SHARED, _held.origin == _origins.number, _held.read)
    dropped = mine.where(~_held.kept).exists()
    return mine.where(_held.kept, _held.read).exists() | (shared.exists() & ~dropped)


def forget_edition(connection: Connection, guild: str) -> None:
    """Delete a guild's edition, and the sources that nobody reads any longer."""
    for name in drop_edition(connection, guild):
        connection.execute(delete(schema.sources).where(_table.uri == name, _on_the_web))


def _take_over(connection: Connection, urls: Iterable[str]) -> None:
    """Forget that addresses were read once, as files are, before they become sources."""
    listed = list(urls)
    for start in range(0, len(listed), CHUNK):
        taken = _table.uri.in_(listed[start : start + CHUNK])
        connection.execute(delete(schema.sources).where(taken, _table.kind == FILES))


def _one_if(condition: Any) -> Any:
    return case((condition, 1), else_=0)


def _is_free(now: datetime) -> Any:
    return or_(_table.lease_until.is_(None), _table.lease_until <= now)


def _is_due(now: datetime) -> Any:
    return _on_the_web & (_table.state != "gone") & (_table.next_fetch <= now) & _is_free(now)


def _row(source: Source) -> dict[str, Any]:
    values = asdict(source)
    del values["origin"], values["shared"]  # they are in other tables
    return {"uri": values.pop("url"), "read_at": values.pop("last_fetch"), **values}


def _source(row: Row[Any]) -> Source:
    return Source(
        url=row.uri,
        added_at=row.added_at,
        title=row.title,
        kind=row.kind,
        state=cast(SourceState, row.state),
        articles=row.articles,
        newest=row.newest,
        last_fetch=row.read_at,
        last_ok=row.last_ok,
        next_fetch=row.next_fetch,
        failures=row.failures,
        error=row.error,
        pace=row.pace,
        etag=row.etag,
        last_modified=row.last_modified,
        children=row.children,
        notice=row.notice,
        speaks_for=tuple(row.speaks_for or ()),
        took=row.took,
        origin=row.origin,
        shared=row.shared,
    )
