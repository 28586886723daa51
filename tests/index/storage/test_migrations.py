"""Migrations that fill in what earlier versions did not note."""

from __future__ import annotations

from datetime import datetime

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from index.storage.articles import Store
from index.storage.database import Database
from index.storage.editions import Editions
from index.storage.guilds import Guilds
from index.storage.people.posted import Posted
from index.text.normalize import article_id, foreign_id
from index.types.article import Authority
from index.types.guild import GuildSettings
from tests.fakes import NOW

_ARTICLE = (
    "INSERT INTO articles (id, revision, url, title, text, source, published_at, highlights, authors, "
    "topics, content_hash, text_hash, via, read_at) "
    "VALUES (:id, 1, :url, 'Title', 'Words.', :source, :now, '[]', '[]', '[]', :id, :id, :via, :now)"
)
_POSTED = (
    "INSERT INTO posted_answers (id, person, channel, message, private, typed, question, as_of, answered, "
    "confidence, posted_at, card) "
    "VALUES ('answer', '7', '1', '2', false, 'q', 'q', :now, true, 0.9, :now, '{}')"
)


def url_of(name: str) -> str:
    return f"https://wire.example/{name}"


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "index:migrations")
    config.set_main_option("recursive_version_locations", "true")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_whose_words_stored_ones_are_is_filled_in_and_others_make_room(database_url: str) -> None:
    """Words of a feed of another site, and uploads, leave the ids of addresses with all about them."""
    engine = create_engine(database_url)
    now: dict[str, datetime] = {"now": NOW}
    with engine.begin() as connection:
        _upgrade(connection, "0014")
        for site, title in (("wire", "The Wire"), ("planet", "Planet Harbour")):
            feed = {"uri": f"https://feeds.{site}.example/rss", "title": title, **now}
            added = "INSERT INTO sources (uri, title, kind, added_at) VALUES (:uri, :title, 'rss', :now)"
            connection.execute(text(added), feed)
        for name, source, via in (
            ("page", "The Wire", "page"),
            ("own", "The Wire", "feed"),
            ("foreign", "Planet Harbour", "feed"),
            ("upload", "The Wire", "upload"),
            ("unknown", "Somebody", "feed"),
        ):
            url = url_of(name)
            row = {"id": article_id(url), "url": url, "source": source, "via": via, **now}
            connection.execute(text(_ARTICLE), row)
        about = {"id": article_id(url_of("foreign")), **now}
        for statement in (
            "INSERT INTO bands VALUES ('band', :id)",
            "INSERT INTO origin_sets (code, members) VALUES (7, '0')",
            "INSERT INTO origin_set_members (code, origin) VALUES (7, 0)",
            "UPDATE articles SET origin_set = 7 WHERE id = :id",
            "INSERT INTO identities VALUES ('another', :id)",
            "INSERT INTO copies (id, article_id, url, source, published_at) "
            "VALUES ('copy', :id, 'https://real.example/1', 'The Real One', :now)",
            _POSTED,
            "INSERT INTO posted_quotes (answer_id, place, article_id, start, text, revision, state, shown) "
            "VALUES ('answer', 0, :id, 0, 'Words.', 1, 'stands', true)",
        ):
            connection.execute(text(statement), about)
    engine.dispose()
    store = Store.open(database_url)
    moved = foreign_id(article_id(url_of("foreign")), "planet.example")
    handed_in = foreign_id(article_id(url_of("upload")), "")
    others = [article_id(url_of(name)) for name in ("page", "own", "unknown")]
    known = store.known([*others, moved, handed_in])
    assert {id: one.authority for id, one in known.items()} == {
        article_id(url_of("page")): Authority.FETCHED,
        article_id(url_of("own")): Authority.SITE,
        article_id(url_of("unknown")): Authority.SITE,
        moved: Authority.FOREIGN,
        handed_in: Authority.FOREIGN,
    }
    assert store.count_articles() == len(known), "what was stored is kept, and nothing else"
    assert store.article_ids_by_band(["band"]) == {"band": [moved]}
    assert not store.known_copies(["copy"]), "the site that had the same words is read again"
    assert store.receipts.origins_of([moved]) == {moved: {0}}
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT article_id FROM posted_quotes")).scalars().all() == [moved]
        assert not connection.execute(text("SELECT id FROM identities")).all()
    store.close()


def test_a_guild_that_has_chosen_no_languages_sees_news_in_all(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        _upgrade(connection, "0021")
        connection.execute(
            text(
                "INSERT INTO guild_settings (guild, channels, reindex_roles, private, language, changed_at) "
                "VALUES ('1', '[\"10\"]', '[]', true, 'de', :now)"
            ),
            {"now": NOW},
        )
        connection.execute(text(_POSTED), {"now": NOW})
    engine.dispose()
    database = Database.open(database_url)
    guilds, posted = Guilds(database, lambda: NOW), Posted(database).find("answer")
    assert guilds.settings("1") == GuildSettings(channels=("10",), private=True, language="de")
    assert Editions(database, lambda: NOW).languages("1") is None
    assert posted is not None
    assert (posted.question, posted.language) == ("q", None)
    database.close()
