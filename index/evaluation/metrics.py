"""Measures how good the answers are, on questions whose right answers are known.

An evaluation folder holds `articles.jsonl.gz` (or `.jsonl`) and `questions.jsonl`. A line of the latter is a
question: `{"id", "question", "as_of", "answerable", "accepted": [normalised answer, …]}`. A quote counts as
right when its normalised text holds an accepted answer as whole words, as RealTime QA (Kasai and others,
2023) judges generated answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from index.errors import UsageError
from index.evaluation.matching import normalise
from index.sources.files import open_source
from index.types.answer import Answer, Quote
from index.types.article import Article
from index.types.evaluation import Baseline, Measures, Miss, MissKind, ReliabilityBin
from index.types.question import Question
from index.types.report import OnProgress, Progress, ignore_progress

# The file with the questions, and the names that the one with the articles may have.
QUESTIONS = "questions.jsonl"
ARTICLES = ("articles.jsonl.gz", "articles.jsonl")
# The shares of right answers are measured among the first quote, the first three and the first five.
DEPTHS = (1, 3, 5)
# A person sees this many quotes, unless they ask for more.
SHOWN = 3
# The reliability diagram has this many bins, of equal width.
BINS = 10
# The suggested threshold is the one that this share of the answerable questions reaches.
ANSWERED = 0.884


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its accepted answers, normalised; none where nothing was reported about it."""

    question: Question
    answerable: bool
    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How one question was answered, and where an accepted answer is found.

    `quote_rank` is the place, from 1, of the first quote that holds an accepted answer, `passage_rank` that
    of the first passage; 0 where none does.
    """

    example: Example
    answer: Answer
    quote_rank: int
    passage_rank: int


# Gives the answer to a question, and the texts of the ranked passages, best first.
Ask = Callable[[Question], tuple[Answer, Sequence[str]]]


def load_examples(folder: Path) -> list[Example]:
    """Return the questions of an evaluation folder.

    Raises UsageError when they cannot be read, or when all or none of them are answerable.
    """
    path = folder / QUESTIONS
    try:
        examples = read_examples(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}): name the folder that holds {QUESTIONS}."
        ) from error
    if len({example.answerable for example in examples}) < 2:
        raise UsageError(f"{path} needs answerable and unanswerable questions: add the kind that is missing.")
    return examples


def read_examples(path: Path) -> list[Example]:
    """Return the questions of a file. Raises OSError, and UsageError where a line is no question."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        return [_example(json.loads(line)) for line in lines if line.strip()]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} cannot be read as evaluation questions ({error!r}).") from error


def articles_file(folder: Path) -> Path | None:
    """Return the file with the articles that the questions are about, None when the folder has none."""
    return next((folder / name for name in ARTICLES if (folder / name).is_file()), None)


def article_ids(path: Path, timezone: ZoneInfo) -> set[str]:
    """Return the ids of the articles in a file. `timezone` is that of times without one.

    Raises UsageError when no article can be read.
    """
    outcomes = (record.outcome for record in open_source(path, timezone))
    ids = {outcome.id for outcome in outcomes if isinstance(outcome, Article)}
    if not ids:
        raise UsageError(f"{path} holds no article that can be read: `newsbot ingest` says why.")
    return ids


def library_name(articles: Path, fingerprint: str) -> str:
    """Return a name for the library of these articles embedded by this model.

    It changes with the content of the file `articles` and with the model's `fingerprint`.
    """
    with articles.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    key = hashlib.sha256(f"{content} {fingerprint}".encode()).hexdigest()
    return f"{articles.resolve().parent.name}-{key[:12]}"


def _example(record: dict[str, object]) -> Example:
    question = Question(
        text=str(record["question"]),
        as_of=datetime.fromisoformat(str(record["as_of"])),
        limit=max(DEPTHS),
        id=str(record["id"]),
    )
    accepted = record.get("accepted") or []
    if not isinstance(accepted, list):  # tuple() would split a single string into its letters
        raise ValueError("accepted must be a list")
    return Example(question, bool(record["answerable"]), tuple(map(str, accepted)))


def evaluate(
    ask: Ask, examples: Sequence[Example], on_progress: OnProgress = ignore_progress
) -> list[ExampleResult]:
    """Ask every question and return what was answered, in order. `on_progress` is called after each one."""
    results = []
    for done, example in enumerate(examples, 1):
        answer, passages = ask(example.question)
        quote_rank = rank([quote.text for quote in answer.quotes], example.accepted)
        results.append(ExampleResult(example, answer, quote_rank, rank(passages, example.accepted)))
        on_progress(Progress("questions", done, len(examples)))
    return results


def rank(texts: Sequence[str], accepted: Sequence[str]) -> int:
    """Return the place, from 1, of the first text that holds an accepted answer; 0 when none does."""
    wanted = [f" {answer} " for answer in accepted]
    for place, text in enumerate(texts, 1):
        padded = f" {normalise(text)} "
        if any(answer in padded for answer in wanted):
            return place
    return 0


def compare(
    quotes: Callable[[Question], Mapping[str, Sequence[str]]], examples: Sequence[Example]
) -> tuple[Baseline, ...]:
    """Return for each plain way to answer the share of answerable questions that it quotes a right answer to.

    `quotes` gives for a question the texts that each way quotes, by its name.
    """
    ranks: dict[str, list[int]] = {}
    for example in examples:
        if example.answerable:
            for name, texts in quotes(example.question).items():
                ranks.setdefault(name, []).append(rank(texts, example.accepted))
    return tuple(
        Baseline(name, {depth: _share(0 < place <= depth for place in places) for depth in DEPTHS})
        for name, places in ranks.items()
    )


def is_right(marked: str, accepted: Sequence[str]) -> bool:
    """Tell whether marked words hold an accepted answer or are part of one, as whole words."""
    words = f" {normalise(marked)} "
    wanted = [f" {answer} " for answer in accepted]
    return bool(words.strip()) and any(answer in words or words in answer for answer in wanted)


def _marked(answer: Answer) -> list[str]:
    """Return the words that the answer's quotes mark as answering."""
    return [quote.text[start:end] for quote in answer.quotes for start, end in quote.answer_spans]


def measure(results: Sequence[ExampleResult], stored: Mapping[str, str]) -> Measures:
    """Return the figures. `stored` maps the id of each quoted article to its text as the database has it."""
    answerable = [result for result in results if result.example.answerable]
    unanswerable = [result for result in results if not result.example.answerable]
    quotes = [quote for result in results for quote in result.answer.quotes]
    marks = [is_right(mark, result.example.accepted) for result in results for mark in _marked(result.answer)]
    took = [result.answer.took_ms for result in results]
    return Measures(
        answerable=len(answerable),
        unanswerable=len(unanswerable),
        quotes_at={
            depth: _share(0 < result.quote_rank <= depth for result in answerable) for depth in DEPTHS
        },
        passages_at={
            depth: _share(0 < result.passage_rank <= depth for result in answerable) for depth in DEPTHS
        },
        mean_reciprocal_rank=sum(1 / result.quote_rank for result in answerable if result.quote_rank)
        / len(answerable),
        auroc=auroc(
            [result.answer.confidence for result in answerable],
            [result.answer.confidence for result in unanswerable],
        ),
        answered_of_answerable=_share(result.answer.answered for result in answerable),
        answered_of_unanswerable=_share(result.answer.answered for result in unanswerable),
        exact_slices=_share(_is_exact(quote, stored) for quote in quotes),
        suggested_threshold=float(
            np.quantile([result.answer.confidence for result in answerable], 1 - ANSWERED)
        ),
        answer_spans=len(marks),
        answer_spans_right=_share(marks),
        median_ms=float(np.median(took)),
        p99_ms=float(np.percentile(took, 99)),
    )


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the area under the ROC curve.

    It is the probability that a positive scores above a negative, ties counting half.
    """
    above = np.subtract.outer(np.asarray(positive), np.asarray(negative))
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def reliability(results: Sequence[ExampleResult]) -> tuple[ReliabilityBin, ...]:
    """Return, for each of ten bins of confidence that is not empty, how often its questions can be answered.

    After Niculescu-Mizil and Caruana (2005, "Predicting Good Probabilities with Supervised Learning").
    """
    bins: dict[int, list[ExampleResult]] = {}
    for result in results:
        bins.setdefault(min(int(result.answer.confidence * BINS), BINS - 1), []).append(result)
    return tuple(
        ReliabilityBin(
            confidence=sum(result.answer.confidence for result in in_bin) / len(in_bin),
            answerable=_share(result.example.answerable for result in in_bin),
            questions=len(in_bin),
        )
        for _, in_bin in sorted(bins.items())
    )


def misses(results: Sequence[ExampleResult]) -> tuple[Miss, ...]:
    """Return the questions that went wrong, in their order, and how each of them did."""
    kinds = [(result, _miss_kind(result)) for result in results]
    return tuple(
        Miss(kind, result.example.accepted, result.quote_rank, result.answer)
        for result, kind in kinds
        if kind
    )


def _miss_kind(result: ExampleResult) -> MissKind | None:
    if not result.example.answerable:
        return "false alarm" if result.answer.answered else None
    if not 0 < result.quote_rank <= SHOWN:
        return "not quoted"
    return None if result.answer.answered else "withheld"


def digest(results: Sequence[ExampleResult]) -> str:
    """Return the SHA-256 of all answers: the spans of articles that they quote, and whether they answered.

    Two versions of the program that give the same digest give the same answers.
    """
    answers = [
        [answer.question.id, answer.answered, [[quote.article.id, *quote.span] for quote in answer.quotes]]
        for answer in (result.answer for result in results)
    ]
    return hashlib.sha256(json.dumps(answers).encode()).hexdigest()


def _is_exact(quote: Quote, stored: Mapping[str, str]) -> bool:
    start, end = quote.span
    return bool(quote.text) and quote.text == stored.get(quote.article.id, "")[start:end]


def _share(flags: Iterable[bool]) -> float:
    """Return the share of flags that are true; 1 where there are none."""
    listed = list(flags)
    return sum(listed) / len(listed) if listed else 1.0
