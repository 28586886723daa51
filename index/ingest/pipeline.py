"""Files, folders and addresses into the store: every source is read to its end, whatever is broken in it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from index.errors import SourceError
from index.ingest.decision import Decision
from index.ingest.writer import ArticleWriter
from index.runtime.fair_lock import FairLock
from index.sources.files import Record, count_records, is_address, source_files
from index.sources.reader import Reader
from index.storage.sources import SourceStore
from index.types.article import Article
from index.types.report import Failure, IngestReport, OnProgress, Progress, ignore_progress

logger = logging.getLogger(__name__)

# Articles stored in one transaction: about 250 passages, enough for the model to sort by length, few enough
# to commit (and to show progress) every few seconds.
BATCH_ARTICLES = 16


@dataclass(slots=True)
class _Counts:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: list[Failure] = field(default_factory=list)

    def count(self, decision: Decision) -> None:
        match decision:
            case "new":
                self.added += 1
            case "changed":
                self.updated += 1
            case "copy":
                self.duplicates += 1
            case _:
                self.unchanged += 1

    def count_all(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            self.count(decision)

    def report(self) -> IngestReport:
        return IngestReport(self.added, self.updated, self.unchanged, self.duplicates, tuple(self.failed))


class Ingest:
    """Reads sources into a store. For many threads; several processes may ingest at once.

    Batches are written one at a time, those of the reading with the fewest new articles first: news does not
    wait until a long archive has been read.
    """

    def __init__(
        self, reader: Reader, writer: ArticleWriter, sources: SourceStore, clock: Callable[[], datetime]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._sources = sources
        self._clock = clock
        self.turns = FairLock()

    def run(self, uris: Sequence[str], on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Read every source to its end, whatever is broken on the way. Raises StoreError, ModelError."""
        counts = _Counts()
        files = list(self._files(uris, counts))
        total = sum(count_records(source) if isinstance(source, Path) else 1 for source in files)
        done = 0
        on_progress(Progress("articles", done, total))
        for records in _chunks(self._records(files, counts), BATCH_ARTICLES):
            done += len(records)
            articles = _articles_of(records, counts)
            with self.turns.turn(total):
                counts.count_all(self._writer.write(articles))
            on_progress(Progress("articles", done, max(done, total)))
        self._writer.delete_old()
        report = counts.report()
        logger.info(
            "ingest done added=%d updated=%d unchanged=%d duplicates=%d failed=%d",
            report.added,
            report.updated,
            report.unchanged,
            report.duplicates,
            len(report.failed),
        )
        return report

    def store(
        self,
        articles: Sequence[Article],
        problems: Sequence[Failure] = (),
        on_progress: OnProgress = ignore_progress,
    ) -> IngestReport:
        """Store articles that were read elsewhere; `problems` are counted. Raises StoreError, ModelError."""
        counts, done = _Counts(failed=list(problems)), 0
        new = len(articles) - len(self._writer.known(article.id for article in articles))
        on_progress(Progress("articles", done, len(articles)))
        for first in range(0, len(articles), BATCH_ARTICLES):
            batch = articles[first : first + BATCH_ARTICLES]
            done += len(batch)
            with self.turns.turn(new):
                counts.count_all(self._writer.write(batch))
            on_progress(Progress("articles", done, len(articles)))
        self._writer.delete_old()
        return counts.report()

    def _files(self, uris: Sequence[str], counts: _Counts) -> Iterator[Path | str]:
        """Yield the files to read, and the addresses to fetch as they were given."""
        for uri in uris:
            if is_address(uri):
                yield uri.strip()
                continue
            try:
                files = source_files(uri)
            except SourceError as error:
                counts.failed.append(Failure(uri, str(error)))
            else:
                yield from files
                self._sources.remember_files(_absolute(uri), self._clock())

    def _records(self, files: Sequence[Path | str], counts: _Counts) -> Iterator[Record]:
        for source in files:
            try:
                yield from self._reader.records(source)
            except SourceError as error:
                logger.warning("source failed where=%s error=%s", source, error)
                counts.failed.append(Failure(str(source), str(error)))
            else:
                if isinstance(source, str):
                    self._sources.remember_files(source, self._clock())


def _articles_of(records: Sequence[Record], counts: _Counts) -> list[Article]:
    """Return the articles among records; what could not be read is counted, what was left out is logged."""
    articles = []
    for record in records:
        if record.warning:
            logger.warning("record warning where=%s why=%s", record.warning.where, record.warning.why)
        if isinstance(record.outcome, Failure):
            counts.failed.append(record.outcome)
        else:
            articles.append(record.outcome)
    return articles


def _absolute(uri: str) -> str:
    """Return a path so that it means the same file wherever the next reindex is started."""
    return uri if uri.startswith("file:") else str(Path(uri).expanduser().resolve())


def _chunks(records: Iterator[Record], size: int) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
