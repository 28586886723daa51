"""Stores what is followed, by which person and in which channel, and the quotes that are sent about it.

Persons, guilds and channels are ids that the face (such as the Discord bot) gives.

Follows are compared with new passages in `PORTIONS` portions, so that several processes share the work. Each
portion remembers up to which passage it has been compared, and `finish` stores that together with the alerts
in one transaction: however often a process is killed, no passage is left out, and none is told twice.

An alert waits in the database until a process claims it, so that only one of several processes sends it.
Afterwards the process notes it as sent, or releases it where sending failed. The quotes of an alert stay
together. So a process that takes over from one that was killed sends exactly the same alert, and Discord
recognises it if it arrived before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from index.errors import UsageError
from index.storage import schema
from index.storage.database import Database
from index.storage.rows import to_vector
from index.text.spans import Span
from index.types.answer import Quote
from index.types.article import Article
from index.types.follow import MAX_ALERT_QUOTES, MAX_PER_DAY, Follow, Found, worth_telling
from index.types.question import Question

MAX_FOLLOWS = 10
# A claim that is neither noted as sent nor released after this time belongs to a process that has ended.
ABANDONED = timedelta(minutes=1)
DAY = timedelta(days=1)
# So many processes can compare follows at the same time. A follow belongs to the portion with the number of
# its id modulo this, and positions are stored by portion: another number needs a migration.
PORTIONS = 16
# A process claims so many alerts at once to send them: with a second for each, it is done before they count
# as abandoned.
CLAIMED_AT_ONCE = 20
# The clocks of the machines that store articles differ by less than this.
CLOCKS_DIFFER = timedelta(hours=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

# Takes ids of articles and returns id → article, of those that are stored.
Find = Callable[[Iterable[str]], Mapping[str, Article]]
Vector = npt.NDArray[np.float16]


class Portion(NamedTuple):
    """A part of the follows. It has been compared up to the passage id `matched`, last at `matched_at`."""

    number: int
    matched: int
    matched_at: datetime


class NewPassage(NamedTuple):
    """A passage that a portion has not been compared with. `vector` is float16 of length 1."""

    id: int
    article_id: str
    fingerprint: str
    vector: Vector


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

    def active(self, ids: Iterable[int]) -> dict[int, Follow]:
        """Return id → follow, of those of the follows that exist and are active."""
        table = schema.follows.c
        rows = self._database.select_in(select(schema.follows).where(_is_active()), table.id, ids)
        return {row.id: _follow(row) for row in rows}

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

    # -- what is compared ------------------------------------------------------------------------------

    def newest_passage(self) -> int:
        """Return the id of the passage that was stored last; 0 where there is none. Ids only ever grow."""
        return int(self._database.scalar(select(func.max(schema.passages.c.id))) or 0)

    def behind(self, newest: int) -> list[Portion]:
        """Return the portions with follows that have not been compared up to the passage id `newest`.

        Those that are farthest behind come first.
        """
        follows, portions = schema.follows.c, schema.follow_portions.c
        number = (follows.id % PORTIONS).label("number")
        used = select(number).where(_is_active()).distinct().subquery()
        joined = used.outerjoin(schema.follow_portions, used.c.number == portions.number)
        query = select(used.c.number, portions.matched, portions.matched_at).select_from(joined)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        known = (Portion(row.number, row.matched or 0, row.matched_at or _LONG_AGO) for row in rows)
        behind = (portion for portion in known if portion.matched < newest)
        return sorted(behind, key=lambda portion: (portion.matched, portion.number))

    def followed(self, number: int, model: str) -> list[tuple[Follow, Vector | None]]:
        """Return the follows of a portion that are not paused, each with its vector of this model.

        The vector is None where none is stored.
        """
        follows, vectors = schema.follows, schema.follow_vectors
        own = (vectors.c.follow_id == follows.c.id) & (vectors.c.model == model)
        query = select(follows, vectors.c.vector).select_from(follows.outerjoin(vectors, own))
        query = query.where(follows.c.id % PORTIONS == number, _is_active())
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(follows.c.id)).all()
        return [(_follow(row), None if row.vector is None else to_vector(row.vector)) for row in rows]

    def keep_vectors(self, vectors: Mapping[int, Vector], model: str) -> None:
        """Store the vectors of follows, given by id, so that no process has to embed them again."""
        table = schema.follow_vectors
        with self._database.writing() as connection:
            for id in self.active(vectors):
                values = {"follow_id": id, "model": model, "vector": vectors[id].astype("<f2").tobytes()}
                connection.execute(delete(table).where(table.c.follow_id == id))
                connection.execute(insert(table).values(values))

    def new_passages(self, portion: Portion, newest: int, since: datetime, limit: int) -> list[NewPassage]:
        """Return the next passages for a portion, in the order of their ids up to `newest`: at most `limit`.

        Only those of articles published from `since` on are returned, and only where the words are new: a
        reindex gives passages new ids, but not their article a new time of reading.
        """
        passages, articles = schema.passages.c, schema.articles.c
        read_since = min(portion.matched_at, self._clock()) - CLOCKS_DIFFER
        query = (
            select(passages.id, passages.article_id, passages.fingerprint, passages.vector)
            .select_from(schema.passages.join(schema.articles))
            .where(passages.id > portion.matched, passages.id <= newest, articles.published_at >= since)
            .where(articles.published_precision != "seen", articles.read_at >= read_since)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(passages.id).limit(limit)).all()
        return [NewPassage(row.id, row.article_id, row.fingerprint, to_vector(row.vector)) for row in rows]

    def finish(self, portion: Portion, matched: int, found: Sequence[Found], find: Find) -> bool:
        """Note that a portion has been compared up to the passage id `matched`, with the alerts for it.

        Does nothing and returns False where another process has done it in the meantime.
        """
        table = schema.follow_portions
        values = {"number": portion.number, "matched": matched, "matched_at": self._clock()}
        with self._database.writing() as connection:
            known = connection.execute(
                select(table.c.matched).where(table.c.number == portion.number)
            ).scalar()
            if (known or 0) != portion.matched:
                return False
            connection.execute(delete(table).where(table.c.number == portion.number))
            connection.execute(insert(table).values(values))
            self.put_alerts(found, find)
            return True

    # -- what is sent ----------------------------------------------------------------------------------

    def know(self, id: int, quotes: Sequence[Quote]) -> None:
        """Note the quotes that were found when a follow began, so that no alert sends them."""
        with self._database.writing() as connection:
            now = self._clock()
            _insert(connection, _rows(id, quotes, claimed_at=now, sent_at=now, alerted=False))

    def put_alerts(self, found: Sequence[Found], find: Find) -> int:
        """Store as alerts those of the quotes that are to be sent; return how many alerts that are.

        These are quotes that say something new for their follow, that their articles still hold, and not more
        than the rest of the day's `MAX_PER_DAY`. Follows that were stopped or paused get none.
        """
        table, now, alerts = schema.follow_quotes, self._clock(), list[dict[str, Any]]()
        number = 0
        with self._database.writing() as connection:
            stored = find({quote.article.id for one in found for quote in one.quotes})
            active = self.active(one.follow.id for one in found)
            known = defaultdict[int, list[Row[Any]]](list)
            for row in self._database.select_in(select(table), table.c.follow_id, active):
                known[row.follow_id].append(row)
            for id, quotes, most in ((one.follow.id, one.quotes, one.most) for one in found):
                if id not in active:
                    continue
                taken = {(row.article_id, row.start) for row in known[id]}
                today = sum(row.alerted and _is_of_today(row.claimed_at, now) for row in known[id])
                new = [
                    quote
                    for quote in quotes
                    if (quote.article.id, quote.span.start) not in taken
                    and _stands(quote, stored.get(quote.article.id))
                ]
                room = min(most, max(0, MAX_PER_DAY - today))
                chosen = worth_telling(new, [row.text for row in known[id]], room)
                for first in range(0, len(chosen), MAX_ALERT_QUOTES):
                    # Quotes with the same `claimed_at` are one alert. These are free to be claimed, the first
                    # one first.
                    free = now - ABANDONED - timedelta(seconds=1) + timedelta(microseconds=number)
                    its = chosen[first : first + MAX_ALERT_QUOTES]
                    alerts += _rows(id, its, claimed_at=free, sent_at=None, alerted=True)
                    number += 1
            _insert(connection, alerts)
            return number

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

    def take_over(self, find: Find) -> list[tuple[Follow, list[Quote]]]:
        """Claim alerts that no process is sending: at most `CLAIMED_AT_ONCE`, those that wait longest first.

        These are new ones, those that were released, and those that a process has claimed and not sent for
        `ABANDONED`. Returns (follow, quotes) for each. Quotes that their article no longer holds are dropped.
        """
        table, now = schema.follow_quotes, self._clock()
        # A claim of a later time was made before the clock was set back.
        old = (table.c.claimed_at <= now - ABANDONED) | (table.c.claimed_at > now + ABANDONED)
        left = table.c.sent_at.is_(None) & old
        if self._database.scalar(select(table.c.follow_id).where(left).limit(1)) is None:
            return []  # checked first without a transaction that would wait for other writers
        alerts: dict[tuple[int, datetime], Sequence[Row[Any]]] = {}
        waiting = select(table.c.follow_id, table.c.claimed_at).where(left).distinct()
        waiting = waiting.order_by(table.c.claimed_at, table.c.follow_id).limit(CLAIMED_AT_ONCE)
        with self._database.writing() as connection:
            # Quotes with the same `claimed_at` are one alert. A microsecond between the alerts keeps them
            # apart.
            for tick, (id, claimed_at) in enumerate(connection.execute(waiting).all()):
                its = left & (table.c.follow_id == id) & (table.c.claimed_at == claimed_at)
                alerts[id, claimed_at] = connection.execute(select(table).where(its)).all()
                taken = now + timedelta(microseconds=tick)
                connection.execute(update(table).where(its).values(claimed_at=taken))
        articles = find({row.article_id for rows in alerts.values() for row in rows})
        follows = self.active(id for id, _ in alerts)
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


def _stands(quote: Quote, stored: Article | None) -> bool:
    """Tell whether an article, as it is stored now, holds the quote's words at the same place."""
    return stored is not None and stored.text.startswith(quote.text, quote.span.start)


def _is_of_today(claimed_at: datetime, now: datetime) -> bool:
    """Tell whether an alert counts among those of the last day; a later time is one of a clock set back."""
    return now - DAY < claimed_at <= now + ABANDONED


def _is_active() -> ColumnElement[bool]:
    """Return the condition that a follow is not paused, and that the bot is where its alerts go."""
    table = schema.follows.c
    present = table.guild.not_in(select(schema.guilds_left.c.guild))  # it may come back
    return table.paused.is_(None) & or_(table.channel.is_(None), table.guild.is_(None), present)


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


def _rows(id: int, quotes: Sequence[Quote], **values: Any) -> list[dict[str, Any]]:
    return [
        {
            "follow_id": id,
            "article_id": quote.article.id,
            "start": quote.span.start,
            "text": quote.text,
            **values,
        }
        for quote in quotes
    ]


def _insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(schema.follow_quotes), rows)


def _follow(row: Row[Any]) -> Follow:
    return Follow(**{name: getattr(row, name) for name in Follow.__slots__})
