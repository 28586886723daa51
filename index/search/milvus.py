"""The search index in a Milvus server, which all processes on all machines share; a `PassageIndex`.

Milvus finds passages by embedding and by words, and applies the filters. Words are stored as the tokenizer of
`index.search.lexical` gives them, and hits by words are scored again with `index.search.bm25`, so that the
local index and this one lead to the same answers. The scoring needs document frequencies: they are stored in
Milvus beside the passages, as key-value pairs called facts. Each term is a key with its document frequency as
the value; one more key holds the `IndexState`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace

import numpy as np

from index.clock import from_microseconds, microseconds
from index.errors import SearchError
from index.runtime.faults import Faults
from index.search.analyzer import Analyzer
from index.search.base import Follower, IndexCondition, Position, Scores
from index.search.bm25 import Scorer, Tally, Totals
from index.search.lexical import FREQUENCIES
from index.search.milvus_server import MilvusServer, Row, ScoredRow, stored_origins, stored_words
from index.text.tags import base_code
from index.types.article import Hit, IndexedPassage
from index.types.question import Filters
from index.types.status import SEARCH

# The fact that holds the `IndexState`. No term contains a colon, so no term has this key.
_STATE = "state:"
# After this many added passages Milvus is asked to index them. Until then each search compares them one by
# one.
SETTLE = 4000
_REBUILDING = "The search index is being made anew from the database: ask again in a few minutes."
# Cached frequencies are dropped after so many seconds, once another process has changed the index. Until then
# they are off by the few passages that came and went.
_RECOUNT_SECONDS = 60
# Milvus may score each of its segments by the segment's own frequencies. So this many times `limit` hits are
# fetched and scored again, and the best `limit` of them are returned.
_RESCORED = 2


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index got, and what it holds; stored in Milvus as JSON, so the fields' names must stay.

    `position` is None while the index is rebuilt. While `changing` is True, a process is changing passages
    and the stored frequencies may be wrong. `loose` counts the passages added since Milvus last indexed all.
    """

    position: Position | None
    dimension: int
    totals: Totals
    changing: bool = False
    loose: int = 0

    @classmethod
    def parse(cls, text: str) -> IndexState:
        """Return the state that `str` wrote as JSON."""
        fields = json.loads(text)
        position = fields.pop("position")
        totals = Totals(**fields.pop("totals"))
        return cls(Position(**position) if position else None, totals=totals, **fields)

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class MilvusIndex:
    """A `SearchIndex`, and its own only `Follower`.

    `library` is the database's id: each database has its collections in Milvus. `lock` returns a context in
    which no process on any machine changes the same collections.
    """

    def __init__(
        self,
        url: str,
        library: str,
        dimension: int,
        lock: Callable[[], AbstractContextManager[object]],
        faults: Faults | None = None,
    ) -> None:
        """Prepare, without connecting. Raises UsageError where `url` is no address of a Milvus."""
        self.analyzer = Analyzer()
        self.exclusive = lock
        self._faults = faults or Faults()
        self._server = MilvusServer(url, library, dimension, self._faults)
        self._dimension = dimension
        self._totals = Totals()
        self._seen: Position | None = None
        self._rebuilding = True
        self._known: dict[str, int] = {}  # term → document frequency, as read since `_known_since`
        self._known_since = time.monotonic()

    @property
    def followers(self) -> Sequence[Follower]:
        return (self,)

    def __len__(self) -> int:
        return self._totals.passages

    def ids(self) -> tuple[set[int], set[int]]:
        """Return the passage ids that can be found by embedding, and by words."""
        held = {row.id for row in self._server.all_rows()}
        return held, held

    @property
    def kind(self) -> str:
        """The name of the search engine, as status shows it to people."""
        return f"Milvus at {self._server.place}"

    @property
    def disk_bytes(self) -> None:
        """None: the index takes up nothing on this machine."""

    memory_bytes = disk_bytes

    def release(self) -> None:
        """Do nothing: the vectors are on the server."""

    def close(self) -> None:
        self._server.close()

    # -- searching -------------------------------------------------------------------------------------

    def search(self, vector: Scores, terms: Sequence[str], filters: Filters, limit: int) -> list[Hit]:
        """Search as `PassageIndex` says.

        Raises SearchError while Milvus is unreachable or the index is being rebuilt.
        """
        if self._rebuilding and self.position() is None:
            raise SearchError(_REBUILDING)
        nearest = self._server.nearest(vector, filters, limit)
        dense = {hit.row.id: hit.score for hit in nearest}
        lexical = self._by_words(terms, filters, limit)
        vectors = self._server.vectors([hit.row.id for hit in lexical if hit.row.id not in dense])
        dense |= {id: float(np.asarray(stored, np.float32) @ vector) for id, stored in vectors.items()}
        bm25 = {hit.row.id: hit.score for hit in lexical}
        rows = {hit.row.id: hit.row for hit in (*nearest, *lexical)}
        # Choosing quotes will need the frequency of every word of these passages. Fetching them into the
        # cache here takes one request; later it would take one for each word.
        self._frequencies(word for row in rows.values() for word in row.words.split())
        self._faults.mended(SEARCH)
        return [_hit(rows[id], score, bm25.get(id, 0.0)) for id, score in dense.items()]

    def _by_words(self, terms: Sequence[str], filters: Filters, limit: int) -> list[ScoredRow]:
        """Return the best passages by BM25 as `index.search.lexical` computes it, best first."""
        if not terms:
            return []
        scorer = Scorer(self._frequencies(terms), self._totals)
        hits = self._server.by_words(" ".join(terms), filters, _RESCORED * limit)
        rescored = [ScoredRow(hit.row, scorer.score(hit.row.words.split())) for hit in hits]
        best = sorted(rescored, key=lambda hit: (-hit.score, hit.row.id))[:limit]
        return [hit for hit in best if hit.score > 0]

    def spelled_like(self, term: str, distance: int, filters: Filters, limit: int) -> list[int]:
        """Return nothing: Milvus cannot search for similar terms."""
        return []

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        return self._frequencies(terms)

    def _frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Return term → document frequency, from the cache where it has the term."""
        wanted, known = list(dict.fromkeys(terms)), self._known
        missing = [term for term in wanted if term not in known]
        if missing:
            stored = self._stored_frequencies(missing, "Bounded")
            known = known | stored
            self._known = known if len(known) <= FREQUENCIES else stored
        return {term: known[term] for term in wanted}

    def _stored_frequencies(self, terms: Sequence[str], consistency: str) -> dict[str, int]:
        stored = self._server.facts(terms, consistency)
        return {term: int(stored.get(term, 0)) for term in terms}

    # -- following -------------------------------------------------------------------------------------

    def position(self) -> Position | None:
        state, before = self._state(), self._seen
        position = state.position if state and state.dimension == self._dimension else None
        self._note(position, state.totals if state else Totals())
        if position != before and time.monotonic() > self._known_since + _RECOUNT_SECONDS:
            self._forget_frequencies()
        return position

    def mend(self) -> None:
        """Do nothing: Milvus checks and repairs its own data."""

    def clear(self) -> None:
        self._server.clear()
        self._note(None, Totals())
        self._forget_frequencies()

    def apply(
        self, added: Iterable[Sequence[IndexedPassage]], removed: Sequence[int], position: Position
    ) -> None:
        before = self._state()
        self._remember(
            replace(before, changing=True) if before else IndexState(None, self._dimension, Totals())
        )
        tally = Tally(totals=before.totals if before else Totals())
        loose = before.loose if before else SETTLE
        self._remove(removed, tally)
        for batch in added:
            self._put(batch, tally, new=before is None)
            loose += len(batch)
        if before and before.changing:
            # A process was stopped in the middle of `apply`, after changing passages and before storing all
            # frequencies. Which passages it had counted is unknown.
            tally = self._recount()
        self._store_frequencies(tally, new=before is None or before.changing)
        self._remember(IndexState(position, self._dimension, tally.totals, loose=loose % SETTLE))
        if loose >= SETTLE:
            self._server.settle()

    def _remove(self, ids: Sequence[int], tally: Tally) -> None:
        for row in self._server.rows(ids):
            tally.remove(row.words.split())
        self._server.delete_rows(ids)

    def _put(self, passages: Sequence[IndexedPassage], tally: Tally, *, new: bool) -> None:
        rows = [self._row(passage) for passage in passages]
        for row in [] if new else self._server.rows([passage.id for passage in passages]):
            tally.remove(row.words.split())
        for row in rows:
            tally.add(row.words.split())
        self._server.put_rows(rows, [passage.vector.astype(np.float32) for passage in passages])

    def _row(self, passage: IndexedPassage) -> Row:
        words = stored_words(self.analyzer.indexed(passage))
        origins = stored_origins(passage.origins)
        language = (base_code(passage.language) or "")[:8]
        return Row(passage.id, microseconds(passage.published_at), passage.source, words, origins, language)

    def _store_frequencies(self, tally: Tally, *, new: bool) -> None:
        """Store the frequencies that a tally changes; with `new` none are stored and the tally has all."""
        before = {} if new else self._stored_frequencies(tally.terms(), "Strong")
        after = tally.frequencies(before)
        self._server.put_facts({term: str(count or "") for term, count in after.items()})
        self._known = self._known | {term: count for term, count in after.items() if term in self._known}

    def _recount(self) -> Tally:
        """Delete the stored frequencies, and return those of all stored passages, counted again."""
        self._server.forget_facts()
        self._forget_frequencies()
        tally = Tally()
        for row in self._server.all_rows():
            tally.add(row.words.split())
        return tally

    def _state(self) -> IndexState | None:
        return _stored_state(self._server)

    def _remember(self, state: IndexState) -> None:
        self._server.put_facts({_STATE: str(state)})
        self._note(state.position, state.totals)

    def _note(self, position: Position | None, totals: Totals) -> None:
        """Note in this process what the index holds; with None as position it is rebuilt and not searched."""
        self._seen, self._totals, self._rebuilding = position, totals, position is None
        if position is None:
            self._faults.report(SEARCH, _REBUILDING)
        else:
            self._faults.mended(SEARCH)

    def _forget_frequencies(self) -> None:
        self._known, self._known_since = {}, time.monotonic()


def condition(url: str, library: str) -> IndexCondition:
    """Inspect a library's index for the doctor, without creating its collections as using it would.

    `library` is the database's id. Raises SearchError, and UsageError where `url` is no address of a Milvus.
    """
    server = MilvusServer(url, library, None)
    state = _stored_state(server) if server.is_known() else None
    server.close()
    return IndexCondition((), state.position, state.totals.passages) if state else IndexCondition((), None, 0)


def _stored_state(server: MilvusServer) -> IndexState | None:
    stored = server.facts([_STATE]).get(_STATE)
    return IndexState.parse(stored) if stored else None


def _hit(row: Row, dense: float, lexical: float) -> Hit:
    return Hit(row.id, dense, lexical, from_microseconds(row.published_us), row.source)
