"""Applies the database's change log to the search indexes (followers), alongside other processes.

A follower saves how far it got, together with the ids of the database and of the vectors. So a follower that
was made for another database or another model is recognised and rebuilt. Applying a change twice does no
harm: a process that was stopped after applying changes and before saving the position applies them again.
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

# Passages fetched from the database at once: about 4 MB of vectors and text.
BATCH = 2000
# A round that takes longer is reported as hanging. Rebuilding the index of a million passages takes less.
FOLLOW_SECONDS = 900.0
# After each failure the next attempt waits twice as long, up to this many seconds.
LONGEST_PAUSE = 30.0
# How long `IndexSync.stop` waits for a round that is running.
STOP_SECONDS = 3.0


def catch_up(store: Store, follower: Follower, fingerprint: str) -> bool:
    """Bring one follower to the end of the change log; return whether there was anything to do.

    `fingerprint` is that of the vectors the follower should hold.
    """
    goal = Position(store.id, fingerprint, store.changes.last_seq())
    if follower.position() == goal:
        return False
    with follower.exclusive():
        position = follower.position()  # another process may have done the work while this one waited
        # A position beyond the end of the log means that the database was restored from an earlier copy.
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
    # The passages read below may be newer than `now`: those changes are applied twice, which does no harm.
    now = replace(goal, seq=store.changes.last_seq())
    follower.clear()
    follower.apply(store.all_indexed_passages(goal.fingerprint, BATCH), [], now)
    return now


def _apply_next(store: Store, follower: Follower, position: Position) -> Position | None:
    """Apply the next `BATCH` changes; return the new position, None when the log no longer has them all."""
    changes = store.changes.after(position.seq, BATCH)
    if changes is None:
        return None
    added = store.indexed_passages(changes.added, position.fingerprint)
    # A passage that has been deleted since, or now has another model's vector, must leave the index too.
    missing = set(changes.added) - {passage.id for passage in added}
    reached = replace(position, seq=changes.seq)
    follower.apply(_batches(added), [*changes.removed, *missing], reached)
    return reached


def _batches(added: Sequence[IndexedPassage]) -> Iterator[Sequence[IndexedPassage]]:
    if added:
        yield added


class IndexSync:
    """Keeps followers up to date, on demand and in a background thread. Errors are reported to `faults`."""

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
        """Bring all followers to the end of the change log, and rebuild those that are damaged.

        Raises StoreError, and DamageError where an index cannot be written.

        Does nothing while the database holds another model's vectors: this process cannot search them, and
        the lexical index on disk serves the processes that use that model.
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
        """Look for changes every `seconds` in a background thread, until `stop`."""
        self._thread = threading.Thread(target=self._run, args=(seconds,), name="follow", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Start no new round, and wait at most `seconds` for one that is running."""
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
                # Caught broadly because this thread must go on, whatever ends one round. The database may be
                # unreachable or the disk full for a while: searches go on with what the indexes hold.
                pause = min(2 * pause, LONGEST_PAUSE)
                if not isinstance(error, NewsError):
                    logger.exception("follow failed retry_seconds=%s", pause)
            else:
                self._faults.mended(DATABASE)
                pause = seconds
