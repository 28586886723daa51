"""Whatever an article says: what Discord reads inside the quote block is the quote, as plain text.

Read by the npm package discord-markdown-parser where Node.js and the packages of `make pictures` are at hand,
otherwise by the tests' own model of Discord's markdown.
"""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cards.quotes import quoted
from index import Article, Quote, Span
from tests.discord.markdown import active, find
from tests.hostile import HOSTILE

PICTURES = Path(__file__).parents[2] / "pictures"
NODE = shutil.which("node")
HAS_PARSER = NODE is not None and (PICTURES / "node_modules" / "discord-markdown-parser").is_dir()

# What a canonical article text may hold: no carriage returns, no other control characters.
TEXTS = st.one_of(
    HOSTILE,
    st.text(
        st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n"), min_size=1, max_size=350
    ),
)


def block(text: str) -> str:
    article = Article("a", "https://news.example", "T", text, "S", datetime(2025, 1, 1, tzinfo=UTC))
    return quoted(Quote(article, Span(0, len(text)), 1.0)) + "\n-# after it"


@pytest.mark.skipif(not HAS_PARSER, reason="Node.js and `npm ci` in tests/pictures are needed")
@given(st.lists(TEXTS, min_size=10, max_size=30))
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_discords_parser_reads_the_quote_as_plain_text(texts: list[str]) -> None:
    done = subprocess.run(
        [str(NODE), str(PICTURES / "read_quotes.mjs")],
        input=json.dumps([block(text) for text in texts]),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    for text, found in zip(texts, json.loads(done.stdout), strict=True):
        assert found == {"text": text, "active": []} or found == {"text": text + "\n", "active": []}


@given(TEXTS)
@settings(deadline=None)
def test_our_own_reader_reads_the_quote_as_plain_text(text: str) -> None:
    (quote,) = find(block(text), "quote")
    assert quote.text.removesuffix("\n") == text.removesuffix("\n") or quote.text == text + "\n"
    assert {node.kind for node in quote.inside} <= {"text", "escape"}
    assert "quote" in active(block(text))
