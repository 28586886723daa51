"""A Milvus server: two collections of a library, time limits on everything. Only this imports pymilvus.

`passages` hold what is searched. `facts` are pairs of texts, for what has to be remembered beside them; as
Milvus knows vectors only, each has an empty one.
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

# It logs every failure with its traceback, and raises it as well.
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)

PORT = 19530
# A server that does not take a connection by then is away, and is not asked again at once.
CONNECT_SECONDS, PAUSE_SECONDS = 3, 0.5
SEARCH_SECONDS, WRITE_SECONDS = 20, 120
# Of the collections' fields; others are not read, but made anew from the database.
_FORMAT = 2
# Milvus keeps no longer text, in bytes.
_TEXT_BYTES = 65_535
# Rows in one request or answer: Milvus refuses more than 16,384.
_CHUNK = 4000
# Edges of the graph, and the width of the search while building it: Malkov and Yashunin (2016).
_GRAPH = {"M": 16, "efConstruction": 200}
# Candidates kept while searching the graph, for each passage wanted and at least: recall is above 0.99 then.
_WIDTH, _LEAST_WIDTH, _GREATEST_WIDTH = 4, 256, 32_768
# After a long time away gRPC would wait for minutes before it tries again.
_CHANNEL = {"grpc.max_reconnect_backoff_ms": 1000, "grpc.use_local_subchannel_pool": 1}


class Row(NamedTuple):
    """A passage as it is stored: `words` are its headline's and its text's."""

    id: int
    published_us: int
    source: str
    words: str


class Found(NamedTuple):
    """A row that a search found, and the engine's score of it."""

    row: Row
    score: float


class MilvusServer:
    """Connects when it is first needed, and again after every failure. Safe to use from many threads.

    Every method raises SearchError, and tells `faults`, when it does not answer in time or refuses.
    """

    def __init__(self, url: str, library: str, dimension: int | None, faults: Faults | None = None) -> None:
        """Collections that are missing are made for vectors of `dimension`; where that is None they are not.

        Raises UsageError where the address is none of a Milvus.
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
        """Where it is, without the password."""
        host = self._address.netloc.rpartition("@")[2]
        return host if self._address.port else f"{host.rstrip(':')}:{PORT}"

    # -- searching -------------------------------------------------------------------------------------

    def nearest(self, vector: Scores, filters: Filters, limit: int) -> list[Found]:
        """Return the rows with the highest inner products, best first."""
        width = max(_LEAST_WIDTH, _WIDTH * limit)
        found = self._search("vector", vector, filters, limit, {"ef": width})
        if len(found) < limit:
            # Few rows satisfy the filters, or the graph was left before all of them were seen: so wide a
            # search sees them.
            found = self._search("vector", vector, filters, limit, {"ef": _GREATEST_WIDTH})
        return found

    def by_words(self, words: str, filters: Filters, limit: int) -> list[Found]:
        """Return the rows with the highest BM25, as the engine counts it, best first."""
        return self._search("bm25", words, filters, limit, {})

    def _search(
        self,
        field: str,
        query: object,
        filters: Filters,
        limit: int,
        params: dict[str, int],
        seconds: float = SEARCH_SECONDS,
    ) -> list[Found]:
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
        return [Found(_row(hit["entity"] | {"id": hit["id"]}), float(hit["distance"])) for hit in hits]

    # -- passages --------------------------------------------------------------------------------------

    def vectors(self, ids: Sequence[int]) -> dict[int, list[float]]:
        """Return id → vector for those that are held."""
        return {row["id"]: row["vector"] for row in self._get(self._passages, ids, ["vector"], "Session")}

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """Return those that are held."""
        return [_row(each) for each in self._get(self._passages, ids, Row._fields, "Strong")]

    def all_rows(self) -> Iterator[Row]:
        """Yield every row there is."""
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
        """Add rows; one that is held is replaced."""
        data = [row._asdict() | {"vector": each} for row, each in zip(rows, vectors, strict=True)]
        for chunk in _chunks(data):
            self._call("upsert", self._passages, data=chunk, seconds=WRITE_SECONDS)

    def delete_rows(self, ids: Sequence[int]) -> None:
        for chunk in _chunks(ids):
            self._call("delete", self._passages, ids=chunk, seconds=WRITE_SECONDS)

    def settle(self) -> None:
        """Have what was put in large numbers indexed now, not when the next question is asked."""
        for name in (self._passages, self._facts):
            self._call("flush", name, seconds=WRITE_SECONDS)
        self._search("bm25", "news", Filters(), 1, {}, seconds=WRITE_SECONDS)

    # -- facts -----------------------------------------------------------------------------------------

    def is_known(self) -> bool:
        """Tell whether the library's collections are there."""
        return bool(self._call("has_collection", self._facts))

    def facts(self, keys: Sequence[str], consistency: str = "Strong") -> dict[str, str]:
        """Return key → value for those that are held."""
        return {each["key"]: each["value"] for each in self._get(self._facts, keys, ["value"], consistency)}

    def put_facts(self, facts: Mapping[str, str]) -> None:
        """Remember values; an empty one is forgotten."""
        kept = [{"key": key, "value": value, "nothing": [0.0, 0.0]} for key, value in facts.items() if value]
        for chunk in _chunks(kept):
            self._call("upsert", self._facts, data=chunk, seconds=WRITE_SECONDS)
        for gone in _chunks([key for key, value in facts.items() if not value]):
            self._call("delete", self._facts, ids=gone, seconds=WRITE_SECONDS)

    def forget_facts(self) -> None:
        """Drop all facts."""
        self._renew([self._facts])

    def clear(self) -> None:
        """Drop everything, other dimensions too."""
        self._renew([self._facts, self._passages])

    def _renew(self, names: Sequence[str]) -> None:
        for name in names:
            self._call("drop_collection", name, seconds=WRITE_SECONDS)
        self.close()  # connecting makes anew what is missing

    # -- the connection --------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the connection; the next call makes another."""
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
            # A server that was started anew has to be told again what is searched: connecting does.
            return self._call(method, *args, seconds=seconds, again=False, **options)
        except (grpc.RpcError, grpc.FutureTimeoutError) as error:  # it has had its time
            raise self._away(error) from error

    def _away(self, error: Exception) -> SearchError:
        reason = _reason(self.place, error)
        away = SearchError(f"The search is away ({reason}): it answers again as soon as Milvus does.")
        self._faults.report(SEARCH, away)
        return away

    def _drop(self, client: MilvusClient | None) -> None:
        """Let go of a connection, unless another has taken its place."""
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
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimension)
        schema.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25", FunctionType.BM25, ["words"], ["bm25"]))
        indexes = client.prepare_index_params()
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=_GRAPH)
        indexes.add_index("bm25", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        indexes.add_index("published_us", index_type="INVERTED")
        indexes.add_index("source", index_type="INVERTED")
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
            client.create_collection(
                name,
                schema=schema,
                index_params=indexes,
                consistency_level="Session",
                timeout=WRITE_SECONDS,
            )
        except MilvusException:
            if not client.has_collection(name, timeout=CONNECT_SECONDS):  # another process was quicker
                raise


def stored_words(words: Iterable[str]) -> str:
    """Return words as one text, cut after the last that fits."""
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


def _expression(filters: Filters) -> str:
    terms = []
    if filters.since:
        terms.append(f"published_us >= {microseconds(filters.since)}")
    if filters.until:
        terms.append(f"published_us <= {microseconds(filters.until)}")
    if filters.source:
        terms.append(f"source == {json.dumps(filters.source, ensure_ascii=False)}")
    return " and ".join(terms)


def _chunks(items: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield list(items[start : start + _CHUNK])
