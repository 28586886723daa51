"""An evaluation of one library: its answers to questions whose answers are known, measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from index.answers.engine import AnswerEngine
from index.evaluation.baselines import plain_quotes
from index.evaluation.metrics import (
    Example,
    article_ids,
    compare,
    digest,
    evaluate,
    measure,
    misses,
    reliability,
)
from index.storage.articles import Store
from index.types.evaluation import Evaluation
from index.types.options import IndexOptions
from index.types.question import Question
from index.types.report import OnProgress


class Evaluator:
    """Measures the answers of one library (see `index.evaluation.metrics`)."""

    def __init__(self, options: IndexOptions, store: Store, engine: AnswerEngine, model: str) -> None:
        self._options = options
        self._store = store
        self._engine = engine
        self._model = model

    def holds(self, articles: Path) -> bool:
        """Tell whether all articles of a file are stored, under their own id or as copies."""
        ids = article_ids(articles, ZoneInfo(self._options.timezone))
        return ids == self._store.known(ids).keys() | self._store.known_copies(ids).keys()

    def run(self, examples: Sequence[Example], on_progress: OnProgress, *, baselines: bool) -> Evaluation:
        """Ask every question and return the figures; with `baselines` those of plain ways to answer, too.

        Raises UsageError, ModelError.
        """
        self._engine.answer(Question("What is the news?"))  # the first question of all loads the model
        outcomes = evaluate(self._engine.answer_and_passages, examples, on_progress)
        quoted = {quote.article.id for outcome in outcomes for quote in outcome.answer.quotes}
        stored = {id: article.text for id, article in self._store.articles(quoted).items()}
        return Evaluation(
            library=self._options.data_dir,
            model=self._model,
            articles=self._store.count_articles(),
            passages=self._store.count_passages(),
            threshold=self._engine.threshold,
            measures=measure(outcomes, stored),
            reliability=reliability(outcomes),
            misses=misses(outcomes),
            digest=digest(outcomes),
            baselines=compare(lambda question: plain_quotes(self._engine, question), examples)
            if baselines
            else (),
        )
