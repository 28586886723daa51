"""A reindex: embeds again what another model or splitter has made, then reads files and sources again."""

from __future__ import annotations

from collections.abc import Callable

from index.embeddings.base import Embedder
from index.errors import BusyError
from index.ingest.pipeline import Ingest
from index.ingest.subscriptions import Subscriptions
from index.ingest.writer import ArticleWriter
from index.storage.articles import Store
from index.storage.leases import Leases
from index.storage.sources import SourceStore
from index.types.report import IngestReport, OnProgress, Progress, ReindexReport, ignore_progress

# Articles that are split and embedded again in one transaction.
BATCH = 16


class Reindex:
    """Reindexes one library. Questions are answered while it runs; one process at a time can reindex."""

    def __init__(
        self,
        store: Store,
        sources: SourceStore,
        embedder: Embedder,
        writer: ArticleWriter,
        ingest: Ingest,
        subscriptions: Subscriptions,
        leases: Leases,
    ) -> None:
        self._store = store
        self._sources = sources
        self._embedder = embedder
        self._writer = writer
        self._ingest = ingest
        self._subscriptions = subscriptions
        self._leases = leases

    def run(
        self,
        catch_up: Callable[[], None],
        *,
        full: bool = False,
        on_progress: OnProgress = ignore_progress,
    ) -> ReindexReport:
        """Embed again what another model made (everything when `full`), then read the files and folders that
        were read before, and the sources that are due. At the end `catch_up` updates the search indexes.

        Raises BusyError while another process reindexes.
        """
        with self._leases.holding(["reindex"]) as mine:
            if not mine:
                raise BusyError("Another process is reindexing already: wait until that is done.")
            embedded = self._embed_again(full, on_progress)
            # False where another process, which still uses the old model, has stored articles in the
            # meantime.
            while not self._store.set_fingerprint(self._embedder.fingerprint):
                embedded += self._embed_again(False, on_progress)
            uris = [files.uri for files in self._sources.files()]
            reports = [self._ingest.run(uris, on_progress)]
            reports += [done.ingested for done in self._subscriptions.refresh_due(on_progress)]
            catch_up()
            return ReindexReport(IngestReport.of_all(reports), embedded)

    def run_own(self, edition: str, on_progress: OnProgress) -> IngestReport:
        """Read the sources that a guild has of its own."""
        done = self._subscriptions.refresh_own(edition, on_progress)
        return IngestReport.of_all([refreshed.ingested for refreshed in done])

    def _embed_again(self, full: bool, on_progress: OnProgress) -> int:
        """Split and embed again all articles (`full`) or those with another fingerprint.

        Returns how many passages were embedded. Unless `full`, passages whose words this model has embedded
        before keep their vectors: after a change of the splitter alone few are embedded. Articles are written
        in batches, so that an interrupted run continues where it was.
        """
        fingerprint = self._embedder.fingerprint
        if full:
            total, batches = self._store.count_passages(), self._store.all_articles(BATCH)
        else:
            total = self._store.count_passages_to_reindex(fingerprint)
            batches = iter(lambda: self._store.articles_to_reindex(fingerprint, BATCH), [])
        done = embedded = 0
        for articles in batches:
            new, unknown = self._writer.embed(articles, anew=full)
            self._store.replace_passages(new)
            done += sum(len(article.passages) for article in new)
            embedded += unknown
            on_progress(Progress("passages", done, max(done, total)))
        return embedded
