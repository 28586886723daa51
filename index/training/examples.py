"""What the reader is trained with: questions, windows, and where in these an answer stands."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from index.errors import UsageError
from index.evaluation.matching import answers_in
from index.reader.windows import Window
from index.text.spans import Span
from index.training.cloze import as_typed

# So many windows of a question are read in one step of the training.
WINDOWS = 10
# An unclear question, of which an accepted answer may stand in an article by chance, counts so much.
UNCLEAR = 0.3
# So many of the real questions are read as people type them.
TYPED = 0.3


@dataclass(frozen=True, slots=True)
class Labelled:
    """A window with the places of its answers, as offsets in its text; those in its headline are negative."""

    window: Window
    answers: Sequence[Span]


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """A question with windows. Without any answer in them, "nothing here answers" is right.

    With `inside`, every span inside one of the answers is right: then they are sentences that answer. The
    loss of the example counts `weight` times.
    """

    question: str
    windows: Sequence[Labelled]
    weight: float = 1.0
    inside: bool = False

    @property
    def answerable(self) -> bool:
        return any(labelled.answers for labelled in self.windows)


def label(window: Window, accepted: Iterable[str]) -> Labelled:
    """Return a window with the places of accepted answers (normalised, see `index.evaluation.matching`)."""
    accepted, shift = list(accepted), len(window.headline) + 1
    headline = [Span(start - shift, end - shift) for start, end in answers_in(window.headline, accepted)]
    return Labelled(window, [*headline, *answers_in(window.text, accepted)])


def varied(example: TrainingExample, random: Random) -> TrainingExample:
    """Return an example as it is read in one pass: with `WINDOWS` of its windows, in their order.

    Half of these hold an answer, if so many do. The others are from among the best ones that do not.
    """
    windows = example.windows
    if len(windows) > WINDOWS:
        right = [place for place, labelled in enumerate(windows) if labelled.answers]
        chosen = random.sample(right, min(len(right), WINDOWS // 2))
        others = [place for place in range(len(windows)) if place not in set(right)][: 2 * WINDOWS]
        chosen += random.sample(others, min(len(others), WINDOWS - len(chosen)))
        windows = [windows[place] for place in sorted(chosen)]
    return TrainingExample(example.question, windows, example.weight, example.inside)


def typed(example: TrainingExample, random: Random) -> TrainingExample:
    """Return an example of a real question, in `TYPED` of all cases with the question as people type it."""
    if random.random() >= TYPED:
        return example
    question = as_typed(example.question, random)
    return TrainingExample(question, example.windows, example.weight, example.inside)


def load_selqa(path: Path) -> list[TrainingExample]:
    """Return the questions of SelQA: each sentence of a section is a window, and some of them answer.

    A line is `{"question", "title", "sentences": [text, …], "answers": [place, …]}` (Jurczyk, Zhai and Choi,
    2016, "SelQA: A New Benchmark for Selection-based Question Answering"). Raises UsageError where the file
    cannot be read.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [_selqa_example(json.loads(line)) for line in lines]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} cannot be read as questions of SelQA ({error!r}).") from error


def _selqa_example(record: dict[str, object]) -> TrainingExample:
    sentences, right = record["sentences"], record["answers"]
    if not isinstance(sentences, list) or not isinstance(right, list):
        raise ValueError("sentences and answers must be lists")
    title = str(record["title"])
    windows = [
        Labelled(
            Window(str(place), title, title, sentence, [Span(0, len(sentence))]),
            [Span(0, len(sentence))] if place in right else [],
        )
        for place, sentence in enumerate(map(str, sentences))
    ]
    return TrainingExample(str(record["question"]), windows, inside=True)
