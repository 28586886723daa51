"""Stores what is followed, by which person and in which channel, and the quotes that were sent about it.

Persons, guilds and channels are ids that the face (such as the Discord bot) gives. A process claims quotes
before it sends them in an alert, so that only one of several processes sends them. Afterwards it notes them
as sent, or releases them where sending failed. Quotes that were claimed together stay together. So a process
that takes over from one that was killed sends exactly the same alert, and Discord recognises it if it arrived
before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.sql import ColumnElement

from index.errors import UsageError
from index.storage import schema
from index.storage.database import Database, meta
from index.text.spans import Span
from index.types.answer import Quote
from index.types.article import Article
from index.types.follow import MAX_PER_DAY, Follow, worth_telling
from index.types.question import Question

MAX_FOLLOWS = 10
# A claim that is neither noted as sent nor released after this time belongs to a process that has ended.
ABANDONED = timedelta(minutes=1)
DAY = timedelta(days=1)


class FollowStore:
    """The follows of one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def start(self, person: str, guild: str | None, channel: str | None, what: str) -> Follow:
        """Begin to follow something, or follow it again after a pause.

        Raises UsageError where it is followed already, where `MAX_FOLLOWS` things are, or where `what` is
        empty.
        """
        what = " ".join(Question(what).text.split())
        table = schema.follows
        mine = _of(person, channel)
        with self._database.writing() as connection:
            known = connection.execute(select(table).where(mine)).all()
            for row in known:
                if row.what.casefold() == what.casefold():
                    if row.paused is None:
                        raise UsageError("This is followed already: /follows lists what is.")
                    connection.execute(delete(table).where(table.c.id == row.id))
            if sum(row.what.casefold() != what.casefold() for row in known) >= MAX_FOLLOWS:
                raise UsageError(f"{MAX_FOLLOWS} things are followed already: stop one with /follows first.")
            values = {"person": person, "guild": guild, "channel": channel, "what": what}
            adding = insert(table).values(**values, started_at=self._clock()).returning(table)
            return _follow(connection.execute(adding).one())

    def of(self, person: str, channel: str | None = None) -> list[Follow]:
        """Return what a person follows for themselves, or what a channel follows, oldest first."""
        return self._select(_of(person, channel))

    def active(self) -> list[Follow]:
        """Return everything that is followed and not paused, oldest first."""
        return self._select(schema.follows.c.paused.is_(None))

    def stop(self, id: int, person: str, channel: str | None = None) -> bool:
        """Delete a follow of the person or, with `channel`, of the channel; return whether there was one."""
        table = schema.follows
        with self._database.writing() as connection:
            deleted = connection.execute(delete(table).where(table.c.id == id, _of(person, channel)))
            return bool(deleted.rowcount)

    def pause(self, id: int, why: str) -> None:
        """Stop sending alerts of a follow, for the reason `why`, which the list of follows shows."""
        with self._database.writing() as connection:
            connection.execute(update(schema.follows).where(schema.follows.c.id == id).values(paused=why))
            table = schema.follow_quotes
            unsent = (table.c.follow_id == id) & table.c.sent_at.is_(None)
            connection.execute(delete(table).where(unsent))

    def seen(self) -> int:
        """Return a number that grows whenever articles are stored."""
        return int(self._database.scalar(meta("seq")))

    # -- what is sent ----------------------------------------------------------------------------------

    def know(self, id: int, quotes: Sequence[Quote]) -> None:
        """Note the quotes that were found when a follow began, so that no alert sends them."""
        with self._database.writing() as connection:
            now = self._clock()
            _insert(connection, id, quotes, claimed_at=now, sent_at=now, alerted=False)

    def claim(self, id: int, quotes: Sequence[Quote]) -> list[Quote]:
        """Claim those of the quotes that are to be sent now, and return them in the same order.

        These are quotes that say something new, and not more than the rest of the day's `MAX_PER_DAY`. No
        other process can claim them, until they are released or this process has ended: see `take_over`.
        """
        table, now = schema.follow_quotes, self._clock()
        with self._database.writing() as connection:
            exists = select(schema.follows.c.id).where(schema.follows.c.id == id)
            if connection.execute(exists).first() is None:
                return []  # the person has stopped the follow in the meantime
            known = connection.execute(select(table).where(table.c.follow_id == id)).all()
            today = sum(row.alerted and now - DAY < row.claimed_at <= now + ABANDONED for row in known)
            taken = {(row.article_id, row.start) for row in known}
            new = [quote for quote in quotes if (quote.article.id, quote.span.start) not in taken]
            chosen = worth_telling(new, [row.text for row in known], max(0, MAX_PER_DAY - today))
            _insert(connection, id, chosen, claimed_at=now, sent_at=None, alerted=True)
            return chosen

    def sent(self, id: int, quotes: Sequence[Quote]) -> None:
        """Note that claimed quotes have been sent."""
        with self._database.writing() as connection:
            for quote in quotes:
                change = update(schema.follow_quotes).where(_is(id, quote))
                connection.execute(change.values(sent_at=self._clock()))

    def release(self, id: int, quotes: Sequence[Quote]) -> None:
        """Release claimed quotes because sending them failed: `take_over` in any process claims them next."""
        with self._database.writing() as connection:
            for quote in quotes:
                free = {"claimed_at": self._clock() - ABANDONED, "sent_at": None}
                connection.execute(update(schema.follow_quotes).where(_is(id, quote)).values(free))

    def take_over(
        self, find: Callable[[Iterable[str]], Mapping[str, Article]]
    ) -> list[tuple[Follow, list[Quote]]]:
        """Claim the quotes that were released, or that a process has claimed and not sent for `ABANDONED`.

        Returns (follow, quotes) for each alert. `find` takes ids and returns id → article. Quotes that their
        article no longer holds are dropped.
        """
        table, now = schema.follow_quotes, self._clock()
        # A claim of a later time was made before the clock was set back.
        old = (table.c.claimed_at <= now - ABANDONED) | (table.c.claimed_at > now + ABANDONED)
        left = table.c.sent_at.is_(None) & old
        if self._database.scalar(select(table.c.follow_id).where(left).limit(1)) is None:
            return []  # checked first without a transaction that would wait for other writers
        alerts: dict[tuple[int, datetime], list[Row[Any]]] = {}
        with self._database.writing() as connection:
            for row in connection.execute(select(table).where(left)):
                alerts.setdefault((row.follow_id, row.claimed_at), []).append(row)
            # Quotes with the same `claimed_at` are one alert. A microsecond between the alerts keeps them
            # apart.
            for tick, (id, claimed_at) in enumerate(alerts):
                its = left & (table.c.follow_id == id) & (table.c.claimed_at == claimed_at)
                taken = now + timedelta(microseconds=tick)
                connection.execute(update(table).where(its).values(claimed_at=taken))
        articles = find({row.article_id for rows in alerts.values() for row in rows})
        follows = {follow.id: follow for follow in self.active()}
        claimed = [(follows.get(id), self._standing(rows, articles)) for (id, _), rows in alerts.items()]
        return [(follow, quotes) for follow, quotes in claimed if follow and quotes]

    def _standing(self, rows: Sequence[Row[Any]], articles: Mapping[str, Article]) -> list[Quote]:
        """Return those claimed quotes that their articles still hold at the same place; drop the others."""
        quotes, gone = [], []
        for row in rows:
            article = articles.get(row.article_id)
            if article and article.text.startswith(row.text, row.start):
                quotes.append(Quote(article, Span(row.start, row.start + len(row.text)), 0.0))
            else:
                gone.append(row)
        self._drop(gone)
        return quotes

    def _drop(self, rows: Sequence[Row[Any]]) -> None:
        table = schema.follow_quotes.c
        with self._database.writing() as connection:
            for row in rows:
                its = (table.follow_id == row.follow_id) & (table.article_id == row.article_id)
                unsent = its & (table.start == row.start) & table.sent_at.is_(None)
                connection.execute(delete(schema.follow_quotes).where(unsent))

    def _select(self, condition: ColumnElement[bool]) -> list[Follow]:
        query = select(schema.follows).where(condition).order_by(schema.follows.c.id)
        with self._database.reading() as connection:
            return [_follow(row) for row in connection.execute(query)]


def _of(person: str, channel: str | None) -> ColumnElement[bool]:
    table = schema.follows.c
    if channel is None:
        return (table.person == person) & table.channel.is_(None)
    return table.channel == channel


def _is(id: int, quote: Quote) -> ColumnElement[bool]:
    table = schema.follow_quotes.c
    return (
        (table.follow_id == id) & (table.article_id == quote.article.id) & (table.start == quote.span.start)
    )


def _insert(connection: Connection, id: int, quotes: Sequence[Quote], **values: Any) -> None:
    rows = [
        {
            "follow_id": id,
            "article_id": quote.article.id,
            "start": quote.span.start,
            "text": quote.text,
            **values,
        }
        for quote in quotes
    ]
    if rows:
        connection.execute(insert(schema.follow_quotes), rows)


def _follow(row: Row[Any]) -> Follow:
    return Follow(**{name: getattr(row, name) for name in Follow.__slots__})
