"""Which candidates become quotes: each says something of its own, the best one first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.answers.asked import Asked
from index.answers.candidates import Candidate, Candidates, candidates
from index.answers.choice import SAME_WORDS, choose
from index.answers.parsing import Parser
from index.answers.reading import read
from index.answers.retrieval import Ranked
from index.answers.scoring import Features
from index.languages.english.answer_forms import finder_for
from index.languages.english.answer_types import expectation
from index.languages.english.mentions import split_words
from index.storage.articles import StoredPassage
from index.text.passages import Passage, split_passages
from index.text.spans import Span
from tests.fakes import article

SENTENCES = (
    "About 11,000 troops were sent to Kursk.",
    "The port opened two quays on 5 May.",
    "“We won,” said Kim of the cup.",
    "Read more",
    "Who knows what it cost?",
    "They waited for three hours...",
    "四千人の兵士が送られました。",
    "It " + "went on and " * 30 + "ended.",
)
TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=9).map(" ".join)
QUESTIONS = st.sampled_from(["How many troops were sent to Kursk?", "Who won the cup?", "port", "誰?"])
LETTERS = "abcdefgh"


def terms(text: str) -> list[str]:
    return [word.lower() for word in split_words(text, lambda _: []).written]


def found(question: str, texts: list[str]) -> Candidates:
    articles = [article(str(i), text) for i, text in enumerate(texts)]
    pairs = [(one, passage) for one in articles for passage in split_passages(one.text)]
    ranked = [Ranked(StoredPassage(i, *pair), 1.0 - i / 100, 0.5, 0.5) for i, pair in enumerate(pairs)]
    weights = dict.fromkeys(terms(question), 1.0)
    asked = Asked(
        weights,
        frozenset(),
        expectation(question),
        finder_for(question),
        lambda stems: np.full(len(stems), 0.5),
    )
    return candidates(read(ranked, asked, Parser(lambda text, _: terms(text))), asked)


def made(listed: Sequence[tuple[str, Span, str, float]]) -> Candidates:
    """Return candidates, best first: each given by article, span, words (one letter for each) and score."""
    listed = sorted(listed, key=lambda one: -one[3])
    text = "abcdefgh " * 80
    ranked = [
        Ranked(StoredPassage(i, article(name, text), Passage(Span(0, 9), ())), 0.5, 0.5, 0.5)
        for i, (name, _, _, _) in enumerate(listed)
    ]
    ends = np.cumsum([len(words) for _, _, words, _ in listed], dtype=np.intp)
    starts = np.append(0, ends)[:-1]
    return Candidates(
        ranked,
        np.arange(len(listed)),
        np.array([span for _, span, _, _ in listed], np.intp).reshape(-1, 2),
        np.array([LETTERS.index(letter) for _, _, words, _ in listed for letter in words], np.intp),
        np.column_stack([starts, ends]),
        np.zeros((len(listed), len(Features._fields))),
        np.array([score for _, _, _, score in listed], np.float64),
    )


def words_of(runs: Candidates) -> dict[tuple[str, Span], frozenset[int]]:
    """Return (article, span) → the numbers of the candidate's words."""
    return {
        (run.article_id, run.span): frozenset(runs.stems[first:end].tolist())
        for run, (first, end) in zip(runs, runs.words.tolist(), strict=True)
    }


def check_choice(offered: Candidates, chosen: list[Candidate], limit: int) -> None:
    assert len(chosen) <= limit
    assert all(candidate in offered for candidate in chosen)
    words = words_of(offered)
    for i, one in enumerate(chosen):
        for other in chosen[:i]:
            ones, others = words[one.article_id, one.span], words[other.article_id, other.span]
            assert len(ones & others) / max(1, min(len(ones), len(others))) < SAME_WORDS
            apart = one.span.end <= other.span.start or other.span.end <= one.span.start
            assert apart or one.article_id != other.article_id
    if offered:
        assert chosen[0].score == max(candidate.score for candidate in offered)


@given(QUESTIONS, st.lists(TEXTS, max_size=4), st.integers(1, 10))
def test_the_laws_of_the_choice(question: str, texts: list[str], limit: int) -> None:
    runs = found(question, texts)
    chosen = choose(runs, limit)
    check_choice(runs, chosen, limit)
    assert chosen == choose(runs, limit)
    assert chosen == choose(runs, limit + 5)[:limit]  # asking for more changes nothing above


@given(
    st.lists(
        st.tuples(
            st.sampled_from("123"),
            st.builds(
                lambda start, length: Span(start, start + length), st.integers(0, 50), st.integers(1, 20)
            ),
            st.sets(st.sampled_from(LETTERS), max_size=6).map("".join),
            st.sampled_from([0.0, 0.5, 1.0, -3.0, 7.0]),
        ),
        max_size=12,
        unique_by=lambda one: one[:2],
    ),
    st.integers(1, 10),
)
def test_the_laws_of_the_choice_hold_for_any_candidates(
    listed: list[tuple[str, Span, str, float]], limit: int
) -> None:
    offered = made(listed)
    chosen = choose(offered, limit)
    check_choice(offered, chosen, limit)
    assert chosen == choose(offered, limit)


def test_the_same_story_is_told_once() -> None:
    one = "About 11,000 North Korean troops were sent to Kursk, said Seoul."
    other = "Seoul said about 11,000 North Korean troops were sent to Kursk."
    third = "The cup was won by Utrecht after a long evening of football."
    chosen = choose(found("How many troops were sent to Kursk?", [one, other, third]), 3)
    assert len(chosen) == 2
    assert {candidate.text for candidate in chosen} in ({one, third}, {other, third})


def test_of_equals_the_first_comes_first_and_another_outlet_before_the_same_article_again() -> None:
    ports, lynxes, storm = (
        ("1", Span(0, 9), "ab", 1.0),
        ("2", Span(0, 9), "cd", 1.0),
        ("3", Span(0, 9), "ef", 1.0),
    )
    assert [run.article_id for run in choose(made([ports, lynxes, storm]), 3)] == [
        article(name).id for name in "123"
    ]
    assert [run.article_id for run in choose(made([storm, lynxes, ports]), 2)] == [
        article(name).id for name in "32"
    ]
    again = ("1", Span(500, 509), "cd", 1.0)
    assert [(run.article_id, run.span.start) for run in choose(made([ports, again, storm]), 3)] == [
        (article("1").id, 0),
        (article("3").id, 0),
        (article("1").id, 500),
    ]


def test_a_sentence_is_told_once_whatever_surrounds_it() -> None:
    same = "About 11,000 troops were sent to Kursk."
    one = f"{same} Harvest festivals opened across northern valleys yesterday evening despite heavy rain."
    other = f"{same} Parliament meanwhile debated pension reforms until midnight without agreement."
    chosen = choose(found("How many troops were sent to Kursk?", [one, other]), 3)
    assert sum(same in candidate.text for candidate in chosen) == 1


def test_only_as_many_as_there_are_can_be_chosen() -> None:
    assert choose(found("port", []), 3) == []
    (run,) = choose(found("port", ["The port opened two quays on 5 May."]), 3)
    assert replace(run, score=0.0).text == run.text
