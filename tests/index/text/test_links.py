"""Links that scroll to a quote."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.text.links import link_to_text

URL = "https://wire.example/story?id=1"


def directive(text: str, url: str = URL) -> str:
    link = link_to_text(url, text)
    assert link.startswith(f"{url}#:~:text=")
    return link.removeprefix(f"{url}#:~:text=")


def test_a_short_quote_is_named_whole() -> None:
    assert directive("Half-hearted, they say & go.") == "Half%2Dhearted%2C%20they%20say%20%26%20go."


def test_a_long_quote_is_named_by_its_edges() -> None:
    assert (
        directive("One two three four five six seven eight nine.")
        == "One%20two%20three%20four,six%20seven%20eight%20nine."
    )


@given(st.lists(st.text(min_size=1), min_size=1).map(" ".join))
def test_both_edges_are_found_in_their_order(text: str) -> None:
    words = text.split()
    assume(words)
    edges = [unquote(edge).split() for edge in directive(text).split(",")]
    if len(edges) == 1:
        assert edges == [words]
    else:
        start, end = edges
        assert (words[: len(start)], words[len(words) - len(end) :]) == (start, end)
        assert len(start) + len(end) <= len(words)


def test_a_fragment_of_the_address_gives_way() -> None:
    assert link_to_text("https://wire.example/story#top", "One.") == "https://wire.example/story#:~:text=One."
    assert urlsplit(link_to_text("file:///a%20b.txt", "One.")).path == "/a%20b.txt"


@pytest.mark.parametrize("url", ["urn:story:1", "story 1", "javascript:alert(1)", ""])
def test_what_no_browser_opens_stays_as_it_is(url: str) -> None:
    assert link_to_text(url, "One.") == url
