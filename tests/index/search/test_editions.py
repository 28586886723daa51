"""The edition filter: each search engine finds what an edition sees and nothing else, beside brute force."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from index.search import local, origins
from index.search.dense import DenseIndex
from index.search.followers import DenseFollower, LexicalFollower
from index.search.origins import EditionBitmaps, OriginSets, count
from index.types.article import IndexedPassage
from index.types.question import Filters
from tests.fakes import NOW
from tests.index.search.test_local import (
    ANY,
    EMBEDDER,
    Index,
    at,
    nearest,
    passage,
    place,
    random_passages,
    with_codes,
)

QUESTION = "harbour opened"
EDITIONS = st.frozensets(st.integers(0, 12), max_size=12)


def random_origins(random: np.random.Generator) -> tuple[int, ...]:
    """Return none to three origins of 0 to 10, of which the higher ones are rare."""
    return tuple({int(11 * random.random() ** 3) for _ in range(random.integers(0, 4))})


def received(number: int) -> list[IndexedPassage]:
    """Return passages of different words that came in from different origins."""
    random = np.random.default_rng(number)
    return [
        replace(
            passage(i, f"The harbour opened {'in the storm ' * (i % 7)} on day {i}.", hours=i),
            origins=random_origins(random),
        )
        for i in range(1, number + 1)
    ]


def seen(passages: Sequence[IndexedPassage], edition: frozenset[int] | None) -> list[IndexedPassage]:
    """Return what an edition sees, by looking at each passage."""
    return [
        passage
        for passage in passages
        if edition is None or any(origin in edition for origin in passage.origins)
    ]


@pytest.fixture(params=["dense", "coded", "lexical", "local", "milvus"])
def index(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    if request.param == "coded":
        with_codes(monkeypatch, 16)
    index = Index(request.param, place(request, request.param))
    yield index
    index.local.close()


def test_an_edition_finds_what_it_sees_and_nothing_else(index: Index) -> None:
    """Whatever the edition: all of what it sees where that is fewer than were asked for, and no other."""
    passages = received(60)
    index.apply(passages[:40])
    index.apply(passages[40:], seq=2)

    @settings(max_examples=3 if index.kind == "milvus" else 10)
    @given(edition=EDITIONS, hours=st.integers(0, 60))
    def holds(edition: frozenset[int], hours: int) -> None:
        moment = NOW - timedelta(hours=hours)
        expected = seen(passages, edition)
        for filters, admitted in (
            (Filters(origins=edition), expected),
            (Filters(since=moment, origins=edition), [p for p in expected if p.published_at >= moment]),
            (Filters(until=moment, origins=edition), [p for p in expected if p.published_at <= moment]),
        ):
            assert sorted(index.search(QUESTION, filters, 100)) == [p.id for p in admitted]
            few = index.search(QUESTION, filters, 5)
            assert set(few) <= {p.id for p in admitted}
            assert len(few) >= min(5, len(admitted))

    holds()


def test_without_an_edition_everything_is_found(index: Index) -> None:
    index.apply(received(30))
    assert sorted(index.search(QUESTION, ANY, 100)) == list(range(1, 31))
    assert index.search(QUESTION, Filters(origins=frozenset()), 100) == []


def test_new_origins_of_a_passage_count_at_once(index: Index) -> None:
    index.apply([replace(passage(1), origins=(1,)), replace(passage(2), origins=(1, 2))])
    assert sorted(index.search("harbour", Filters(origins=frozenset({1})))) == [1, 2]
    index.apply([replace(passage(1), origins=(3,)), passage(2)], seq=2)
    for edition, expected in (({1}, []), ({2}, []), ({3}, [1]), ({1, 2, 3}, [1])):
        assert index.search("harbour", Filters(origins=frozenset(edition))) == expected
    assert index.ids() == {1, 2}


def test_origins_are_there_after_a_restart(index: Index) -> None:
    passages = received(30)
    index.apply(passages)
    index.local.close()
    again = index.again()
    for edition in ({0}, {3, 7}, {12}, set(range(11))):
        filters = Filters(origins=frozenset(edition))
        expected = [passage.id for passage in seen(passages, frozenset(edition))]
        assert sorted(again.search(QUESTION, filters, 100)) == expected


@pytest.mark.parametrize("broad", [0.001, 2.0])
def test_the_best_by_words_are_those_of_brute_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broad: float
) -> None:
    """Whether the edition is a part of the search by words (2.0), or is checked on its hits (0.001)."""
    monkeypatch.setattr(local, "BROAD", broad)
    index = Index("local", tmp_path)
    passages = received(120)
    index.apply(passages)
    terms = index.local.analyzer.question_terms("storm day harbour")
    every = index.lexical.index.search(terms, ANY, 120)

    @settings(max_examples=10)
    @given(edition=EDITIONS, until=st.integers(0, 120))
    def holds(edition: frozenset[int], until: int) -> None:
        filters = Filters(until=NOW - timedelta(hours=until), origins=edition)
        admitted = {p.id for p in seen(passages, edition) if p.published_at <= NOW - timedelta(hours=until)}
        hits = index.local.search(
            EMBEDDER.embed_question("nothing"),
            index.local.analyzer.question_terms("storm day harbour"),
            filters,
            7,
        )
        scores = sorted((hit.lexical for hit in hits), reverse=True)[:7]
        expected = [score for id, score in every if id in admitted][:7]
        assert scores[: len(expected)] == pytest.approx(expected, rel=1e-5)
        assert {hit.passage_id for hit in hits} <= admitted

    holds()
    index.local.close()


@pytest.mark.parametrize("exact_rows", [100, 10_000])
def test_the_nearest_are_those_of_brute_force(monkeypatch: pytest.MonkeyPatch, exact_rows: int) -> None:
    """With codes 0.99 of the nearest 50, at shares of 70, 10, 1 and 0.2 % of 2,000 passages; else all."""
    with_codes(monkeypatch, exact_rows)
    random = np.random.default_rng(8)
    passages = [replace(p, origins=random_origins(random)) for p in random_passages(1, 2000)]
    index = DenseIndex(EMBEDDER.dimension)
    index.apply(passages, [])
    assert index.coded == (exact_rows == 100)
    vector, found, expected = EMBEDDER.embed_question("harbour"), 0, 0
    for edition in ({0, 1}, {2, 9}, {10}, {8, 9, 10}, set(range(11))):
        admitted = seen(passages, frozenset(edition))
        cosines = np.stack([p.vector for p in admitted]).astype(np.float32) @ vector
        best = {admitted[place].id for place in np.argsort(-cosines)[:50]}
        hits = nearest(index, Filters(origins=frozenset(edition)))
        assert hits <= {p.id for p in admitted}
        assert len(hits) == len(best)
        found, expected = found + len(hits & best), expected + len(best)
    assert found >= (0.99 if exact_rows == 100 else 1) * expected


def test_only_what_changed_takes_memory() -> None:
    """A passage that comes in again with its vector keeps its row, with the new time, source and origins."""
    index = DenseIndex(EMBEDDER.dimension)
    index.apply([replace(passage(i), origins=(i % 3,)) for i in range(300)], [])
    before = index.memory_bytes
    index.apply([replace(passage(i, source="Sample Herald", hours=i), origins=(9,)) for i in range(300)], [])
    assert index.memory_bytes == before
    assert index.facts([7]) == {7: (NOW - timedelta(hours=7), "Sample Herald")}
    assert index.share(frozenset({9})) == 1
    index.apply([passage(7, "Another text.")], [7])
    assert (len(index), index.facts([7])) == (300, {7: (NOW, "Sample Wire")})


def test_origins_stay_with_their_passages_when_others_go() -> None:
    index = DenseIndex(EMBEDDER.dimension)
    passages = [replace(passage(i), origins=(i,)) for i in range(50)]
    index.apply(passages, [])
    assert index.share(frozenset({49})) == 0.02
    index.apply([], range(40))  # so many that the index is made anew without them
    assert [index.share(frozenset({i})) for i in (3, 45)] == [0, 0.1]
    assert index.admits([3, 45, 46], Filters(origins=frozenset({3, 45}))) == [False, True, False]


# -- bitmaps ---------------------------------------------------------------------------------------------

SETS = st.lists(st.lists(st.integers(0, 9), max_size=3).map(tuple), max_size=40)


@given(batches=st.lists(SETS, max_size=4), edition=EDITIONS)
def test_a_bitmap_is_what_each_row_says(
    batches: list[list[tuple[int, ...]]], edition: frozenset[int]
) -> None:
    sets, bitmaps, rows = OriginSets(), EditionBitmaps(), []
    codes = np.empty(0, np.int32)
    for batch in batches:
        rows += batch
        codes = np.concatenate([codes, np.array([sets.code(row) for row in batch], np.int32)])
        told = bitmaps.of(edition, codes, sets)
        bits = np.unpackbits(told.bits, count=len(rows), bitorder="little")
        expected = [bool(edition & set(row)) for row in rows]
        assert bits.astype(bool).tolist() == expected
        assert (told.number, count(told.bits)) == (sum(expected), sum(expected))
    again = OriginSets.restored(sets.members, sets.starts)
    assert again.admitted(edition).tolist() == sets.admitted(edition).tolist()
    kept, fewer = sets.used(codes[::2])
    assert kept.admitted(edition)[fewer].tolist() == sets.admitted(edition)[codes[::2]].tolist()


def test_bitmaps_of_a_thousand_editions_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """1,000 editions over 2,000 origins: at most KEPT_BYTES stay, those that were asked for last."""
    monkeypatch.setattr(origins, "KEPT_BYTES", 200_000)
    random = np.random.default_rng(3)
    sets, bitmaps = OriginSets((origin,) for origin in range(2000)), EditionBitmaps()
    codes = random.integers(0, 2000, 20_000).astype(np.int32)
    editions = [frozenset(random.integers(0, 2000, 200).tolist()) for _ in range(1000)]
    for edition in editions:
        bitmaps.of(edition, codes, sets)
    assert 150_000 < bitmaps.nbytes <= 200_000
    assert origins.KEPT_BYTES == 200_000
    assert bitmaps.of(editions[0], codes, sets).number == sum(code in editions[0] for code in codes.tolist())


# -- files of another version -----------------------------------------------------------------------------


def test_a_snapshot_without_origins_is_made_anew(tmp_path: Path) -> None:
    index = Index("dense", tmp_path)
    index.apply([passage(1)])
    index.local.close()
    with np.load(tmp_path / "dense.npz") as saved:
        kept = {name: saved[name] for name in saved if name not in ("origins", "members", "starts")}
    np.savez(tmp_path / "dense.npz", **{**kept, "format": np.array(4)})
    assert DenseFollower(tmp_path, EMBEDDER.dimension).position() is None


def test_words_without_origins_are_indexed_anew(tmp_path: Path) -> None:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage_id", indexed=True, fast=True)
    (tmp_path / "lexical").mkdir()
    tantivy.Index(builder.build(), path=str(tmp_path / "lexical"))
    (tmp_path / "lexical.json").write_text(json.dumps({"store": "a", "fingerprint": "b", "seq": 3}))
    follower = LexicalFollower(tmp_path)
    assert (follower.position(), len(follower.index)) == (None, 0)
    follower.apply([[replace(passage(1), origins=(4,))]], [], at(1))
    assert follower.index.search(["harbour"], Filters(origins=frozenset({4})), 5)[0][0] == 1
