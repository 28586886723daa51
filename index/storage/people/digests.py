"""Stores the digests of channels and people, and the articles that were sent in them.

Guilds, channels and persons are ids that the face (such as the Discord bot) gives. A process claims a digest
before it sends it, so that only one of several processes sends it. Afterwards the process notes the digest as
sent, releases it where sending failed for now, or halts it where sending will always fail. The stories are
chosen once for each digest. So a process that takes over from one that was killed sends exactly the same
message, and Discord recognises it if it arrived before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, literal, or_, select, update
from sqlalchemy.sql import ColumnElement

from index.errors import UsageError
from index.storage import schema
from index.storage.database import Database
from index.storage.rows import UtcDateTime
from index.types.digest import DAY, LATE, WEEK, Delivery, Digest, DigestPlan, Schedule

# Of a guild, and of a person who is sent them directly.
MAX_DIGESTS, MAX_DIRECT = 10, 3
# A claim that is neither noted as sent nor released after this time belongs to a process that has ended.
ABANDONED = timedelta(minutes=2)
# By so much more than a day or a week the next time of a digest may be away: when summer time ends.
CLOCK_CHANGE = timedelta(hours=2)
# Articles that were sent longer ago are deleted from the list: no digest looks so far back.
FORGOTTEN = WEEK + 2 * LATE
# The values of a digest that no process has claimed.
# One message that pings nobody.
_PLAIN = Delivery()
_FREE: dict[str, Any] = {"claimed_at": None, "chosen": None, "chosen_at": None}


class DigestStore:
    """The digests of one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(
        self,
        guild: str,
        channel: str,
        person: str,
        plan: DigestPlan,
        delivery: Delivery = _PLAIN,
        id: int | None = None,
    ) -> Digest:
        """Set up a digest; with `id`, change that one of the guild, which keeps its list of sent articles.

        One like it that was halted goes on.

        Raises UsageError when the channel has the same digest already, when the guild has `MAX_DIGESTS` or
        the person `MAX_DIRECT`, and when there is none with that `id`.
        """
        table, values = schema.digests, _values(plan, delivery)
        values |= {"person": person, "guild": guild, "channel": channel, "stopped": None, **_FREE}
        values |= {"next_at": plan.schedule.after(self._clock())}
        with self._database.writing() as connection:
            others = select(table).where(table.c.channel == channel, table.c.id != (id or 0))
            alike = (_digest(row) for row in connection.execute(others))
            for digest in alike:
                if (digest.plan, digest.delivery) != (plan, delivery):
                    continue
                if digest.stopped is None or id is not None:
                    raise UsageError("The same digest is set up there already.")
                id = digest.id  # it goes on
            if id is not None:
                mine = (table.c.id == id) & _owned(guild, person, direct=delivery.direct)
                changed = connection.execute(update(table).where(mine).values(values).returning(table))
                row = changed.one_or_none()
                if row is None:
                    raise UsageError("There is no such digest: /digest show lists them.")
                return _digest(row)
            owned = _owned(guild, person, direct=delivery.direct)
            count = connection.execute(select(func.count()).select_from(table).where(owned)).scalar_one()
            if count >= (most := MAX_DIRECT if delivery.direct else MAX_DIGESTS):
                raise UsageError(f"There are {most} digests already: stop one first.")
            return _digest(connection.execute(insert(table).values(**values).returning(table)).one())

    def of(self, guild: str) -> list[Digest]:
        """Return the digests of a guild's channels, in the order in which they were first set up."""
        return self._select((schema.digests.c.guild == guild) & schema.digests.c.direct.is_(False))

    def of_person(self, person: str) -> list[Digest]:
        """Return the digests that a person is sent directly, in the order in which they were set up."""
        return self._select((schema.digests.c.person == person) & schema.digests.c.direct.is_(True))

    def stop(self, digest: Digest) -> bool:
        """Delete a digest; return whether it was there."""
        table = schema.digests
        with self._database.writing() as connection:
            return bool(connection.execute(delete(table).where(table.c.id == digest.id)).rowcount)

    # -- what is sent ----------------------------------------------------------------------------------

    def due(self) -> list[Digest]:
        """Return the digests that are due now and not in their quiet hours, longest overdue first."""
        now, table = self._clock(), schema.digests.c
        self._plan_again(now)
        present = table.guild.not_in(select(schema.guilds_left.c.guild))  # the bot may come back
        waiting = self._select(table.stopped.is_(None) & (table.next_at <= now) & present, table.next_at)
        return [digest for digest in waiting if digest.is_due(now)]

    def _plan_again(self, now: datetime) -> None:
        """Set the next time of digests that were planned while the clock was ahead: it has been set back."""
        table = schema.digests.c
        weekly = table.weekday.is_not(None) & (table.next_at <= now + WEEK + CLOCK_CHANGE)
        for digest in self._select((table.next_at > now + DAY + CLOCK_CHANGE) & ~weekly, table.next_at):
            self._change(digest, next_at=digest.plan.schedule.after(now), **_FREE)

    def claim(self, digest: Digest) -> bool:
        """Claim a digest that is due, to send it; return False where another process has claimed it."""
        now, table = self._clock(), schema.digests.c
        # A claim of a later time was made before the clock was set back.
        left = or_(table.claimed_at <= now - ABANDONED, table.claimed_at > now + ABANDONED)
        free = or_(table.claimed_at.is_(None), left)
        return self._change(digest, free & table.stopped.is_(None), claimed_at=now)

    def choose(
        self, digest: Digest, choice: Callable[[], Sequence[Sequence[str]]]
    ) -> Sequence[Sequence[str]]:
        """Return the stories of a claimed digest, each as the ids of its articles.

        `choice` chooses them where no process has done so yet; otherwise the stored choice is returned.
        """
        query = select(schema.digests.c.chosen).where(_is(digest))
        chosen = self._database.scalar(query)
        if chosen is None:
            values = {"chosen": [list(story) for story in choice()], "chosen_at": self._clock()}
            self._change(digest, schema.digests.c.chosen.is_(None), **values)
            chosen = self._database.scalar(query)  # another process may have stored its choice first
        return chosen or ()

    def sent(self, digest: Digest, articles: Iterable[str]) -> None:
        """Note that a claimed digest was sent with these articles, and when the next one is due."""
        now, table = self._clock(), schema.digest_articles
        rows = [{"digest_id": digest.id, "article_id": id, "sent_at": now} for id in dict.fromkeys(articles)]
        with self._database.writing() as connection:
            # The next digest covers everything since the stories were chosen, however late this one was sent.
            looked_at = func.coalesce(schema.digests.c.chosen_at, literal(now, UtcDateTime()))
            done = {"last_at": looked_at, "next_at": digest.plan.schedule.after(now), **_FREE}
            if not connection.execute(update(schema.digests).where(_is(digest)).values(done)).rowcount:
                return  # a person has stopped or changed the digest in the meantime
            stale = table.c.sent_at <= now - FORGOTTEN
            connection.execute(delete(table).where(table.c.digest_id == digest.id, stale))
            if rows:
                connection.execute(insert(table), rows)

    def release(self, digest: Digest) -> None:
        """Release a claimed digest, because sending it failed for now; it is due at once."""
        self._change(digest, claimed_at=None)

    def halt(self, digest: Digest, why: str) -> None:
        """Stop sending a digest, for the reason `why`, which the list of digests shows."""
        self._change(digest, claimed_at=None, stopped=why)

    def known(self, id: int) -> set[str]:
        """Return the ids of the articles that a digest has sent within the last `FORGOTTEN`."""
        table = schema.digest_articles.c
        with self._database.reading() as connection:
            return set(connection.execute(select(table.article_id).where(table.digest_id == id)).scalars())

    def _change(self, digest: Digest, *conditions: ColumnElement[bool], **values: Any) -> bool:
        change = update(schema.digests).where(_is(digest), *conditions).values(values)
        with self._database.writing() as connection:
            return bool(connection.execute(change).rowcount)

    def _select(
        self, condition: ColumnElement[bool], order: ColumnElement[Any] = schema.digests.c.id
    ) -> list[Digest]:
        query = select(schema.digests).where(condition).order_by(order)
        with self._database.reading() as connection:
            return [_digest(row) for row in connection.execute(query)]


def _is(digest: Digest) -> ColumnElement[bool]:
    """The SQL condition for a digest as it was read: with the same time at which it is due.

    It does not match once the digest was sent, or set up again, in the meantime.
    """
    table = schema.digests.c
    return (table.id == digest.id) & (table.next_at == digest.next_at)


def _owned(guild: str, person: str, *, direct: bool) -> ColumnElement[bool]:
    """The SQL condition for the digests of a person, or of a guild's channels."""
    table = schema.digests.c
    return table.direct.is_(direct) & (table.person == person if direct else table.guild == guild)


def _values(plan: DigestPlan, delivery: Delivery) -> dict[str, Any]:
    schedule = plan.schedule
    quiet_from, quiet_until = schedule.quiet or (None, None)
    return {
        "hour": schedule.hour,
        "timezone": schedule.timezone,
        "weekday": schedule.weekday,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "topics": list(plan.topics),
        "sources": list(plan.sources),
        "number": plan.number,
        "role": delivery.role,
        "apart": delivery.apart,
        "publish": delivery.publish,
        "direct": delivery.direct,
    }


def _digest(row: Row[Any]) -> Digest:
    quiet = None if row.quiet_from is None else (row.quiet_from, row.quiet_until)
    schedule = Schedule(row.hour, row.timezone, row.weekday, quiet)
    plan = DigestPlan(schedule, tuple(row.topics), tuple(row.sources), row.number)
    delivery = Delivery(row.role, row.apart, row.publish, row.direct)
    return Digest(
        *(row.id, row.guild, row.channel, row.person, plan, row.next_at, row.last_at, row.stopped, delivery)
    )
