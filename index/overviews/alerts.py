"""Finds new quotes for the questions and topics that people follow: for all follows in one batch.

Each round compares the passages that were stored since the last one (see `index.overviews.matching`). An
article answers a question where the article alone gives it the confidence that an answer needs. It meets a
topic where it is about it, as timelines and digests judge that. Only for these few pairs are sentences
chosen. Which of them are then sent, and which only repeat an earlier alert, is decided by
`index.types.follow.worth_telling`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.answers.engine import AnswerEngine
from index.answers.reading import PASSAGES_READ
from index.answers.recency import Recency
from index.embeddings.base import MODEL_CHARS, Embedder
from index.overviews.highlights import central_spans
from index.overviews.matching import Comparison, Followed, NewPassages, compare
from index.overviews.topic import about
from index.storage.articles import Store
from index.storage.follows import CLOCKS_DIFFER, FollowStore, NewPassage, Portion, Vector
from index.storage.leases import Leases
from index.text.normalize import canonical_line
from index.text.spans import Span
from index.types.answer import Quote
from index.types.article import Article
from index.types.follow import MAX_ALERT_QUOTES, MAX_PER_DAY, Follow, Found
from index.types.question import Filters

logger = logging.getLogger(__name__)

# An article that arrives later than this after it was published is no news.
LOOK_BACK = timedelta(days=3)
# So many quotes are chosen for a question, of which those are sent that say something new.
QUOTES_READ = 10
# Of the new articles on a topic the newest are read, at most so many.
HEADLINES_READ = 20
# At most so many passages are compared at once, and so many follows embedded that have no vector yet: on a
# busy machine either takes some seconds.
PASSAGES_AT_ONCE = 2000
EMBEDDED_AT_ONCE = 200
# Follows that are compared at once: one figure of each with each passage takes 4 MB.
FOLLOWS_AT_ONCE = 500

_WORD = re.compile(r"\w+")
# A text that begins with one of these words is a question.
_ASKS = frozenset(
    "who whom whose what which when where why how is are was were will would can could did does do has have"
    " had".split()
)

# Takes a guild (None: none) and ids of articles, and returns those ids that may be seen there.
Visible = Callable[[str | None, Collection[str]], Collection[str]]


class _Loaded(NamedTuple):
    """New passages for follows that were compared up to the passage id `after`.

    They are those up to the id `matched`, of articles published from `since` on. `newest` was the last id.
    """

    after: int
    newest: int
    since: datetime
    matched: int
    new: NewPassages | None


class Alerts:
    """Compares the follows with new passages. Several processes share the work.

    `visible` says which articles may be seen in a guild. Safe to use from many threads.
    """

    def __init__(
        self,
        store: Store,
        engine: AnswerEngine,
        embedder: Embedder,
        follows: FollowStore,
        leases: Leases,
        clock: Callable[[], datetime],
        visible: Visible,
    ) -> None:
        self._store = store
        self._engine = engine
        self._embedder = embedder
        self._follows = follows
        self._leases = leases
        self._clock = clock
        self._visible = visible
        self._loaded: _Loaded | None = None
        # Many may follow what an article is about; each of the articles at hand is read once.
        self._central_quote = lru_cache(PASSAGES_AT_ONCE)(central_quote)

    def match(self) -> bool:
        """Compare one portion of the follows with the next new passages, and store the alerts for it.

        Returns False where nothing is left to do, or other processes are doing it. Raises StoreError, and
        ModelError where a reindex is needed first.
        """
        newest = self._follows.newest_passage()
        for portion in self._follows.behind(newest):
            with self._leases.holding([f"follows {portion.number}"]) as held:
                if held and self._match(portion, newest):
                    return True
        return False

    def _match(self, portion: Portion, newest: int) -> bool:
        """Compare a portion with the next passages, or embed some of its follows; return whether it did."""
        self._engine.require_current_vectors()
        # Read after `newest`: a follow that is missing here began when those passages were stored already.
        follows = self._follows.followed(portion.number, self._model)
        if self._embed([follow for follow, vector in follows if vector is None]):
            return True
        now = self._clock()
        oldest = min((_since(follow, now) for follow, _ in follows), default=now)
        loaded = self._load(portion, newest, oldest)
        if loaded is None:
            return False
        found: list[Found] = []
        if loaded.new:
            for first in range(0, len(follows), FOLLOWS_AT_ONCE):
                some = self._followed(follows[first : first + FOLLOWS_AT_ONCE], loaded.new, now)
                found += self._found(compare(loaded.new, some))
        return self._follows.finish(portion, loaded.matched, found, self._store.articles)

    def _followed(
        self, follows: Sequence[tuple[Follow, Vector | None]], new: NewPassages, now: datetime
    ) -> list[Followed]:
        """Return follows that have vectors as they are compared."""
        visible = {guild: self._shown_in(guild, new.articles) for guild in {one.guild for one, _ in follows}}
        texts = [canonical_line(follow.what) for follow, _ in follows]
        return [
            Followed(
                follow,
                self._engine.weights(text),
                self._engine.named(text),
                vector.astype(np.float32),
                _since(follow, now),
                visible[follow.guild],
            )
            for text, (follow, vector) in zip(texts, follows, strict=True)
            if vector is not None
        ]

    def _shown_in(self, guild: str | None, articles: Sequence[Article]) -> npt.NDArray[np.bool_]:
        """Return which of the articles a guild sees, in the languages that are set for it."""
        ids = [article.id for article in articles]
        wanted = Filters(languages=self._engine.filters(guild).languages)
        in_language = np.array([wanted.admit(article) for article in articles], np.bool_)
        return np.isin(ids, list(self._visible(guild, ids))) & in_language

    @property
    def _model(self) -> str:
        return self._embedder.fingerprint[:MODEL_CHARS]

    def _embed(self, follows: Sequence[Follow]) -> bool:
        """Embed the first of some follows and store their vectors; return whether there were any."""
        vectors = {
            follow.id: self._embedder.embed_question(canonical_line(follow.what)).astype(np.float16)
            for follow in follows[:EMBEDDED_AT_ONCE]
        }
        if vectors:
            self._follows.keep_vectors(vectors, self._model)
        return bool(vectors)

    def _load(self, portion: Portion, newest: int, since: datetime) -> _Loaded | None:
        """Return the next new passages for a portion; None where they have to be embedded again first.

        The portions come one after the other, and most need the same passages, so these are kept.
        """
        last = self._loaded
        if last and (last.after, last.newest) == (portion.matched, newest) and last.since <= since:
            return last
        rows: Sequence[NewPassage]
        rows = self._follows.new_passages(portion, newest, since, PASSAGES_AT_ONCE)
        if any(row.fingerprint != self._embedder.fingerprint for row in rows):
            logger.info("follows wait why='passages are being embedded again'")
            return None
        matched = newest
        if len(rows) == PASSAGES_AT_ONCE:
            rows = _whole_articles(rows)
            matched = rows[-1].id
        self._loaded = _Loaded(portion.matched, newest, since, matched, self._new(rows))
        return self._loaded

    def _new(self, rows: Sequence[NewPassage]) -> NewPassages | None:
        """Return passages as they are compared; None where none is left."""
        stored = self._store.stored_passages([row.id for row in rows])
        kept = [(stored[row.id], row.vector) for row in rows if row.id in stored]
        if not kept:
            return None
        recency = Recency.of(self._store, self._clock())
        passages = [passage for passage, _ in kept]
        return NewPassages.of(
            passages,
            np.stack([vector for _, vector in kept]).astype(np.float32),
            np.array([recency(passage.article.published_at) for passage in passages], np.float32),
            [
                self._engine.terms(f"{passage.article.title}\n{passage.text}", passage.article.language)
                for passage in passages
            ],
        )

    def _found(self, compared: Comparison) -> Iterator[Found]:
        """Yield the follows for which there is something, with their quotes."""
        answered = compared.confidence() >= self._engine.threshold
        met = about(compared)
        for number, one in enumerate(compared.followed):
            asks = is_question(one.follow.what)
            articles = np.flatnonzero(
                (answered if asks else met)[number] & compared.admitted[number]
            ).tolist()
            if not articles:
                continue
            try:
                quotes = (self._answers if asks else self._headlines)(compared, number, articles)
            except Exception:  # logged, so that the other follows get their alerts
                logger.exception("alert.failed follow=%d", one.follow.id)
                continue
            yield Found(one.follow, quotes, MAX_ALERT_QUOTES if asks else MAX_PER_DAY)

    def _answers(self, compared: Comparison, number: int, articles: Sequence[int]) -> list[Quote]:
        """Return quotes from the articles that answer the question with this number, best first."""
        text = canonical_line(compared.followed[number].follow.what)
        ranked = compared.ranked(number, articles, PASSAGES_READ)
        chosen = self._engine.choose(text, ranked, QUOTES_READ)
        return [
            Quote(candidate.ranked.stored.article, candidate.span, candidate.score) for candidate in chosen
        ]

    def _headlines(self, compared: Comparison, number: int, articles: Sequence[int]) -> list[Quote]:
        """Return the most central sentence of each article that is about a topic, the newest first."""
        new = compared.new
        met = sorted(
            articles,
            key=lambda article: (new.articles[article].published_at, new.articles[article].id),
            reverse=True,
        )
        return [
            quote
            for article in met[:HEADLINES_READ]
            for quote in self._central_quote(new.articles[article], new.sentences(article))
        ]


def _since(follow: Follow, now: datetime) -> datetime:
    """Return the time from which articles count as news for a follow.

    One that began at a later time than now began before the clock was set back: nobody knows when that was.
    """
    earliest = now - LOOK_BACK
    return earliest if follow.started_at > now + CLOCKS_DIFFER else max(follow.started_at, earliest)


def is_question(what: str) -> bool:
    """Tell whether a text is a question, not a topic: by its question mark or by its first word."""
    first = _WORD.search(what.casefold())
    return what.rstrip().endswith(("?", "？", "؟")) or (first is not None and first[0] in _ASKS)


def central_quote(article: Article, sentences: Sequence[Span]) -> list[Quote]:
    """Return the most central of an article's sentences as one quote; none where it has no whole sentence."""
    return [Quote(article, span, 0.0) for span in central_spans(article.text, sentences)[:1]]


def _whole_articles(rows: Sequence[NewPassage]) -> Sequence[NewPassage]:
    """Leave out the last article, whose other passages may come next; unless it is the only one."""
    kept = [row for row in rows if row.article_id != rows[-1].article_id]
    return kept or rows
