"""The one place where text is normalised."""

import sys
import unicodedata
from unicodedata import combining

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import RecordError
from index.text.normalize import (
    article_id,
    canonical_line,
    canonical_text,
    canonical_url,
    content_hash,
    text_hash,
)

ANY_TEXT = st.text(st.characters())  # lone surrogates, controls and all
CLEAN = st.text(st.sampled_from("Aé ñ漢“”’—\n\t.👩‍🚀")).map(
    lambda text: unicodedata.normalize("NFC", text).strip()
)


@given(ANY_TEXT)
def test_canonical_text_is_a_fixed_point(raw: str) -> None:
    once = canonical_text(raw)
    assert canonical_text(once) == once
    assert once == once.strip()
    assert "\r" not in once
    once.encode()  # nothing is left that cannot be stored


@given(st.text(st.sampled_from("aé漢\u0301\u0327\u0344\u0345\u3099\u0f73"), max_size=200))
def test_canonical_text_with_many_accents_is_a_fixed_point(raw: str) -> None:
    once = canonical_text(raw)
    assert canonical_text(once) == once


def test_a_tower_of_accents_takes_no_time_and_is_cut() -> None:
    """Python puts them in order in quadratic time: these would take hours."""
    for accents in ("\u0301\u0327" * 1_000_000, "\u0301" * 1_000_000 + "\u0327" * 1_000_000):
        assert len(canonical_text(f"a{accents} word")) <= 40
    written = "Z\u0351\u036b\u0343\u036a\u0302" * 20  # as people write for fun
    assert canonical_text(written) == unicodedata.normalize("NFC", written)
    everything = map(chr, range(sys.maxunicode + 1))
    assert all(canonical_text("a" + char * 100) != "a" + char * 100 for char in everything if combining(char))


@given(CLEAN)
def test_clean_text_comes_out_as_it_is(text: str) -> None:
    assert canonical_text(text) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u2028b\u2029c\x0cd", "a\nb\nc\nd"),
        ("\ufeffa\u200bb\x00c", "abc"),
        ("pay \u202egnp.exe\u202c", "pay gnp.exe"),
        ("e\u0301t\u00e9", "été"),
        ("\n\n  a  b\n\n", "a  b"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
    ],
)
def test_what_is_cleaned(raw: str, text: str) -> None:
    assert canonical_text(raw) == text


@given(ANY_TEXT)
def test_a_line_is_one_line(raw: str) -> None:
    line = canonical_line(raw)
    assert line.splitlines() in ([], [line])
    assert line.split(" ") == (line.split() or [""])


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("HTTPS://News.Example/A?b=1&utm_source=x&fbclid=y#top", "https://news.example/A?b=1"),
        (" https://news.example/a ", "https://news.example/a"),
        ("https://news.example/a?q=&id=2", "https://news.example/a?q=&id=2"),
    ],
)
def test_addresses(raw: str, url: str) -> None:
    assert canonical_url(raw) == url
    assert article_id(raw) == article_id(url)


def test_other_addresses_are_other_articles() -> None:
    ids = {article_id(f"https://news.example/{path}") for path in ("a", "A", "a?id=1", "a?id=2")}
    assert len(ids) == 4
    assert {len(id) for id in ids} == {16}


@pytest.mark.parametrize("url", ["http://[half", "http://[::1/x"])
def test_an_impossible_address_is_a_broken_record(url: str) -> None:
    with pytest.raises(RecordError, match="address"):
        article_id(url)


def test_hashes_see_words_and_not_white_space() -> None:
    assert text_hash("one two\n\nthree") == text_hash("one  two three") != text_hash("one two three!")
    assert content_hash(["a b", "c"]) == content_hash(["a\nb", "c"])
    assert content_hash(["a", "b c"]) != content_hash(["a b", "c"])


def test_hashes_stay_what_they_are_because_they_are_stored() -> None:
    assert article_id("https://news.example/a") == "5ea8bd8f00101c9a"
    assert text_hash("zwei Häuser") == "303075f1d8f1540b5e5f9e3917c4919ba06d5926f8e09fc7b26b851e7be509ae"
    assert content_hash(["zwei", "neue Häuser"]) == (
        "c257a1fdfefe16e7231b88e90a43feaebbb3ae66cc74b5ff8f25b73274127585"
    )
