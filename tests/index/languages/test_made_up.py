"""A sixth language is a folder: one that nobody speaks is added, and everything reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import index.languages
from index import Question
from index.languages.detect import question_language
from index.languages.questions import in_context, period
from index.languages.registry import languages, sentence_rules
from index.search.analyzer import Analyzer
from index.text.sentences import split_sentences
from tests.fakes import article, open_news

AS_OF = datetime(2025, 6, 5, 12, tzinfo=UTC)
# Zatalish: the words "zat" and "zu" mean nothing, "vor." is an abbreviation, "hura" is yesterday.
LANGUAGE = """
from index.languages.base import Language
from index.languages.question_words import QuestionWords
from index.languages.times import TimeWords
from index.text.sentence_rules import SentenceRules

LANGUAGE = Language(
    code="qz",
    sentences=SentenceRules("qz", before_name=frozenset(["vor"])),
    stop_words=frozenset("zat zu koj".split()),
    questions=QuestionWords(
        times=TimeWords(
            months=[f"m{number}" for number in range(12)], weekdays=[f"d{number}" for number in range(7)],
            counts={"dri": 3}, units={"lun": "month"},
            phrases=[("hura", "yesterday"), ("zu {day} {month}", "on {day} {month}")],
        ),
        kinds=[("koj", frozenset(["name"]))],
        current="nin", leads="aj ", fragments="pur", points_back="lo",
    ),
)
"""


@pytest.fixture(autouse=True)
def zatalish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "languages" / "zatalish"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "language.py").write_text(LANGUAGE)
    monkeypatch.setattr(index.languages, "__path__", [*index.languages.__path__, str(folder.parent)])
    languages.cache_clear()
    yield
    monkeypatch.undo()
    languages.cache_clear()


def test_its_folder_is_found() -> None:
    assert set(languages()) == {"en", "de", "fr", "es", "ja", "qz"}


def test_its_abbreviations_end_no_sentence() -> None:
    text = "Vor. Mira bola zat. Zu luna fara."
    spans = split_sentences(text, sentence_rules("qz-AA"))
    assert [text[start:end] for start, end in spans] == ["Vor. Mira bola zat.", "Zu luna fara."]


def test_its_questions_are_understood() -> None:
    assert question_language("Koj zat Mira hura?", []) == "qz"
    assert Analyzer().question_terms("Koj zat Mira?", "qz") == ["mira"]
    found = period("Koj Mira zu 3 m4?", "qz", AS_OF, UTC)
    assert found is not None
    assert found.since == datetime(2025, 5, 3, tzinfo=UTC)
    assert found.phrase == "zu 3 m4"
    assert in_context("aj Bola?", "Koj zat Mira fara?") == "Bola Mira fara?"


def test_its_news_is_found_and_filtered(tmp_path: Path) -> None:
    told = article("one", "Mira fara bola zat luna. Zat Goro pala zu hadra.", language="qz")
    other = article("two", "Mira travelled to the capital on Monday. Nobody met her there.")
    with open_news(tmp_path, [told, other]) as news:
        found = news.ask(Question("Koj zat Mira fara bola?", language="qz"))
        assert {quote.article.id for quote in found.quotes} == {told.id}
        assert found.language == "qz"
        assert [headline.article.id for headline in news.latest(language="en")] == [other.id]
