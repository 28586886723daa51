"""Highlights where a source gave none: slices of the text, in its order."""

from hypothesis import given
from hypothesis import strategies as st

from index.overviews.highlights import COUNT, central_sentences, highlights
from index.text.boilerplate import reporting
from index.text.sentences import is_whole
from index.types.answer import MAX_QUOTE_CHARS
from tests.fakes import article, story

TEXT = st.lists(
    st.sampled_from(
        [
            "The harbour of Rotterdam opened on Monday. ",
            "Ships now take electricity from the quay. ",
            "Nobody was hurt there. ",
            "Follow her on Twitter @janedoe. ",
            "What we know\n",
            "x " * 400 + ". ",
            "Mr. ",
            "“The end is near,” she said.\n\n",
        ]
    )
).map("".join)


@given(st.one_of(TEXT, st.text()))
def test_highlights_are_whole_sentences_in_their_order(text: str) -> None:
    chosen = central_sentences(text)
    sentences = [text[start:end] for run in reporting(text) for start, end in run]
    rest = iter(sentences)
    assert all(each in rest for each in chosen)
    assert all(is_whole(each) and len(each) <= MAX_QUOTE_CHARS for each in chosen)
    quotable = [each for each in sentences if is_whole(each) and len(each) <= MAX_QUOTE_CHARS]
    assert len(chosen) <= COUNT
    assert bool(chosen) == bool(quotable)


def test_the_sources_own_come_first() -> None:
    assert highlights(article(highlights=("Theirs.",))) == ("Theirs.",)
    assert len(highlights(article())) == COUNT


def test_the_same_text_has_the_same_highlights() -> None:
    assert central_sentences(story("a")) == central_sentences(story("a"))
