"""Measures whether the time of regular expressions and functions grows with their input and no faster.

`make linear` grows every input from 1 kB to 1 MB, `test_linear.py` some of them to 32 kB. The inputs of a
pattern are derived from the pattern itself: whatever it repeats is repeated, after what has to come before
it, and such beginnings are repeated, too, for a search that begins at each of them.
"""

from __future__ import annotations

import ast
import importlib
import re
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from tests.layout import modules

# What many patterns stumble over.
COMMON = (
    *("A.", "what ", " ", "1", '"', "[", "(", "<", "\n\n", "\n", "a", "A ", "<a ", "&", ".", "-", "/", ","),
    *(
        "“",
        "http://",
        "@",
        "é ",
        "a.",
        "Aa ",
        "1,",
        "one ",
        "!",
        "。",
        ": ",
        "|",
        "<!--",
        "a-",
        "’",
        "\\",
        "*",
    ),
)
METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")
# Time is measured from this on; what takes less is no trouble at any size that is read.
NOTICED_SECONDS = 0.003
# What takes longer than this can be compared even where time is counted coarsely.
SURE_SECONDS = 0.08
# Four times the input takes four times as long where time is linear, sixteen times where it is quadratic.
STEP = 4
MOST_GROWTH = 7.0
# A pattern whose time doubles with each character never ends.
PATIENCE_SECONDS = 30.0
QUICK_PATIENCE_SECONDS = 0.5
MAX_REPEAT = 8


class Found(NamedTuple):
    """A pattern of ours: where it is, and the methods by which it is used there."""

    name: str
    pattern: re.Pattern[Any]
    methods: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Pump:
    """An input of any length: `before`, then `repeated`, then a character that nothing expects."""

    before: str
    repeated: str

    def text(self, size: int) -> str:
        return self.before + self.repeated * max(1, (size - len(self.before)) // len(self.repeated)) + "\x07"


# -- patterns --------------------------------------------------------------------------------------------


def patterns() -> list[Found]:
    """Return every compiled pattern of our modules, and those written in calls of `re`."""
    found: dict[tuple[str | bytes, int], Found] = {}
    for name, path in modules().items():
        if name.endswith(("__main__", "confined_process")) or name.startswith("index.migrations"):
            continue
        tree = ast.parse(path.read_text())
        module = importlib.import_module(name)
        for label, value in vars(module).items():
            for number, pattern in enumerate(_patterns_in(value)):
                key = (pattern.pattern, pattern.flags)
                used = _methods_of(label, tree) or (METHODS[0], METHODS[3])
                before = found[key].methods if key in found else ()
                where = (
                    found[key].name if key in found else f"{name}.{label}" + (f"[{number}]" if number else "")
                )
                found[key] = Found(where, pattern, tuple(dict.fromkeys((*before, *used))))
        for line, method, pattern in _written_in_calls(tree):
            found.setdefault((pattern.pattern, pattern.flags), Found(f"{name}:{line}", pattern, (method,)))
    return list(found.values())


def _patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple | frozenset):
        for part in value:
            yield from _patterns_in(part)
    elif isinstance(value, dict):
        for part in (*value, *value.values()):
            yield from _patterns_in(part)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for name in value.__dataclass_fields__:
            yield from _patterns_in(getattr(value, name, None))


def _methods_of(label: str, tree: ast.Module) -> tuple[str, ...]:
    return tuple(
        {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr in METHODS
            and isinstance(node.value, ast.Name)
            and node.value.id == label
        }
    )


def _written_in_calls(tree: ast.Module) -> Iterator[tuple[int, str, re.Pattern[Any]]]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in METHODS
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.lineno, node.func.attr, re.compile(node.args[0].value)


# -- inputs ----------------------------------------------------------------------------------------------


def pumps(pattern: re.Pattern[Any]) -> list[Pump]:
    """Return the inputs for a pattern."""
    written = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    found = dict.fromkeys(Pump("", text) for text in COMMON)
    for before, body in _repeats(_parser.parse(written, pattern.flags & ~re.DEBUG & ~re.UNICODE), ""):
        for repeated in dict.fromkeys((body, before + body, body + before)):
            if repeated:
                found[Pump(before, repeated)] = None
                found[Pump("", repeated)] = None
    return list(found)


def _repeats(nodes: Any, before: str) -> Iterator[tuple[str, str]]:
    """Yield each part of a pattern that may come often: what has to come before it, and what it repeats."""
    for op, value in nodes:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, body = value
            if most > MAX_REPEAT:
                for sample in dict.fromkeys(_samples(body)):
                    yield before, sample
            yield from _repeats(body, before)
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from _repeats(branch, before)
        elif op is sre.SUBPATTERN:
            yield from _repeats(value[3], before)
        elif op is sre.ATOMIC_GROUP:
            yield from _repeats(value, before)
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeats(value[1], before)
            if op is sre.ASSERT and value[0] > 0:  # what comes has to begin so
                before += next(_samples(value[1]), "")
        before += next(_samples([(op, value)]), "")


def _samples(nodes: Any) -> Iterator[str]:
    """Yield texts that a part of a pattern matches, about one for each of its alternatives."""
    texts = [""]
    for op, value in nodes:
        texts = [text + more for text in texts[:4] for more in _samples_of(op, value)[:6]][:6]
    yield from texts


def _samples_of(op: Any, value: Any) -> list[str]:
    if op is sre.LITERAL:
        return [chr(value)]
    if op is sre.NOT_LITERAL:
        return ["a" if chr(value) != "a" else "b"]
    if op is sre.ANY:
        return ["a", " "]
    if op is sre.IN:
        return _of_set(value)
    if op is sre.BRANCH:
        return [text for branch in value[1][:6] for text in _samples(branch)]
    if op is sre.SUBPATTERN:
        return [*_samples(value[3])]
    if op is sre.ATOMIC_GROUP:
        return [*_samples(value)]
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        least, _, body = value
        once = [*_samples(body)]
        return [text * least for text in once] if least else ["", *once]
    return [""]


_OF_CATEGORY = {
    sre.CATEGORY_DIGIT: "1",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_WORD: " ",
}


def _of_set(parts: Sequence[tuple[Any, Any]]) -> list[str]:
    if parts[0][0] is sre.NEGATE:
        refused = re.compile(f"[{''.join(_set_text(part) for part in parts[1:])}]")
        return [char for char in "a A1.,-<\"'[(&=\n" if not refused.match(char)][:3] or ["é"]
    texts = []
    for op, value in parts:
        if op is sre.LITERAL:
            texts.append(chr(value))
        elif op is sre.RANGE:
            texts.append(chr(value[0]))
        elif op is sre.CATEGORY:
            texts.append(_OF_CATEGORY[value])
    return texts[:4]


def _set_text(part: tuple[Any, Any]) -> str:
    op, value = part
    if op is sre.LITERAL:
        return re.escape(chr(value))
    if op is sre.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    named = {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w"}
    opposite = {sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_NOT_WORD: r"\W"}
    return (named | opposite)[value]


# -- time ------------------------------------------------------------------------------------------------


class TooSlowError(Exception):
    """Something took longer than `PATIENCE_SECONDS`."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise TooSlowError in the block after so many seconds; only in the main thread."""

    def stop(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def uses(found: Found) -> list[Callable[[str], object]]:
    """Return the ways in which a pattern is used, as functions of a text."""
    is_bytes = isinstance(found.pattern.pattern, bytes)

    def use(method: str) -> Callable[[str], object]:
        called = getattr(found.pattern, method)
        if method == "sub":
            called = lambda text: found.pattern.sub(b"" if is_bytes else "", text)  # noqa: E731
        elif method == "finditer":
            # Not kept in a list: the garbage collector would look through a million matches again and again.
            called = lambda text: deque(found.pattern.finditer(text), maxlen=0)  # noqa: E731
        return (lambda text: called(text.encode("utf-8", "replace"))) if is_bytes else called

    return [use(method) for method in found.methods]


def growth(
    function: Callable[[Any], object],
    text: Callable[[int], Any],
    size: int,
    most: int,
    *,
    quick: bool = False,
) -> str | None:
    """Return how a function's time grows too fast from one size of its input to the next; None if not.

    `quick` goes no further than the first size where that takes no time to speak of.
    """
    limit = QUICK_PATIENCE_SECONDS if quick else PATIENCE_SECONDS
    taken = seconds(function, text(size), limit)
    if taken < NOTICED_SECONDS and quick:
        return None
    while size * STEP <= most:
        before, size = taken, size * STEP
        taken = seconds(function, text(size), limit)
        if taken >= limit:
            return f"over {limit:.1f} s for {size:,}"
        if _grows(before, taken):
            again = min(seconds(function, text(size), limit) for _ in range(2))
            before = min(before, *(seconds(function, text(size // STEP), limit) for _ in range(2)))
            # From some size on, the memory that a search needs is mapped anew each time: one step that is no
            # growth. What grows faster than its input goes on to do so.
            if _grows(before, again) and _grows(again, seconds(function, text(size * STEP), limit)):
                return f"{before * 1000:.1f} ms for {size // STEP:,}, {again * 1000:.1f} ms for {size:,}"
    return None


def _grows(before: float, after: float) -> bool:
    return after > SURE_SECONDS and after > MOST_GROWTH * max(before, SURE_SECONDS / MOST_GROWTH)


def seconds(function: Callable[[Any], object], text: Any, limit: float = PATIENCE_SECONDS) -> float:
    """Return how long a function takes, or `limit` where that takes longer."""
    start, computed = time.perf_counter(), time.process_time()
    try:
        with patience(limit):
            function(text)
    except TooSlowError:
        return limit
    # The machine may be busy; some count computing in steps of 10 ms.
    passed, computed = time.perf_counter() - start, time.process_time() - computed
    return min(passed, computed or passed, limit)


def too_fast_growing(
    found: Found, inputs: Sequence[Pump], first: int, last: int, *, quick: bool = False
) -> Iterator[str]:
    """Yield the inputs on which a pattern takes more than linear time, each as a line."""
    for pump in inputs:
        for method, use in zip(found.methods, uses(found), strict=True):
            grown = growth(use, pump.text, first, last, quick=quick)
            if grown:
                yield f"{found.name}.{method} {pump.before[:40]!r} + {pump.repeated[:40]!r}…: {grown}"
                break


def main(first: int = 1024, last: int = 1024 * 1024) -> int:
    count = 0
    for found in patterns():
        for line in too_fast_growing(found, pumps(found.pattern), first, last):
            sys.stdout.write(f"{line}\n")
            count += 1
    sys.stdout.write(f"{count} inputs take more than linear time.\n")
    return count > 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
