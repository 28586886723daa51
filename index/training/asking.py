"""Asks the questions of an evaluation folder, and keeps what the reader would be given to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.answers.judging import windows_of
from index.embeddings.base import Embedder
from index.errors import UsageError
from index.evaluation.matching import answers_in
from index.evaluation.metrics import Example, articles_file, library_name, load_examples, read_examples
from index.news import NewsIndex
from index.reader.windows import Flags, Window
from index.training.examples import UNCLEAR, Labelled, TrainingExample, label
from index.types.options import IndexOptions

UNCLEAR_FILE = "unclear.jsonl"
# A question is asked in its week, and so many days later. With all of these the confidence is fitted, so that
# it does not take what is old for what is not reported.
DAYS = (0, 30, 182)
# The reader is trained with those of these askings: a month later nearly the same windows are found.
TRAINED_DAYS = (0, 182)
# So many windows of an asking are kept. Training chooses among them, an answer needs the first ten.
KEPT = 16

# What is asked for now, and means another event later.
_ABOUT_NOW = re.compile(
    r"\bthis (?:week|month|year|summer|weekend|season)|\btoday\b|\byesterday\b|\blast (?:week|month|weekend)"
    r"|\btonight\b|\brecent|\bnow\b|\bcurrent",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A question asked `days` after its own time, and the windows that would be read for it, best first.

    For each window, `features` has a row with the fields of `Features` for each of its runs, and `right` says
    which runs hold an accepted answer. `evidence` are the fields of `Evidence`, float64. Not `clear` is a
    question of which an accepted answer may stand in the articles by chance.
    """

    question: str
    answerable: bool
    clear: bool
    days: int
    windows: Sequence[Labelled]
    features: Sequence[npt.NDArray[np.float64]]
    right: Sequence[Flags]
    evidence: npt.NDArray[np.float64]


@contextmanager
def library(folder: Path, data_dir: Path, embedder: Embedder) -> Iterator[NewsIndex]:
    """Open the library with a folder's articles, where `newsbot evaluate` has it, too; make it if need be.

    It has no answer reader. Raises UsageError where the folder has no articles.
    """
    articles = articles_file(folder)
    if articles is None:
        raise UsageError(f"{folder} holds no articles.jsonl.gz: name an evaluation folder that does.")
    own = data_dir / "evaluation" / library_name(articles, embedder.fingerprint)
    with NewsIndex.open(IndexOptions(own), embedder) as news:
        news.ingest([str(articles)])  # what is stored already is passed over
        yield news


def askings(news: NewsIndex, folder: Path) -> Iterator[Asking]:
    """Ask all questions of a folder, the unclear ones only in their week. Raises UsageError, ModelError."""
    clear = load_examples(folder)
    path = folder / UNCLEAR_FILE
    unclear = read_examples(path) if path.is_file() else []
    for days in DAYS:
        for example in clear:
            if not days or not _ABOUT_NOW.search(example.question.text):
                yield _ask(news, example, days, clear=True)
    for example in unclear:
        yield _ask(news, example, 0, clear=False)


def _ask(news: NewsIndex, example: Example, days: int, *, clear: bool) -> Asking:
    question = example.question
    assert question.as_of
    accepted = example.accepted if example.answerable else ()
    result = news.search(replace(question, as_of=question.as_of + timedelta(days=days)))
    chosen = windows_of(result.candidates, KEPT)
    return Asking(
        question=question.text,
        answerable=example.answerable,
        clear=clear,
        days=days,
        windows=[label(window, accepted) for window, _ in chosen],
        features=[result.candidates.features[rows] for _, rows in chosen],
        right=[_right(window, accepted) for window, _ in chosen],
        evidence=np.array(result.evidence, np.float64),
    )


def _right(window: Window, accepted: Sequence[str]) -> Flags:
    held = [bool(answers_in(window.text[run.start : run.end], accepted)) for run in window.runs]
    return np.array(held, np.bool_)


def to_train_with(asked: Iterable[Asking]) -> list[TrainingExample]:
    """Return the examples that askings make; without those whose answer stands in none of the windows."""
    return [
        TrainingExample(asking.question, asking.windows, 1.0 if asking.clear else UNCLEAR)
        for asking in asked
        if asking.windows and asking.days in TRAINED_DAYS
        if not asking.answerable or any(labelled.answers for labelled in asking.windows)
    ]
