"""Likeness of texts, and the bands that find it."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from index.ingest.shingles import BANDS, DAYS_APART, MIN_CHARS, SAME_STORY, bands, likeness
from tests.fakes import article, story

WIRE = article("wire", " ".join(story(name, 3) for name in ("harbour", "quay", "ship", "crane", "dock")))
EDITED = replace(WIRE, text=f"{WIRE.text} The Sample Wire reported it.")


def test_a_text_is_like_itself_however_it_is_set() -> None:
    set_anew = replace(WIRE, text=WIRE.text.replace(". ", ".\n\n").upper())
    assert likeness(WIRE, set_anew) == likeness(WIRE, WIRE) == 1.0
    assert bands(set_anew.text) == bands(WIRE.text)


def test_an_edited_story_shares_a_band() -> None:
    assert SAME_STORY < likeness(WIRE, EDITED) < 1
    assert set(bands(WIRE.text)) & set(bands(EDITED.text))


def test_different_stories_do_not() -> None:
    other = article(
        "other", " ".join(story(name, 3) for name in ("budget", "vote", "council", "tax", "school"))
    )
    assert likeness(WIRE, other) < SAME_STORY
    assert not set(bands(story("the very long name of a port", 30))) & set(bands("Nobody knows why. " * 30))


def test_the_same_words_with_other_numbers_are_another_story() -> None:
    first, second = (replace(WIRE, text=f"{WIRE.text} The winning number was {n}.") for n in (12, 40))
    assert likeness(first, second) == 0
    assert likeness(first, WIRE) > SAME_STORY


def test_the_same_words_days_later_are_another_story() -> None:
    later = replace(WIRE, published_at=WIRE.published_at + timedelta(days=DAYS_APART))
    assert likeness(WIRE, later) == likeness(later, WIRE) == 0


def test_short_texts_are_like_nothing() -> None:
    short = article("short", "This is a developing story.")
    assert likeness(short, short) == 0
    assert bands(short.text) == ()


def test_bands_are_the_same_on_every_machine() -> None:
    """And the same as those that datasketch made, which earlier versions stored."""
    assert bands("The port opened. " * 30)[0] == "00c305d36dd922f9269f909955bca3b1260e9e7358e313111b"
    digest = hashlib.sha256("".join(bands(WIRE.text)).encode()).hexdigest()
    assert digest == "538bececad60ae1d1631453785037739d740d6c7099f50bbd8f733c4b09a87e0"


@given(st.text(min_size=MIN_CHARS), st.text(min_size=MIN_CHARS))
def test_any_texts(one: str, other: str) -> None:
    first, second = article("first", one), article("second", other)
    assert 0 <= likeness(first, second) == likeness(second, first) <= 1
    assert len(set(bands(one))) == BANDS
