"""The tables of the database; `index.storage.founding` makes them. Part of the store; imported only by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.sql import ColumnElement

from index.storage.rows import UtcDateTime

metadata = MetaData()
_RowId = BigInteger().with_variant(Integer, "sqlite")  # SQLite hands out ids for this very type only


def _precision_column() -> Column[Any]:
    """Return the column that tells how well `published_at` is known (see `index.types.article.Precision`)."""
    return Column("published_precision", String(6), nullable=False, server_default="minute")


def _index_of_few(name: str, table: Table, columns: Sequence[str], condition: ColumnElement[bool]) -> None:
    """Add an index of those rows alone that a condition admits. Queries have to state it just so."""
    Index(name, *(table.c[column] for column in columns), sqlite_where=condition, postgresql_where=condition)


def _origin_set_column() -> Column[Any]:
    """Return the column for the code of the set of origins that brought an article or a copy."""
    return Column("origin_set", _RowId, nullable=False, server_default="0")


_SEEN = text("published_precision = 'seen'")
articles = Table(
    "articles",
    metadata,
    Column("id", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime),
    Column("highlights", JSON, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("language", String),
    Column("content_hash", String(64), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("via", String(6), nullable=False, server_default="file"),
    Column("read_at", UtcDateTime, nullable=False),
    Column("authority", SmallInteger, nullable=False, server_default="2"),
    Column("origin", BigInteger, nullable=False, server_default="0"),  # of these words
    _precision_column(),
    _origin_set_column(),
    Index("ix_articles_published", "published_at", "source", "published_precision", "origin_set", "language"),
    Index("ix_articles_source_published", "source", "published_at", "published_precision", "origin_set"),
    Index("ix_articles_text_hash", "text_hash"),
    Index("ix_articles_seen", "id", unique=True, sqlite_where=_SEEN, postgresql_where=_SEEN),
)

# What an article said before its source changed it.
revisions = Table(
    "revisions",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("highlights", JSON, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime),
    Column("content_hash", String(64), nullable=False),
    Column("replaced_at", UtcDateTime, nullable=False),
    Column("origin", BigInteger, nullable=False, server_default="0"),
    _precision_column(),
    Index("ix_revisions_replaced_at", "replaced_at"),
)

# Other ids under which articles and copies are known; see `index.storage.identities`.
identities = Table(
    "identities",
    metadata,
    Column("id", String, primary_key=True),
    Column("article_id", String, nullable=False),
    Index("ix_identities_article_id", "article_id"),
)

# The same story under another address.
copies = Table(
    "copies",
    metadata,
    Column("id", String, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    _precision_column(),
    _origin_set_column(),
    Index("ix_copies_article_id", "article_id"),
)

# Articles by what stands for their words in each band: those that share one may tell the same story.
bands = Table(
    "bands",
    metadata,
    Column("band", String, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_bands_article_id", "article_id"),
)

passages = Table(
    "passages",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("sentences", JSON, nullable=False),  # [[start, end], …]
    Column("fingerprint", String(16), nullable=False),  # of the model and splitter that made the vector
    Column("vector", LargeBinary, nullable=False),  # float16, unit length
    Index("ix_passages_article_id", "article_id"),
    Index("ix_passages_fingerprint", "fingerprint"),
    sqlite_autoincrement=True,  # an id is never used again: followers know passages by it
)

# What the followers have to do, in the order of `seq`.
changes = Table(
    "changes",
    metadata,
    Column("seq", _RowId, primary_key=True, autoincrement=False),
    Column("passage_id", BigInteger, nullable=False),
    Column("removed", SmallInteger, nullable=False),
)

# Files and folders that were read, so that a reindex can read them again; and addresses on the web, which
# are read again by themselves (see `index.storage.sources`). `pace` is in seconds, `error` is that of the
# last reading, `took` is how many seconds readings take.
sources = Table(
    "sources",
    metadata,
    Column("uri", Text, primary_key=True),
    Column("added_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("error", Text),
    Column("title", Text),
    Column("kind", String, nullable=False, server_default="files"),
    Column("state", String, nullable=False, server_default="ok"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("next_fetch", UtcDateTime),
    Column("last_ok", UtcDateTime),
    Column("newest", UtcDateTime),
    Column("pace", Float),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("articles", Integer, nullable=False, server_default="0"),
    Column("children", JSON),
    Column("notice", Text),
    Column("speaks_for", JSON),
    Column("lease_owner", String),
    Column("lease_until", UtcDateTime),
    Column("took", Float),
    Index("ix_sources_next_fetch", "next_fetch"),
)
_index_of_few("ix_sources_lease_owner", sources, ("lease_owner",), sources.c.lease_owner.is_not(None))

# The feeds (ids of their addresses) that pages of another site announce as theirs.
announcements = Table(
    "announcements",
    metadata,
    Column("feed", String(16), primary_key=True),
    Column("site", String, primary_key=True),
)

# Where articles came in: the addresses of sources, files, and uploads (see `index.storage.editions`). A
# number is never used again, because search indexes know origins by it.
origins = Table(
    "origins",
    metadata,
    Column("number", _RowId, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    sqlite_autoincrement=True,
)

# The sets of origins that brought articles and copies, as sorted numbers between commas; see
# `index.storage.receipts`. What brought a copy has brought its article, too.
origin_sets = Table(
    "origin_sets",
    metadata,
    Column("code", _RowId, primary_key=True, autoincrement=True),
    Column("members", Text, nullable=False, unique=True),
)
origin_set_members = Table(
    "origin_set_members",
    metadata,
    Column("origin", _RowId, primary_key=True, autoincrement=False),
    Column("code", _RowId, primary_key=True, autoincrement=False),
)

# Which origins an edition sees (`kept`), and which it reads again and again (`read`). A guild that has
# dropped a shared origin has a row for it that is not `kept`.
edition_origins = Table(
    "edition_origins",
    metadata,
    Column("edition", String, primary_key=True),
    Column("origin", _RowId, primary_key=True, autoincrement=False),
    Column("kept", Boolean, nullable=False),
    Column("read", Boolean, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Index("ix_edition_origins_origin", "origin"),
)

# Answers that a face has shown somewhere. Persons and places are as the face names them; `card` is its own.
# `continues` is the id of the answer that a follow-up question continues, which may be gone. `reply_to` is
# the message that asked, where it was one, and `language` that of the news that was asked for. `typed` is
# empty once the words of a private question are deleted: then the row is only counted.
posted_answers = Table(
    "posted_answers",
    metadata,
    Column("id", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("guild", String),
    Column("channel", String, nullable=False),
    Column("message", String, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("typed", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("since", UtcDateTime),
    Column("until", UtcDateTime),
    Column("source", Text),
    Column("answered", Boolean, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("posted_at", UtcDateTime, nullable=False),
    Column("card", JSON, nullable=False),
    Column("continues", String),
    Column("reply_to", String),
    Column("language", String),
    Index("ix_posted_answers_continues", "continues"),
    Index("ix_posted_answers_guild", "guild", "posted_at"),
    Index("ix_posted_answers_message", "message"),
    Index("ix_posted_answers_person", "person"),
    Index("ix_posted_answers_posted_at", "posted_at"),
)
_index_of_few(
    "ix_posted_answers_reply_to", posted_answers, ("reply_to",), posted_answers.c.reply_to.is_not(None)
)

# The quotes in them, and what has become of each at its publisher. The article may be gone meanwhile.
posted_quotes = Table(
    "posted_quotes",
    metadata,
    Column("answer_id", ForeignKey("posted_answers.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("article_id", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # of the article, up to which the quote has been compared
    Column("state", String, nullable=False),  # stands, changed or withdrawn
    Column("new_text", Text),
    Column("changed_at", UtcDateTime),
    Column("shown", Boolean, nullable=False),  # whether the posted message says so
    # Whether the article has changed since the quote was compared.
    Column("due", Boolean, nullable=False, server_default=false()),
    Index("ix_posted_quotes_article_id", "article_id"),
)
# The bot looks for these every half a minute, so the few that there are have indexes of their own.
_index_of_few("ix_posted_quotes_due", posted_quotes, ("answer_id", "place"), posted_quotes.c.due.is_(True))
_index_of_few("ix_posted_quotes_unshown", posted_quotes, ("answer_id",), posted_quotes.c.shown.is_(False))

# What people said about them: helpful, wrong or outdated.
feedback = Table(
    "feedback",
    metadata,
    Column("answer_id", ForeignKey("posted_answers.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String, primary_key=True),
    Column("verdict", String, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
)

# What the people who run a guild have set. No channels means all of them, no `news_languages` news in any.
guild_settings = Table(
    "guild_settings",
    metadata,
    Column("guild", String, primary_key=True),
    Column("channels", JSON, nullable=False),
    Column("reindex_roles", JSON, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("digest_channel", String),
    Column("language", String),
    Column("news_languages", JSON, nullable=False, server_default="[]"),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_guild_settings_changed_at", "changed_at"),
)

# What they did. A `person`, here as in every table, is somebody whose data can be exported and deleted.
audit_trail = Table(
    "audit_trail",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("guild", String, nullable=False),
    Column("person", String),
    Column("action", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("done_at", UtcDateTime, nullable=False),
    Column("origin", _RowId),
    Index("ix_audit_trail_guild", "guild", "id"),
    Index("ix_audit_trail_person", "person"),
)

# What somebody follows: for themselves, or where there is a channel, for all who read it. A `person` is
# somebody whose data can be exported and deleted.
follows = Table(
    "follows",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("person", String, nullable=False),
    Column("guild", String),
    Column("channel", String),
    Column("what", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("paused", Text),
    Index("ix_follows_person", "person"),
    Index("ix_follows_channel", "channel"),
)

# The embedding of `what`, float16 of length 1, and the model that made it (see `index.embeddings.base`).
follow_vectors = Table(
    "follow_vectors",
    metadata,
    Column("follow_id", ForeignKey("follows.id", ondelete="CASCADE"), primary_key=True),
    Column("model", String(8), nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

# How far each portion of the follows has been compared with new passages: up to the passage id `matched`.
follow_portions = Table(
    "follow_portions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("matched", BigInteger, nullable=False),
    Column("matched_at", UtcDateTime, nullable=False),
)

# The quotes sent of it: claimed, then sent. What was known from the start is not `alerted`.
follow_quotes = Table(
    "follow_quotes",
    metadata,
    Column("follow_id", ForeignKey("follows.id", ondelete="CASCADE"), primary_key=True),
    Column("article_id", String, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("alerted", Boolean, nullable=False),
    Index("ix_follow_quotes_claimed_at", "claimed_at"),
)
_index_of_few("ix_follow_quotes_unsent", follow_quotes, ("claimed_at",), follow_quotes.c.sent_at.is_(None))

# What a channel is sent every day, or where there is a weekday, every week: at an hour of its time zone. The
# `person` is who set it; it stays without them, unless it is `direct`: then it is sent to them alone.
# `chosen` are the articles of each story that is being sent. For the last four columns see
# `index.types.digest.Delivery`.
digests = Table(
    "digests",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("guild", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("person", String),
    Column("hour", Integer, nullable=False),
    Column("timezone", String, nullable=False),
    Column("weekday", Integer),
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("topics", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("number", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime),
    Column("claimed_at", UtcDateTime),
    Column("chosen", JSON(none_as_null=True)),
    Column("chosen_at", UtcDateTime),
    Column("stopped", Text),
    Column("role", String),
    Column("apart", Boolean, nullable=False, server_default=false()),
    Column("publish", Boolean, nullable=False, server_default=false()),
    Column("direct", Boolean, nullable=False, server_default=false()),
    Index("ix_digests_channel", "channel"),
    Index("ix_digests_guild", "guild"),
    Index("ix_digests_person", "person"),
    Index("ix_digests_next_at", "next_at"),
)

# The articles that were sent in them, for as long as they could come again.
digest_articles = Table(
    "digest_articles",
    metadata,
    Column("digest_id", ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True),
    Column("article_id", String, primary_key=True),
    Column("sent_at", UtcDateTime, nullable=False),
)

# When a person was here last, and the time before that: "what did I miss?" is answered from then on. `guild`
# is empty for direct messages and wherever the bot is not a member.
visits = Table(
    "visits",
    metadata,
    Column("person", String, primary_key=True),
    Column("guild", String, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("before_at", UtcDateTime),
    Index("ix_visits_seen_at", "seen_at"),
)

# What has been read and stored for a guild on a day in UTC (YYYY-MM-DD); see `index.storage.editions`.
usage = Table(
    "usage",
    metadata,
    Column("guild", String, primary_key=True),
    Column("day", String(10), primary_key=True),
    *(Column(unit, BigInteger, nullable=False) for unit in ("articles", "bytes")),
)

# Guilds that the bot was removed from, until all that is stored of them is deleted.
guilds_left = Table(
    "guilds_left",
    metadata,
    Column("guild", String, primary_key=True),
    Column("left_at", UtcDateTime, nullable=False),
)

# Who had their data deleted and when, so that a restored backup can be brought up to date: a hash of the
# person's id, made with `salt`. See `index.storage.people.privacy`.
deletions = Table(
    "deletions",
    metadata,
    Column("digest", String(32), primary_key=True),
    Column("salt", String(32), nullable=False),
    Column("deleted_at", UtcDateTime, nullable=False),
)

# Work that only one of several processes may do, and who does it for how long; see `index.storage.leases`.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", String, nullable=False),
    Column("process", Text, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

# Single values: the identity of this database, the last `seq`, the fingerprint of its vectors.
meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)
