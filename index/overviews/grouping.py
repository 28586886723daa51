"""Groups reports that tell the same story: those of one day or the next that are close in meaning. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

ONE_DAY = timedelta(days=1)


def group_alike(
    days: Sequence[date], vectors: Sequence[npt.NDArray[np.float32]], same_day: float, next_day: float
) -> list[list[int]]:
    """Return the reports grouped by story; a group holds the places of its reports in `days` and `vectors`.

    `days` has to ascend; `vectors` are float32 of unit length. A report joins the group whose first report is
    closest to it, where the cosine is at least `same_day` for two reports of one day and `next_day` for two
    of neighbouring days. It is compared with the first report of a group alone: otherwise a story that goes
    on for weeks would become one group, from one day to the next.
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
