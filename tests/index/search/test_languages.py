"""The language filter: each search engine finds passages in the languages asked for, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from index.types.question import Filters
from tests.index.search.test_local import ANY, Index, passage, place, with_codes

TAGS = ("en", "de", "de-at", "fr", "ja", "zh-hant", "es-419")


@pytest.fixture(params=["dense", "coded", "lexical", "local", "milvus"])
def index(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    if request.param == "coded":
        with_codes(monkeypatch, 16)
    index = Index(request.param, place(request, request.param))
    index.apply(
        [replace(passage(i, f"Rotterdam {i}", hours=i), language=TAGS[i % len(TAGS)]) for i in range(1, 43)]
    )
    yield index
    index.local.close()


@pytest.mark.parametrize(
    "languages", [["de"], ["de", "fr"], ["ja", "zh", "es"], ["it"], ["it", "en"], []], ids="-".join
)
def test_what_is_in_one_of_the_languages_is_found_and_nothing_else(
    index: Index, languages: list[str]
) -> None:
    expected = [i for i in range(1, 43) if TAGS[i % len(TAGS)].partition("-")[0] in languages]
    filters = Filters(languages=frozenset(languages))
    assert sorted(index.search("Rotterdam", filters, 100)) == expected
    few = index.search("Rotterdam", filters, 3)
    assert len(few) >= min(3, len(expected))
    assert set(few) <= set(expected)


def test_without_languages_everything_is_found(index: Index) -> None:
    assert len(index.search("Rotterdam", ANY, 100)) == 42
