"""What a job says of itself: its progress, its failures and its counts at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# A reason may repeat what stands in a document, which can be as long as that; it is stored and shown.
MAX_REASON_CHARS = 1000


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be read: `where` (file and line, or address) and `why`, which is cut."""

    where: str
    why: str

    def __post_init__(self) -> None:
        if len(self.why) > MAX_REASON_CHARS:
            object.__setattr__(self, "why", f"{self.why[: MAX_REASON_CHARS - 1]}…")

    @property
    def sentence(self) -> str:
        """Both; a reason that begins with the place does not have it named twice."""
        return self.why if self.why.startswith(f"{self.where} ") else f"{self.where}: {self.why}"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup that was written or restored: its file, the articles in it, and its size in bytes.

    `deleted` is how many rows of a restored backup were deleted again, because people had their data deleted
    after it was written. None means that nobody knows who did: no earlier database could be read.
    """

    path: Path
    articles: int
    size: int
    deleted: int | None = 0


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, counted in articles."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: tuple[Failure, ...] = ()

    @property
    def read(self) -> int:
        """How many articles were read, whatever became of them; failures are not counted."""
        return self.added + self.updated + self.unchanged + self.duplicates

    @classmethod
    def of_all(cls, reports: Sequence[IngestReport]) -> IngestReport:
        """Return what several did together."""
        return cls(
            added=sum(report.added for report in reports),
            updated=sum(report.updated for report in reports),
            unchanged=sum(report.unchanged for report in reports),
            duplicates=sum(report.duplicates for report in reports),
            failed=tuple(failure for report in reports for failure in report.failed),
        )


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What a reindex did: the news it found in the known sources, and the passages it embedded again."""

    ingested: IngestReport
    embedded: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is: `done` of `total` (None while unknown) in units of `what`."""

    what: Literal["articles", "passages", "questions", "sources"]
    done: int
    total: int | None


OnProgress = Callable[[Progress], None]


def ignore_progress(_: Progress) -> None:
    """The default listener: nobody watches."""
