"""Finds passages by the words that they share with a question (BM25). With `index.search.analyzer` the only
importer of tantivy.

The index is a folder that several processes read. Only the process that holds the lock of `LexicalFollower`
writes to it.
"""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from index.clock import microseconds
from index.errors import DamageError
from index.search.analyzer import Analyzer, language_term, stored_words
from index.types.article import IndexedPassage
from index.types.question import Filters

# Bytes. Tantivy takes at least 15 MB a thread; a larger heap speeds up only very large batches.
_WRITER_HEAP = 50_000_000
# The name of the schema's analyzer tells how terms were made: an index of another name is made anew.
_ANALYZER = "terms-2"
# Up to so many origins are searched for as one term each, more of them as a set of terms. In a million
# passages one origin takes 0.3 instead of 0.5 ms, 27 take 2.9 instead of 3.4; from 80 on the set is as quick.
FEW_ORIGINS = 64
# How many terms' document frequencies are cached until the index changes. A question looks up hundreds.
FREQUENCIES = 50_000
# The suffixes of the files that every segment of a tantivy index consists of.
_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed: deleting by term finds nothing in an unsigned field (tantivy-py 0.27 builds a signed term).
    builder.add_integer_field("passage_id", indexed=True, fast=True)
    builder.add_integer_field("published_us", indexed=True, fast=True)  # microseconds since 1970
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("origin", indexed=True)  # a passage has one for each origin of its article
    # Term frequencies without positions: nothing searches for phrases, and the index is a third smaller.
    builder.add_text_field("words", tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()


class LexicalIndex:
    """The lexical index in one folder. Many threads may search it at once; one at a time may write.

    Every method raises DamageError where a file of the index is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        """Open or create the index. Raises ValueError or OSError when the folder is damaged."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _verify(folder)
        self._folder = folder
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(folder))
        # "manual": searches see new segments when `reload` is called, which happens after every write.
        # Otherwise a thread of tantivy looks for them twice a second and writes a lock file for that, perhaps
        # into a folder that is being deleted.
        self._index.config_reader("manual")
        self._index.register_tokenizer(_ANALYZER, stored_words())
        self.analyzer = Analyzer()
        self._frequency = lru_cache(FREQUENCIES)(self._count_passages)

    def __len__(self) -> int:
        return self._index.searcher().num_docs

    @staticmethod
    def exists(folder: Path) -> bool:
        return (folder / "meta.json").exists()

    @staticmethod
    def delete(folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def ids(self) -> set[int]:
        """Return the ids of the passages that the index holds."""
        searcher = self._index.searcher()
        hits = searcher.search(Query.all_query(), limit=max(1, searcher.num_docs)).hits
        return {
            int(id) for id in searcher.fast_field_values("passage_id", [address for _, address in hits]) if id
        }

    def clear(self) -> None:
        """Delete every passage."""
        with _as_damage_error():
            writer = self._writer()
            writer.delete_all_documents()
            writer.commit()
            writer.wait_merging_threads()
        self.reload()

    def reload(self) -> None:
        """Let searches see what has been written since, by this process or another."""
        with _as_damage_error():
            self._index.reload()
        self._frequency.cache_clear()

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """Return term → number of passages that contain it."""
        return {term: self._frequency(term) for term in terms}

    def _count_passages(self, term: str) -> int:
        with _as_damage_error():
            return self._index.searcher().doc_freq("words", term)

    def search(self, terms: Sequence[str], filters: Filters, limit: int) -> list[tuple[int, float]]:
        """Return (passage id, BM25) of the best passages that satisfy the filters, best first."""
        searcher = self._index.searcher()
        if not terms or not searcher.num_docs:
            return []
        with _as_damage_error():
            result = searcher.search(self._query(terms, filters), limit=limit, count=False)
            ids = searcher.fast_field_values("passage_id", [address for _, address in result.hits])
        hits = zip(ids, result.hits, strict=True)
        return [(int(id or 0), float(score)) for id, (score, _) in hits if score > 0]

    def spelled_like(self, term: str, distance: int, filters: Filters, limit: int) -> list[int]:
        """Return the ids of passages that hold a term at most `distance` edits away; a swap is one edit."""
        searcher = self._index.searcher()
        if not searcher.num_docs:
            return []
        like = Query.fuzzy_term_query(self._schema, "words", term, distance=distance)
        query = Query.boolean_query([(Occur.Must, part) for part in (like, *self._filters(filters))])
        with _as_damage_error():
            hits = searcher.search(query, limit=limit, count=False).hits
            ids = searcher.fast_field_values("passage_id", [address for _, address in hits])
        return [int(id or 0) for id in ids]

    def _query(self, terms: Sequence[str], filters: Filters) -> Query:
        # Without filters the query is only a sum of terms: just then tantivy skips passages that cannot be
        # among the best. With filters the terms are optional (Should), so the search goes through what the
        # filters admit, which takes a quarter of the time of going through all passages that have one of the
        # terms. Passages without any of the terms then come with a score of 0; `search` drops them.
        words = [(Occur.Should, self._word_query(term)) for term in terms]
        limits = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in self._filters(filters)]
        if filters.origins is not None:
            # An edition often admits more passages than have one of the terms. Tantivy then begins with the
            # terms: where a tenth of a million passages is admitted, that takes 5.6 ms instead of 9.1.
            words = [(Occur.Must, Query.boolean_query(words))]
        return Query.boolean_query([*limits, *words])

    def _word_query(self, term: str) -> Query:
        return Query.term_query(self._schema, "words", term, "freq")

    def _filters(self, filters: Filters) -> list[Query]:
        queries = []
        if filters.since or filters.until:
            lower = microseconds(filters.since) if filters.since else None
            upper = microseconds(filters.until) if filters.until else None
            queries.append(
                Query.range_query(self._schema, "published_us", tantivy.FieldType.Integer, lower, upper)
            )
        if filters.source:
            queries.append(Query.term_query(self._schema, "source", filters.source, "basic"))
        if filters.languages is not None:
            terms = [self._word_query(language_term(code)) for code in sorted(filters.languages)]
            queries.append(Query.boolean_query([(Occur.Should, term) for term in terms]))
        if filters.origins is not None:
            queries.append(self._origins_query(filters.origins))
        return queries

    def _origins_query(self, origins: frozenset[int]) -> Query:
        if len(origins) > FEW_ORIGINS:
            return Query.term_set_query(self._schema, "origin", sorted(origins))
        terms = [Query.term_query(self._schema, "origin", origin, "basic") for origin in sorted(origins)]
        return Query.boolean_query([(Occur.Should, term) for term in terms])

    def apply(self, added: Iterable[Sequence[IndexedPassage]], removed: Sequence[int]) -> None:
        """Remove passages, then add passages in batches; adding one that the index holds replaces it."""
        with _as_damage_error():
            writer = self._writer()
            try:
                for passage_id in removed:
                    writer.delete_documents_by_term("passage_id", passage_id)
                for batch in added:
                    for passage in batch:
                        writer.delete_documents_by_term("passage_id", passage.id)
                        writer.add_document(self._document(passage))
                writer.commit()
            finally:
                writer.wait_merging_threads()
        self.reload()

    def _writer(self) -> tantivy.IndexWriter:
        """Return what writes to the index, once files that belong to no state of it are deleted.

        A process that is killed while it writes leaves some. Tantivy numbers what it writes on from the last
        state, so the next write may need the name of such a file, and fails where it exists.
        """
        writer = self._index.writer(heap_size=_WRITER_HEAP, num_threads=1)
        writer.garbage_collect_files()
        return writer

    def _document(self, passage: IndexedPassage) -> tantivy.Document:
        document = tantivy.Document()
        document.add_integer("passage_id", passage.id)
        document.add_integer("published_us", microseconds(passage.published_at))
        document.add_text("source", passage.source)
        for origin in set(passage.origins):
            document.add_integer("origin", origin)
        document.add_text("words", " ".join(self.analyzer.indexed(passage)))
        return document


@contextmanager
def _as_damage_error() -> Iterator[None]:
    """Turn what tantivy raises into a DamageError.

    A panic in its Rust code arrives as PanicException, which inherits from BaseException only.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        raise DamageError(f"The word index failed ({_first_line(error)}): it is tried again.") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise DamageError(f"The word index is damaged ({_first_line(error)}): it is made anew.") from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(".")


def _verify(folder: Path) -> None:
    """Raise ValueError or OSError where a file of the index is missing or fails its checksum.

    Tantivy finds most damage when it opens an index, but some only during a search, which then panics.
    """
    if not LexicalIndex.exists(folder):
        return
    try:
        for segment in json.loads((folder / "meta.json").read_text(encoding="utf-8"))["segments"]:
            name = segment["segment_id"].replace("-", "")
            for part in _PARTS:
                _verify_file(folder / f"{name}.{part}")
    except (KeyError, TypeError, struct.error) as error:
        raise ValueError(f"{folder} is damaged ({error!r})") from error


def _verify_file(path: Path) -> None:
    """Compare a file with the CRC-32 in its footer. Raises ValueError where they differ.

    Tantivy ends each file with JSON that holds the CRC-32, the length of the JSON, and the number 1337.
    """
    with (
        path.open("rb") as file,
        mmap(file.fileno(), 0, access=ACCESS_READ) as data,
        memoryview(data) as view,
    ):
        length, magic = struct.unpack("<II", data[-8:])
        end = len(data) - 8 - length
        if magic != 1337 or zlib.crc32(view[:end]) != json.loads(data[end:-8])["crc"]:
            raise ValueError(f"{path.name} is damaged")
