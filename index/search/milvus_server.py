"""Reads and writes a library's two collections in a Milvus server. The only importer of pymilvus.

The collection of passages is what searches read. The collection of facts holds key-value pairs of texts, such
as document frequencies; as every row in Milvus must have a vector, each of them has a vector of zeros. Every
call has a time limit.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

import grpc
from pymilvus import DataType, Function, FunctionType, MilvusClient, MilvusException
from pymilvus.client.types import Status

from index.clock import microseconds
from index.errors import SearchError, UsageError
from index.runtime.faults import Faults
from index.search.base import Scores
from index.types.question import Filters
from index.types.status import SEARCH

# pymilvus logs every error with its traceback, although it raises it as well.
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)

PORT = 19530
# A server that has not accepted a connection after CONNECT_SECONDS counts as unreachable. For the next
# PAUSE_SECONDS calls fail at once instead of trying to connect again.
CONNECT_SECONDS, PAUSE_SECONDS = 3, 0.5
SEARCH_SECONDS, WRITE_SECONDS = 20, 120
# Version of the collections' fields, part of their names. Collections of another version are not read: the
# index is rebuilt from the database.
_FORMAT = 4
# The longest text in bytes that Milvus stores in a VARCHAR field.
_TEXT_BYTES = 65_535
# The most numbers that Milvus stores in an ARRAY field. Of an article that came in from more origins, the
# lowest numbers are kept.
_ORIGINS = 4096
# Rows in one request or answer: Milvus refuses more than 16,384.
_CHUNK = 4000
# HNSW's parameters: M is a vector's links in the graph, efConstruction the vectors visited to find them
# (Malkov and Yashunin, 2016).
_GRAPH = {"M": 16, "efConstruction": 200}
# HNSW's ef, the candidates kept during a search: 4 for each passage wanted, and at least 256, so that recall
# is above 0.99. 32,768 is the greatest that is used.
_WIDTH, _LEAST_WIDTH, _GREATEST_WIDTH = 4, 256, 32_768
# By default gRPC waits up to minutes between attempts to connect when a server was unreachable for long.
_CHANNEL = {"grpc.max_reconnect_backoff_ms": 1000, "grpc.use_local_subchannel_pool": 1}


class Row(NamedTuple):
    """A passage as Milvus stores it.

    `words` are its terms (see `index.search.analyzer`), separated by spaces; `origins` are in ascending
    order.
    """

    id: int
    published_us: int
    source: str
    words: str
    origins: Sequence[int]
    language: str


class ScoredRow(NamedTuple):
    """A row that a search found, with its score."""

    row: Row
    score: float


class MilvusServer:
    """One library's collections. Connects at the first call, and again after an error. For many threads.

    Every method raises SearchError, and reports it to `faults`, when Milvus does not answer in time or
    refuses.
    """

    def __init__(self, url: str, library: str, dimension: int | None, faults: Faults | None = None) -> None:
        """Prepare, without connecting. `library` is the database's id, part of the collections' names.

        Connecting creates missing collections for vectors of `dimension`; with None it creates none. Raises
        UsageError where `url` is no address of a Milvus.
        """
        self._address = _address(url)
        self._dimension = dimension
        self._passages = f"newsbot_{_FORMAT}_{library}"
        self._facts = f"{self._passages}_facts"
        self._client: MilvusClient | None = None
        self._connecting = threading.Lock()
        self._failed_at = -PAUSE_SECONDS
        self._faults = faults or Faults()

    @property
    def place(self) -> str:
        """The server's host and port, without user and password."""
        host = self._address.netloc.rpartition("@")[2]
        return host if self._address.port else f"{host.rstrip(':')}:{PORT}"

    # -- searching -------------------------------------------------------------------------------------

    def nearest(self, vector: Scores, filters: Filters, limit: int) -> list[ScoredRow]:
        """Return the rows with the highest inner products, best first.

        `vector` is float32 of shape (dimension,), length 1.
        """
        width = max(_LEAST_WIDTH, _WIDTH * limit)
        hits = self._search("vector", vector, filters, limit, {"ef": width})
        if len(hits) < limit:
            # Either few rows satisfy the filters, or the search left the graph before it had seen all that
            # do: a search of the greatest width sees them.
            hits = self._search("vector", vector, filters, limit, {"ef": _GREATEST_WIDTH})
        return hits

    def by_words(self, words: str, filters: Filters, limit: int) -> list[ScoredRow]:
        """Return the rows with the highest BM25 as Milvus computes it, best first.

        `words` are terms separated by spaces.
        """
        return self._search("bm25", words, filters, limit, {})

    def _search(
        self,
        field: str,
        query: object,
        filters: Filters,
        limit: int,
        params: dict[str, int],
        seconds: float = SEARCH_SECONDS,
    ) -> list[ScoredRow]:
        hits = self._call(
            "search",
            self._passages,
            data=[query],
            anns_field=field,
            filter=_expression(filters),
            limit=limit,
            output_fields=list(Row._fields),
            search_params={"params": params},
            consistency_level="Session",
            seconds=seconds,
        )[0]
        return [ScoredRow(_row(hit["entity"] | {"id": hit["id"]}), float(hit["distance"])) for hit in hits]

    # -- passages --------------------------------------------------------------------------------------

    def vectors(self, ids: Sequence[int]) -> dict[int, list[float]]:
        """Return id → vector of length `dimension`, for those of the passages that are stored."""
        return {row["id"]: row["vector"] for row in self._get(self._passages, ids, ["vector"], "Session")}

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """Return the rows of those of the passages that are stored."""
        return [_row(fields) for fields in self._get(self._passages, ids, Row._fields, "Strong")]

    def all_rows(self) -> Iterator[Row]:
        """Yield every stored row, fetched `_CHUNK` at a time."""
        pages = self._call(
            "query_iterator",
            self._passages,
            batch_size=_CHUNK,
            output_fields=list(Row._fields),
            consistency_level="Strong",
            seconds=WRITE_SECONDS,
        )
        try:
            while page := pages.next():
                yield from map(_row, page)
        except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError) as error:
            raise self._away(error) from error
        finally:
            pages.close()

    def put_rows(self, rows: Sequence[Row], vectors: Sequence[Scores]) -> None:
        """Add rows with their vectors; a row whose id is stored is replaced."""
        data = [row._asdict() | {"vector": vector} for row, vector in zip(rows, vectors, strict=True)]
        for chunk in _chunks(data):
            self._call("upsert", self._passages, data=chunk, seconds=WRITE_SECONDS)

    def delete_rows(self, ids: Sequence[int]) -> None:
        for chunk in _chunks(ids):
            self._call("delete", self._passages, ids=chunk, seconds=WRITE_SECONDS)

    def settle(self) -> None:
        """Make Milvus index and load all rows that were put, so that no question has to wait for that."""
        for name in (self._passages, self._facts):
            self._call("flush", name, seconds=WRITE_SECONDS)
        self._search("bm25", "news", Filters(), 1, {}, seconds=WRITE_SECONDS)

    # -- facts -----------------------------------------------------------------------------------------

    def is_known(self) -> bool:
        """Tell whether the library's collections exist."""
        return bool(self._call("has_collection", self._facts))

    def facts(self, keys: Sequence[str], consistency: str = "Strong") -> dict[str, str]:
        """Return key → value for those of the keys that are stored.

        `consistency` is Milvus's level: "Strong" sees every write, "Bounded" may miss the latest but is
        quicker.
        """
        return {row["key"]: row["value"] for row in self._get(self._facts, keys, ["value"], consistency)}

    def put_facts(self, facts: Mapping[str, str]) -> None:
        """Store key → value; a key with an empty value is deleted."""
        kept = [{"key": key, "value": value, "nothing": [0.0, 0.0]} for key, value in facts.items() if value]
        for chunk in _chunks(kept):
            self._call("upsert", self._facts, data=chunk, seconds=WRITE_SECONDS)
        for gone in _chunks([key for key, value in facts.items() if not value]):
            self._call("delete", self._facts, ids=gone, seconds=WRITE_SECONDS)

    def forget_facts(self) -> None:
        """Delete all facts."""
        self._renew([self._facts])

    def clear(self) -> None:
        """Delete passages and facts, also where the passages have vectors of another dimension."""
        self._renew([self._facts, self._passages])

    def _renew(self, names: Sequence[str]) -> None:
        for name in names:
            self._call("drop_collection", name, seconds=WRITE_SECONDS)
        self.close()  # the next call connects, and connecting creates the missing collections

    # -- the connection --------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._drop(self._client)

    def _get(self, name: str, ids: Sequence[Any], fields: Iterable[str], consistency: str) -> list[Any]:
        return [
            row
            for chunk in _chunks(ids)
            for row in self._call(
                "get", name, ids=chunk, output_fields=list(fields), consistency_level=consistency
            )
        ]

    def _call(
        self, method: str, *args: Any, seconds: float = SEARCH_SECONDS, again: bool = True, **options: Any
    ) -> Any:
        known = self._client
        try:
            return getattr(self._connected(), method)(*args, timeout=seconds, **options)
        except MilvusException as error:
            self._drop(known)
            if known is None or not again:
                raise self._away(error) from error
            # A server that was restarted must load the collections again: connecting asks for that.
            return self._call(method, *args, seconds=seconds, again=False, **options)
        except (grpc.RpcError, grpc.FutureTimeoutError) as error:  # not tried again: the time is used up
            raise self._away(error) from error

    def _away(self, error: Exception) -> SearchError:
        """Report that Milvus cannot be used, and return the error to raise."""
        reason = _reason(self.place, error)
        unreachable = SearchError(f"The search is away ({reason}): it answers again as soon as Milvus does.")
        self._faults.report(SEARCH, unreachable)
        return unreachable

    def _drop(self, client: MilvusClient | None) -> None:
        """Close a connection, unless another thread has replaced it already."""
        with self._connecting:
            if client is not self._client:
                return
            self._client = None
        if client is not None:
            client.close()

    def _connected(self) -> MilvusClient:
        with self._connecting:
            if self._client is None:
                if time.monotonic() < self._failed_at + PAUSE_SECONDS:
                    raise MilvusException(Status.CONNECT_FAILED, "has just failed")
                try:
                    self._client = self._connect()
                except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError):
                    self._failed_at = time.monotonic()
                    raise
            return self._client

    def _connect(self) -> MilvusClient:
        client = MilvusClient(
            f"http://{self.place}",
            user=unquote(self._address.username or ""),
            password=unquote(self._address.password or ""),
            db_name=self._address.path.strip("/"),
            timeout=CONNECT_SECONDS,
            dedicated=True,
            grpc_options=_CHANNEL,
        )
        for name, create in ((self._passages, self._create_passages), (self._facts, self._create_facts)):
            if not client.has_collection(name, timeout=CONNECT_SECONDS):
                if self._dimension is None:
                    continue
                create(client)
            client.load_collection(name, timeout=WRITE_SECONDS)
        return client

    def _create_passages(self, client: MilvusClient) -> None:
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("published_us", DataType.INT64)
        schema.add_field("source", DataType.VARCHAR, max_length=_TEXT_BYTES)
        schema.add_field("words", DataType.VARCHAR, max_length=_TEXT_BYTES, enable_analyzer=True)
        schema.add_field("origins", DataType.ARRAY, element_type=DataType.INT64, max_capacity=_ORIGINS)
        schema.add_field("language", DataType.VARCHAR, max_length=8)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimension)
        schema.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25", FunctionType.BM25, ["words"], ["bm25"]))
        indexes = client.prepare_index_params()
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=_GRAPH)
        indexes.add_index("bm25", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        indexes.add_index("published_us", index_type="INVERTED")
        indexes.add_index("source", index_type="INVERTED")
        indexes.add_index("origins", index_type="INVERTED")
        indexes.add_index("language", index_type="INVERTED")
        self._create(client, self._passages, schema, indexes)

    def _create_facts(self, client: MilvusClient) -> None:
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=256)
        schema.add_field("value", DataType.VARCHAR, max_length=1024)
        schema.add_field("nothing", DataType.FLOAT_VECTOR, dim=2)
        indexes = client.prepare_index_params()
        indexes.add_index("nothing", index_type="FLAT", metric_type="L2")
        self._create(client, self._facts, schema, indexes)

    def _create(self, client: MilvusClient, name: str, schema: Any, indexes: Any) -> None:
        try:
            client.create_collection(name, schema=schema, consistency_level="Session", timeout=WRITE_SECONDS)
            # Not "sync": pymilvus then looks every half second whether an index is ready, one index after the
            # other. Those of an empty collection are, and loading waits for them anyway.
            client.create_index(name, indexes, timeout=WRITE_SECONDS, sync=False)
        except MilvusException:
            if not client.has_collection(name, timeout=CONNECT_SECONDS):  # another process was quicker
                raise


def stored_words(words: Iterable[str]) -> str:
    """Join words by spaces; words beyond what fits in `_TEXT_BYTES` bytes are left out."""
    text = " ".join(words)
    if len(text.encode()) <= _TEXT_BYTES:
        return text
    return text.encode()[:_TEXT_BYTES].decode(errors="ignore").rpartition(" ")[0]


def _address(url: str) -> SplitResult:
    try:
        address = urlsplit(url)
        if address.scheme == "milvus" and address.hostname and address.port != 0:
            return address
    except ValueError:  # a port that is no number
        pass
    raise UsageError("NEWS_INDEX_URL is no address of a Milvus: use milvus://host:19530.")


def _reason(place: str, error: Exception) -> str:
    if not isinstance(error, MilvusException):
        return f"Milvus at {place} does not answer in time"
    if error.code == Status.CONNECT_FAILED:
        return f"Milvus at {place} cannot be reached"
    reason = " ".join(str(error.message).split()).rstrip(".")
    return f"Milvus at {place} says: {reason[:200]}"


def _row(fields: Mapping[str, Any]) -> Row:
    return Row(*(fields[name] for name in Row._fields))


def stored_origins(origins: Iterable[int]) -> list[int]:
    """Return distinct origins in ascending order, at most as many as Milvus stores."""
    return sorted(set(origins))[:_ORIGINS]


def _expression(filters: Filters) -> str:
    terms = []
    if filters.since:
        terms.append(f"published_us >= {microseconds(filters.since)}")
    if filters.until:
        terms.append(f"published_us <= {microseconds(filters.until)}")
    if filters.source:
        terms.append(f"source == {json.dumps(filters.source, ensure_ascii=False)}")
    if filters.languages is not None:
        terms.append(f"language in {json.dumps(sorted(filters.languages))}")
    if filters.origins is not None:
        terms.append(f"array_contains_any(origins, {sorted(filters.origins)})")
    return " and ".join(terms)


def _chunks(items: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield list(items[start : start + _CHUNK])
