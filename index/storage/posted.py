"""What the faces have posted: answers, the quotes in them, and what people said about them.

Persons, guilds, channels and messages are opaque names that a face gives. The quotes are kept as they were
shown, so that a message can be corrected when its publisher has changed or withdrawn what it quotes.
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
from index.types.posted import Asked, Missed, PostedAnswer, PostedQuote, Quality, QuoteState, Verdict

# Questions differ in spelling more often than in sense: these many are told apart.
MAX_MISSED = 10

_QUOTE = ("article_id", "start", "text", "state", "new_text", "changed_at")


class Posted:
    """The posted answers of one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, answer: PostedAnswer) -> None:
        """Keep an answer that has been posted, with the quotes in the order of the message."""
        with self._database.writing() as connection:
            connection.execute(insert(schema.posted_answers).values(_answer_row(answer)))
            rows = [_quote_row(connection, answer.id, *each) for each in enumerate(answer.quotes)]
            if rows:
                connection.execute(insert(schema.posted_quotes), rows)

    def find(self, id: str) -> PostedAnswer | None:
        return self._one(schema.posted_answers.c.id == id)

    def find_message(self, message: str) -> PostedAnswer | None:
        """Return the answer that a message holds."""
        return self._one(schema.posted_answers.c.message == message)

    def give_feedback(self, id: str, person: str, verdict: Verdict, now: datetime) -> None:
        """Keep what a person says about an answer, instead of what they said before."""
        table = schema.feedback
        mine = (table.c.answer_id == id) & (table.c.person == person)
        with self._database.writing() as connection:
            connection.execute(delete(table).where(mine))
            connection.execute(
                insert(table).values(answer_id=id, person=person, verdict=verdict, given_at=now)
            )

    # -- what becomes of the quotes --------------------------------------------------------------------

    def to_compare(self, limit: int) -> list[tuple[str, int, PostedQuote, int, str, datetime]]:
        """Return quotes that still stand, of articles with a newer revision than they were compared with.

        Each with its answer's id, its place, the article's revision and text, and when that was read.
        """
        quotes, articles = schema.posted_quotes, schema.articles
        query = select(quotes, articles.c.revision.label("now"), articles.c.text.label("body"), _changed_at())
        query = query.join(articles, articles.c.id == quotes.c.article_id)
        query = query.where(quotes.c.revision < articles.c.revision, quotes.c.state == "stands").limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [(row.answer_id, row.place, _quote(row), row.now, row.body, row.changed_when) for row in rows]

    def compared(
        self, id: str, place: int, revision: int, state: QuoteState, new_text: str | None, at: datetime
    ) -> None:
        """Note what a comparison with a revision came to."""
        table = schema.posted_quotes
        values: dict[str, Any] = {"revision": revision}
        if state != "stands":
            values |= {"state": state, "new_text": new_text, "changed_at": at, "shown": False}
        with self._database.writing() as connection:
            change = update(table).where(table.c.answer_id == id, table.c.place == place)
            connection.execute(change.values(values))

    def to_correct(self, limit: int) -> list[PostedAnswer]:
        """Return answers in messages that do not show yet what has become of their quotes."""
        table = schema.posted_quotes.c
        with self._database.reading() as connection:
            ids = connection.execute(
                select(table.answer_id).where(table.shown.is_(False)).distinct().limit(limit)
            ).scalars()
            found = [self._read(connection, schema.posted_answers.c.id == id) for id in list(ids)]
        return [each for each in found if each]

    def corrected(self, id: str) -> None:
        """Note that a message shows what has become of its quotes, or never will."""
        table = schema.posted_quotes
        with self._database.writing() as connection:
            connection.execute(update(table).where(table.c.answer_id == id).values(shown=True))

    # -- how good the answers are ----------------------------------------------------------------------

    def quality(self, guild: str | None, since: datetime) -> Quality:
        """Return the figures of a guild (of everywhere, if None) since a moment."""
        table = schema.posted_answers.c
        mine = _asked_in(guild, since)
        joined = schema.feedback.join(schema.posted_answers)
        with self._database.reading() as connection:
            rows = connection.execute(select(table.typed, table.answered).where(mine)).all()
            said = connection.execute(
                select(schema.feedback.c.verdict, func.count())
                .select_from(joined)
                .where(mine)
                .group_by(schema.feedback.c.verdict)
            )
            feedback: dict[Verdict, int] = {row[0]: row[1] for row in said}
        missed = [row.typed for row in rows if not row.answered]
        return Quality(len(rows), len(rows) - len(missed), feedback, _most_missed(missed))

    def asked(self, guild: str | None, since: datetime) -> list[Asked]:
        """Return the questions themselves, oldest first, without who asked them."""
        table = schema.posted_answers.c
        query = select(schema.posted_answers).where(_asked_in(guild, since)).order_by(table.posted_at)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        ids = [row.id for row in rows]
        quotes: dict[str, list[str]] = {}
        for row in self._quote_rows(ids):
            quotes.setdefault(row.answer_id, []).append(row.text)
        said: dict[str, Counter[Verdict]] = {}
        for row in self._database.select_in(select(schema.feedback), schema.feedback.c.answer_id, ids):
            said.setdefault(row.answer_id, Counter())[row.verdict] += 1
        return [
            Asked(
                row.posted_at,
                row.typed,
                row.answered,
                row.confidence,
                tuple(quotes.get(row.id, ())),
                dict(said.get(row.id, {})),
            )
            for row in rows
        ]

    def _one(self, condition: ColumnElement[bool]) -> PostedAnswer | None:
        with self._database.reading() as connection:
            return self._read(connection, condition)

    def _read(self, connection: Connection, condition: ColumnElement[bool]) -> PostedAnswer | None:
        row = connection.execute(select(schema.posted_answers).where(condition)).first()
        if row is None:
            return None
        quotes = select(schema.posted_quotes).where(schema.posted_quotes.c.answer_id == row.id)
        found = connection.execute(quotes.order_by(schema.posted_quotes.c.place)).all()
        return _answer(row, [_quote(each) for each in found])

    def _quote_rows(self, ids: Sequence[str]) -> list[Row[Any]]:
        table = schema.posted_quotes.c
        rows = self._database.select_in(select(schema.posted_quotes), table.answer_id, ids)
        return sorted(rows, key=lambda row: (row.answer_id, row.place))


def _asked_in(guild: str | None, since: datetime) -> ColumnElement[bool]:
    table = schema.posted_answers.c
    return (table.posted_at >= since) & (true() if guild is None else table.guild == guild)


def _changed_at() -> ColumnElement[Any]:
    """When the publisher changed an article, or where it does not say, when that was noticed."""
    articles = schema.articles.c
    return func.coalesce(articles.updated_at, articles.read_at, type_=schema.UtcDateTime).label(
        "changed_when"
    )


def _most_missed(questions: Sequence[str]) -> tuple[Missed, ...]:
    spelled = {_sense(question): question for question in reversed(questions)}
    counted = Counter(_sense(question) for question in questions)
    return tuple(Missed(spelled[sense], times) for sense, times in counted.most_common(MAX_MISSED))


def _sense(question: str) -> str:
    """A question without what does not change its sense: case, punctuation, spaces."""
    return " ".join("".join(char if char.isalnum() else " " for char in question.casefold()).split())


def _answer_row(answer: PostedAnswer) -> dict[str, Any]:
    return {column.name: getattr(answer, column.name) for column in schema.posted_answers.columns}


def _quote_row(connection: Connection, id: str, place: int, quote: PostedQuote) -> dict[str, Any]:
    articles = schema.articles.c
    query = select(articles.revision, articles.text).where(articles.id == quote.article_id)
    stored = connection.execute(query).one_or_none()
    # An article that was replaced since it was searched is compared at once.
    current = stored is not None and stored.text.startswith(quote.text, quote.start)
    return {
        "answer_id": id,
        "place": place,
        "revision": stored.revision if stored is not None and current else 0,
        "shown": True,
        **{name: getattr(quote, name) for name in _QUOTE},
    }


def _answer(row: Row[Any], quotes: Sequence[PostedQuote]) -> PostedAnswer:
    values = {column.name: getattr(row, column.name) for column in schema.posted_answers.columns}
    return PostedAnswer(**values, quotes=tuple(quotes))


def _quote(row: Row[Any]) -> PostedQuote:
    return PostedQuote(**{name: getattr(row, name) for name in _QUOTE})
