"""How good the answers are, measured on questions whose answers are known.

A folder holds `articles.jsonl.gz` (or `.jsonl`) and `questions.jsonl`; a question is
`{"id", "question", "as_of", "answerable", "accepted": [normalised answer, …]}`. An answer counts as found
when the normalised quote holds an accepted answer as whole words, as RealTime QA (Kasai and others, 2023)
does for generated answers.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from index.errors import UsageError
from index.sources.files import open_source
from index.types.answer import Answer, Quote
from index.types.article import Article
from index.types.evaluation import Baseline, Measures, Miss, MissKind, ReliabilityBin
from index.types.question import Question
from index.types.report import OnProgress, Progress, ignore_progress

ARTICLES = ("articles.jsonl.gz", "articles.jsonl")
DEPTHS = (1, 3, 5)
# Quotes that a person is shown, unless they ask for more.
SHOWN = 3
# Of the reliability diagram, of equal width.
BINS = 10
# The share of the answerable questions that a threshold is to let through.
ANSWERED = 0.884

_ARTICLE_WORDS = re.compile(r"\b(?:the|a|an)\b")
_OTHER = re.compile(r"[^a-z0-9$%. ]")
_POINT = re.compile(r"\.(?!\d)")


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the answers that are accepted; none when nothing was reported about it."""

    question: Question
    answerable: bool
    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question: the answer given and the ranked passages that it was chosen from.

    `quote_rank` and `passage_rank` are the places, from 1, where an accepted answer first stands; 0 where
    it stands nowhere.
    """

    example: Example
    answer: Answer
    quote_rank: int
    passage_rank: int


Ask = Callable[[Question], tuple[Answer, Sequence[str]]]


def load_examples(folder: Path) -> list[Example]:
    """Return the questions of a folder. Raises UsageError unless there are some of both kinds to read."""
    path = folder / "questions.jsonl"
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        examples = [_example(json.loads(line)) for line in lines if line.strip()]
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}): name the folder that holds questions.jsonl."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} cannot be read as evaluation questions ({error!r}).") from error
    if len({example.answerable for example in examples}) < 2:
        raise UsageError(f"{path} needs answerable and unanswerable questions: add the kind that is missing.")
    return examples


def articles_file(folder: Path) -> Path | None:
    """Return the file with the articles that the questions are about, if the folder has one."""
    return next((folder / name for name in ARTICLES if (folder / name).is_file()), None)


def article_ids(path: Path, timezone: ZoneInfo) -> set[str]:
    """Return the ids of a file's articles. Raises UsageError when there are none."""
    outcomes = (record.outcome for record in open_source(path, timezone))
    ids = {outcome.id for outcome in outcomes if isinstance(outcome, Article)}
    if not ids:
        raise UsageError(f"{path} holds no article that can be read: `newsbot ingest` says why.")
    return ids


def library_name(articles: Path, fingerprint: str) -> str:
    """Return a name for the library of these articles embedded by this model: it changes with either."""
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
    if not isinstance(accepted, list):  # one word alone would be taken apart into its letters
        raise ValueError("accepted must be a list")
    return Example(question, bool(record["answerable"]), tuple(map(str, accepted)))


def evaluate(
    ask: Ask, examples: Sequence[Example], on_progress: OnProgress = ignore_progress
) -> list[Outcome]:
    """Ask every question. `ask` returns the answer and the texts of the ranked passages."""
    outcomes = []
    for done, example in enumerate(examples, 1):
        answer, passages = ask(example.question)
        quote_rank = rank([quote.text for quote in answer.quotes], example.accepted)
        outcomes.append(Outcome(example, answer, quote_rank, rank(passages, example.accepted)))
        on_progress(Progress("questions", done, len(examples)))
    return outcomes


def rank(texts: Sequence[str], accepted: Sequence[str]) -> int:
    """Return the place, from 1, of the first text that holds an accepted answer; 0 when none does."""
    wanted = [f" {answer} " for answer in accepted]
    for place, text in enumerate(texts, 1):
        padded = f" {normalise(text)} "
        if any(answer in padded for answer in wanted):
            return place
    return 0


def normalise(text: str) -> str:
    """Return the text as answers are compared: ASCII, lower case, no articles, no punctuation."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = _ARTICLE_WORDS.sub(" ", _OTHER.sub(" ", ascii_text))
    return " ".join(_POINT.sub("", words).split())


def compare(
    quotes: Callable[[Question], Mapping[str, Sequence[str]]], examples: Sequence[Example]
) -> tuple[Baseline, ...]:
    """Return how many answers stand in the quotes of plain ways to answer; `quotes` is name → texts."""
    ranks: dict[str, list[int]] = {}
    for example in examples:
        if example.answerable:
            for name, texts in quotes(example.question).items():
                ranks.setdefault(name, []).append(rank(texts, example.accepted))
    return tuple(
        Baseline(name, {depth: _share(0 < each <= depth for each in found) for depth in DEPTHS})
        for name, found in ranks.items()
    )


def is_right(marked: str, accepted: Sequence[str]) -> bool:
    """Tell whether marked words hold an accepted answer, or are part of one."""
    words = f" {normalise(marked)} "
    wanted = [f" {answer} " for answer in accepted]
    return bool(words.strip()) and any(answer in words or words in answer for answer in wanted)


def _marked(answer: Answer) -> list[str]:
    return [quote.text[start:end] for quote in answer.quotes for start, end in quote.answer_spans]


def measure(outcomes: Sequence[Outcome], stored: Mapping[str, str]) -> Measures:
    """Return the figures. `stored` gives the text of each quoted article as the database has it."""
    known = [each for each in outcomes if each.example.answerable]
    unknown = [each for each in outcomes if not each.example.answerable]
    quotes = [quote for each in outcomes for quote in each.answer.quotes]
    marks = [is_right(mark, each.example.accepted) for each in outcomes for mark in _marked(each.answer)]
    took = [each.answer.took_ms for each in outcomes]
    return Measures(
        answerable=len(known),
        unanswerable=len(unknown),
        quotes_at={depth: _share(0 < each.quote_rank <= depth for each in known) for depth in DEPTHS},
        passages_at={depth: _share(0 < each.passage_rank <= depth for each in known) for depth in DEPTHS},
        mean_reciprocal_rank=sum(1 / each.quote_rank for each in known if each.quote_rank) / len(known),
        auroc=auroc([e.answer.confidence for e in known], [e.answer.confidence for e in unknown]),
        answered_of_answerable=_share(each.answer.answered for each in known),
        answered_of_unanswerable=_share(each.answer.answered for each in unknown),
        exact_slices=_share(_is_exact(quote, stored) for quote in quotes),
        suggested_threshold=float(np.quantile([each.answer.confidence for each in known], 1 - ANSWERED)),
        answer_spans=len(marks),
        answer_spans_right=_share(marks),
        median_ms=float(np.median(took)),
        p99_ms=float(np.percentile(took, 99)),
    )


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive scores above a negative, ties counting half."""
    above = np.subtract.outer(np.asarray(positive), np.asarray(negative))
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def reliability(outcomes: Sequence[Outcome]) -> tuple[ReliabilityBin, ...]:
    """Return how often questions of about one confidence can be answered: ten bins but for empty ones.

    After Niculescu-Mizil and Caruana (2005, "Predicting Good Probabilities with Supervised Learning").
    """
    bins: dict[int, list[Outcome]] = {}
    for each in outcomes:
        bins.setdefault(min(int(each.answer.confidence * BINS), BINS - 1), []).append(each)
    return tuple(
        ReliabilityBin(
            confidence=sum(each.answer.confidence for each in held) / len(held),
            answerable=_share(each.example.answerable for each in held),
            questions=len(held),
        )
        for _, held in sorted(bins.items())
    )


def misses(outcomes: Sequence[Outcome]) -> tuple[Miss, ...]:
    """Return what went wrong, in the order of the questions."""
    kinds = [(each, _miss_kind(each)) for each in outcomes]
    return tuple(
        Miss(kind, each.example.accepted, each.quote_rank, each.answer) for each, kind in kinds if kind
    )


def _miss_kind(outcome: Outcome) -> MissKind | None:
    if not outcome.example.answerable:
        return "false alarm" if outcome.answer.answered else None
    if not 0 < outcome.quote_rank <= SHOWN:
        return "not quoted"
    return None if outcome.answer.answered else "withheld"


def digest(outcomes: Sequence[Outcome]) -> str:
    """Return the SHA-256 of all answers: what was quoted from where, and whether the bot stood behind it."""
    answers = [
        [each.question.id, each.answered, [[quote.article.id, *quote.span] for quote in each.quotes]]
        for each in (outcome.answer for outcome in outcomes)
    ]
    return hashlib.sha256(json.dumps(answers).encode()).hexdigest()


def _is_exact(quote: Quote, stored: Mapping[str, str]) -> bool:
    start, end = quote.span
    return bool(quote.text) and quote.text == stored.get(quote.article.id, "")[start:end]


def _share(flags: Iterable[bool]) -> float:
    listed = list(flags)
    return sum(listed) / len(listed) if listed else 1.0
