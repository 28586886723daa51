"""Asks the system's name service with a deadline, which `socket.getaddrinfo` itself does not have.

A name server that answers nothing keeps `getaddrinfo` for half a minute and more, and the owner of a name
chooses its server. So each question has a thread of its own, which is left behind after the deadline.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Resolve = Callable[[str, int], list[str]]

# Questions under way at once, those included that nobody waits for any more. A busy process asks twenty.
MOST = 64


class Resolver:
    """Calls `resolve` in threads, at most `most` at once. For many threads."""

    def __init__(self, resolve: Resolve, most: int = MOST) -> None:
        self._resolve = resolve
        self._free = threading.BoundedSemaphore(most)

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """Return the addresses of a host. Raises TimeoutError after `seconds`, and what `resolve` raises."""
        if not self._free.acquire(timeout=seconds):
            raise TimeoutError("too many names are being looked up")
        answer: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()
        # A daemon, so that a name server that answers nothing does not keep the process from ending.
        asking = threading.Thread(target=self._ask, args=(host, port, answer), name="resolve", daemon=True)
        asking.start()
        try:
            found = answer.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError("the name service takes too long") from None
        if isinstance(found, Exception):
            raise found
        return found

    def _ask(self, host: str, port: int, answer: queue.SimpleQueue[list[str] | Exception]) -> None:
        try:
            answer.put(self._resolve(host, port))
        except Exception as error:  # handed to the thread that asks
            answer.put(error)
        finally:
            self._free.release()
