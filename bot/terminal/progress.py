"""Progress bars for long jobs, on a terminal only.

Bars are drawn on stderr, so stdout is left alone: rich would otherwise send there what is meant for a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from rich import progress
from rich.console import Console
from rich.text import Text

from index import Progress


class _Rate(progress.ProgressColumn):
    """How many a second, once that is known."""

    def render(self, task: progress.Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.{0 if speed >= 10 else 1}f}/s", "dim")


def _bars(console: Console) -> progress.Progress:
    return progress.Progress(
        progress.TextColumn("{task.description:<9}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        _Rate(),
        progress.TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=console,
        redirect_stdout=False,
    )


@contextmanager
def progress_bars(console: Console) -> Iterator[Callable[[Progress], None]]:
    """Give a listener that draws one bar for each unit of work. Where there is no terminal it is silent."""
    if not console.is_terminal:
        yield lambda _: None
        return
    with _bars(console) as bars:
        # Loading the model takes seconds in which there is nothing to count.
        waiting = bars.add_task("starting", total=None)
        tasks: dict[str, progress.TaskID] = {}

        def listen(state: Progress) -> None:
            bars.update(waiting, visible=False)
            if state.what not in tasks:
                tasks[state.what] = bars.add_task(state.what, total=None)
            bars.update(tasks[state.what], completed=state.done, total=state.total)

        try:
            yield listen
        finally:
            bars.update(waiting, visible=False)


def tracked(console: Console, what: str, items: Sequence[str]) -> Iterator[str]:
    """Yield the items, with a bar that moves along. Where there is no terminal it is silent."""
    if not console.is_terminal:
        yield from items
        return
    with _bars(console) as bars:
        yield from bars.track(items, description=what)


def working(console: Console, what: str) -> AbstractContextManager[object]:
    """Turn a wheel beside `what` while the block runs. Where there is no terminal it is silent."""
    return console.status(what) if console.is_terminal else nullcontext()
