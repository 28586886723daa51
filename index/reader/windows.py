"""What a question makes of windows of text: where an answer stands, and on which answer they agree. Pure.

The network gives each token of a window two logits: that an answer begins there, and that it ends there. The
logit of a span is the sum of both. They are comparable over all windows of one question, and 0 stands for
"nothing here answers" (shared normalisation: Clark and Gardner, 2018, "Simple and Effective Multi-Paragraph
Reading Comprehension"). So each span has a probability, and so has a run of sentences: that of all spans in
it together.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.text.spans import Span

Floats = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

# A span has at most so many tokens: as long as the answers that the network was trained with.
SPAN_TOKENS = 16
# So many of a window's best spans count as its answers.
BEST = 5
# So many of a question's best answers are looked for in the runs. The others have next to no probability.
ANSWERS = 12
# Log probabilities below these count as these.
LEAST, LEAST_SHARE = -10.0, -6.0
LEAST_LOGIT = -5.0

# What answers differ in without being different: quotation marks, apostrophes, points of abbreviations.
_WITHIN = re.compile(r"[’‘“”]|\.(?!\d)")
_BETWEEN = re.compile(r"[^\w$€£%.]|_")
_ARTICLES = frozenset({"the", "a", "an"})


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences of an article, with its headline: what the network reads beside the question.

    `runs` are those parts of `text` that could be quoted. `start` is where `text` begins in the article.
    """

    article: str
    outlet: str
    headline: str
    text: str
    runs: Sequence[Span]
    start: int = 0


class Tokens(NamedTuple):
    """The tokens of a window's text: their offsets, and the logits that an answer begins and ends there.

    All three have one entry per token. Offsets of a token of the headline are those in "headline, line break,
    text", less where the text begins: they are negative.
    """

    spans: Indexes
    starts: Floats
    ends: Floats


class Found(NamedTuple):
    """A span that may answer: its offsets in the window's text (as in `Tokens`), its words, and its logit."""

    span: Span
    words: str
    logit: float


class WindowReading(NamedTuple):
    """What was read in a window: the logits of its runs, in their order, and its best spans, best first."""

    runs: Floats
    best: Sequence[Found]

    @property
    def logit(self) -> float:
        """The logit of the best span or run."""
        return max([*self.runs.tolist(), *(found.logit for found in self.best)], default=-np.inf)


class Figures(NamedTuple):
    """What reading says of one run, as natural logarithms of probabilities."""

    answers: float  # that the run holds the answer
    within: float  # as a share of that of the best run of its window
    agreed: float  # that of the most probable of the answers whose words it holds, with its other forms
    together: float  # that of all answers whose words it holds


def read_window(window: Window, tokens: Tokens) -> WindowReading:
    """Return what the logits of a window's tokens say about its runs, and its best spans."""
    logits, begins, ends = _spans(tokens)
    runs = [
        np.logaddexp.reduce(logits[(begins >= run.start) & (ends <= run.end)], initial=-np.inf)
        for run in window.runs
    ]
    best = np.argsort(-logits, kind="stable")[:BEST]
    found = [
        Found(Span(int(begins[place]), int(ends[place])), "", float(logits[place])) for place in best.tolist()
    ]
    return WindowReading(
        np.array(runs, np.float64), [one._replace(words=_words_at(window, one.span)) for one in found]
    )


def _spans(tokens: Tokens) -> tuple[Floats, Indexes, Indexes]:
    """Return the logit of every span, and where it begins and ends. None reaches from headline to text."""
    count = len(tokens.starts)
    first, length = np.divmod(np.arange(count * SPAN_TOKENS), SPAN_TOKENS)
    last = first + length
    first, last = first[last < count], last[last < count]
    begins, ends = tokens.spans[first, 0], tokens.spans[last, 1]
    same = (begins < 0) == (ends <= 0)
    first, last = first[same], last[same]
    return tokens.starts[first] + tokens.ends[last], begins[same], ends[same]


def _words_at(window: Window, span: Span) -> str:
    if span.start >= 0:
        return comparable(window.text[span.start : span.end])
    shift = len(window.headline) + 1
    return comparable(window.headline[span.start + shift : span.end + shift])


def comparable(text: str) -> str:
    """Return the words of a text in the form in which answers are compared: "The U.S." and "us" are equal."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = _BETWEEN.sub(" ", _WITHIN.sub("", plain))
    return " ".join(word for word in plain.split() if word not in _ARTICLES)


class Agreement:
    """The answers that the windows of one question give: what each article says counts once."""

    def __init__(self, windows: Sequence[Window], readings: Sequence[WindowReading]) -> None:
        logits = [reading.logit for reading in readings]
        # How much more probable it is that something in the windows answers than that nothing does.
        self.logit = float(np.logaddexp.reduce(logits, initial=LEAST_LOGIT))
        self.total = float(np.logaddexp(0.0, self.logit))
        self.articles: dict[str, dict[str, float]] = defaultdict(dict)
        for window, reading in zip(windows, readings, strict=True):
            said: dict[str, float] = defaultdict(lambda: -np.inf)
            for found in reading.best:
                said[found.words] = float(np.logaddexp(said[found.words], found.logit))
            for words, logit in said.items():
                if words:
                    votes = self.articles[words]
                    votes[window.article] = max(votes.get(window.article, -np.inf), logit)
        alone = {
            words: float(np.logaddexp.reduce([*votes.values()])) - self.total
            for words, votes in self.articles.items()
        }
        self.answers = dict(sorted(alone.items(), key=lambda answer: (-answer[1], answer[0]))[:ANSWERS])

    def supported(self, words: str) -> float:
        """Return the log probability of an answer together with its shorter and longer forms."""
        forms = [logit for other, logit in self.answers.items() if same_answer(words, other)]
        return float(np.logaddexp.reduce(forms, initial=-np.inf))


def same_answer(one: str, other: str) -> bool:
    """Tell whether one answer is part of the other, as "biden" of "joe biden"; given as `comparable` does."""
    return holds(one, other) or holds(other, one)


def holds(text: str, words: str) -> bool:
    """Tell whether a text holds words as whole words; both as `comparable` gives them."""
    return f" {words} " in f" {text} "


def figures(
    windows: Sequence[Window], readings: Sequence[WindowReading], agreement: Agreement
) -> list[list[Figures]]:
    """Return the figures of the runs of each window."""
    supported = {words: agreement.supported(words) for words in agreement.answers}
    found: list[list[Figures]] = []
    for window, reading in zip(windows, readings, strict=True):
        best = reading.runs.max(initial=-np.inf)
        found.append([])
        for run, logit in zip(window.runs, reading.runs.tolist(), strict=True):
            text = comparable(window.text[run.start : run.end])
            held = [words for words in agreement.answers if holds(text, words)]
            together = np.logaddexp.reduce([agreement.answers[words] for words in held], initial=LEAST)
            found[-1].append(
                Figures(
                    answers=max(LEAST, logit - agreement.total),
                    within=max(LEAST_SHARE, logit - best) if np.isfinite(logit) else LEAST_SHARE,
                    agreed=max([LEAST, *(supported[words] for words in held)]),
                    together=float(together),
                )
            )
    return found
