"""Addresses of articles, as everybody sees them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.quotes import linked
from bot.cli.json_output import answer_json
from bot.terminal.answers import answer_view, show
from index import Question, masked, public_address
from tests.fakes import article, open_news

KEY = "h7Gq29XcbV04Lm8Z"
MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\ufeff\u00ad"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"https://ann:{KEY}@a.example/story", "https://a.example/story"),
        (f"https://{KEY}@a.example:81/story?id=7", "https://a.example:81/story?id=7"),
        ("https://a.example/story?token=x1&page=2#top", "https://a.example/story?page=2#top"),
        ("https://a.example/story?page=2&to%6ben=x1", "https://a.example/story?page=2"),
        ("https://a.example/story?api_key=x1;page=2", "https://a.example/story?page=2"),
        (f"https://a.example/story?u=7&x={KEY}", "https://a.example/story?u=7"),
        (f"https://a.example/story?{KEY}", "https://a.example/story"),
        ("https://a.example/story;jsessionid=1?page=2", "https://a.example/story?page=2"),
        ("https://a.example/story#access_token=x1&state=2", "https://a.example/story#state=2"),
        ("https://a.example/to?url=https://b.example/?token=x1&page=2", "https://a.example/to?page=2"),
        ("https://a.example/to?url=https%3A%2F%2Fb.example%2F%3Ftoken%3Dx1", "https://a.example/to"),
        ("https://a.example/to?u=https%253A%252F%252Fann%253Ax1%2540b.example", "https://a.example/to"),
        ("https://a.example/story?page=2?token=x1", "https://a.example/story"),
        ("https://a.example/\u202egpj.exe", "https://a.example/%E2%80%AEgpj.exe"),
        ("https://a.example\u2066/story", "https://a.example%E2%81%A6/story"),
    ],
)
def test_what_looks_secret_is_left_out_of_a_link(address: str, shown: str) -> None:
    assert public_address(address) == shown
    assert public_address(shown) == shown


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/2025/06/07/a-long-headline-of-many-words?page=2&lang=en",
        f"https://a.example/story?id={KEY}",  # names the page
        "https://a.example/story?article_id=65a1b2c3d4e5f60718293a4b&p=2",
        "https://a.example/story?x=1234567890123456789",
        "https://a.example/story?x=2025-06-07-headline-of-many-words",
        "https://a.example/story?x=123e4567-e89b-12d3-a456-426614174000",
        "https://a.example/search?q=secret+token+of+love&author=ann",
        "https://a.example/to?url=https%3A%2F%2Fb.example%2F%3Fpage%3D2",
        "https://a.example/港口?标题=罢工",
        "https://a.example/story?",
        "https://a.example/live#entry-7",
        "urn:story:1",
    ],
)
def test_what_names_the_page_stays(address: str) -> None:
    assert public_address(address) == address


@given(st.text(), st.sampled_from(MARKS))
def test_no_mark_of_direction_and_no_user_is_left(text: str, mark: str) -> None:
    shown = public_address(f"https://ann:{KEY}@a.example/{mark}{text}{mark}")
    assert not any(char in shown for char in MARKS)
    assert urlsplit(shown.split("#")[0].split("?")[0]).username is None
    assert not any(char in masked(f"https://a.example/{mark}x") for char in MARKS)


@pytest.mark.parametrize(
    "pattern", ["://", "?a=", "&", ";", "#", "a", "1", "a1", "=", "%41", "x@", "https://"]
)
def test_long_addresses_take_linear_time(pattern: str) -> None:
    """100 kB in less than half a second, where twice as much takes at most about twice as long."""
    began = time.perf_counter()
    for address in (f"https://a.example/?{pattern * (100_000 // len(pattern))}", pattern * 30_000):
        public_address(address)
        masked(address)
    assert time.perf_counter() - began < 2


def test_nothing_secret_is_seen_of_an_article_in_discord_the_terminal_or_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 of the user, the password, the token and the mark are in a card, the terminal or JSON."""
    from rich.console import Console

    secrets = ("ann", KEY, "hunter2", "\u202e")
    url = f"https://ann:hunter2@a.example/story?token={KEY}&page=2&x=\u202etxt"
    text = "The council opened the bridge on Monday. About 300 people came to see it."
    with open_news(tmp_path, [article("bridge", text)]) as news:
        answer = news.ask(Question("How many people came to see the bridge?"))
        (first, *_) = answer.quotes
        # As a feed may bring it: the reader of JSON lines drops some marks itself.
        quote = replace(first, article=replace(first.article, url=url))
        answer = replace(answer, quotes=(quote,))
        card = linked("Bridge", quote.link, quote.article.url)
        show(Console(width=200), answer_view(answer, UTC))
        views = [card, quote.link, capsys.readouterr().out, str(answer_json(answer))]
    assert all("a.example/story?page=2&x=%E2%80%AEtxt" in view for view in views)
    assert not any(secret in view for secret in secrets for view in views)
