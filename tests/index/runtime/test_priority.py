"""Whoever waits for an answer goes first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import Question
from index.embeddings.base import Vectors
from index.runtime import priority
from index.runtime.priority import AnswerPriority
from tests.fakes import HashingEmbedder, article, open_news, until, write_jsonl


def test_work_waits_for_all_who_are_being_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "LONGEST_SECONDS", 30.0)
    who, waiting = AnswerPriority(), threading.Event()

    def work() -> bool:
        waiting.set()
        return who.give_way()

    with ThreadPoolExecutor(1) as pool, who.answering():
        with who.answering():
            done = pool.submit(work)
            assert waiting.wait(30)
        assert not done.done()
    assert done.result(30)


def test_it_goes_on_after_a_while_even_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "LONGEST_SECONDS", 0.01)
    who = AnswerPriority()
    with who.answering():
        assert who.give_way()


def test_who_asked_long_ago_is_no_reason_to_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    who = AnswerPriority()
    assert not who.give_way()
    with who.answering():
        pass
    assert who.give_way()
    monkeypatch.setattr(priority, "LATELY_SECONDS", 0.0)
    assert not who.give_way()


def test_an_error_ends_the_answering() -> None:
    who = AnswerPriority()
    with pytest.raises(ValueError, match="broken"), who.answering():
        raise ValueError("broken")
    assert who._answering == 0


class Asking(HashingEmbedder):
    """Tells of each question whether work gives way meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.precedence = AnswerPriority()
        self.seen: list[bool] = []

    def embed_question(self, text: str) -> Vectors:
        if threading.current_thread() is threading.main_thread():
            self.seen.append(bool(self.precedence._answering))
        return super().embed_question(text)


def test_every_question_goes_first(tmp_path: Path) -> None:
    with open_news(tmp_path, [article("a")], embedder=(embedder := Asking())) as news:
        embedder.precedence, question = news._priority, Question("What of the harbour?")
        embedder.seen.clear()
        news.ask(question)
        news.search(question)
        news.latest("harbour")
        news.timeline(question)
    assert embedder.seen
    assert all(embedder.seen)


def test_an_ingest_waits_while_somebody_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "LONGEST_SECONDS", 30.0)
    file = write_jsonl(tmp_path / "a.jsonl", [article("a")])
    embedder = HashingEmbedder()
    with open_news(tmp_path, embedder=embedder) as news, ThreadPoolExecutor(1) as pool:
        with news._priority.answering():
            done = pool.submit(news.ingest, [str(file)])
            until(lambda: news._ingest.turns._taken)
            assert embedder.embedded == 0
        assert done.result(30).added == 1
