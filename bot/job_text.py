"""How far a reindex is, and what came of it, as Discord markdown; pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.job import Job
from bot.markdown import cut
from bot.render import count
from bot.source_words import ALL_KNOWN
from index import Failure, IngestReport, Progress

BAR_CELLS = 16
MAX_WHAT = 100
MAX_WHY = 300
SHOWN_FAILURES = 3
STOPPING = "-# Stopping at the next safe point …"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job did. `embedded` passages were embedded again, `listed` sources are new; None: not its work.

    `shown` are failures whose places everybody may see: others may be paths of the server.
    """

    ingested: IngestReport
    embedded: int | None = None
    listed: int | None = None
    shown: Sequence[Failure] = ()


def progress_text(job: Job) -> str:
    """One line, where the end is known a bar, and how quick it is."""
    heading = f"**Reading {cut(job.what, MAX_WHAT)}**" if job.what else "**Reindexing**"
    lines = [f"{heading} · {_far(job.progress)}" if job.progress else f"{heading} · starting"]
    if job.progress and job.progress.total:
        share = min(job.progress.done / job.progress.total, 1.0)
        cells = int(share * BAR_CELLS)
        lines.append("▰" * cells + "▱" * (BAR_CELLS - cells) + f" {int(share * 100)} %")
    if job.why_stopped:
        lines.append(STOPPING)
    elif rate := job.rate():
        left = job.seconds_left()
        lines.append(f"-# {_rate(rate)}" + ("" if left is None else f" · {_left(left)}"))
    return "\n".join(lines)


def stopped_text(job: Job) -> str:
    """How far a job got that was stopped."""
    far = f" after {_far(job.progress)}" if job.progress else ""
    return f"**Stopped** {job.why_stopped}{far}. What was read stays: start it again to read the rest."


def outcome_text(job: Job, outcome: Outcome, took: timedelta) -> str:
    """What a job did."""
    heading = f"**Read {cut(job.what, MAX_WHAT)}**" if job.what else "**Reindexed**"
    lines = [f"{heading} in {_duration(took)}"]
    if outcome.listed is None:
        lines += _counts(outcome.ingested)
    else:
        lines.append(f"{count(outcome.listed, 'source')} added" if outcome.listed else ALL_KNOWN)
    if outcome.embedded is not None:
        lines.append(f"{count(outcome.embedded, 'passage')} embedded again")
    if failed := outcome.ingested.failed:
        advice = "" if outcome.shown else ": the log says which and why"
        lines.append(f"{len(failed):,} could not be read{advice}")
    lines += [f"-# {cut(each.sentence, MAX_WHY)}" for each in outcome.shown[:SHOWN_FAILURES]]
    return "\n".join(lines)


def _counts(report: IngestReport) -> list[str]:
    changes = f"{report.added:,} new, {report.updated:,} updated, {report.unchanged:,} unchanged"
    return [f"{changes}, {count(report.duplicates, 'duplicate')}"]


def _far(progress: Progress) -> str:
    total = f" of {progress.total:,}" if progress.total else ""
    return f"{progress.done:,}{total} {progress.what}"


def _rate(rate: float) -> str:
    return f"{rate:,.0f} a second" if rate >= 1 else f"{rate * 60:,.1f} a minute"


def _left(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes >= 90:
        return f"about {round(minutes / 60)} hours left"
    return f"about {minutes} min left" if minutes else "less than a minute left"


def _duration(took: timedelta) -> str:
    minutes, seconds = divmod(round(took.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
