"""Three plain ways to answer, which an evaluation compares the real answers with.

They rank the same passages that the real searches find: by meaning, by words, or by both ranks fused. From
each of the best passages they quote the two neighbouring sentences that hold most of the question's words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.answers.engine import AnswerEngine
from index.languages.english.answer_forms import Terms
from index.storage.articles import StoredPassage
from index.text.normalize import canonical_line
from index.types.article import Hit
from index.types.question import Question

# The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).
RRF_K = 60
# How many neighbouring sentences a plain quote has.
SENTENCES = 2


def orders(hits: Sequence[Hit]) -> dict[str, list[int]]:
    """Return for each plain way of ranking, by its name, the ids of the passages, best first."""
    dense = [hit.passage_id for hit in sorted(hits, key=lambda hit: (-hit.dense, hit.passage_id))]
    by_words = sorted(hits, key=lambda hit: (-hit.lexical, hit.passage_id))
    lexical = [hit.passage_id for hit in by_words if hit.lexical > 0]
    fused: dict[int, float] = {}
    for ranking in (dense, lexical):
        for rank, id in enumerate(ranking, 1):
            fused[id] = fused.get(id, 0.0) + 1 / (RRF_K + rank)
    return {
        "dense alone": dense,
        "BM25 alone": lexical,
        "reciprocal rank fusion": sorted(fused, key=lambda id: (-fused[id], id)),
    }


def best_sentences(stored: StoredPassage, weights: Mapping[str, float], terms: Terms) -> str:
    """Return the text of the neighbouring sentences of a passage that hold most of the question's words.

    `weights` maps the question's words, as `terms` splits and stems them, to their idf.
    """
    text, sentences = stored.article.text, stored.passage.sentences
    runs = [
        text[sentences[i].start : sentences[min(i + SENTENCES, len(sentences)) - 1].end]
        for i in range(max(1, len(sentences) - SENTENCES + 1))
    ]
    return max(runs, key=lambda run: sum(weights.get(term, 0.0) for term in set(terms(run))))


def plain_quotes(engine: AnswerEngine, question: Question) -> dict[str, list[str]]:
    """Return for each plain way, by its name, the texts that it quotes for a question, best first."""
    text = canonical_line(question.text)
    hits = engine.hits(text, question.as_of)
    stored = {passage.id: passage for _, passage in hits}
    weights = engine.asked(text).weights
    return {
        name: [best_sentences(stored[id], weights, engine.terms) for id in ids[: question.limit]]
        for name, ids in orders([hit for hit, _ in hits]).items()
    }
