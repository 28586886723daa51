"""What a message claims, without its markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.claim import MAX_CLAIM, claim, quoted_claim


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<@123> **The bridge** opened https://news.example/x today", "The bridge opened today"),
        ("[The bridge](https://news.example) <:smile:1> ||opened||", "The bridge opened"),
        ("# News\n> The *bridge* opened", "News The bridge opened"),
        ("<@1> @everyone <t:1:R> 😀", ""),
        ("😀😀", ""),
    ],
)
def test_only_the_words_count(content: str, expected: str) -> None:
    assert claim(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('He said "we will not close the school" again', "we will not close the school"),
        ("Look:\n> We will not close the school.\nAmazing", "We will not close the school."),
        ("„Wir schließen die Schule nicht“, sagte er", "Wir schließen die Schule nicht"),
        ("We will not close the school", "We will not close the school"),
    ],
)
def test_the_quoted_words_are_checked(content: str, expected: str) -> None:
    assert quoted_claim(content) == expected


@given(st.text())
def test_any_message_has_a_claim_or_none(content: str) -> None:
    for found in (claim(content), quoted_claim(content)):
        assert len(found) <= MAX_CLAIM
        assert "\n" not in found
