"""The plot of how the cost grows with the number of passages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

import matplotlib.pyplot as plt


def draw(columns: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw latency, memory and the time to make the graph over the number of passages, as PNG."""
    sizes = [column["passages"] for column in columns]
    figure, (latency, memory, building) = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    for percentile, label in ((50, "median"), (99, "99th percentile")):
        asked = [
            np.percentile([t for times in column["ask_ms"].values() for t in times], percentile)
            for column in columns
        ]
        latency.plot(sizes, asked, "o-", label=f"question → answer, {label}")
    search = [np.median([t for times in column["search_ms"].values() for t in times]) for column in columns]
    latency.plot(sizes, search, "o-", label="search alone, median")
    # Above the curves there is room for what they are called.
    latency.set(title="Time per question", ylabel="ms", ylim=(0, 1.45 * latency.dataLim.y1))
    latency.legend(frameon=False, loc="upper left")
    memory.plot(sizes, [column["memory"] / 1e9 for column in columns], "o-")
    memory.set(title="Memory above the model", ylabel="GB", ylim=0)
    building.plot(sizes, [column["build_s"] for column in columns], "o-")
    building.set(title="Building both indexes from the database", ylabel="s", ylim=0)
    for axes in (latency, memory, building):
        axes.set(xscale="log", xlabel="passages")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    plt.close(figure)
