"""Which sentences are quoted: whole ones, short enough, each saying something of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answers.asked import Asked
from index.answers.candidates import Candidates, candidates, to_quote
from index.answers.parsing import Parser, runs_of
from index.answers.reading import Reading, read
from index.answers.retrieval import Ranked
from index.languages.english.answer_forms import finder_for
from index.languages.english.answer_types import expectation
from index.languages.english.mentions import split_words
from index.search.bm25 import idf
from index.storage.articles import StoredPassage
from index.text.passages import split_passages
from index.text.sentences import is_whole, split_sentences
from index.text.spans import Span
from index.types.answer import MAX_QUOTE_CHARS
from index.types.article import Article, Copy
from tests.fakes import NOW, article

SENTENCES = (
    "About 11,000 troops were sent to Kursk.",
    "The port opened two quays on 5 May.",
    "“We won,” said Kim of the cup.",
    "Read more",
    "A heading without a stop",
    "Who knows what it cost?",
    "and then he said that it was over.",
    "They waited for three hours...",
    "四千人の兵士が送られました。",
    "Well.",
    "It " + "went on and " * 30 + "ended.",
    "x" * 400 + " is a word of one sentence.",
)
TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=9).flatmap(
    lambda sentences: st.sampled_from([" ", "\n\n"]).map(lambda gap: gap.join(sentences))
)
QUESTIONS = st.sampled_from(
    [
        "How many troops were sent to Kursk?",
        "Who won the cup?",
        "When?",
        "port",
        "誰?",
        "How much did it cost?",
        "x " * 900,
    ]
)


def terms(text: str) -> list[str]:
    return [word.lower() for word in split_words(text, lambda _: []).written]


def asked(question: str) -> Asked:
    return Asked(
        dict.fromkeys(terms(question), 1.0),
        frozenset(),
        expectation(question),
        finder_for(question),
        lambda stems: np.full(len(stems), 0.5),
    )


def ranked(texts: list[str], score: Callable[[int], float] = lambda i: 1.0 - i / 100) -> list[Ranked]:
    """Return the passages of articles with these texts, best first."""
    articles = [article(str(i), text) for i, text in enumerate(texts)]
    pairs = [(article, passage) for article in articles for passage in split_passages(article.text)]
    return [
        Ranked(StoredPassage(i, each, passage), score(i), 0.5, 0.5) for i, (each, passage) in enumerate(pairs)
    ]


def reading(question: str, texts: list[str]) -> Reading:
    return read(ranked(texts), asked(question), Parser(lambda text, _: terms(text)))


def found(question: str, texts: list[str]) -> Candidates:
    return candidates(reading(question, texts), asked(question))


def spans_of(passage: Ranked) -> list[Span]:
    """Return the spans of a passage that may be quoted."""
    text, sentences = passage.stored.article.text, passage.stored.passage.sentences
    places = runs_of(sentences, [is_whole(text[start:end]) for start, end in sentences])
    return [Span(sentences[place][0].start, sentences[place][-1].end) for place in places]


# -- what may be quoted ----------------------------------------------------------------------------------


@given(TEXTS)
def test_runs_are_one_to_three_whole_sentences(text: str) -> None:
    for passage in ranked([text]):
        stored = passage.stored
        runs = spans_of(passage)
        assert len(set(runs)) == len(runs)
        for span in runs:
            quoted = stored.article.text[span.start : span.end]
            assert 0 < len(quoted) <= MAX_QUOTE_CHARS
            assert quoted == quoted.strip()
            assert stored.passage.span.start <= span.start < span.end <= stored.passage.span.end
            inside = [s for s in split_sentences(stored.article.text) if span.start <= s.start < span.end]
            assert (inside[0].start, inside[-1].end) == span
            assert 1 <= len(inside) <= 3
            assert all(is_whole(stored.article.text[start:end]) for start, end in inside)


@given(TEXTS)
def test_every_whole_sentence_that_is_short_enough_may_be_quoted(text: str) -> None:
    for passage in ranked([text]):
        alone = {s for s in passage.stored.passage.sentences if s.end - s.start <= MAX_QUOTE_CHARS}
        whole = {s for s in alone if is_whole(passage.stored.article.text[s.start : s.end])}
        assert whole <= set(spans_of(passage))


@pytest.mark.parametrize(
    "text",
    [
        "Follow our latest coverage here.",
        "For the latest updates, click here.",
        "You can read more about the ferry here.",
        "Well.",
        "Read more",
        "a heading",
        "x" * 2000,
        "It was " + "so " * 150 + "late",
    ],
)
def test_of_some_texts_nothing_may_be_quoted(text: str) -> None:
    assert not found("What was it?", [text])


# -- candidates ------------------------------------------------------------------------------------------


@given(QUESTIONS, st.lists(TEXTS, max_size=4))
def test_the_laws_of_candidates(question: str, texts: list[str]) -> None:
    runs = found(question, texts)
    assert [*runs] == [*found(question, texts)]
    assert [candidate.score for candidate in runs] == sorted(
        (candidate.score for candidate in runs), reverse=True
    )
    for candidate in runs:
        assert candidate.span in spans_of(candidate.ranked)
        figures = candidate.features._asdict()
        del figures["article"]  # a retrieval score has no bounds
        assert all(0 <= value <= 1 for value in figures.values())


def test_what_is_worth_quoting_comes_first() -> None:
    filler = "Nothing much was going on in the town that day, it was said."
    texts = [
        f"{filler} The army said that 11,000 troops had gone to Kursk by train. {filler}",
        f"{filler} Some 11,000 troops are in Kursk, said another. {filler}",
    ]
    best = found("How many troops went to Kursk?", texts)[0]
    assert "11,000 troops" in best.text
    assert best.features.form == 1
    assert best.features.focus == 1


def test_boilerplate_and_questions_are_seen() -> None:
    (asks,) = found("Kursk", ["Who is it that goes to Kursk?"])
    (box,) = found("Kursk", ["Sign up for the letter from Kursk."])
    assert (asks.features.asks, asks.features.boilerplate, asks.features.lead) == (1, 0, 1)
    assert (box.features.asks, box.features.boilerplate) == (0, 1)


def test_a_sentence_is_told_by_its_own_figures() -> None:
    answer, other = "About 11,000 troops went to Kursk.", "It rained in Kursk all through the night."
    runs = found("How many troops went to Kursk?", [f"{answer} {other}"])
    figures = {candidate.text: candidate.features for candidate in runs}
    assert (figures[answer].form, figures[answer].focus, figures[answer].early) == (1, 1, 1)
    assert (figures[other].form, figures[other].focus) == (0, 0)
    assert figures[other].early == pytest.approx(math.exp(-len(answer + " ") / 1000))


def test_the_four_names_that_most_reports_share_count() -> None:
    shared = "They went from Oslo to Porto, Utrecht and Lima."
    texts = ["They went from Oslo to Porto, Utrecht, Lima and Tunis.", shared, shared]
    figures = {candidate.text: candidate.features for candidate in found("Where did they go?", texts)}
    assert figures[texts[0]].redundancy == pytest.approx(figures[shared].redundancy)
    assert figures[shared].redundancy > 0.8


def test_a_quote_is_the_candidate_with_its_copies() -> None:
    (candidate,) = found("Kursk", ["About 11,000 troops were sent to Kursk."])
    copy = Copy("Sample Herald", "https://herald.example/1", NOW)
    quote = to_quote(candidate, [copy])
    assert (quote.text, quote.score, quote.also_in) == (candidate.text, candidate.score, (copy,))
    assert isinstance(quote.article, Article)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 50), max_size=6), st.integers(50, 100))
def test_rare_words_weigh_more(frequency: Mapping[str, int], passages: int) -> None:
    weights = idf(frequency, passages)
    assert all(weight > 0 for weight in weights.values())
    by_frequency = sorted(frequency, key=lambda term: frequency[term])
    assert [weights[term] for term in by_frequency] == sorted(weights.values(), reverse=True)


def test_candidates_are_looked_up_and_rescored_in_rows() -> None:
    runs = found("Kursk", ["The port of Kursk opened two quays. The cup was won in the evening in Oslo."])
    assert [run.text for run in runs[:2]] == [runs[0].text, runs[1].text]
    assert [run.score for run in runs] == runs.scores.tolist()
    assert [list(run.features) for run in runs] == runs.features.tolist()
    assert [run.span for run in runs.only(runs.scores == runs.scores.min())] == [runs[-1].span]
    turned = runs.rescored(-runs.scores)
    assert [run.span for run in turned] == [run.span for run in [*runs][::-1]]
    assert [run.text for run in runs.rescored(np.zeros(len(runs)))] == [run.text for run in runs]


@given(QUESTIONS, st.lists(TEXTS, max_size=4))
def test_the_words_of_a_candidate_are_those_of_its_text(question: str, texts: list[str]) -> None:
    runs = found(question, texts)
    numbers: dict[str, int] = {}
    for run, (first, end) in zip(runs, runs.words.tolist(), strict=True):
        words = terms(run.text)
        assert len(words) == end - first
        for word, number in zip(words, runs.stems[first:end].tolist(), strict=True):
            assert numbers.setdefault(word, number) == number


# -- what is asked for -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("Which country hosts the summit?", "The summit is in Peru.", "The summit is in Lima."),
        ("Which state flooded?", "Ohio flooded on Sunday.", "Dayton flooded on Sunday."),
        ("How many boats sank?", "Storm: 7 boats sank there.", "At 7 a storm sank the boats."),
    ],
)
def test_a_phrase_of_the_form_asked_for_counts(question: str, answer: str, other: str) -> None:
    by_text = {candidate.text: candidate for candidate in found(question, [answer, other])}
    assert (by_text[answer].features.form, by_text[other].features.form) == (1.0, 0.0)
    assert by_text[answer].features.vote > by_text[other].features.vote


def test_what_the_question_says_itself_is_no_answer() -> None:
    runs = found("Which country did France play?", ["France played on Sunday in Paris."])
    assert [(candidate.features.form, candidate.features.vote) for candidate in runs] == [(0.0, 0.0)]


def test_without_a_form_every_expected_kind_votes() -> None:
    runs = found("Which company made it?", ["It was made by Acme on Sunday."])
    assert [candidate.features.form for candidate in runs] == [0.0]
    assert runs[0].features.vote > 0
