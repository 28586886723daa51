"""The words that answer a question, and the outlets that agree on them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from index.text.spans import Span
from index.types.answer import AnswerWords, Quote


def words_that_answer(quotes: Sequence[Quote]) -> AnswerWords | None:
    """Return the longest marked words of the first quote that has some; None where no words are marked.

    Every outlet whose quotes mark words is named once, since all marked words of an answer say the same.
    """
    marked = [quote for quote in quotes if quote.answer_spans]
    if not marked:
        return None
    first = marked[0]
    longest = max(first.answer_spans, key=lambda span: (span.end - span.start, -span.start))
    start = first.span.start
    return AnswerWords(
        first.article,
        Span(start + longest.start, start + longest.end),
        tuple(dict.fromkeys(quote.article.source for quote in marked)),
    )
