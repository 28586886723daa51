"""What all plots share, legible on light and dark pages. The only importer of matplotlib.

Plots are drawn in any thread, so pyplot is not used: it keeps figures and a backend for the whole process.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Grey and blue that are legible on both, because the background is transparent.
INK: Final = "#80848e"
BLUE: Final = "#3b82f6"
# In points. A phone shows a plot about 270 pixels wide: then this is 9 pixels high.
TEXT: Final = 10.5

# More dates would run into each other: "janv. 2025" takes a fifth of the width.
MOST_DATES: Final = 4
# What the dates below an axis are: days, or the first days of months or of years.
Unit = Literal["day", "month", "year"]


def new_plot(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty plot of a size in inches, without a frame."""
    # Imported here: it would slow down the start of every command, and most draw nothing.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.tick_params(colors=INK, labelsize=TEXT)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    return figure, axes


def count_by_date(axes: Axes, named: Callable[[date, Unit], str]) -> None:
    """Give the vertical axis whole numbers, and the horizontal one a few dates between its limits.

    `named` writes a date; matplotlib's own formatter knows English only.
    """
    from matplotlib.dates import AutoDateLocator, num2date
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.grid(axis="y", color=INK, alpha=0.3, linewidth=0.7)
    axes.set_axisbelow(True)

    locator = AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    first, last = axes.get_xlim()
    days = [num2date(tick).date() for tick in locator() if first <= tick <= last]  # type: ignore[no-untyped-call]
    days = days[:: math.ceil(len(days) / MOST_DATES)]
    axes.set_xticks(days, [named(day, _unit(days)) for day in days])


def _unit(days: list[date]) -> Unit:
    if any(day.day != 1 for day in days):
        return "day"
    return "month" if any(day.month != 1 for day in days) else "year"


def png(figure: Figure) -> bytes:
    """Return a plot as a PNG with a transparent background."""
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=200, transparent=True)
    return written.getvalue()
