"""Tags of publishers' HTML, whole and broken: what is one, and that none costs more than its size."""

from __future__ import annotations

import time

import pytest

from index.sources.markup import paragraphs


@pytest.mark.parametrize(
    "tag",
    [
        '<a title="larger > smaller">',
        "<a title='x' lang=\"en\">",
        "<a it's>",
        "<a " + 'data-x="1" ' * 80 + ">",
    ],
)
def test_a_tag_ends_at_the_first_bracket_outside_its_values(tag: str) -> None:
    assert (
        paragraphs(f'<p>It is {tag}the harbour</a>, "the old" one.</p>')
        == 'It is the harbour, "the old" one.'
    )


@pytest.mark.parametrize("quotes", ['""', "\"'", '"x" ', '"<a "', "'' <a '"])
def test_a_tag_of_quotes_without_an_end_takes_no_time(quotes: str) -> None:
    """A kilobyte took years: each quote was tried as the beginning of a value and as a character."""
    started = time.thread_time()
    text = paragraphs(f"<a {quotes * 5_000}<p>Words.</p>")
    assert time.thread_time() - started < 2
    assert text.endswith("Words.")
