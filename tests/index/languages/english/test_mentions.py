"""Names, numbers and dates in passages, and what the passages agree on."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.languages.english.mentions import Mention, Words, find_mentions, notable_words, split_words, votes

WORDS = (
    "Kim met 12 troops 11,000 three Moscow in 2024 May 5 $5 million 3.5% hours the on Monday said _ — ² Ⅷ É "
    "ß 李 नि"
).split()
TEXTS = st.one_of(st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join), st.text(max_size=100))


def terms(text: str) -> list[str]:
    """Return what an index might make of a text; like the real one it leaves out very long words."""
    return [word.lower().removesuffix("s") for word in re.findall(r"[^\W_]+", text) if len(word) <= 60]


def mentions_of(
    text: str,
    question: Mapping[str, float] | None = None,
    title_share: float = 0.0,
    starts: tuple[int, ...] = (),
) -> tuple[Words, list[Mention]]:
    words = split_words(text, terms)
    first = {words.between(start, start).start for start in starts}
    notable = notable_words(text, words)
    return words, find_mentions(
        words, notable, first, question or {}, title_share, lambda stem: stem == "the"
    )


def kinds_of(text: str) -> dict[str, str]:
    words, found = mentions_of(text)
    return {words.written[mention.word]: mention.kind for mention in found}


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("it cost $5 million", "5", "amount"),
        ("it cost €1,250 more", "250", "amount"),
        ("it cost £ 30 more", "30", "amount"),
        ("prices rose 3.5% at once", "3", "amount"),
        ("prices rose 3.5% at once", "5", "amount"),
        ("prices rose 12 percent", "12", "amount"),
        ("about 40 million dollars", "40", "amount"),
        ("a 50-euro note", "50", "amount"),
        ("it took 40 seconds", "40", "duration"),
        ("a three-year plan", "three", "duration"),
        ("for 2.5 hours", "2", "duration"),
        ("in 2024 it rained", "2024", "date"),
        ("on 5 November it rained", "5", "date"),
        ("on November 5 it rained", "5", "date"),
        ("on the 3rd of May", "3rd", "date"),
        ("on 7 May 2025", "7", "date"),
        ("it rained on Sept. 9", "9", "date"),
        ("on Monday", "Monday", "date"),
        ("about 11,000 troops", "11", "number"),
        ("a dozen ships", "dozen", "number"),
        ("12 Marines came", "12", "number"),
        ("some 30 decoys and 9 separate trucks", "30", "number"),
        ("some 30 decoys and 9 separate trucks", "9", "number"),
        ("of them 12 may come", "12", "number"),
        ("a met Kim", "Kim", "name"),
        ("in München", "München", "name"),
    ],
)
def test_the_kind_of_a_mention(text: str, word: str, kind: str) -> None:
    assert kinds_of(text).get(word) == kind


@pytest.mark.parametrize("text", ["nothing is here", "a I x", "", "_ — …"])
def test_what_is_no_mention(text: str) -> None:
    assert kinds_of(text) == {}


def test_a_common_word_that_begins_a_sentence_is_no_name() -> None:
    text = "The port opened. Kim came. They met The Who."
    words, found = mentions_of(text, starts=(0, 17, 27))
    assert [(words.written[mention.word], mention.word) for mention in found] == [
        ("Kim", 3),
        ("They", 5),
        ("The", 7),
        ("Who", 8),
    ]


def test_a_mention_close_to_the_question_is_supported_more() -> None:
    text = "Kim sent troops" + " and so on" * 10 + " to Putin."
    question = {"sent": 1.0, "troop": 2.0}
    _, (near, far) = mentions_of(text, question)
    _, (_, with_title) = mentions_of(text, question, title_share=1.0)
    assert near.support > with_title.support > far.support > 0


@given(
    TEXTS,
    st.dictionaries(st.sampled_from([terms(word)[0] for word in WORDS if terms(word)]), st.floats(0.01, 20)),
    st.floats(0, 1),
)
def test_the_laws_of_mentions(text: str, question: dict[str, float], title_share: float) -> None:
    words, found = mentions_of(text, question, title_share, (0,))
    assert len(words.starts) == len(words.written) == len(words.stems)
    for start, written in zip(words.starts, words.written, strict=True):
        assert text[start : start + len(written)] == written
    assert [mention.word for mention in found] == sorted({mention.word for mention in found})
    for mention in found:
        assert mention.stem == words.stems[mention.word]
        assert mention.stem not in question
        assert 0 <= mention.support <= 1


@given(TEXTS, st.integers(0, 120), st.integers(0, 120))
def test_between_are_the_words_that_begin_there(text: str, start: int, end: int) -> None:
    words = split_words(text, terms)
    place = words.between(start, end)
    assert [*words.starts[place]] == [begin for begin in words.starts if start <= begin < end]


def test_a_word_that_the_index_leaves_out_moves_no_other() -> None:
    long = "X" * 61
    words, found = mentions_of(f"then {long} met Kim")
    assert words.written == ["then", long, "met", "Kim"]
    assert words.stems == ["then", "", "met", "kim"]
    assert found[-1].stem == "kim"


# -- votes -----------------------------------------------------------------------------------------------

BALLOTS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.floats(0.001, 1),
        st.lists(
            st.builds(Mention, st.sampled_from("xyz"), st.just("name"), st.just(0), st.floats(0, 1)),
            max_size=4,
        ),
    ),
    max_size=8,
)


def mention(stem: str, support: float = 1.0) -> Mention:
    return Mention(stem, "name", 0, support)


@given(BALLOTS)
def test_votes_are_shares_of_the_best(ballots: list[tuple[str, float, list[Mention]]]) -> None:
    counted = votes(ballots)
    assert set(counted) == {mention.stem for _, _, mentions in ballots for mention in mentions}
    assert all(0 <= vote <= 1 for vote in counted.values())
    assert not any(counted.values()) or max(counted.values()) == 1


@given(BALLOTS)
def test_an_article_votes_once_for_a_mention(ballots: list[tuple[str, float, list[Mention]]]) -> None:
    assert votes([*ballots, *ballots]) == votes(ballots)


def test_more_articles_weigh_more_than_more_passages() -> None:
    ballots = [
        ("a", 1.0, [mention("often"), mention("often")]),
        ("a", 0.9, [mention("often")]),
        ("a", 0.8, [mention("agreed")]),
        ("b", 0.8, [mention("agreed", 0.5)]),
    ]
    assert votes(ballots) == {"agreed": 1.0, "often": pytest.approx(1 / 1.2)}
    assert votes([]) == {}
