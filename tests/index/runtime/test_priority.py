"""Whoever waits for an answer goes first."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import Question
from index.embeddings.base import GiveWay, Vectors, to_nobody
from index.runtime import priority
from index.runtime.priority import GOES_BEHIND, AnswerPriority
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


def answered_behind(who: AnswerPriority, began: threading.Event) -> bool:
    """Answer a question that goes behind others, in a thread of its own."""
    GOES_BEHIND.set(True)
    with who.answering():
        began.set()
        who.let_by()
    return True


def test_a_question_that_goes_behind_lets_others_by_and_they_do_not_wait_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(priority, "LET_BY_SECONDS", 30.0)
    who, began = AnswerPriority(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with who.answering():
            behind = pool.submit(contextvars.Context().run, answered_behind, who, began)
            assert began.wait(30)
            who.let_by()
            assert not threading.Event().wait(0.1)
            assert not behind.done()
        assert behind.result(30)
        assert pool.submit(contextvars.Context().run, answered_behind, who, began).result(5)


def test_it_is_answered_after_a_while_even_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "LET_BY_SECONDS", 0.01)
    who = AnswerPriority()
    with ThreadPoolExecutor(1) as pool, who.answering():
        assert pool.submit(contextvars.Context().run, answered_behind, who, threading.Event()).result(30)


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


def test_an_error_ends_the_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "LATELY_SECONDS", 0.0)
    who = AnswerPriority()
    with pytest.raises(ValueError, match="broken"), who.answering():
        raise ValueError("broken")
    assert not who.give_way()


def test_a_few_are_answered_at_once_and_none_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "cores", lambda: 2)
    who, go, inside = AnswerPriority(), threading.Event(), []

    def answer(number: int) -> None:
        with who.answering():
            inside.append(number)
            go.wait(30)

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(answer, number) for number in range(4)]
        until(lambda: len(inside) == 3 and who._answering == 4)
        monkeypatch.setattr(priority, "PATIENCE_SECONDS", 0.01)
        done.append(pool.submit(answer, 4))  # those before it hang
        until(lambda: 4 in inside)
        go.set()
        for one in done:
            one.result(30)
    assert sorted(inside) == [0, 1, 2, 3, 4]
    with who.answering(), who.answering(), who.answering():  # what went on all the same took no place
        assert not who._places.acquire(blocking=False)


class Asking(HashingEmbedder):
    """Notes of each question whether an ingest would give way to it."""

    def __init__(self) -> None:
        super().__init__()
        self.give_way: GiveWay = to_nobody
        self.seen: list[bool] = []

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        self.give_way = give_way
        return super().embed_passages(texts, give_way)

    def embed_question(self, text: str) -> Vectors:
        self.seen.append(self.give_way())
        return super().embed_question(text)


def test_every_question_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "LATELY_SECONDS", 0.0)
    monkeypatch.setattr(priority, "LONGEST_SECONDS", 0.0)
    with open_news(tmp_path, [article("a")], embedder=(embedder := Asking())) as news:
        question = Question("What of the harbour?")
        assert not embedder.give_way()
        embedder.seen.clear()
        news.ask(question)
        news.search(question)
        news.latest("harbour")
        news.timeline(question)
    assert embedder.seen
    assert all(embedder.seen)


class Slow(HashingEmbedder):
    """Answers a question when it may, and tells when the question and the passages have reached it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_answer, self.ingesting = threading.Event(), threading.Event(), threading.Event()

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        self.ingesting.set()
        return super().embed_passages(texts, give_way)

    def embed_question(self, text: str) -> Vectors:
        if "harbour" in text:
            self.asked.set()
            assert self.may_answer.wait(30)
        return super().embed_question(text)


def test_an_ingest_waits_while_somebody_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "LONGEST_SECONDS", 30.0)
    file = write_jsonl(tmp_path / "a.jsonl", [article("a", "The minister of Oslo spoke.")])
    with (
        open_news(tmp_path, [article("b", "A train.")], embedder=(embedder := Slow())) as news,
        ThreadPoolExecutor(2) as pool,
    ):
        before = embedder.embedded
        embedder.ingesting.clear()
        answer = pool.submit(news.ask, Question("What of the harbour?"))
        assert embedder.asked.wait(30)
        report = pool.submit(news.ingest, [str(file)])
        assert not embedder.ingesting.wait(0.3)
        assert embedder.embedded == before
        embedder.may_answer.set()
        answer.result(30)
        assert report.result(30).added == 1
        assert embedder.ingesting.is_set()
