"""The shipped answer reader finds what answers; where it is damaged, the library goes on without it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import IndexOptions, ModelError, NewsIndex, Question
from index.reader import making
from index.reader import reader as module
from index.reader.reader import ADAPTERS, CHECKSUM, AnswerReader, checksum
from index.reader.windows import Window
from index.text.spans import Span
from tests.fakes import HashingEmbedder, article, open_news

QUESTION = "How many North Korean troops were sent to Russia?"
TROOPS = "About 11,000 North Korean troops have been sent to Russia, officials said. They arrived by train."
WEATHER = "It will rain in Rotterdam on Friday. The weekend will be dry, forecasters said."


def window(text: str, headline: str = "News", name: str = "a") -> Window:
    ends = [place + 1 for place, letter in enumerate(text) if letter == "."]
    starts = [0, *(end + 1 for end in ends[:-1])]
    runs = [Span(start, end) for start, end in zip(starts, ends, strict=True)]
    return Window(name, "Wire", headline, text, [*runs, Span(0, len(text))])


@pytest.fixture(autouse=True, scope="module")
def _made_here() -> Iterator[None]:
    """Make the saved reader in this process, which starts no other one with PyTorch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "said_by", lambda _, *arguments: making.main(arguments))
        yield


@pytest.fixture(scope="module")
def reader(compiled_models: Path) -> AnswerReader:
    found = AnswerReader(compiled_models)
    found.load()
    return found


# -- the shipped reader ---------------------------------------------------------------------------------


def test_it_finds_what_answers(reader: AnswerReader) -> None:
    troops, weather = reader.read(QUESTION, [window(TROOPS), window(WEATHER, name="b")])
    assert "11 000" in troops.best[0].words
    assert troops.best[0].logit > 0 > weather.logit
    first, second, both = troops.runs.tolist()
    assert first > second
    assert both == pytest.approx(first, abs=0.5)


def test_a_question_that_nothing_answers(reader: AnswerReader) -> None:
    readings = reader.read("Who won the chess championship?", [window(TROOPS), window(WEATHER, name="b")])
    assert all(reading.logit < 0 for reading in readings)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "?",
        "the",
        "🙂🙂",
        "x" * 4000,
        "how many " * 500,
        "A." * 500,
        "🙂" * 2000,
        "\u202e \x00",
        "北朝鮮の兵士は何人ロシアに",
    ],
)
def test_any_question_can_be_read(reader: AnswerReader, question: str) -> None:
    windows = [window(TROOPS), window("A.", ""), window("Word " * 300 + ".", "Long " * 80)]
    readings = reader.read(question, windows)
    assert [len(reading.runs) for reading in readings] == [len(one.runs) for one in windows]


def test_nothing_is_read_in_no_windows(reader: AnswerReader) -> None:
    assert reader.read(QUESTION, []) == []


def test_a_window_reads_the_same_beside_others(reader: AnswerReader) -> None:
    alone = reader.read(QUESTION, [window(TROOPS)])[0]
    beside = reader.read(QUESTION, [window("Longer. " * 20), window(TROOPS), window(WEATHER)])[1]
    assert [found.span for found in beside.best[:1]] == [found.span for found in alone.best[:1]]
    assert beside.logit == pytest.approx(alone.logit, abs=0.3)


def test_the_library_answers_with_the_words(reader: AnswerReader, tmp_path: Path) -> None:
    with open_news(tmp_path, [article("troops", TROOPS), article("rain", WEATHER)]):
        pass
    with NewsIndex.open(IndexOptions(tmp_path / "data", threshold=0.0), HashingEmbedder(), reader) as news:
        answer = news.ask(Question(QUESTION))
        assert answer.words
        assert answer.words.text == "About 11,000"
        assert [answer.quotes[0].text[slice(*span)] for span in answer.quotes[0].answer_spans] == [
            "About 11,000"
        ]
        assert not news.status().faults


# -- without it -----------------------------------------------------------------------------------------


def test_what_is_shipped_is_what_was_trained() -> None:
    assert checksum(ADAPTERS) == CHECKSUM.read_text(encoding="utf-8")


@pytest.fixture(params=["damaged", "missing", "no checksum", "no text"])
def broken(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AnswerReader:
    adapters, sha256 = tmp_path / ADAPTERS.name, tmp_path / CHECKSUM.name
    shutil.copy(ADAPTERS, adapters)
    shutil.copy(CHECKSUM, sha256)
    if request.param == "damaged":
        adapters.write_bytes(ADAPTERS.read_bytes()[:-1] + b"x")
    elif request.param == "no text":
        sha256.write_bytes(b"\xff\xfe")
    else:
        (adapters if request.param == "missing" else sha256).unlink()
    monkeypatch.setattr(module, "ADAPTERS", adapters)
    monkeypatch.setattr(module, "CHECKSUM", sha256)
    return AnswerReader(tmp_path / "models")


def test_a_file_that_is_not_right_is_refused_again_and_again(broken: AnswerReader) -> None:
    for _ in range(2):
        with pytest.raises(ModelError, match=r"answer reader.*install newsbot again"):
            broken.read(QUESTION, [window(TROOPS)])


def test_the_library_goes_on_without_it_and_says_so(broken: AnswerReader, tmp_path: Path) -> None:
    with open_news(tmp_path, [article("troops", TROOPS), article("rain", WEATHER)]):
        pass
    with NewsIndex.open(IndexOptions(tmp_path / "data", threshold=0.0), HashingEmbedder(), broken) as news:
        news.load_model()
        answer = news.ask(Question(QUESTION))
        faults = news.status().faults
    with open_news(tmp_path, threshold=0.0) as news:
        plain = news.ask(Question(QUESTION))
    assert [quote.text for quote in answer.quotes] == [quote.text for quote in plain.quotes]
    assert answer.confidence == plain.confidence
    assert answer.words is None
    assert [fault.part for fault in faults] == ["reader"]
    assert "install newsbot again" in faults[0].why
