"""Draws how much was published on a topic, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from bot.plots.base import BLUE, Unit, count_by_date, new_plot, png

# Days and how many articles were published on each.
Coverage = Sequence[tuple[date, int]]

# The width of a message has room for this many bars. Where the days are more, a bar stands for a week, and
# where the weeks are more, for 30 days.
MAX_BARS = 120
DAY, WEEK, MONTH = 1, 7, 30


def bar_days(coverage: Coverage) -> int:
    """Return how many days one bar stands for; `coverage` is ordered by day."""
    span = (coverage[-1][0] - coverage[0][0]).days + 1
    return next((days for days in (DAY, WEEK) if span <= MAX_BARS * days), MONTH)


def bars(coverage: Coverage) -> Coverage:
    """Return the first day of each bar and its height, ordered; periods without articles have no bar."""
    step, first = bar_days(coverage), coverage[0][0]
    counted = Counter[date]()
    for day, count in coverage:
        counted[first + timedelta(days=(day - first).days // step * step)] += count
    return sorted(counted.items())


def draw(coverage: Coverage, named: Callable[[date, Unit], str]) -> bytes:
    """Return the coverage as a PNG of 840 by 360 pixels; `named` writes the dates below it."""
    figure, axes = new_plot(4.2, 1.8)
    step = bar_days(coverage)
    days, counts = zip(*bars(coverage), strict=True)
    axes.bar(days, counts, width=step * 0.85, color=BLUE)
    # Empty days around a coverage of a few days keep its bars narrow.
    margin = timedelta(days=max(step, 4 - (days[-1] - days[0]).days))
    axes.set_xlim(days[0] - margin, days[-1] + margin)
    count_by_date(axes, named)
    return png(figure)
