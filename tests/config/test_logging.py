"""What reaches the terminal: our own lines, and those of no library that reads pages."""

import logging

import pytest

from config.logging import READERS, logging_to_stderr


@pytest.mark.parametrize("library", READERS)
def test_readers_of_pages_are_silent(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr("DEBUG"):
        logging.getLogger(f"{library}.core").critical("not a 200 response: 404 for URL https://wire.example")
        logging.getLogger("index.sources").warning("page unreadable url=%s", "https://wire.example")
    assert "page unreadable" in capsys.readouterr().err.splitlines()[0]


def test_readers_are_heard_again_afterwards() -> None:
    before = logging.getLogger("trafilatura").level
    with logging_to_stderr("INFO"):
        pass
    assert logging.getLogger("trafilatura").level == before
