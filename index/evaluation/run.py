"""Evaluates one library: asks it questions whose answers are known, and measures what it answers."""

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
        """Tell whether all articles of a file are stored: each as an article, or as a copy of another one.

        Raises UsageError when no article of the file can be read.
        """
        ids = article_ids(articles, ZoneInfo(self._options.timezone))
        return ids == self._store.known(ids).keys() | self._store.known_copies(ids).keys()

    def run(self, examples: Sequence[Example], on_progress: OnProgress, *, baselines: bool) -> Evaluation:
        """Ask every question and return the figures; with `baselines` also those of the plain ways to answer.

        Raises UsageError and ModelError as `NewsIndex.ask` does.
        """
        self._engine.answer(Question("What is the news?"))  # loads the model, outside of what is timed
        results = evaluate(self._engine.answer_and_passages, examples, on_progress)
        quoted = {quote.article.id for result in results for quote in result.answer.quotes}
        stored = {id: article.text for id, article in self._store.articles(quoted).items()}
        return Evaluation(
            library=self._options.data_dir,
            model=self._model,
            articles=self._store.count_articles(),
            passages=self._store.count_passages(),
            threshold=self._engine.threshold,
            measures=measure(results, stored),
            reliability=reliability(results),
            misses=misses(results),
            digest=digest(results),
            baselines=compare(lambda question: plain_quotes(self._engine, question), examples)
            if baselines
            else (),
        )
