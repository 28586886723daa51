"""Why an answer is what it is, in figures and in one sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.answers.candidates import Candidate
from index.answers.result import SearchResult
from index.answers.scoring import parameters
from index.types.answer import Answer, Explanation, Figure, QuoteExplanation


def explain(
    answer: Answer,
    found: SearchResult,
    chosen: Sequence[Candidate],
    threshold: float,
    caveat: str | None = None,
) -> Explanation:
    """Return the figures behind an answer and its quotes, and why it is answered or not.

    `caveat` is added to the reason where there is one.
    """
    fitted, about = parameters(), found.about
    return Explanation(
        why=" ".join(filter(None, (_why(answer, found, threshold), caveat))),
        threshold=threshold,
        evidence=_figures(found.evidence._asdict(), fitted.confidence),
        intercept=fitted.intercept,
        phrase=about.phrase if about else None,
        since=about.since if about else None,
        until=about.until if about else None,
        limited=about is not None and about.limits,
        quotes=tuple(_quote_explanation(each, fitted.quotes) for each in chosen),
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


def _why(answer: Answer, found: SearchResult, threshold: float) -> str:
    """Return one sentence for people."""
    if not answer.articles_searched:
        return "Not answered, because no stored article lies within the limits of the question."
    if not answer.quotes:
        return "Not answered, because nothing found within the limits of the question can be quoted."
    verdict = "Answered, because" if answer.answered else "Not answered, because"
    relation = "reaches" if answer.answered else "is below"
    closest = max(each.dense for each in found.ranked)
    return (
        f"{verdict} the confidence of {answer.confidence:.2f} {relation} the threshold of {threshold:.2f}: "
        f"the closest passage has a cosine of {closest:.2f}, and the best covered one holds "
        f"{found.evidence.coverage:.0%} of the question's words, weighted by how rare they are."
    )
