"""Stores the answers that were posted, their quotes, and people's verdicts on them.

Persons, guilds, channels and messages are ids that the face (such as the Discord bot) gives. Quotes are
stored as they were shown, so that a message can be corrected when a publisher changes or withdraws what it
quotes.

A private question is only counted: no report on how good the answers are shows its words or its quotes. Its
row names no channel and no message, because the bot cannot edit a private message later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, true, update
from sqlalchemy.sql import ColumnElement

from index.storage import schema
from index.storage.database import Database
from index.storage.people.follow_ups import forget_words
from index.storage.rows import UtcDateTime
from index.types.posted import (
    AskedQuestion,
    MissedQuestion,
    PostedAnswer,
    PostedQuote,
    Quality,
    QuoteState,
    Verdict,
)

# How many unanswered questions a quality report lists, at most.
MAX_MISSED = 10

_QUOTE = ("article_id", "start", "text", "state", "new_text", "changed_at")


class Posted:
    """The posted answers of one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, answer: PostedAnswer) -> None:
        """Store an answer that has been posted, with its quotes in the order of the message.

        Does nothing where it is stored already, so that a caller who does not know may try again.
        """
        known = select(schema.posted_answers.c.id).where(schema.posted_answers.c.id == answer.id)
        with self._database.writing() as connection:
            if connection.execute(known).first() is not None:
                return
            connection.execute(insert(schema.posted_answers).values(_answer_row(answer)))
            rows = [_quote_row(connection, answer.id, *numbered) for numbered in enumerate(answer.quotes)]
            if rows:
                connection.execute(insert(schema.posted_quotes), rows)

    def find(self, id: str) -> PostedAnswer | None:
        """Return an answer; None where it is not stored, or the words of its question are deleted."""
        return self._one(schema.posted_answers.c.id == id)

    def find_message(self, message: str) -> PostedAnswer | None:
        """Return the answer that a message holds."""
        return self._one(schema.posted_answers.c.message == message)

    def find_asked(self, message: str) -> PostedAnswer | None:
        """Return the answer to the question that a message asked; None where it asked none."""
        return self._one(schema.posted_answers.c.reply_to == message)

    def latest_in(self, channel: str, since: datetime) -> PostedAnswer | None:
        """Return the answer that was posted last in a channel; None where none was since a time."""
        table = schema.posted_answers
        recent = (table.c.channel == channel) & (table.c.posted_at >= since)
        query = select(table.c.id).where(recent).order_by(table.c.posted_at.desc()).limit(1)
        with self._database.reading() as connection:
            id = connection.execute(query).scalar()
            return self._read(connection, table.c.id == id) if id else None

    def forget(self, id: str) -> None:
        """Delete an answer, because its question was changed or deleted, or its message is gone."""
        table = schema.posted_answers
        with self._database.writing() as connection:
            forget_words(connection, [id])
            connection.execute(delete(table).where(table.c.id == id))

    def give_feedback(self, id: str, person: str, verdict: Verdict, now: datetime) -> None:
        """Store a person's verdict on an answer; it replaces an earlier one of the same person."""
        table = schema.feedback
        mine = (table.c.answer_id == id) & (table.c.person == person)
        with self._database.writing() as connection:
            connection.execute(delete(table).where(mine))
            connection.execute(
                insert(table).values(answer_id=id, person=person, verdict=verdict, given_at=now)
            )

    # -- what becomes of the quotes --------------------------------------------------------------------

    def to_compare(self, limit: int) -> list[tuple[str, int, PostedQuote, int, str, datetime]]:
        """Return quotes whose article has changed since they were compared with it.

        Each comes with its answer's id, its place in the answer (from 0), the article's revision and text,
        and when the article was changed. At most `limit` of them.
        """
        quotes, articles = schema.posted_quotes, schema.articles
        query = select(quotes, articles.c.revision.label("now"), articles.c.text.label("body"), _changed_at())
        query = query.join(articles, articles.c.id == quotes.c.article_id)
        # In the order of the index: otherwise PostgreSQL reads the whole table where it does not know how few
        # quotes are due.
        query = query.where(quotes.c.due.is_(True)).order_by(quotes.c.answer_id, quotes.c.place).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [(row.answer_id, row.place, _quote(row), row.now, row.body, row.changed_when) for row in rows]

    def compared(
        self, id: str, place: int, revision: int, state: QuoteState, new_text: str | None, at: datetime
    ) -> None:
        """Store the result of comparing a quote with a revision of its article.

        `id` and `place` are the answer's and the quote's, as `to_compare` gives them.
        """
        table, articles = schema.posted_quotes, schema.articles.c
        # The article may have changed once more since `to_compare`.
        newer = select(articles.id).where(articles.id == table.c.article_id, articles.revision > revision)
        values: dict[str, Any] = {"revision": revision, "due": newer.exists() if state == "stands" else False}
        if state != "stands":
            values |= {"state": state, "new_text": new_text, "changed_at": at, "shown": False}
        with self._database.writing() as connection:
            change = update(table).where(table.c.answer_id == id, table.c.place == place)
            connection.execute(change.values(values))

    def to_correct(self, limit: int) -> list[PostedAnswer]:
        """Return at most `limit` answers whose messages do not show yet what has become of their quotes."""
        table = schema.posted_quotes.c
        query = select(table.answer_id).where(table.shown.is_(False)).distinct()
        with self._database.snapshot(), self._database.reading() as connection:
            ids = connection.execute(query.order_by(table.answer_id).limit(limit)).scalars().all()
            answers = [self._read(connection, schema.posted_answers.c.id == id) for id in ids]
        return [answer for answer in answers if answer]

    def corrected(self, id: str) -> None:
        """Note that an answer's message shows what has become of its quotes, or never will."""
        table = schema.posted_quotes
        with self._database.writing() as connection:
            connection.execute(update(table).where(table.c.answer_id == id).values(shown=True))

    # -- how good the answers are ----------------------------------------------------------------------

    def quality(self, guild: str | None, since: datetime) -> Quality:
        """Return how good the answers since a time were: in a guild, or everywhere where `guild` is None."""
        table = schema.posted_answers.c
        mine = _asked_in(guild, since)
        joined = schema.feedback.join(schema.posted_answers)
        with self._database.reading() as connection:
            rows = connection.execute(select(table.typed, table.answered, table.private).where(mine)).all()
            counts = connection.execute(
                select(schema.feedback.c.verdict, func.count())
                .select_from(joined)
                .where(mine)
                .group_by(schema.feedback.c.verdict)
            )
            feedback: dict[Verdict, int] = {row[0]: row[1] for row in counts}
        missed = [row.typed for row in rows if not row.answered and not row.private]
        answered, private = sum(row.answered for row in rows), sum(row.private for row in rows)
        return Quality(len(rows), answered, feedback, _most_missed(missed), private)

    def asked(self, guild: str | None, since: datetime) -> list[AskedQuestion]:
        """Return the questions since a time, oldest first, without the persons who asked them.

        Private questions are left out. `guild` None means the questions of all guilds.
        """
        table = schema.posted_answers.c
        public = _asked_in(guild, since) & table.private.is_(False)
        query = select(schema.posted_answers).where(public).order_by(table.posted_at)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        ids = [row.id for row in rows]
        quotes: dict[str, list[str]] = {}
        for row in self._quote_rows(ids):
            quotes.setdefault(row.answer_id, []).append(row.text)
        verdicts: dict[str, Counter[Verdict]] = {}
        for row in self._database.select_in(select(schema.feedback), schema.feedback.c.answer_id, ids):
            verdicts.setdefault(row.answer_id, Counter())[row.verdict] += 1
        return [
            AskedQuestion(
                row.posted_at,
                row.typed,
                row.answered,
                row.confidence,
                tuple(quotes.get(row.id, ())),
                dict(verdicts.get(row.id, {})),
            )
            for row in rows
        ]

    def _one(self, condition: ColumnElement[bool]) -> PostedAnswer | None:
        with self._database.reading() as connection:
            return self._read(connection, condition)

    def _read(self, connection: Connection, condition: ColumnElement[bool]) -> PostedAnswer | None:
        row = connection.execute(select(schema.posted_answers).where(condition)).first()
        if row is None or not row.typed:
            return None
        query = select(schema.posted_quotes).where(schema.posted_quotes.c.answer_id == row.id)
        quotes = connection.execute(query.order_by(schema.posted_quotes.c.place)).all()
        before = None
        if row.continues is not None:
            table = schema.posted_answers.c
            before = connection.execute(select(table.typed).where(table.id == row.continues)).scalar()
        return _answer(row, [_quote(quote) for quote in quotes], before or None)

    def _quote_rows(self, ids: Sequence[str]) -> list[Row[Any]]:
        table = schema.posted_quotes.c
        rows = self._database.select_in(select(schema.posted_quotes), table.answer_id, ids)
        return sorted(rows, key=lambda row: (row.answer_id, row.place))


def note_due(connection: Connection, article_id: str, *, due: bool) -> None:
    """Note that an article has changed, so that its posted quotes are compared; or that it is gone."""
    table = schema.posted_quotes
    quotes = (table.c.article_id == article_id) & (table.c.state == "stands")
    connection.execute(update(table).where(quotes).values(due=due))


def _asked_in(guild: str | None, since: datetime) -> ColumnElement[bool]:
    table = schema.posted_answers.c
    return (table.posted_at >= since) & (true() if guild is None else table.guild == guild)


def _changed_at() -> ColumnElement[Any]:
    """The SQL for when the publisher changed an article; where it does not say, when this was noticed."""
    articles = schema.articles.c
    return func.coalesce(articles.updated_at, articles.read_at, type_=UtcDateTime).label("changed_when")


def _most_missed(questions: Sequence[str]) -> tuple[MissedQuestion, ...]:
    """Return the most frequent questions; those that differ only in spelling count as one."""
    spelled = {_simplified(question): question for question in reversed(questions)}
    counted = Counter(_simplified(question) for question in questions)
    return tuple(MissedQuestion(spelled[simple], times) for simple, times in counted.most_common(MAX_MISSED))


def _simplified(question: str) -> str:
    """Return a question in lower case, without punctuation and with single spaces."""
    return " ".join("".join(char if char.isalnum() else " " for char in question.casefold()).split())


def _answer_row(answer: PostedAnswer) -> dict[str, Any]:
    row = {column.name: getattr(answer, column.name) for column in schema.posted_answers.columns}
    return row | ({"channel": "", "message": "", "reply_to": None} if answer.private else {})


def _quote_row(connection: Connection, id: str, place: int, quote: PostedQuote) -> dict[str, Any]:
    articles = schema.articles.c
    query = select(articles.revision, articles.text).where(articles.id == quote.article_id)
    stored = connection.execute(query).one_or_none()
    # An article that no longer holds the quote was replaced after the search: the quote is due at once.
    current = stored is not None and stored.text.startswith(quote.text, quote.start)
    return {
        "answer_id": id,
        "place": place,
        "revision": stored.revision if stored is not None and current else 0,
        "shown": True,
        "due": stored is not None and not current,
        **{name: getattr(quote, name) for name in _QUOTE},
    }


def _answer(row: Row[Any], quotes: Sequence[PostedQuote], context: str | None) -> PostedAnswer:
    values = {column.name: getattr(row, column.name) for column in schema.posted_answers.columns}
    return PostedAnswer(**values, quotes=tuple(quotes), context=context)


def _quote(row: Row[Any]) -> PostedQuote:
    return PostedQuote(**{name: getattr(row, name) for name in _QUOTE})
