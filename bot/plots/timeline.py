"""Draws how much was published on a topic, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from bot.plots.base import BLUE, count_by_date, new_plot, png

Coverage = Sequence[tuple[date, int]]

# Bars for so many days at most can be told apart in the width of a message; else each is a week, or a month.
MAX_BARS = 120
DAY, WEEK, MONTH = 1, 7, 30


def bar_days(coverage: Coverage) -> int:
    """Return how many days one bar stands for."""
    span = (coverage[-1][0] - coverage[0][0]).days + 1
    return next((days for days in (DAY, WEEK) if span <= MAX_BARS * days), MONTH)


def bars(coverage: Coverage) -> Coverage:
    """Return the first day of each bar and its height; days without articles have none."""
    step, first = bar_days(coverage), coverage[0][0]
    counted = Counter[date]()
    for day, count in coverage:
        counted[first + timedelta(days=(day - first).days // step * step)] += count
    return sorted(counted.items())


def draw(coverage: Coverage, label: str) -> bytes:
    """Return the coverage as a PNG of 840 by 360 pixels; `label` names what the bars count."""
    figure, axes = new_plot(4.2, 1.8)
    step = bar_days(coverage)
    days, counts = zip(*bars(coverage), strict=True)
    axes.bar(days, counts, width=step * 0.85, color=BLUE)
    # A story of a few days keeps narrow bars: empty days around it.
    margin = timedelta(days=max(step, 4 - (days[-1] - days[0]).days))
    axes.set_xlim(days[0] - margin, days[-1] + margin)
    axes.set_ylabel(label)
    count_by_date(axes)
    return png(figure)
