"""Every reader under a fuzzer that sees which lines an input reaches, and goes on from what reaches new ones.

`make atheris` runs it for a while, each time from the documents of the tests. What breaks a reader is kept in
a file named crash-… or timeout-…: given as an argument, it is tried again.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path
from typing import cast

import atheris

with atheris.instrument_imports(
    include=["index.sources", "index.text.normalize", "feedparser", "trafilatura"]
):
    from index.sources import address

from index.errors import NewsError
from index.fetch import Fetched, Fetcher
from tests.index.sources.test_fuzz import Pages, is_whole, read
from tests.servers.news_documents import DOCUMENTS

# Longer than any reader may take, and much longer than any does.
TIMEOUT_SECONDS = 10


def one(data: bytes) -> None:
    """Read what the fuzzer made: a clean error or whole articles, anything else breaks."""
    fetcher = cast(Fetcher, Pages(data))
    outcome = read(Fetched("https://news.example/feed", 200, data, ""), fetcher)
    if isinstance(outcome, NewsError):
        assert "\n" not in str(outcome)
    else:
        assert isinstance(outcome, address.Reading)
        assert all(is_whole(each) for each in outcome.articles)


def main(arguments: list[str]) -> None:
    """`arguments` are those of libFuzzer, such as -max_total_time=600, or files to try again."""
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        for name, document in DOCUMENTS.items():
            Path(folder, name).write_bytes(document)
        again = [each for each in arguments if not each.startswith("-")]
        atheris.Setup(
            [sys.argv[0], f"-timeout={TIMEOUT_SECONDS}", *arguments, *([] if again else [folder])], one
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
