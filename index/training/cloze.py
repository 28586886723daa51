"""Makes questions from the sentences of articles: one name or number of a sentence is asked for. Pure.

After Lewis, Denoyer and Riedel (2019, "Unsupervised Question Answering by Cloze Translation"): the phrase
that is asked for is replaced by a question word, and the words are put in another order and partly left out.
No model translates the rest into a real question: what the reader learns from them is to find, in other
reports on the same event, the phrase that fills the gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from index.evaluation.matching import answers_in, normalise
from index.text.spans import Span

# A sentence of so many characters can be asked about, and a question has at most QUESTION_CHARS.
SHORTEST, LONGEST = 50, 320
QUESTION_CHARS = 170
# A phrase that is asked for has so many characters.
_PHRASE_CHARS = range(2, 61)
# So many of the questions ask for a figure where the sentence has one: names are far more frequent.
FIGURES = 0.4
# So many of the figures with one or two digits, or in words, are left out: they stand everywhere by chance.
SMALL_LEFT_OUT = 0.8

_NUMBER = re.compile(
    r"(?:[$€£]\s?)?\b\d[\d,.]*\d(?:\s?(?:%|percent|per cent|million|billion|trillion|thousand|hundred))?"
    r"|(?:[$€£]\s?)?\b\d+(?:\s?(?:%|percent|million|billion|trillion))?"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen)\b"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_SMALL = re.compile(r"\d{1,2}|[a-z]+")
_PERCENT = re.compile(r"%|percent|per cent")
# Of at most 42 characters, so that a row of capitals and apostrophes is not looked through from each of them.
_CAPITAL = r"(?:[A-Z][\w’'&-]{0,40}[a-z0-9]|[A-Z]{2,})"
_NAME = re.compile(rf"\b{_CAPITAL}(?:\s+(?:(?:of|the|de|and|for)\s+)?{_CAPITAL})*")
_TITLE = re.compile(r"[“\"]([A-Z][^”\"]{3,40})[”\"]")
# Words with a capital that begin no name.
_NO_NAME = frozenset(
    "The A An In On At But And He She It They We I You This That These Those If When While After Before As "
    "His Her Their Its Our What Who How Why Where There Here For From With By To Of Mr Mrs Ms Dr Monday "
    "Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August "
    "September October November December CNN Reuters AP BBC".split()
)

_QUESTION_WORDS: Mapping[str, Sequence[str]] = {
    "number": ("how many", "how many", "what number of", "how much"),
    "money": ("how much", "how much money", "what sum", "how many dollars"),
    "percent": ("what percentage", "how much", "what percent", "by how much"),
    "title": ("what", "which film", "which song", "which show", "what title", "which book"),
    "place": ("where", "where", "which country", "which city", "which state"),
    "person": ("who", "who", "who", "which person", "what", "which"),
    "name": ("what", "what", "which", "which", "which company", "which organization", "which country", "who"),
}
_PLACE_BEFORE = re.compile(r"\b(?:in|at|from|to|near)\s*$")
_DATELINE = re.compile(r"^\W*(?:[A-Z][A-Za-z ,.]{0,30})?\((?:CNN|Reuters|AP|AFP)[^)]*\)\s*[-—–]*\s*")
# Where the clause around the phrase may begin and end, and the least that has to be left of it.
_CLAUSE_BEGINS = (", ", "; ", " — ", "“", " that ", " which ")
_CLAUSE_ENDS = (", ", "; ", " — ", "”", ". ")
_LEAST_CLAUSE = 12
_LITTLE_WORDS = frozenset("the a an of that has was were is said says to on".split())
# Words that tell nothing when people type a question in haste.
_ASKING_WORDS = frozenset(
    "who what which where when why how whose whom did does do is are was were the a an of in on for to by "
    "this week according".split()
)


class Cloze(NamedTuple):
    """A question that was made from a sentence, and the phrase of it that answers."""

    question: str
    answer: str


class _Phrase(NamedTuple):
    span: Span
    kind: str


def cloze(sentence: str, random: Random) -> Cloze | None:
    """Return a question about a name or a number of a sentence; None where none can be made.

    The question never holds its answer.
    """
    if not SHORTEST <= len(sentence) <= LONGEST:
        return None
    phrases = [
        phrase for phrase in _phrases(sentence, random) if len(sentence[slice(*phrase.span)]) in _PHRASE_CHARS
    ]
    if not phrases:
        return None
    figures = [phrase for phrase in phrases if phrase.kind not in ("name", "person")]
    phrase = random.choice(figures if figures and random.random() < FIGURES else phrases)
    answer = sentence[slice(*phrase.span)]
    question = _question(sentence, phrase, random)
    wanted = normalise(answer)
    if not wanted or len(question) > QUESTION_CHARS or answers_in(question, [wanted]):
        return None
    return Cloze(question, answer)


def as_typed(question: str, random: Random) -> str:
    """Return a question as people type it: no question mark, few capitals, often without little words."""
    words = question.rstrip("?").split()
    if random.random() < 0.5:
        words = [
            word for word in words if word.lower().strip(",") not in _ASKING_WORDS or random.random() < 0.25
        ]
    typed = " ".join(words)
    return typed.lower() if random.random() < 0.8 else typed


def _phrases(sentence: str, random: Random) -> Iterator[_Phrase]:
    """Yield the numbers, names and titles of a sentence that could be asked for."""
    for found in _NUMBER.finditer(sentence):
        number = found.group()
        small = _SMALL.fullmatch(number) and random.random() < SMALL_LEFT_OUT
        if not small and not _YEAR.fullmatch(number):
            kind = "money" if number[0] in "$€£" else "percent" if _PERCENT.search(number) else "number"
            yield _Phrase(Span(*found.span()), kind)
    for found in _NAME.finditer(sentence):
        start = found.start()
        words = found.group().split()
        if words[0] in _NO_NAME:
            start += len(found.group()) - len(found.group()[len(words[0]) :].lstrip())
            words = words[1:]
        elif start == 0 and len(words) == 1:
            continue  # perhaps no name, but the first word of the sentence
        if words and words[0] not in _NO_NAME and words[0][0].isupper():
            person = len(words) in (2, 3) and all(word[0].isupper() and word.isalpha() for word in words)
            yield _Phrase(Span(start, found.end()), "person" if person else "name")
    for found in _TITLE.finditer(sentence):
        yield _Phrase(Span(*found.span(1)), "title")


def _question(sentence: str, phrase: _Phrase, random: Random) -> str:
    left, right = _clause(sentence, phrase.span, random)
    kind = phrase.kind
    if kind in ("name", "person") and _PLACE_BEFORE.search(left) and random.random() < 0.5:
        kind = "place"
    asks = random.choice(_QUESTION_WORDS[kind])
    left, right = left.strip(), right.strip().rstrip('.!?”" ')
    style = random.random()
    if style < 0.35:  # as quizzes ask: "The player is a member of which team"
        parts = [left, asks, right]
    elif style < 0.75 and len(right) > 15:
        parts = [asks, right, left]
    else:
        parts = [asks, left, right]
    words = " ".join(parts).split()
    words = [word for word in words if random.random() > 0.1 or word.lower() in asks]
    if random.random() < 0.3:
        words = [word for word in words if word.lower() not in _LITTLE_WORDS or random.random() < 0.4]
    question = " ".join(words)
    question = question.lower() if random.random() < 0.3 else question[:1].upper() + question[1:]
    return question + ("?" if random.random() < 0.75 else "")


def _clause(sentence: str, gap: Span, random: Random) -> tuple[str, str]:
    """Return what stands left and right of a gap: mostly only the rest of its clause."""
    left, right = _DATELINE.sub("", sentence[: gap.start]), sentence[gap.end :]
    begin = max(left.rfind(mark) for mark in _CLAUSE_BEGINS)
    if begin > 0 and len(left) - begin > _LEAST_CLAUSE and random.random() < 0.6:
        left = left[begin:].lstrip(" ,;—“")
    end = min((place for mark in _CLAUSE_ENDS if (place := right.find(mark)) >= 0), default=0)
    if end > _LEAST_CLAUSE and random.random() < 0.6:
        right = right[:end]
    return left, right
