"""Plots as pictures, legible on light and on dark pages. The only importer of matplotlib.

No pyplot: it keeps figures and a backend for the whole process, while plots are drawn in any thread.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Grey and blue that can be read on both, for the background stays transparent.
INK: Final = "#80848e"
BLUE: Final = "#3b82f6"
# How the axis names years, months, days and less, and what stands beside it for each.
LEVELS: Final = ["%Y", "%b %Y", "%d %b", "%d %b", "%H:%M", "%H:%M"]
BESIDE: Final = ["", "", "%Y", "%Y", "%Y", "%Y"]


def new_plot(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty plot of a size in inches, without a frame."""
    # Here, because the command line is slow to start with it, and most commands draw nothing.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.tick_params(colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    return figure, axes


def count_by_date(axes: Axes) -> None:
    """Let the vertical axis count, and the horizontal one tell days, months or years, a few of them."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.grid(axis="y", color=INK, alpha=0.3, linewidth=0.7)
    axes.set_axisbelow(True)

    locator = AutoDateLocator(minticks=3, maxticks=6)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator, formats=LEVELS, zero_formats=LEVELS, offset_formats=BESIDE)  # type: ignore[no-untyped-call]
    )
    axes.xaxis.get_offset_text().set_color(INK)


def png(figure: Figure) -> bytes:
    """Return a plot as a PNG with a transparent background."""
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=200, transparent=True)
    return written.getvalue()
