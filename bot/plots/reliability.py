"""Draws the reliability diagram: how often the news answers questions of about one confidence."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.plots.base import BLUE, INK, new_plot
from index import Evaluation, UsageError

FORMATS: Final = (".png", ".svg", ".pdf")


def check(path: Path) -> None:
    """Raise UsageError where no plot could be written, before an evaluation of minutes is begun."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path} cannot be drawn: give a name that ends in {', '.join(FORMATS)}.")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder: make it, or give another place for the plot.")


def draw(evaluation: Evaluation, path: Path) -> None:
    """Write the diagram of an evaluation to a file."""
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
    confidences, shares = [each.confidence for each in bins], [each.answerable for each in bins]
    axes.plot(confidences, shares, "o-", color=BLUE, linewidth=2, label=evaluation.model)
    for each in bins:
        axes.annotate(
            str(each.questions),
            (each.confidence, each.answerable),
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
