"""Which stored article an entry of a feed is: moved, another at the same address, or a copy of an old id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from index.ingest.identity import KnownIdentities, identify, is_same_story
from index.text.normalize import FEED_CHARS, article_id, entry_id
from index.types.article import Article
from tests.fakes import article, story

FEED = "https://kurier.example/rss"
OLD = article("old", story("bridge"), title="Bridge closed")
FERRY = (
    "A ferry has sailed to the island again since noon. Forty people were on board, the harbour office says."
)
NEW_URL = "https://wire.example/2025/bridge"


def entry(one: Article, guid: str, url: str | None = None) -> Article:
    url = url or one.url
    return replace(one, id=article_id(url), url=url, entry=entry_id(FEED, guid))


def known(*articles: Article, others: dict[str, str] | None = None) -> KnownIdentities:
    feeds = {id: {other[:FEED_CHARS]} for other, id in (others or {}).items()}
    stored, places = {one.id: one for one in articles}, {one.id: one.url for one in articles}
    return KnownIdentities(stored, others or {}, feeds, places)


def test_a_new_entry_is_known_by_its_guid_from_now_on() -> None:
    read = entry(OLD, "g1")
    found = identify(read, known())
    assert (found.article.id, found.moved, found.ids) == (article_id(OLD.url), False, (read.entry,))


def test_the_same_guid_at_another_address_has_moved() -> None:
    read = entry(OLD, "g1", NEW_URL)
    stored = replace(OLD, id="stored")
    found = identify(read, known(stored, others={str(read.entry): "stored"}))
    assert (found.article.id, found.article.url, found.moved) == ("stored", NEW_URL, True)
    assert found.ids == (article_id(NEW_URL),)


def test_a_guid_that_is_used_again_for_another_story_is_another_article() -> None:
    other = article("other", FERRY, title="Ferry sails")
    read = replace(entry(other, "top", NEW_URL), published_at=OLD.published_at + timedelta(hours=3))
    found = identify(read, known(OLD, others={str(read.entry): OLD.id}))
    assert (found.article.id, found.moved, found.ids) == (article_id(NEW_URL), False, (read.entry,))


def test_two_guids_at_one_address_are_two_articles() -> None:
    stored = replace(OLD, id=article_id(NEW_URL))
    notice = article("notice", FERRY, title="Bath shut")
    read = replace(entry(notice, "g2", NEW_URL), published_at=OLD.published_at + timedelta(hours=3))
    found = identify(read, known(stored, others={entry_id(FEED, "g1"): stored.id}))
    assert found.article.id == str(read.entry)[FEED_CHARS:]
    other_feed = {entry_id("https://kurier.example/sport", "g1"): stored.id}
    assert identify(read, known(stored, others=other_feed)).article.id == stored.id


def test_a_guid_that_changes_with_every_reading_is_the_same_story() -> None:
    stored = replace(OLD, id=article_id(OLD.url))
    read = entry(OLD, "g2")
    assert identify(read, known(stored, others={entry_id(FEED, "g1"): stored.id})).article.id == stored.id


def test_an_old_id_is_found_under_the_new_form_of_an_address() -> None:
    read = replace(OLD, id=article_id(OLD.url))
    assert identify(read, known(others={read.id: "older"})).article.id == "older"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"title": "BRIDGE  closed", "text": FERRY}, True),
        ({"title": "Corrected", "text": f"{OLD.text} More."}, True),
        ({"title": "Corrected", "text": FERRY}, True),
        ({"title": "Ferry", "text": FERRY, "published_at": OLD.published_at + timedelta(1)}, False),
        ({"title": "Ferry", "text": FERRY, "published_precision": "day"}, False),
    ],
)
def test_the_same_story(change: dict[str, object], same: bool) -> None:
    assert is_same_story(replace(OLD, **change), OLD) is same  # type: ignore[arg-type]
