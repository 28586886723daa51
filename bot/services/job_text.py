"""Progress and outcome of a reindex as Discord markdown; pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.services.job import Job
from bot.text.language import _, counted, mark, number, percent
from bot.text.markdown import bold, cut
from bot.text.source_words import ALL_KNOWN, known_counted
from index import Failure, IngestReport, Progress, masked

BAR_CELLS = 16
MAX_WHAT = 100
MAX_WHY = 300
SHOWN_FAILURES = 3
STOPPING = mark("Stopping at the next safe point …")
# The units that the library counts, by their names in `Progress.what`.
UNITS = {"articles": mark("articles"), "passages": mark("passages"), "sources": mark("sources")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job did.

    `embedded` passages were embedded again, `listed` sources are new; None where the job does not do that.

    `shown` are the failures whose places everyone may see: others may be paths on the operator's machine.
    """

    ingested: IngestReport
    embedded: int | None = None
    listed: int | None = None
    shown: Sequence[Failure] = ()


def progress_text(job: Job) -> str:
    """Return the progress in one line, a bar where the total is known, and the rate."""
    reading, all_known = _("**Reading {what}**"), bold(_("Reindexing"))
    heading = reading.format(what=cut(job.what, MAX_WHAT)) if job.what else all_known
    far = _far(job.progress) if job.progress else _("starting")
    lines = [f"{heading} · {far}"]
    if job.progress and job.progress.total:
        share = min(job.progress.done / job.progress.total, 1.0)
        cells = int(share * BAR_CELLS)
        lines.append("▰" * cells + "▱" * (BAR_CELLS - cells) + f" {percent(int(share * 100) / 100)}")
    if job.why_stopped:
        lines.append(f"-# {_(STOPPING)}")
    elif rate := job.rate():
        left = job.seconds_left()
        lines.append(f"-# {_rate(rate)}" + ("" if left is None else f" · {_left(left)}"))
    return "\n".join(lines)


def stopped_text(job: Job) -> str:
    """Return why a job was stopped, and how far it got."""
    why = _(job.why_stopped) + (f" ({_far(job.progress)})" if job.progress else "")
    stopped = _("**Stopped** {why}. What was read stays: start it again to read the rest.")
    return stopped.format(why=why)


def outcome_text(job: Job, outcome: Outcome, took: timedelta) -> str:
    """Return what a job did, in words."""
    one, everything = _("**Read {what}** in {duration}"), _("**Reindexed** in {duration}")
    heading = one if job.what else everything
    lines = [heading.format(what=cut(job.what, MAX_WHAT), duration=_duration(took))]
    if outcome.listed is None:
        lines += _counts(outcome.ingested)
    else:
        added = counted("{count} source added", "{count} sources added", outcome.listed)
        lines.append(added if outcome.listed else _(ALL_KNOWN))
    if outcome.embedded is not None:
        lines.append(
            counted("{count} passage embedded again", "{count} passages embedded again", outcome.embedded)
        )
    if failed := outcome.ingested.failed:
        lines.append(_unread(len(failed), shown=bool(outcome.shown)))
    lines += [f"-# {cut(masked(failure.sentence), MAX_WHY)}" for failure in outcome.shown[:SHOWN_FAILURES]]
    return "\n".join(lines)


def _counts(report: IngestReport) -> list[str]:
    new = counted("{count} new", "{count} new", report.added)
    return [", ".join([new, *known_counted(report)])]


def _unread(count: int, *, shown: bool) -> str:
    if shown:
        return counted("{count} could not be read", "{count} could not be read", count)
    return counted(
        "{count} could not be read: the log says which and why",
        "{count} could not be read: the log says which and why",
        count,
    )


def _far(progress: Progress) -> str:
    total = f" / {number(progress.total)}" if progress.total else ""
    return f"{number(progress.done)}{total} {_(UNITS.get(progress.what, progress.what))}"


def _rate(rate: float) -> str:
    if rate >= 1:
        return _("{count} a second").format(count=number(round(rate)))
    return _("{count} a minute").format(count=number(round(rate * 60, 1)))


def _left(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes >= 90:
        return _("about {count} hours left").format(count=number(round(minutes / 60)))
    if not minutes:
        return _("less than a minute left")
    return _("about {count} min left").format(count=number(minutes))


def _duration(took: timedelta) -> str:
    minutes, seconds = divmod(round(took.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
