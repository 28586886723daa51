"""Reads files, folders and web addresses to their end, and hands the articles to the writer in batches."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path

from index.errors import SourceError
from index.ingest.decision import Decision
from index.ingest.writer import ArticleWriter
from index.runtime.fair_lock import FairLock
from index.sources.address import Reading
from index.sources.files import Record, count_records, is_address, source_files
from index.sources.reader import Reader
from index.storage.editions import Editions
from index.storage.sources import SourceStore
from index.types.article import Article
from index.types.report import Failure, IngestReport, OnProgress, Progress, ignore_progress

logger = logging.getLogger(__name__)

# Articles stored in one transaction, about 250 passages. That is enough for the embedder, which sorts
# passages by length, and few enough to commit and to show progress every few seconds.
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

    One thread at a time writes a batch. Of several threads that wait, the one whose run has the fewest
    articles goes first, so that news does not wait until a long archive has been read.
    """

    def __init__(
        self,
        reader: Reader,
        writer: ArticleWriter,
        sources: SourceStore,
        editions: Editions,
        clock: Callable[[], datetime],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._sources = sources
        self._editions = editions
        self._clock = clock
        self.turns = FairLock()

    def run(self, uris: Sequence[str], on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Read every source to its end, and report what cannot be read. Raises StoreError, ModelError.

        What it holds is shared: who reads files is the operator.
        """
        counts = _Counts()
        files = list(self._files(uris, counts))
        total = sum(count_records(source) if isinstance(source, Path) else 1 for _, source in files)
        done = 0
        on_progress(Progress("articles", done, total))
        for uri, records in _chunks(self._records(files, counts), BATCH_ARTICLES):
            done += len(records)
            articles = _articles_of(records, counts)
            with self.turns.turn(total):
                counts.count_all(self._writer.write(articles, self._editions.add(uri)))
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

    def store(self, reading: Reading, origin: int, on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Store the articles that an origin brought, and report them and what could not be read.

        Raises StoreError, ModelError.
        """
        articles, done = reading.articles, 0
        counts = _Counts(failed=list(reading.problems))
        new = len(articles) - len(self._writer.known(article.id for article in articles))
        on_progress(Progress("articles", done, len(articles)))
        for first in range(0, len(articles), BATCH_ARTICLES):
            batch = articles[first : first + BATCH_ARTICLES]
            done += len(batch)
            with self.turns.turn(new):
                counts.count_all(self._writer.write(batch, origin))
            on_progress(Progress("articles", done, len(articles)))
        self._writer.receive(reading.met, origin)
        self._writer.delete_old()
        return counts.report()

    def _files(self, uris: Sequence[str], counts: _Counts) -> Iterator[tuple[str, Path | str]]:
        """Yield the files to read, and the web addresses to fetch, each with the name of its origin."""
        for uri in uris:
            if is_address(uri):
                yield uri.strip(), uri.strip()
                continue
            try:
                files = source_files(uri)
            except SourceError as error:
                counts.failed.append(Failure(uri, str(error)))
            else:
                yield from ((_absolute(uri), file) for file in files)
                self._sources.remember_files(_absolute(uri), self._clock())

    def _records(
        self, files: Sequence[tuple[str, Path | str]], counts: _Counts
    ) -> Iterator[tuple[str, Record]]:
        for uri, source in files:
            try:
                yield from ((uri, record) for record in self._reader.records(source))
            except SourceError as error:
                logger.warning("source failed where=%s error=%s", source, error)
                counts.failed.append(Failure(str(source), str(error)))
            else:
                if isinstance(source, str):
                    self._sources.remember_files(source, self._clock())


def _articles_of(records: Sequence[Record], counts: _Counts) -> list[Article]:
    """Return the articles among records; failures are counted, and warnings are logged."""
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
    """Return an absolute path, so that a reindex finds the file from any working directory."""
    return uri if uri.startswith("file:") else str(Path(uri).expanduser().resolve())


def _chunks(records: Iterator[tuple[str, Record]], size: int) -> Iterator[tuple[str, list[Record]]]:
    """Yield records in groups of at most `size` that came from one origin, with its name."""
    for uri, group in groupby(records, key=lambda pair: pair[0]):
        while chunk := [record for _, record in islice(group, size)]:
            yield uri, chunk
