"""Passages are runs of whole sentences."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from index.text.boilerplate import reporting
from index.text.passages import TARGET_CHARS, split_passages
from tests.fakes import story

TEXT = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(["He left. ", "Mr. Smith ", "long " * 50, "\n\n", "。", "x" * 700, "\n\nMore: a\n\n"])
    ).map("".join),
)


@given(TEXT)
def test_every_sentence_of_the_story_is_in_exactly_one_passage(text: str) -> None:
    passages = split_passages(text)
    inside = [sentence for passage in passages for sentence in passage.sentences]
    assert inside == [sentence for run in reporting(text) for sentence in run]
    position = 0
    for passage in passages:
        assert position <= passage.span.start < passage.span.end <= len(text)
        assert passage.span == (passage.sentences[0].start, passage.sentences[-1].end)
        position = passage.span.end


@given(TEXT)
def test_a_passage_ends_where_something_was_left_out(text: str) -> None:
    runs = [set(run) for run in reporting(text)]
    for passage in split_passages(text):
        assert sum(bool(run.intersection(passage.sentences)) for run in runs) == 1


@given(TEXT)
def test_a_passage_is_short_or_a_single_sentence(text: str) -> None:
    for start, end in (passage.span for passage in split_passages(text) if len(passage.sentences) > 1):
        assert end - start <= TARGET_CHARS


@given(TEXT)
def test_passages_are_not_shorter_than_they_must_be(text: str) -> None:
    ends = {run[-1].end for run in reporting(text)}
    passages = split_passages(text)
    for passage, following in itertools.pairwise(passages):
        too_long = following.sentences[0].end - passage.span.start > TARGET_CHARS
        assert too_long or passage.span.end in ends


def test_a_story_makes_a_few_passages() -> None:
    text = story("Rotterdam", 20)
    passages = split_passages(text)
    assert 3 <= len(passages) <= 5
    assert all(2 <= len(passage.sentences) <= 8 for passage in passages)


def test_nothing_makes_no_passage() -> None:
    assert split_passages("") == split_passages(" \n ") == []
