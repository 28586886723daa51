"""A reindex: what another model or splitter has made is embedded again, then what was read is read again."""

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
    """Reindexes one library. Questions are answered while it runs; of several processes one reindexes."""

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
        were read before, and the sources that are due. `catch_up` is called when all is stored.

        Raises BusyError while another process reindexes.
        """
        with self._leases.holding(["reindex"]) as mine:
            if not mine:
                raise BusyError("Another process is reindexing already: wait until that is done.")
            embedded = self._embed_again(full, on_progress)
            # False where another process has stored articles since, with the model that it knew.
            while not self._store.set_fingerprint(self._embedder.fingerprint):
                embedded += self._embed_again(False, on_progress)
            uris = [files.uri for files in self._sources.files()]
            reports = [self._ingest.run(uris, on_progress)]
            reports += [done.ingested for done in self._subscriptions.refresh_due(on_progress)]
            catch_up()
            return ReindexReport(IngestReport.of_all(reports), embedded)

    def _embed_again(self, full: bool, on_progress: OnProgress) -> int:
        """Split all articles again, or those with another fingerprint; return how many passages that makes.

        Unless `full`, only words that the model has not seen are embedded: after a change of the splitter
        alone that is little. Articles are written in batches, so that an interrupted run over the stale ones
        continues where it was.
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
