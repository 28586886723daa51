"""What is shown: verbatim, within Discord's limits, and honest about what is missing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.base import MAX_BODY, Card
from bot.cards.headlines import headlines_card
from bot.cards.status import status_card
from bot.text.markdown import length
from bot.text.sizes import size_text
from index import (
    Article,
    Headline,
    Source,
    Status,
)
from tests.discord.markdown import shown
from tests.hostile import ARTICLES, TEXTS

PUBLISHED = datetime(2025, 6, 4, 23, 29, tzinfo=UTC)
UPDATED = datetime(2025, 6, 5, tzinfo=UTC)
DAY = datetime(2025, 6, 1, tzinfo=UTC)
DAY_END = datetime(2025, 6, 7, 23, 59, 59, 999_999, tzinfo=UTC)


def an_article(text: str = "Two quays can supply ships. A third follows.", **changes: object) -> Article:
    known = {
        "id": "a1",
        "url": "https://news.example/port",
        "title": "Port opens shore power",
        "source": "Sample Wire",
        "published_at": PUBLISHED,
    }
    return Article(text=text, **(known | changes))  # type: ignore[arg-type]


@given(st.lists(st.builds(Headline, ARTICLES, st.lists(TEXTS, max_size=5).map(tuple)), max_size=8))
@settings(max_examples=40, deadline=None)
def test_headlines_fit_and_say_how_many_do_not(headlines: list[Headline]) -> None:
    card = headlines_card(headlines)
    visible = card.body.count("published <t:")
    assert length(card.body) <= MAX_BODY
    assert visible == len(headlines) or f"-# {len(headlines) - visible} more article" in card.body
    assert bool(visible) == bool(headlines)
    assert "/srv/private" not in card.body


def test_headlines_look_like_this() -> None:
    headline = Headline(an_article(updated_at=UPDATED), ("Two quays *so far*.", "More\nto come."))
    card = headlines_card([headline], topic="ports & ships", source="Sample Wire")
    assert card.title == "Latest news · ports & ships · Sample Wire"
    assert card.body == (
        "**[Port opens shore power](https://news.example/port)**\n"
        "-# **Sample Wire** · <t:1749079740:R>\n"
        "-# published <t:1749079740:f>\n"
        "-# updated <t:1749081600:f>\n"
        "- Two quays \\*so far\\*.\n"
        "- More\n  to come."
    )


def test_no_headline_says_what_to_try() -> None:
    assert headlines_card([], topic="ports").body.startswith("No article matches.")


def test_a_card_becomes_an_embed() -> None:
    embed = Card("Title", "Body", "Footer", 0x123456).embed()
    assert (embed.title, embed.description, embed.footer.text) == ("Title", "Body", "Footer")
    assert "footer" not in Card("Title", "Body").embed().to_dict()


def failing(number: int, title: str | None = None) -> Source:
    url = f"https://feeds{number}.example/rss?token=secret"
    return Source(
        url, PUBLISHED, title=title, error="The server said *no*: ask its people for another address."
    )


def test_the_status_tells_what_the_index_takes_up_and_what_fails() -> None:
    broken = tuple(failing(number, "Sample *Feed*" if number == 0 else None) for number in range(10))
    status = Status(
        *(50, 122, PUBLISHED, 4, "local", "ready", "model", "sqlite"),
        addresses=12,
        failing=broken,
        disk_bytes=61_400_000,
        memory_bytes=999,
    )
    everybody = shown(status_card(status, "1.2", 0.04).body)
    assert "Search index" not in everybody
    operated = shown(status_card(status, "1.2", 0.04, operator=True).body)
    assert "Search index 61 MB on disk, 999 bytes in memory" in operated
    assert "10 of 12 addresses cannot be read" in everybody
    assert "ask its people" not in everybody
    told = shown(status_card(status, "1.2", 0.04, details=True).body)
    assert "Sample *Feed*: The server said *no*: ask its people" in told
    assert "feeds7.example" in told
    assert "feeds8.example" not in told
    assert told.endswith("and 2 more")
    assert "secret" not in told


def test_a_status_fits_however_much_has_to_be_escaped() -> None:
    broken = tuple(replace(failing(i, "*" * 500), error="*" * 2000) for i in range(50))
    status = Status(50, 122, PUBLISHED, 4, "local", "ready", "model", "sqlite", failing=broken)
    assert length(status_card(status, "1.2", 0.04, details=True).body) <= MAX_BODY


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (4200, "4.2 kB"), (61_400_000, "61 MB"), (1_250_000_000, "1.2 GB")],
)
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


def test_the_status_never_names_paths_or_the_database() -> None:
    status = Status(
        1842,
        9001,
        PUBLISHED,
        12,
        "local",
        "stale",
        "/srv/model",
        "postgresql://u:secret@db/news",
        "Run it: now.",
    )
    card = status_card(status, "1.2", 0.0423)
    assert card.footer == "newsbot 1.2 · Discord answers in 42 ms"
    assert status_card(status, "1.2", float("inf")).footer == "newsbot 1.2"
    assert card.title == "The index is out of date"
    assert shown(card.body).splitlines()[0] == "1,842 articles · 9,001 passages · 12 sources"
    assert "Run it: now." not in shown(card.body)
    assert "Run it: now." in shown(status_card(status, "1.2", 0.04, operator=True).body)
    assert "secret" not in card.body
    assert "/srv" not in card.body
