"""Draws the reliability diagram: the share of answerable questions over the confidence of the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.plots.base import BLUE, INK, new_plot
from index import Evaluation, UsageError

FORMATS: Final = (".png", ".svg", ".pdf")


def check(path: Path) -> None:
    """Raise UsageError where no plot could be written to `path`.

    Called before an evaluation begins, because that takes minutes.
    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path} cannot be drawn: give a name that ends in {', '.join(FORMATS)}.")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder: make it, or give another place for the plot.")


def draw(evaluation: Evaluation, path: Path) -> None:
    """Write the diagram of an evaluation to a file in the format that its suffix names."""
    bins = evaluation.reliability
    figure, axes = new_plot(5.2, 4.6)
    axes.plot([0, 1], [0, 1], "--", color=INK, linewidth=1, label="exactly as sure as right")
    axes.axvline(evaluation.threshold, color=INK, linewidth=1, linestyle=":")
    axes.annotate(
        "answered from here",
        (evaluation.threshold, 0.0),
        (4, 4),
        textcoords="offset points",
        color=INK,
        fontsize=8,
    )
    confidences, shares = [point.confidence for point in bins], [point.answerable for point in bins]
    axes.plot(confidences, shares, "o-", color=BLUE, linewidth=2, label=evaluation.model)
    for point in bins:
        axes.annotate(
            str(point.questions),
            (point.confidence, point.answerable),
            (0, 7),
            textcoords="offset points",
            ha="center",
            color=INK,
            fontsize=8,
        )
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.1), xlabel="confidence", ylabel="share that can be answered")
    axes.set_title("How far the confidence can be trusted (numbers: questions)", color=INK, fontsize=10)
    axes.legend(loc="upper left", frameon=False, labelcolor=INK, fontsize=8)
    figure.savefig(path, dpi=160, transparent=True)
