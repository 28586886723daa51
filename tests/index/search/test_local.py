"""One contract for the dense and the lexical index, both together, and Milvus; and what is kept on disk."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from index.search import vectors
from index.search.base import Position
from index.search.dense import DenseIndex
from index.search.followers import DenseFollower, LexicalFollower
from index.search.local import LocalIndex
from index.search.milvus import MilvusIndex
from index.search.vectors import Vectors
from index.types.article import IndexedPassage
from index.types.question import Filters
from tests.fakes import NOW, HashingEmbedder

ROOT = Path(__file__).parents[3]
EMBEDDER = HashingEmbedder()
ANY = Filters()


def passage(
    id: int, text: str = "The harbour opened.", source: str = "Sample Wire", hours: float = 0
) -> IndexedPassage:
    vector = EMBEDDER.embed_question(text).astype(np.float16)
    return IndexedPassage(id, "Headline", text, source, NOW - timedelta(hours=hours), vector)


def at(seq: int) -> Position:
    return Position("store", "fingerprint", seq)


class Index:
    """One of the indexes, with the follower's ways of writing to it.

    `place` is its folder, or for Milvus the server's address and the name of the library.
    """

    def __init__(self, kind: str, place: Path | tuple[str, str]) -> None:
        self.kind, self.place = kind, place
        self.local: LocalIndex | MilvusIndex
        if isinstance(place, Path):
            self.local = LocalIndex(place, EMBEDDER.dimension)
            self.dense, self.lexical = self.local.followers
            assert isinstance(self.dense, DenseFollower)
            assert isinstance(self.lexical, LexicalFollower)
        else:
            self.local = MilvusIndex(*place, EMBEDDER.dimension, nullcontext)

    def again(self) -> Index:
        return Index(self.kind, self.place)

    def apply(self, added: Sequence[IndexedPassage], removed: Sequence[int] = (), seq: int = 1) -> None:
        for follower in self.local.followers:
            with follower.exclusive():
                follower.apply([added] if added else [], removed, at(seq))

    def ids(self) -> set[int]:
        dense, lexical = self.local.ids()
        assert dense == lexical
        return dense

    def search(self, text: str, filters: Filters = ANY, limit: int = 10) -> list[int]:
        vector = EMBEDDER.embed_question(text)
        if self.kind in ("dense", "coded"):
            assert self.dense.index.coded <= (self.kind == "coded")
            return [id for id, _ in self.dense.index.search(vector, filters, limit)]
        if self.kind == "lexical":
            terms = self.local.analyzer.question_terms(text)
            return [id for id, _ in self.lexical.index.search(terms, filters, limit)]
        return [
            hit.passage_id
            for hit in self.local.search(vector, self.local.analyzer.question_terms(text), filters, limit)
        ]


def with_codes(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Let searches compare codes where there are more than so many rows."""
    monkeypatch.setattr(vectors, "EXACT_ROWS", rows)
    monkeypatch.setattr(vectors, "POOL", 1)
    monkeypatch.setattr(vectors, "NARROW", 0)


def place(request: pytest.FixtureRequest, kind: str) -> Path | tuple[str, str]:
    """Return where a new, empty index of a kind is to be."""
    if kind == "milvus":
        return request.getfixturevalue("milvus").url, uuid.uuid4().hex
    return Path(request.getfixturevalue("tmp_path")) / "index"


@pytest.fixture(params=["dense", "coded", "lexical", "local", "milvus"])
def index(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    if request.param == "coded":
        with_codes(monkeypatch, 16)
    index = Index(request.param, place(request, request.param))
    yield index
    index.local.close()


@pytest.fixture(params=["local", "milvus"])
def whole(request: pytest.FixtureRequest) -> Iterator[Index]:
    index = Index(request.param, place(request, request.param))
    yield index
    index.local.close()


def test_a_hit_tells_when_and_by_whom_it_was_published(whole: Index) -> None:
    index = whole
    index.apply([passage(1, hours=30), passage(2, source="Sample Herald")])
    index.apply([passage(1, source="Sample Herald", hours=2)], seq=2)
    vector = EMBEDDER.embed_question("harbour")
    hits = index.local.search(vector, index.local.analyzer.question_terms("harbour"), ANY, 10)
    assert {(hit.passage_id, hit.published_at, hit.source) for hit in hits} == {
        (1, NOW - timedelta(hours=2), "Sample Herald"),
        (2, NOW, "Sample Herald"),
    }


def test_the_frequency_of_a_word_follows_the_index(whole: Index) -> None:
    index = whole.local
    for seq, ids in enumerate(([1], [2, 3], []), 1):
        for follower in index.followers:
            follower.apply([[passage(id) for id in ids]] if ids else [], [], at(seq))
        assert index.document_frequency(["harbour", "whale"]) == {"harbour": min(3, 2 * seq - 1), "whale": 0}


def test_words_that_are_spelled_alike(tmp_path: Path) -> None:
    index = LocalIndex(tmp_path, EMBEDDER.dimension)
    for follower in index.followers:
        follower.apply([[passage(1), passage(2, source="Sample Herald")]], [], at(1))
    for written, distance, found in (
        ("harbour", 0, 2),
        ("harbuor", 1, 2),
        ("hrabuor", 1, 0),
        ("hrabuor", 2, 2),
    ):
        assert len(index.spelled_like(written, distance, ANY, 10)) == found
    assert index.spelled_like("harbour", 1, Filters(source="Sample Herald"), 10) == [2]
    assert len(index.spelled_like("harbour", 1, ANY, 1)) == 1
    index.close()


# -- the contract ----------------------------------------------------------------------------------------


def test_nothing_is_found_in_nothing(index: Index) -> None:
    index.apply([])
    assert index.search("harbour") == []
    assert index.ids() == set()
    assert len(index.local) == 0


def test_the_nearest_comes_first(index: Index) -> None:
    texts = ["The harbour of Rotterdam opened.", "A storm hit the coast.", "Rotterdam won the football cup."]
    index.apply([passage(i, text) for i, text in enumerate(texts, 1)])
    assert index.search("Who won the football cup in Rotterdam?")[0] == 3
    assert index.search("Which coast did the storm hit?")[0] == 2
    assert index.search("Was the harbour of Rotterdam opened?", limit=1) == [1]


def test_what_is_added_again_is_replaced(index: Index) -> None:
    index.apply([passage(1, "A storm hit."), passage(2, "Cats slept.")])
    index.apply([passage(1, "Dogs barked.", "Sample Herald")], seq=2)
    assert index.ids() == {1, 2}
    assert index.search("storm", Filters(source="Sample Wire")) == ([] if index.kind == "lexical" else [2])
    assert index.search("dogs barked", limit=1) == [1]
    assert index.search("dogs barked", Filters(source="Sample Herald")) == [1]


def test_what_is_removed_is_not_found(index: Index) -> None:
    index.apply([passage(i) for i in range(1, 9)])
    index.apply([], [2, 4, 6, 99], seq=2)
    assert sorted(index.search("harbour")) == [1, 3, 5, 7, 8]
    index.apply([], list(range(1, 9)), seq=3)
    assert index.search("harbour") == []
    index.apply([passage(9)], seq=4)
    assert (index.search("harbour"), index.ids()) == ([9], {9})


def test_removing_and_adding_in_one_step(index: Index) -> None:
    index.apply([passage(1), passage(2)])
    index.apply([passage(3)], [1], seq=2)
    assert sorted(index.search("harbour")) == [2, 3]


@pytest.mark.parametrize("batches", [1, 7])
def test_a_narrow_filter_returns_all_that_exist(index: Index, batches: int) -> None:
    # 3 of 400, and all of the 397 are nearer to the question: trimming a top N would lose the three.
    everything = [passage(i, "harbour harbour opened", hours=i) for i in range(1, 398)]
    rare = [passage(i, "The harbour and much else is in this.", "Sample Herald", i) for i in (398, 399, 400)]
    for number in range(batches):
        index.apply([*everything, *rare][number::batches], seq=number + 1)
    assert sorted(index.search("harbour opened", Filters(source="Sample Herald"))) == [398, 399, 400]
    assert sorted(index.search("harbour opened", Filters(until=NOW - timedelta(hours=399)))) == [399, 400]
    assert sorted(index.search("harbour opened", Filters(since=NOW - timedelta(hours=2)))) == [1, 2]
    both = Filters(NOW - timedelta(hours=399), NOW - timedelta(hours=390), "Sample Herald")
    assert sorted(index.search("harbour opened", both)) == [398, 399]
    assert index.search("harbour opened", Filters(source="Sample")) == []
    assert index.search("harbour opened", Filters(since=NOW)) == []


@pytest.mark.parametrize("moment", [NOW.replace(microsecond=500_000), NOW.replace(year=1969)])
def test_moments_are_compared_to_the_microsecond(index: Index, moment: object) -> None:
    assert isinstance(moment, type(NOW))
    tick = timedelta(microseconds=1)
    one = passage(1)
    index.apply([IndexedPassage(1, one.title, one.text, one.source, moment, one.vector)])
    assert index.search("harbour", Filters(since=moment, until=moment)) == [1]
    assert index.search("harbour", Filters(since=moment + tick)) == []
    assert index.search("harbour", Filters(until=moment - tick)) == []


def test_what_was_kept_is_there_after_a_restart(index: Index) -> None:
    index.apply([passage(1), passage(2), passage(3, source="Sample Herald")], seq=5)
    index.apply([], [2], seq=6)
    index.local.close()
    again = index.again()
    assert {follower.position() for follower in again.local.followers} == {at(6)}
    assert again.ids() == {1, 3}
    assert again.search("harbour", Filters(source="Sample Herald")) == [3]
    again.apply([passage(1, "Cats."), passage(4)], seq=7)
    assert again.ids() == {1, 3, 4}


def test_clearing_forgets_contents_and_position(index: Index) -> None:
    index.apply([passage(1)])
    for follower in index.local.followers:
        follower.clear()
        assert follower.position() is None
    assert index.ids() == set()
    index.apply([], seq=2)
    assert index.search("harbour") == []


# -- both together ---------------------------------------------------------------------------------------


def test_a_hit_carries_both_scores(whole: Index) -> None:
    index = whole
    index.apply([passage(1, "The harbour opened."), passage(2, "A storm hit the coast.")])
    vector = EMBEDDER.embed_question("harbour")
    hits = {
        hit.passage_id: hit
        for hit in index.local.search(vector, index.local.analyzer.question_terms("harbour"), ANY, 5)
    }
    assert hits[1].dense == pytest.approx(float(passage(1).vector @ vector), abs=1e-3)
    assert hits[1].lexical > 0
    assert hits[2].lexical == 0
    assert len(index.local.search(vector, index.local.analyzer.question_terms("harbour"), ANY, 1)) == 1


def test_a_passage_found_by_words_alone_gets_its_cosine(whole: Index) -> None:
    index = whole
    index.apply([passage(1, "harbour"), passage(2, "storm")])
    hits = index.local.search(
        EMBEDDER.embed_question("harbour"), index.local.analyzer.question_terms("storm"), ANY, 1
    )
    assert sorted(hit.passage_id for hit in hits) == [1, 2]
    (by_words,) = [hit for hit in hits if hit.passage_id == 2]
    assert by_words.dense == pytest.approx(
        float(EMBEDDER.embed_question("storm") @ EMBEDDER.embed_question("harbour")), abs=1e-3
    )


def test_words_are_compared_by_their_stems(tmp_path: Path) -> None:
    index = Index("lexical", tmp_path)
    index.apply([passage(1, "Ports opened in Málaga."), passage(2, "He opens doors.")])
    assert index.search("port of MALAGA") == [1]
    assert index.local.document_frequency(index.local.analyzer.terms("opening")) == {"open": 2}
    assert index.local.analyzer.question_terms("What is the port of the Ports?") == ["port"]
    assert index.local.analyzer.question_terms("Who is this?") == ["who", "is", "this"]
    assert index.local.analyzer.question_terms("?!") == []
    assert index.search("?!") == []


@pytest.mark.parametrize("hostile", ['title:x AND "', "(((", "a" * 3000, "* ?", "\x00", "日本"])
def test_a_question_is_words_and_no_query_language(whole: Index, hostile: str) -> None:
    whole.apply([passage(1)])
    assert whole.search(hostile) == [1]  # by embedding; the words find nothing and break nothing


# -- damage ----------------------------------------------------------------------------------------------


def overwrite(path: Path) -> None:
    path.write_bytes(b"garbage" * 30)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", [overwrite, cut, Path.unlink])
def test_a_damaged_snapshot_is_as_good_as_none(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    index = Index("dense", tmp_path)
    index.apply([passage(i) for i in range(50)])
    index.local.close()
    damage(tmp_path / "dense.npz")
    again = Index("dense", tmp_path)
    assert again.dense.position() is None
    assert again.dense.index.ids() == set()
    again.apply([passage(1)])
    assert again.search("harbour") == [1]


def test_a_snapshot_of_other_vectors_is_not_read(tmp_path: Path) -> None:
    index = Index("dense", tmp_path)
    index.apply([passage(1)])
    index.local.close()
    assert LocalIndex(tmp_path, 8).followers[0].position() is None


def segments(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix == ".term"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: overwrite(folder / "meta.json"),
        lambda folder: (folder / "meta.json").unlink(),
        lambda folder: overwrite(folder / ".managed.json"),
        lambda folder: [overwrite(path) for path in segments(folder)],
        lambda folder: [cut(path) for path in segments(folder)],
        lambda folder: [path.unlink() for path in segments(folder)],
        lambda folder: [path.unlink() for path in folder.iterdir()],
    ],
    ids=["meta", "no meta", "managed", "overwritten", "cut", "no segments", "emptied"],
)
def test_a_damaged_lexical_folder_is_as_good_as_none(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    index = Index("lexical", tmp_path)
    index.apply([passage(i) for i in range(50)])
    del index
    damage(tmp_path / "lexical")
    again = Index("lexical", tmp_path)
    assert again.lexical.position() is None
    assert again.lexical.index.ids() == set()
    again.apply([passage(1)])
    assert again.search("harbour") == [1]


def test_what_a_killed_process_left_stops_no_write(tmp_path: Path) -> None:
    """A kill between the files of a write and the state that names them, which is written last."""
    index, meta = Index("lexical", tmp_path), tmp_path / "lexical" / "meta.json"
    index.apply([passage(i) for i in range(1, 6)])
    before = meta.read_bytes()
    index.apply([], [3])
    meta.write_bytes(before)
    again = Index("lexical", tmp_path)
    assert again.lexical.index.ids() == {1, 2, 3, 4, 5}
    again.apply([], [3])
    assert again.lexical.index.ids() == {1, 2, 4, 5}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"store": "a"}', '{"seq": 1, "other": 2}'])
def test_an_unreadable_position_is_none(tmp_path: Path, content: str) -> None:
    index = Index("lexical", tmp_path)
    index.apply([passage(1)])
    (tmp_path / "lexical.json").write_text(content)
    assert index.lexical.position() is None


def test_snapshots_are_written_now_and_then(tmp_path: Path) -> None:
    index = Index("dense", tmp_path)
    index.apply([passage(1)], seq=10)
    assert not (tmp_path / "dense.npz").exists()
    index.apply([passage(2)], seq=5000)
    assert DenseFollower(tmp_path, EMBEDDER.dimension).index.ids() == {1, 2}
    assert [path.name for path in tmp_path.glob("*.tmp")] == []


# -- other processes -------------------------------------------------------------------------------------

_OTHER_PROCESS = """
import sys
from pathlib import Path
from tests.index.search.test_local import Index, passage
Index("lexical", Path(sys.argv[1])).apply([passage(2)], [1], seq=2)
"""


def test_what_another_process_wrote_becomes_visible(tmp_path: Path) -> None:
    index = Index("lexical", tmp_path)
    index.apply([passage(1)])
    assert index.search("harbour") == [1]
    subprocess.run([sys.executable, "-c", _OTHER_PROCESS, str(tmp_path)], cwd=ROOT, check=True, timeout=60)
    assert index.lexical.position() == at(2)
    assert index.search("harbour") == [2]
    assert json.loads((tmp_path / "lexical.json").read_text())["seq"] == 2


# -- codes -----------------------------------------------------------------------------------------------


def random_passages(first: int, count: int, hours: float = 0) -> list[IndexedPassage]:
    random = np.random.default_rng(first)
    vectors = random.standard_normal((count, EMBEDDER.dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        replace(passage(first + i, hours=hours), vector=vector.astype(np.float16))
        for i, vector in enumerate(vectors)
    ]


def nearest(index: DenseIndex, filters: Filters, *, exact: bool = False) -> set[int]:
    vector = EMBEDDER.embed_question("harbour")
    return {id for id, _ in index.search(vector, filters, 50, exact=exact)}


@pytest.fixture
def coded(monkeypatch: pytest.MonkeyPatch) -> DenseIndex:
    with_codes(monkeypatch, 1500)
    index = DenseIndex(EMBEDDER.dimension)
    index.apply(random_passages(1, 1000), [])
    assert not index.coded
    index.apply(random_passages(1001, 1000, hours=5), [])
    assert index.coded
    return index


@pytest.mark.parametrize("since", [None, NOW - timedelta(hours=1), NOW + timedelta(hours=1)])
def test_codes_find_what_comparing_all_finds(coded: DenseIndex, since: datetime | None) -> None:
    filters = Filters(since=since)
    exact = nearest(coded, filters, exact=True)
    assert len(exact) == (0 if since and since > NOW else 50)
    assert len(nearest(coded, filters) & exact) >= 0.98 * len(exact)


def test_the_score_of_what_codes_find_is_the_cosine(coded: DenseIndex) -> None:
    vector = EMBEDDER.embed_question("harbour")
    exact = dict(coded.search(vector, ANY, 2000, exact=True))
    assert all(score == pytest.approx(exact[id], abs=1e-6) for id, score in coded.search(vector, ANY, 50))


def test_what_is_added_to_the_codes_and_removed_again(coded: DenseIndex) -> None:
    near = replace(passage(9000, "harbour"), vector=EMBEDDER.embed_question("harbour").astype(np.float16))
    coded.apply([near], [])
    assert (coded.coded, 9000 in nearest(coded, ANY)) == (True, True)
    coded.apply([], [9000])
    assert 9000 not in nearest(coded, ANY)
    coded.apply([], range(1, 1200))
    assert (len(coded), coded.coded) == (801, False)  # too few are left for codes
    assert min(nearest(coded, ANY)) >= 1200


def test_rows_that_are_being_added_are_not_found_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether filters admit much or little, a search sees no row that its bitmap does not have."""
    with_codes(monkeypatch, 100)
    some = np.random.default_rng(1).standard_normal((320, 32)).astype(np.float32)
    held = Vectors(32, tmp_path)
    held.add(some[:304])
    held.use(held.learned(np.arange(304)))
    held.add(some[304:])
    for bits in (np.full(38, 255, np.uint8), np.full(38, 15, np.uint8), np.full(38, 1, np.uint8)):
        rows, _ = held.nearest(some[310], bits, 5)
        assert rows.size == 5
        assert all(bits[row >> 3] >> (row & 7) & 1 for row in rows.tolist())


def test_codes_are_saved_with_what_was_removed(coded: DenseIndex, tmp_path: Path) -> None:
    coded.apply([], range(1, 500))
    coded.save(tmp_path / "dense.npz", "here")
    loaded, position = DenseIndex.load(tmp_path / "dense.npz")
    assert (position, loaded.coded, loaded.ids()) == ("here", True, coded.ids())
    assert nearest(loaded, ANY) == nearest(coded, ANY)
    for index in (loaded, coded):  # and more is added to both alike
        index.apply(random_passages(5000, 500), [])
    assert nearest(loaded, ANY) == nearest(coded, ANY)


def test_codes_are_read_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_codes(monkeypatch, 100)
    first = DenseFollower(tmp_path, EMBEDDER.dimension)
    first.apply([random_passages(1, 200)], [], at(1))
    first.save()
    monkeypatch.setattr(vectors, "EXACT_ROWS", 1000)  # they are read, not made
    second = DenseFollower(tmp_path, EMBEDDER.dimension)
    assert (second.index.coded, second.position()) == (True, at(1))


def test_vectors_of_an_odd_length_have_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_codes(monkeypatch, 100)
    some = np.random.default_rng(1).standard_normal((300, 33)).astype(np.float32)
    some /= np.linalg.norm(some, axis=1, keepdims=True)
    held = Vectors(33, tmp_path)
    held.add(some)
    held.use(held.learned(np.arange(300)))
    rows, cosines = held.nearest(some[7], np.full(38, 255, np.uint8), 5)
    assert (held.coded, rows[0], round(float(cosines[0]), 2)) == (True, 7, 1)
