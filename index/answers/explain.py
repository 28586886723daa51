"""Explains an answer: the figures behind it, and one sentence why it was given or withheld. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.answers import by_words
from index.answers.candidates import Candidate
from index.answers.result import SearchResult
from index.types.answer import Answer, Explanation, Figure, QuoteExplanation


def explain(
    answer: Answer,
    result: SearchResult,
    chosen: Sequence[Candidate],
    threshold: float,
    caveat: str | None = None,
) -> Explanation:
    """Return the figures behind an answer and its quotes, and the reason why it counts as answered or not.

    `result` is the search result that `chosen` was taken from, in the order of the answer's quotes. `caveat`
    is a sentence that is added to the reason.
    """
    fitted, about = result.judged.fit, result.about
    if result.asked.by_words:
        evidence, intercept = by_words.weighed(result.evidence, result.asked)
    else:
        evidence, intercept = _figures(result.evidence._asdict(), fitted.confidence), fitted.intercept
    return Explanation(
        why=" ".join(filter(None, (_why(answer, result, threshold), caveat))),
        threshold=threshold,
        evidence=evidence,
        intercept=intercept,
        phrase=about.phrase if about else None,
        since=about.since if about else None,
        until=about.until if about else None,
        limited=about is not None and about.limits,
        quotes=tuple(_quote_explanation(candidate, fitted.quotes) for candidate in chosen),
    )


def _quote_explanation(candidate: Candidate, weights: Mapping[str, float]) -> QuoteExplanation:
    ranked = candidate.ranked
    return QuoteExplanation(
        dense=ranked.dense,
        lexical=ranked.lexical,
        recency=ranked.recency,
        passage_score=ranked.score,
        figures=_figures(candidate.features._asdict(), weights),
        score=candidate.score,
    )


def _figures(values: Mapping[str, float], weights: Mapping[str, float]) -> tuple[Figure, ...]:
    return tuple(Figure(name, value, weights[name]) for name, value in values.items())


def _why(answer: Answer, result: SearchResult, threshold: float) -> str:
    """Return the reason as one sentence that people read."""
    if not answer.articles_searched:
        return "Not answered, because no stored article lies within the limits of the question."
    if not answer.quotes:
        return "Not answered, because nothing found within the limits of the question can be quoted."
    verdict = "Answered, because" if answer.answered else "Not answered, because"
    relation = "reaches" if answer.answered else "is below"
    closest = max(ranked.dense for ranked in result.ranked)
    return (
        f"{verdict} the confidence of {answer.confidence:.2f} {relation} the threshold of {threshold:.2f}: "
        f"the closest passage has a cosine of {closest:.2f}, and the best covered one holds "
        f"{result.evidence.coverage:.0%} of the question's words, weighted by how rare they are."
    )
