"""Which reports tell the same story: those of one day or the next that are close in meaning. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

ONE_DAY = timedelta(days=1)


def group_alike(
    days: Sequence[date], vectors: Sequence[npt.NDArray[np.float32]], same_day: float, next_day: float
) -> list[list[int]]:
    """Return the places of reports, in the order of their days, grouped by story.

    Two belong together where the cosine of their unit-length vectors is at least `same_day`, or `next_day`
    from one day to the next. Each is compared with the first of a story alone, so that one of weeks does not
    become one group day by day.
    """
    groups: list[list[int]] = []
    for place, (day, vector) in enumerate(zip(days, vectors, strict=True)):
        alike = [
            (likeness, number)
            for number, (first, *_) in enumerate(groups)
            if day - days[first] <= ONE_DAY
            and (likeness := float(vector @ vectors[first])) >= (same_day if day == days[first] else next_day)
        ]
        if alike:
            groups[max(alike)[1]].append(place)
        else:
            groups.append([place])
    return groups
