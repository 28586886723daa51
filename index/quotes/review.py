"""Compares quotes with the articles as they are stored now: posted ones, and ones that a person claims."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from index.answers.engine import AnswerEngine
from index.answers.retrieval import Retrieval
from index.quotes.check import QuoteCheck, check_quote
from index.quotes.excerpt import Excerpt, excerpt, find_quote
from index.quotes.standing import quote_state
from index.storage.articles import Store
from index.storage.people.posted import Posted
from index.text.normalize import canonical_line
from index.types.edition import SHARED
from index.types.posted import PostedAnswer
from index.types.question import ANY_LANGUAGE


class QuoteReview:
    """Compares quotes with the articles that are stored now. Safe to use from many threads."""

    def __init__(
        self, store: Store, posted: Posted, engine: AnswerEngine, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._posted = posted
        self._engine = engine
        self._clock = clock

    def excerpts(self, answer: PostedAnswer) -> list[Excerpt]:
        """Return a posted answer's quotes with the sentences around them, from the articles as they are now.

        A quote is left out when its article no longer holds it, is no longer stored, or is not in the edition
        of the guild where the answer was posted.
        """
        origins = self._engine.filters(answer.guild or SHARED).origins
        articles = self._store.articles({quote.article_id for quote in answer.quotes}, origins)
        known = [
            (articles[quote.article_id], quote) for quote in answer.quotes if quote.article_id in articles
        ]
        quotes = [find_quote(article, quote.start, quote.text) for article, quote in known]
        return [excerpt(quote) for quote in quotes if quote]

    def check(self, claimed: str, edition: str | None) -> QuoteCheck:
        """Look in an edition's articles for words that a person says one of them holds.

        The articles compared are those that a search for the words finds. Raises as `NewsIndex.ask` does.
        """
        self._engine.require_current_vectors()
        now = self._clock()
        what = Retrieval([self._engine.filters(edition, until=now, language=ANY_LANGUAGE)])
        ranked = self._engine.retrieve(canonical_line(claimed), what, now)
        articles = {passage.stored.article.id: passage.stored.article for passage in ranked}
        return check_quote(claimed, articles.values())

    def review_posted(self, limit: int) -> int:
        """Compare at most `limit` posted quotes with their articles as they are now; return their number.

        The results are stored for `Posted.to_correct`.
        """
        waiting = self._posted.to_compare(limit)
        for id, place, quote, revision, text, changed_at in waiting:
            standing = quote_state(quote.text, quote.start, text)
            new_text = standing.text if standing.state == "changed" else None
            self._posted.compared(id, place, revision, standing.state, new_text, changed_at)
        return len(waiting)
