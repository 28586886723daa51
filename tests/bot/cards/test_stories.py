"""Lists of stories, and one that is opened: within Discord's limits, and honest about what is missing."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.base import MAX_OPTION, MAX_OPTIONS
from bot.cards.stories import headlines_card, story_card
from bot.text.markdown import length
from index import Article, Copy, Headline
from tests.discord.markdown import find, parse
from tests.hostile import ARTICLES, COPIES, TEXTS

PUBLISHED = datetime(2025, 6, 4, 23, 29, tzinfo=UTC)
UPDATED = datetime(2025, 6, 5, tzinfo=UTC)
ARTICLE = Article(
    id="a1",
    url="https://news.example/port",
    title="Port opens shore power",
    text="Two quays can supply ships. A third follows.",
    source="Sample Wire",
    published_at=PUBLISHED,
    updated_at=UPDATED,
)
COPY = Copy("Sample Herald", "https://herald.example/x", PUBLISHED)
HEADLINES = st.builds(
    Headline, ARTICLES, st.lists(TEXTS, max_size=5).map(tuple), st.lists(COPIES, max_size=5).map(tuple)
)


@given(st.lists(HEADLINES, max_size=30))
@settings(max_examples=40, deadline=None)
def test_a_list_fits_and_says_how_many_stories_it_leaves_out(headlines: list[Headline]) -> None:
    card = headlines_card(headlines, UPDATED)
    visible = sum(node.kind == "list" for text in card.texts for node in parse(text))
    assert card.fits
    assert visible == len(headlines) or f"-# {len(headlines) - visible} more stor" in card.body
    assert bool(visible) == bool(headlines)
    assert len(card.stories) <= min(visible, MAX_OPTIONS)
    assert len({story.value for story in card.stories}) == len(card.stories)
    for _value, label, description in card.stories:
        assert 0 < len(label) <= MAX_OPTION
        assert 0 < len(description) <= MAX_OPTION
    assert "/srv/private" not in card.body


def test_a_list_looks_like_this() -> None:
    headline = Headline(ARTICLE, ("Two quays *so far*.",), (COPY,))
    card = headlines_card([headline], UPDATED, topic="ports & ships", source="Sample Wire")
    assert card.title == "Latest news · ports & ships · Sample Wire"
    assert card.body == (
        "-# <t:1749081600:D> · 1 story\n"
        "- Sample Wire · [Port opens shore power](https://news.example/port) · 2 outlets · <t:1749079740:R>"
    )
    assert card.stories == (("a1", "Port opens shore power", "Sample Wire · 2 outlets"),)


def test_no_story_says_what_to_try() -> None:
    card = headlines_card([], UPDATED, topic="ports")
    assert card.body.startswith("No article matches.")
    assert card.stories == ()


def test_an_opened_story_has_its_highlights_and_exact_times() -> None:
    card = story_card(Headline(ARTICLE, ("Two quays *so far*.", "More\nto come."), (COPY,)))
    assert card.body == (
        "-# Sample Wire · [Port opens shore power](https://news.example/port) · <t:1749079740:R> · updated\n"
        "- Two quays \\*so far\\*.\n"
        "- More\n  to come.\n"
        "-# published <t:1749079740:f>\n"
        "-# updated <t:1749081600:f>\n"
        "-# also in [Sample Herald](https://herald.example/x)"
    )


def test_an_outlet_whose_name_shows_as_nothing_is_called_a_source() -> None:
    card = headlines_card([Headline(replace(ARTICLE, source=" "), (), ())], UPDATED)
    assert "- a source · [Port opens shore power]" in card.body
    assert card.stories == (("a1", "Port opens shore power", "a source"),)


@given(HEADLINES)
@settings(max_examples=40, deadline=None)
def test_an_opened_story_fits(headline: Headline) -> None:
    card = story_card(headline)
    assert card.fits
    assert length(card.body) > 0
    assert all(node.to.startswith("https://news.example/") for node in find(card.body, "link"))
