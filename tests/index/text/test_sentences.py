"""Where sentences begin and end."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text.normalize import canonical_text
from index.text.sentences import is_whole, split_sentences
from index.text.spans import Span

PIECES = "Mr. U.S. 3.5 … ... ? !” . He said “ ( 。 a.m. I. The – • é".split()
NEWSLIKE = st.lists(st.sampled_from([*PIECES, " ", " ", "\n", "\n\n", "\u00a0", "x" * 70]), max_size=40).map(
    "".join
)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@given(st.one_of(NEWSLIKE, st.text()))
@example("")
@example("\n \n")
def test_every_character_that_is_not_blank_lies_in_exactly_one_span(text: str) -> None:
    spans = split_sentences(text)
    position = 0
    for start, end in spans:
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    "sentences",
    [
        ["One came.", "Two went!", "Who stayed?", "Nobody."],
        ["Mr. Smith and Dr. J. R. Jones met Gen. Lee on St. James St. yesterday.", "They left."],
        ["The U.S. Army and U.N. Secretary-General António Guterres agreed.", "It ended."],
        ["It happened in the U.S.", "The law changed at 9 a.m.", "Then it rained."],
        ["Prices rose 3.5 percent to $1,200.50 in No. 5 Wall St. trading.", "Nobody knew why."],
        ["He wrote “We won.”", 'She said: "Never!"', "Both smiled."],
        ["“Is it over?” she asked.", "It was."],
        ["He waited… and waited.", "Then…", "Nothing happened."],
        ["Well... perhaps not.", "We go on..."],
        ["Inc. Magazine named J.K. Rowling.", "Acme Inc. officials said no."],
        ["“Wait!!!” he cried.", "(Nobody did.)", "The end."],
        ["¿Quién ganó?", "¡Nadie ganó!", "Fin."],
        ["It was I.", "Nobody else was there."],
        ["Jan. 6 and Feb. 29 were discussed.", "March came."],
    ],
)
def test_sentences_of_a_paragraph(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


def test_full_width_stops_need_no_space() -> None:
    text = "首相は東京で演説した。「経済は回復する。」と述べた！"
    assert split(text) == ["首相は東京で演説した。", "「経済は回復する。」", "と述べた！"]


def test_wrapped_lines_are_one_sentence() -> None:
    wrapped = (
        "The minister told reporters in the capital on Tuesday that the new\n"
        "bridge would be opened by the end of the year, two years later than\n"
        "planned. Nobody objected."
    )
    assert split(wrapped) == [wrapped[: wrapped.index(" Nobody")], "Nobody objected."]


def test_headings_and_list_entries_stand_alone() -> None:
    text = (
        "What we know\nThe dam broke at noon.\n• Two towns were flooded\n• Nobody was hurt\n\nWhat comes next"
    )
    assert split(text) == [
        "What we know",
        "The dam broke at noon.",
        "• Two towns were flooded",
        "• Nobody was hurt",
        "What comes next",
    ]


@pytest.mark.parametrize("before", ["", "First part.\n\n", "A heading\n", "He left. ", "He left.\n"])
def test_an_abbreviation_at_the_start_of_a_paragraph_ends_nothing(before: str) -> None:
    assert split(f"{before}Mr. Smith came. She stayed.")[-2:] == ["Mr. Smith came.", "She stayed."]


def test_what_follows_the_paragraph_does_not_matter() -> None:
    assert split("They flew to the U.S.\n\nOfficials agreed.") == [
        "They flew to the U.S.",
        "Officials agreed.",
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        "Hello. " + " " * 200_000 + "\nB",
        "!" * 200_000 + "x",
        "." + "”" * 200_000 + "x",
        "a.\n" * 100_000,
        "\n  " * 200_000 + "x",
        ". “" * 100_000,
        "U.S. " * 100_000,
        "x" * 400_000,
    ],
    ids=["spaces", "stops", "closers", "lines", "blank", "openers", "abbreviations", "word"],
)
def test_time_grows_with_length_only(hostile: str) -> None:
    started = time.process_time()
    split_sentences(canonical_text(hostile))
    assert time.process_time() - started < 5  # linear: well under a second; quadratic: minutes


@pytest.mark.parametrize(
    ("sentence", "whole"),
    [
        ("The dam broke at noon.", True),
        ("“Nobody was hurt there,” she said.", True),
        ("He asked, “What is it?”", True),
        ("首相は東京で演説した。", True),
        ("What we know so far", False),
        ("Photo: Reuters.", False),
        ("and then the rest was gone.", False),
        ("The article goes on like this...", False),
        ("He trailed off like this…", False),
    ],
)
def test_whole_sentences_are_told_from_headings(sentence: str, whole: bool) -> None:
    assert is_whole(sentence) is whole


def test_spans_are_values() -> None:
    assert split_sentences("A b.") == [Span(0, 4)]
