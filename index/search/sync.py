"""The change log applied to search indexes, in this process and in step with others.

A follower remembers how far it got, together with the identity of the database and of the vectors, so that
one made for anything else is recognised and rebuilt. Applying a change twice does no harm, so a follower
that was stopped between applying and remembering simply applies again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.errors import DamageError, NewsError
from index.runtime.faults import Faults
from index.search.base import Follower, Position
from index.storage.articles import Store
from index.types.article import IndexedPassage
from index.types.status import DATABASE

logger = logging.getLogger(__name__)

# Rows fetched at once: about 4 MB of vectors and text.
BATCH = 2000
# Longer than a library of a million passages takes to be added anew.
FOLLOW_SECONDS = 900.0
# After a failure the next attempt waits twice as long as before, up to this.
LONGEST_PAUSE = 30.0
# What a round that is under way may still take when everything is to end.
STOP_SECONDS = 3.0


def catch_up(store: Store, follower: Follower, fingerprint: str) -> bool:
    """Bring one follower to the end of the change log; return whether there was anything to do."""
    goal = Position(store.id, fingerprint, store.changes.last_seq())
    if follower.position() == goal:
        return False
    with follower.exclusive():
        position = follower.position()  # another process may have done the work while this one waited
        # Ahead of the database: that was restored from an earlier copy.
        if (
            position is None
            or (position.store, position.fingerprint) != (goal.store, fingerprint)
            or position.seq > store.changes.last_seq()
        ):
            position = _rebuild(store, follower, goal)
        while position.seq < store.changes.last_seq():
            position = _apply_next(store, follower, position) or _rebuild(store, follower, goal)
    return True


def _rebuild(store: Store, follower: Follower, goal: Position) -> Position:
    logger.info("follower rebuild follower=%s", type(follower).__name__)
    # What is read here may be newer than `now`; applying a change twice does no harm.
    now = replace(goal, seq=store.changes.last_seq())
    follower.clear()
    follower.apply(store.all_indexed_passages(goal.fingerprint, BATCH), [], now)
    return now


def _apply_next(store: Store, follower: Follower, position: Position) -> Position | None:
    """Apply the next changes; return how far that led, or None when some are no longer in the log."""
    changes = store.changes.after(position.seq, BATCH)
    if changes is None:
        return None
    added = store.indexed_passages(changes.added, position.fingerprint)
    # A passage that is gone again, or embedded otherwise by now, must not stay either.
    missing = set(changes.added) - {passage.id for passage in added}
    reached = replace(position, seq=changes.seq)
    follower.apply(_batches(added), [*changes.removed, *missing], reached)
    return reached


def _batches(added: Sequence[IndexedPassage]) -> Iterator[Sequence[IndexedPassage]]:
    if added:
        yield added


class IndexSync:
    """Keeps followers up to date, on demand and in a background thread."""

    def __init__(
        self, store: Store, followers: Sequence[Follower], fingerprint: str, faults: Faults | None = None
    ) -> None:
        self._store = store
        self._followers = followers
        self._fingerprint = fingerprint
        self._faults = faults or Faults()
        self._stop = threading.Event()
        self._working = threading.Lock()
        self._thread: threading.Thread | None = None

    def catch_up(self) -> None:
        """Bring all followers to the end of the change log, and make anew what is damaged.

        Raises StoreError, and DamageError where an index cannot be written.

        While the database holds another model's vectors nothing is done: there is nothing to search, and the
        lexical index on disk belongs to whoever has that model.
        """
        with self._working:
            if self._store.fingerprint() not in (None, self._fingerprint):
                return
            for follower in self._followers:
                self._bring(follower)

    def _bring(self, follower: Follower) -> None:
        try:
            catch_up(self._store, follower, self._fingerprint)
        except (DamageError, OSError, ValueError):
            logger.warning("follower failed follower=%s", type(follower).__name__, exc_info=True)
            follower.mend()
            catch_up(self._store, follower, self._fingerprint)

    def start(self, seconds: float) -> None:
        """Look for changes every `seconds` from now on, until `stop`."""
        self._thread = threading.Thread(target=self._run, args=(seconds,), name="follow", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Begin nothing new, and give what is under way `seconds`."""
        self._stop.set()
        if self._thread:
            self._thread.join(seconds)

    def _run(self, seconds: float) -> None:
        pause = seconds
        while not self._stop.is_set():
            try:
                self._stop.wait(pause)
                with self._faults.watching("search index", FOLLOW_SECONDS):
                    self.catch_up()
            except BaseException as error:
                # The edge of one round, which this thread outlives, whatever ends it. The database may be
                # away or the disk full for a while: searching goes on with what is here.
                pause = min(2 * pause, LONGEST_PAUSE)
                if not isinstance(error, NewsError):
                    logger.exception("follow failed retry_seconds=%s", pause)
            else:
                self._faults.mended(DATABASE)
                pause = seconds
