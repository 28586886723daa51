"""What the library says of what a person asked for is read in their language."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path

import pytest

from bot.interactions.errors import explain
from bot.text.language import speak, speaking
from bot.text.library_words import SENTENCES, translated
from index import DigestPlan, Question, Schedule, UsageError
from tests.catalogues import TRANSLATED
from tests.fake_news import NOW
from tests.fakes import article, open_news, story

HOURLY = Schedule(8, "UTC")
CASES: tuple[tuple[Callable[[], object], str], ...] = (
    (lambda: Question("!?"), "Die Frage ist leer: frag etwas zu den Nachrichten."),
    (lambda: Question("x" * 2001), "Die Frage hat 2,001 Zeichen: bleib unter 2,000."),
    (lambda: Question("Who?", since=NOW, until=NOW - timedelta(1)), "Der Zeitraum beginnt nach seinem Ende"),
    (lambda: Schedule(8, "Mars/Phobos"), "„Mars/Phobos“ ist keine Zeitzone"),
    (lambda: Schedule(8, "UTC", None, (7, 9)), "8\\:00 liegt in den Ruhestunden"),
    (lambda: DigestPlan(HOURLY, ("x" * 101,)), "Ein Thema hat höchstens 100 Zeichen"),
    (lambda: DigestPlan(HOURLY, tuple("abcdefghijk")), "Ein Überblick hat höchstens"),
)


def explained_in(language: str, error: UsageError) -> str:
    speak(language, "en")
    return explain(error, "/ask")


@pytest.mark.parametrize(("mistake", "expected"), CASES)
def test_a_mistake_is_explained_in_the_readers_language(mistake: Callable[[], object], expected: str) -> None:
    with pytest.raises(UsageError) as raised:
        mistake()
    assert copy_context().run(explained_in, "de", raised.value).startswith(expected)


def test_what_the_library_refuses_is_explained_too(tmp_path: Path) -> None:
    with open_news(tmp_path, [article("a", story("Oslo"))]) as news:
        news.follows.start("1", None, None, "Who won?")
        refused: tuple[Callable[[], object], ...] = (
            lambda: news.follows.start("1", None, None, "who won?"),
            lambda: news.ask(Question("Who?", source="Nobody")),
            lambda: news.subscriptions.find("nobody"),
            lambda: news.subscriptions.test("java script:x"),
        )
        for refuse in refused:
            with pytest.raises(UsageError) as raised:
                refuse()
            with speaking("de"):
                assert translated(str(raised.value)) != str(raised.value)


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_sentence_keeps_what_it_names(language: str) -> None:
    for sentence in SENTENCES:
        said = re.sub(r"{(\w+)}", r"<{\1}>", sentence)
        with speaking(language):
            kept = translated(said)
        assert kept != said
        assert all(name in kept for name in re.findall(r"<{\w+}>", said))


def test_other_sentences_stay_as_they_are() -> None:
    with speaking("fr"):
        assert translated("The disk is full: {make} room.") == "The disk is full: {make} room."
