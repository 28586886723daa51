"""Memory is given back when questions have ceased, and then only."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from index.runtime import rest
from index.runtime.priority import AnswerPriority
from index.runtime.rest import Rest
from tests.fakes import until


@contextmanager
def resting(priority: AnswerPriority, released: list[str], fails: bool = False) -> Iterator[None]:
    def release() -> None:
        released.append(threading.current_thread().name)
        if fails:
            raise RuntimeError("busy")

    one = Rest(priority, [release])
    one.start()
    try:
        yield
    finally:
        one.stop(30)


def test_memory_is_given_back_once_after_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "REST_SECONDS", 0.05)
    priority, released = AnswerPriority(), list[str]()
    with resting(priority, released):
        assert not threading.Event().wait(0.2)
        assert released == []
        with priority.answering():
            with priority.answering():
                pass
            assert not threading.Event().wait(0.2)
            assert released == []
        until(lambda: released == ["rest"])
        assert not threading.Event().wait(0.2)
        assert released == ["rest"]
        with priority.answering():
            pass
        until(lambda: len(released) == 2)


def test_it_ends_at_once_while_questions_are_answered() -> None:
    priority, released = AnswerPriority(), list[str]()
    with resting(priority, released), priority.answering():
        pass
    assert released == []
    assert not priority.wait_for_rest(0)


def test_a_failure_is_logged_and_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rest, "REST_SECONDS", 0.01)
    priority, released = AnswerPriority(), list[str]()
    with caplog.at_level(logging.ERROR), resting(priority, released, fails=True):
        for count in (1, 2):
            with priority.answering():
                pass
            until(lambda count=count: len(released) == count)
    assert [record.message for record in caplog.records] == ["memory not given back"] * 2
