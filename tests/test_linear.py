"""Time grows with what is read, or asked, and no faster. The input is what an attacker would send."""

from __future__ import annotations

import itertools
import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import claim, markdown
from index.languages import detect
from index.languages.english import (
    answer_forms,
    answer_types,
    event_times,
    followups,
    freshness,
    mentions,
    periods,
    question_kinds,
)
from index.languages.registry import sentence_rules
from index.sources.feeds.entry_text import entry_text
from index.sources.markup import headline
from index.sources.times.dates import entry_times
from index.text import boilerplate, masking, normalize, passages, sentences
from index.text.spans import Span
from tests.linear import Found, Pump, growth, patterns, pumps, too_fast_growing

ZONE, NOW = ZoneInfo("UTC"), datetime(2025, 6, 5, tzinfo=UTC)
# Inputs of each pattern that one run tries; `make linear` tries all.
TRIED = 6


def test_every_pattern_takes_linear_time() -> None:
    """At 2 kB a quadratic search takes 20 ms, others 0.1 ms: what takes over 3 ms is grown to 32 kB."""
    found = patterns()
    assert len(found) > 200
    slow = [
        line
        for one in found
        for line in too_fast_growing(one, _some(pumps(one.pattern)), 2048, 32_768, quick=True)
    ]
    assert slow == []


def _some(inputs: list[Pump]) -> list[Pump]:
    return random.sample(inputs, min(TRIED, len(inputs)))


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"\s+$", "search"),
        (r"(?:[A-Z]\.)+[A-Z]?(?: [A-Z]\w+)+", "finditer"),
        (r"\bwhat\b.*\bcalled\b", "search"),
        (r"(?:you can (?:also )?|also )*find", "match"),
    ],
)
def test_a_pattern_that_is_not_linear_is_noticed(pattern: str, method: str) -> None:
    found = Found(pattern, re.compile(pattern), (method,))
    assert next(too_fast_growing(found, pumps(found.pattern), 2048, 32_768, quick=True), None)


def _terms(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _who(text: str) -> list[Span]:
    finder = answer_forms.finder_for("Who resigned?")
    assert finder is not None
    return [*finder(text, _terms)]


FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "canonical_text": normalize.canonical_text,
    "split_blocks": sentences.split_blocks,
    "split_blocks of German": lambda text: sentences.split_blocks(text, sentence_rules("de")),
    "article_language": lambda text: detect.article_language("", text, None),
    "question_language": lambda text: detect.question_language(text, ["de", "fr"]),
    "reporting": boilerplate.reporting,
    "split_passages": passages.split_passages,
    "masked": masking.masked,
    "notable_words": lambda text: mentions.notable_words(text, mentions.split_words(text, _terms)),
    "who": _who,
    "finder_for": answer_forms.finder_for,
    "expectation": answer_types.expectation,
    "period": lambda text: periods.period(text, NOW),
    "wanted": question_kinds.wanted,
    "event_time": lambda text: event_times.event_time(text, NOW, ZONE),
    "in_context": lambda text: followups.in_context(text, text),
    "asks_for_current": freshness.asks_for_current,
    "entry_times": lambda text: entry_times(text, text, ZONE, None, NOW),
    "entry_text": entry_text,
    "headline": headline,
    "escape": markdown.escape,
    "link": lambda text: markdown.link(text, "https://example.com"),
    "cut": lambda text: markdown.cut(text, 256),
    "claim": claim.claim,
}
# What names, times, addresses, quotes and paragraphs are made of.
REPEATED = (
    "A.",
    "what ",
    " ",
    "1",
    '"',
    "a",
    "Aa ",
    "x. ",
    "May 5, ",
    "http://a?",
    "\n\n",
    "> ",
    "you can also ",
    "since the ",
    "three days after ",
    "May to ",
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_on_foreign_words_takes_linear_time(name: str) -> None:
    slow = {
        repeated: grown
        for repeated in REPEATED
        if (grown := growth(FUNCTIONS[name], Pump("", repeated).text, 2048, 32_768, quick=True))
    }
    assert slow == {}


# -- the attacks -----------------------------------------------------------------------------------------


def seconds(function: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    function(text)
    return time.process_time() - started


def test_names_with_points_take_no_time() -> None:
    """40 kB of "A.A.A…" in one passage took 21.8 seconds, in which every other thread stood still."""
    assert seconds(_who, "A." * 20_000) < 0.5


def test_a_question_of_one_word_takes_no_time() -> None:
    """30 kB of "what what what …" took 2 seconds."""
    assert seconds(answer_forms.finder_for, "what " * 6_000) < 0.2


def test_an_invitation_that_can_be_read_in_two_ways_takes_no_time() -> None:
    """50 times "you can also" in a sentence never ended: each could be one phrase or two."""
    assert seconds(boilerplate.is_boilerplate_sentence, "You can also " + "you can also " * 150) < 0.1


def test_a_paragraph_without_an_end_is_cut() -> None:
    """One of 5 MB took 6.5 seconds in the check for boilerplate, and 1.4 GiB as one sentence."""
    text = "the mayor said, in Harbour, that " * 3_000  # 100 kB
    started = time.process_time()
    found = passages.split_passages(text)
    assert time.process_time() - started < 2
    parts = [sentence for passage in found for sentence in passage.sentences]
    assert max(end - start for start, end in parts) <= sentences.MAX_CHARS
    assert all(text[end - 1] == "," for _, end in parts[:-1])
    assert " ".join(text[start:end] for start, end in parts) == text.strip()


@given(st.lists(st.sampled_from(["word", "a" * 2500, ", ", " ", "; ", "，", ". ", "\n"]), max_size=30))
def test_no_sentence_is_too_long_and_nothing_is_lost(parts: list[str]) -> None:
    text = normalize.canonical_text("".join(parts) * 20)
    found = sentences.split_sentences(text)
    assert all(0 < end - start <= sentences.MAX_CHARS for start, end in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    kept = "".join(text[start:end] for start, end in found)
    assert "".join(kept.split()) == "".join(text.split())


def test_an_article_has_at_most_so_many_passages() -> None:
    runs = [[Span(start, start + 60)] for start in range(0, 61 * 1500, 61)]
    found = passages.passages_of(runs)
    assert [passage.sentences[0] for passage in found] == [run[0] for run in runs[: passages.MAX_PASSAGES]]
