"""Search in Milvus, on other machines: one index that all processes share, behind one `PassageIndex`.

The engine finds passages by embedding and by words, and filters them. Words are stored as the tokenizer of
`index.search.lexical` gives them, and hits by words are scored again with `index.search.bm25`, so that both
indexes lead to the same answers. What that needs, and how far the index got, is stored beside the passages as
facts: a term's frequency under the term, everything else in one value.
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
from index.search.base import Follower, IndexCondition, Position, Scores
from index.search.bm25 import Scorer, Tally, Totals
from index.search.lexical import FREQUENCIES, Analyzer, words_of
from index.search.milvus_server import Found, MilvusServer, Row, stored_words
from index.types.article import Hit, IndexedPassage
from index.types.question import Filters
from index.types.status import SEARCH

# No term contains a colon.
_STATE = "state:"
# Passages that may come before they are indexed: until then each search looks at them one by one.
SETTLE = 4000
_MAKING = "The search index is being made anew from the database: ask again in a few minutes."
# What others count is looked at anew after so many seconds: until then a few frequencies are off by a few.
_RECOUNT_SECONDS = 60
# The engine may score its parts by frequencies of their own: so many times as many hits are scored again.
_MORE = 2


@dataclass(frozen=True, slots=True)
class State:
    """How far the index got (None while it is made anew), and what it holds.

    While `changing`, frequencies may be wrong. `loose` passages have come since all were settled.
    """

    position: Position | None
    dimension: int
    totals: Totals
    changing: bool = False
    loose: int = 0

    @classmethod
    def parse(cls, text: str) -> State:
        """Read what `str` wrote."""
        fields = json.loads(text)
        position = fields.pop("position")
        totals = Totals(**fields.pop("totals"))
        return cls(Position(**position) if position else None, totals=totals, **fields)

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class MilvusIndex:
    """A `PassageIndex` and its `Follower`. `lock` keeps other machines from changing the same library's."""

    def __init__(
        self,
        url: str,
        library: str,
        dimension: int,
        lock: Callable[[], AbstractContextManager[object]],
        faults: Faults | None = None,
    ) -> None:
        """Nothing is asked of the server yet. Raises UsageError where the address is none of a Milvus."""
        analyzer = Analyzer()
        self.terms, self.question_terms = analyzer.terms, analyzer.question_terms
        self.exclusive = lock
        self._faults = faults or Faults()
        self._server = MilvusServer(url, library, dimension, self._faults)
        self._dimension = dimension
        self._totals = Totals()
        self._seen: Position | None = None
        self._making = True
        self._known: dict[str, int] = {}
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
        """What it is, for people."""
        return f"Milvus at {self._server.place}"

    @property
    def disk_bytes(self) -> None:
        """What it takes up is the server's business."""

    memory_bytes = disk_bytes

    def close(self) -> None:
        self._server.close()

    # -- searching -------------------------------------------------------------------------------------

    def search(self, vector: Scores, text: str, filters: Filters, limit: int) -> list[Hit]:
        """Do as `PassageIndex` says. Raises SearchError while Milvus is away or the index is made anew."""
        if self._making and self.position() is None:
            raise SearchError(_MAKING)
        nearest = self._server.nearest(vector, filters, limit)
        dense = {found.row.id: found.score for found in nearest}
        lexical = self._by_words(self.question_terms(text), filters, limit)
        vectors = self._server.vectors([found.row.id for found in lexical if found.row.id not in dense])
        dense |= {id: float(np.asarray(each, np.float32) @ vector) for id, each in vectors.items()}
        bm25 = {found.row.id: found.score for found in lexical}
        rows = {found.row.id: found.row for found in (*nearest, *lexical)}
        # Whoever reads the passages asks for their words one by one.
        self._frequencies(word for row in rows.values() for word in row.words.split())
        self._faults.mended(SEARCH)
        return [_hit(rows[id], score, bm25.get(id, 0.0)) for id, score in dense.items()]

    def _by_words(self, terms: Sequence[str], filters: Filters, limit: int) -> list[Found]:
        """Return the best passages with their BM25 as `index.search.lexical` counts it, best first."""
        if not terms:
            return []
        scorer = Scorer(self._frequencies(terms), self._totals)
        found = self._server.by_words(" ".join(terms), filters, _MORE * limit)
        scored = [Found(each.row, scorer.score(each.row.words.split())) for each in found]
        best = sorted(scored, key=lambda each: (-each.score, each.row.id))[:limit]
        return [each for each in best if each.score > 0]

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        return self._frequencies(terms)

    def _frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Return term → frequency, from memory where it was asked for lately."""
        wanted, known = list(dict.fromkeys(terms)), self._known
        missing = [term for term in wanted if term not in known]
        if missing:
            found = self._stored_frequencies(missing, "Bounded")
            known = known | found
            self._known = known if len(known) <= FREQUENCIES else found
        return {term: known[term] for term in wanted}

    def _stored_frequencies(self, terms: Sequence[str], consistency: str) -> dict[str, int]:
        stored = self._server.facts(terms, consistency)
        return {term: int(stored.get(term, 0)) for term in terms}

    # -- following -------------------------------------------------------------------------------------

    def position(self) -> Position | None:
        state, before = self._state(), self._seen
        position = state.position if state and state.dimension == self._dimension else None
        self._reached(position, state.totals if state else Totals())
        if position != before and time.monotonic() > self._known_since + _RECOUNT_SECONDS:
            self._forget_frequencies()
        return position

    def mend(self) -> None:
        """What Milvus holds, it looks after itself."""

    def clear(self) -> None:
        self._server.clear()
        self._reached(None, Totals())
        self._forget_frequencies()

    def apply(
        self, added: Iterable[Sequence[IndexedPassage]], removed: Sequence[int], position: Position
    ) -> None:
        before = self._state()
        self._remember(replace(before, changing=True) if before else State(None, self._dimension, Totals()))
        tally = Tally(totals=before.totals if before else Totals())
        loose = before.loose if before else SETTLE
        self._remove(removed, tally)
        for batch in added:
            self._put(batch, tally, new=before is None)
            loose += len(batch)
        if before and before.changing:
            # Whoever changed it was stopped in the middle: nobody knows which passages had been counted.
            tally = self._count_again()
        self._count(tally, new=before is None or before.changing)
        self._remember(State(position, self._dimension, tally.totals, loose=loose % SETTLE))
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
        words = stored_words(self.terms(words_of(passage)))
        return Row(passage.id, microseconds(passage.published_at), passage.source, words)

    def _count(self, tally: Tally, *, new: bool) -> None:
        """Store the frequencies that a tally changes, or all that there are."""
        before = {} if new else self._stored_frequencies(tally.terms(), "Strong")
        after = tally.frequencies(before)
        self._server.put_facts({term: str(each or "") for term, each in after.items()})
        self._known = self._known | {term: each for term, each in after.items() if term in self._known}

    def _count_again(self) -> Tally:
        self._server.forget_facts()
        self._forget_frequencies()
        tally = Tally()
        for row in self._server.all_rows():
            tally.add(row.words.split())
        return tally

    def _state(self) -> State | None:
        return _stored_state(self._server)

    def _remember(self, state: State) -> None:
        self._server.put_facts({_STATE: str(state)})
        self._reached(state.position, state.totals)

    def _reached(self, position: Position | None, totals: Totals) -> None:
        """Take note of what there is now; before all of it is, nothing is found."""
        self._seen, self._totals, self._making = position, totals, position is None
        if position is None:
            self._faults.report(SEARCH, _MAKING)
        else:
            self._faults.mended(SEARCH)

    def _forget_frequencies(self) -> None:
        self._known, self._known_since = {}, time.monotonic()


def condition(url: str, library: str) -> IndexCondition:
    """Look at a library's index without changing it, as using it would.

    Raises SearchError, and UsageError where the address is none of a Milvus.
    """
    server = MilvusServer(url, library, None)
    state = _stored_state(server) if server.is_known() else None
    server.close()
    return IndexCondition((), state.position, state.totals.passages) if state else IndexCondition((), None, 0)


def _stored_state(server: MilvusServer) -> State | None:
    stored = server.facts([_STATE]).get(_STATE)
    return State.parse(stored) if stored else None


def _hit(row: Row, dense: float, lexical: float) -> Hit:
    return Hit(row.id, dense, lexical, from_microseconds(row.published_us), row.source)
