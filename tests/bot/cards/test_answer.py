"""An answer as it is shown: verbatim, within Discord's limits, and honest about what is missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.answer import MAX_CLOSEST, MAX_HEADING, MAX_TEXT, AnswerCard, answer_card, corrected
from bot.text.markdown import length
from index import Answer, Article, Copy, EventTime, PostedQuote, Question, Quote, Span
from tests.discord.markdown import active, find, shown
from tests.hostile import ARTICLES, COPIES, TEXTS

PUBLISHED = datetime(2025, 6, 4, 23, 29, tzinfo=UTC)
UPDATED = datetime(2025, 6, 5, tzinfo=UTC)
DAY = datetime(2025, 6, 1, tzinfo=UTC)
DAY_END = datetime(2025, 6, 7, 23, 59, 59, 999_999, tzinfo=UTC)


def an_article(text: str = "Two quays can supply ships. A third follows.", **changes: object) -> Article:
    known = {
        "id": "a1",
        "url": "https://news.example/port",
        "title": "Port opens shore power",
        "source": "Sample Wire",
        "published_at": PUBLISHED,
    }
    return Article(text=text, **(known | changes))  # type: ignore[arg-type]


def a_quote(article: Article | None = None, end: int | None = None, also_in: tuple[Copy, ...] = ()) -> Quote:
    article = article or an_article()
    return Quote(article, Span(0, end or len(article.text)), 0.9, also_in)


def an_answer(*quotes: Quote, answered: bool = True, searched: int = 1842, **question: object) -> Answer:
    asked = Question(**({"text": "Which port has shore power?"} | question))  # type: ignore[arg-type]
    return Answer(asked, UPDATED, asked.since, asked.until, answered, 0.874, quotes, 12.0, searched)


def body_of(card: AnswerCard) -> str:
    """What stands below the heading and above the small print."""
    return "\n\n".join([*card.notices, *(block.text for block in card.blocks)])


def quotes_of(card: AnswerCard) -> list[str]:
    # A quote block takes the line break after it along, as Discord's does.
    return [node.text.removesuffix("\n") for block in card.blocks for node in find(block.text, "quote")]


@st.composite
def quote_lists(draw: st.DrawFn) -> list[Quote]:
    """Up to ten quotes, best first; several may be from one article."""
    articles = draw(st.lists(ARTICLES, min_size=1, max_size=10))
    scores = sorted(draw(st.lists(st.floats(-1, 1), max_size=10)), reverse=True)
    return [draw(quotes(draw(st.sampled_from(articles)), score)) for score in scores]


@st.composite
def quotes(draw: st.DrawFn, article: Article, score: float) -> Quote:
    start = draw(st.integers(0, len(article.text) - 1))
    end = draw(st.integers(start + 1, len(article.text)))
    return Quote(article, Span(start, end), score, tuple(draw(st.lists(COPIES, max_size=6))))


def by_article(some: list[Quote]) -> list[Quote]:
    """The quotes of each article together, at the place of its first one."""
    return sorted(some, key=lambda one: [other.article for other in some].index(one.article))


def test_what_was_searched_for_and_not_understood_is_told() -> None:
    answer = replace(an_answer(a_quote()), searched_for="*Which* port?", unclear_time="3/4/2025")
    for shown_answer in (answer, replace(answer, answered=False)):
        notices = "\n".join(answer_card(shown_answer).notices)
        assert "searched for: \\*Which\\* port?" in notices
        assert "“3/4/2025” was not understood as a time" in notices
    assert answer_card(an_answer(a_quote())).notices == ()


@given(quote_lists(), st.booleans(), TEXTS.filter(lambda text: any(map(str.isalnum, text))))
@settings(max_examples=60, deadline=None)
def test_quotes_survive_verbatim_and_within_the_limits(
    given_quotes: list[Quote], answered: bool, question: str
) -> None:
    card = answer_card(an_answer(*given_quotes, answered=answered, text=question, source=question))
    visible = quotes_of(card)
    kept = given_quotes[: len(visible)]
    assert visible == [quote.text for quote in by_article(kept)]
    assert bool(visible) == bool(given_quotes)  # at least one always fits
    dated = {quote.article for quote in kept}
    assert len(find(body_of(card), "time")) == sum(2 + bool(article.updated_at) for article in dated)
    missing = len(given_quotes) - len(visible)
    assert not answered or not missing or f"-# {missing} more quote" in card.footer
    assert answered or len(visible) <= MAX_CLOSEST
    assert card.fits
    assert sum(length(text) for text in card.texts) <= MAX_TEXT
    assert 0 < length(card.heading) <= MAX_HEADING
    assert "/srv/private" not in body_of(card)
    assert all(node.to.startswith("https://news.example/") for node in find(body_of(card), "link"))
    assert not active(card.heading)


def test_the_words_that_answer_are_bold() -> None:
    quote = Quote(an_article("About 11,000 *troops* went."), Span(0, 27), 0.9, (), (Span(6, 12),))
    body = body_of(answer_card(an_answer(quote)))
    assert "About **11,000** \\*troops\\* went." in body
    assert [node.text for node in find(body, "bold")] == ["11,000", "Sample Wire"]


def test_when_it_happened_is_shown_where_the_words_say_so() -> None:
    friday = datetime(2025, 5, 30, tzinfo=UTC)
    event = EventTime(friday, friday + timedelta(days=1, microseconds=-1), "on Friday")
    quote = replace(a_quote(), event=event)
    body = body_of(answer_card(an_answer(quote)))
    assert f"-# “on Friday” is <t:{int(friday.timestamp()) + 43_200}:D>" in body.split("\n")
    month = replace(event, until=friday + timedelta(days=5, microseconds=-1))
    assert ":D> – <t:" in body_of(answer_card(an_answer(replace(quote, event=month))))
    today = replace(event, since=PUBLISHED, until=PUBLISHED)
    assert "on Friday" not in body_of(answer_card(an_answer(replace(quote, event=today))))


def test_an_answer_looks_like_this() -> None:
    article = an_article(updated_at=UPDATED)
    card = answer_card(
        an_answer(a_quote(article, 27, (Copy("Herald", "https://herald.example/x", PUBLISHED),)))
    )
    assert card.heading == "Which port has shore power?"
    assert body_of(card) == (
        "> Two quays can supply ships.\n"
        "[Port opens shore power](https://news.example/port#:~:text=Two%20quays%20can%20supply%20ships.)"
        "\n-# **Sample Wire** · <t:1749079740:R>\n"
        "-# published <t:1749079740:f>\n"
        "-# updated <t:1749081600:f>\n"
        "-# also in [Herald](https://herald.example/x)"
    )
    assert card.footer == "-# ●●●●○ 87% sure"


def test_a_day_is_shown_without_an_hour() -> None:
    midnight = datetime(2025, 6, 4, tzinfo=UTC)
    card = answer_card(an_answer(a_quote(an_article(published_at=midnight, published_precision="day"))))
    assert f"-# **Sample Wire**\n-# published <t:{int(midnight.timestamp()) + 12 * 3600}:D>" in body_of(card)
    assert ":R>" not in body_of(card)


def test_an_unknown_time_is_when_it_was_first_seen() -> None:
    card = answer_card(an_answer(a_quote(an_article(published_precision="seen"))))
    assert "-# **Sample Wire**\n-# first seen <t:1749079740:f>" in body_of(card)
    assert "published" not in body_of(card)
    assert ":R>" not in body_of(card)


def test_quotes_of_one_article_share_a_byline() -> None:
    port, other = an_article(), an_article("Sails are back.", title="Sails", url="https://news.example/sails")
    copies = (Copy("Herald", "https://herald.example/x", PUBLISHED),)
    card = answer_card(
        an_answer(
            a_quote(port, 27, copies),
            a_quote(other),
            Quote(port, Span(28, 44), 0.5, copies),
            Quote(port, Span(0, 44), 0.4),
        )
    )
    first, second, third, last = body_of(card).split("\n\n")
    assert first.startswith("> Two quays can supply ships.\n[Port opens shore power](")
    assert second == (
        "> A third follows.\n[From the same article](https://news.example/port#:~:text=A%20third%20follows.)"
    )
    assert third.startswith("> Two quays can supply ships. A third follows.\n[From the same article](")
    assert last.startswith("> Sails are back.\n[Sails](")
    assert body_of(card).count("published") == 2
    assert body_of(card).count("also in") == 1


def test_a_further_quote_names_the_copies_that_are_its_own() -> None:
    article = an_article()
    copies = (Copy("Herald", "https://herald.example/x", PUBLISHED),)
    body = body_of(answer_card(an_answer(a_quote(article, 27), Quote(article, Span(28, 44), 0.5, copies))))
    assert body.endswith("\n-# also in [Herald](https://herald.example/x)")


def test_no_answer_says_what_was_searched_and_offers_the_closest_reports() -> None:
    card = answer_card(an_answer(a_quote(), answered=False, since=DAY, until=DAY_END, source="Sample Wire"))
    head, label, closest = body_of(card).split("\n\n")
    assert head == (
        "No answer found in the 1,842 articles searched (**Sample Wire**,"
        " published from 2025-06-01 to 2025-06-07 UTC)."
    )
    assert label == "**Related, but no answer**"
    assert closest.startswith("> Two quays")
    assert card.footer == ""  # a low confidence would read as doubt about the no
    assert card.colour != answer_card(an_answer(a_quote())).colour


@pytest.mark.parametrize(
    ("scores", "visible"),
    [((0.9, 0.8, 0.7), 2), ((0.9, 0.44), 1), ((0.9, 0.45), 2), ((-0.1, -0.2), 1), ((0.0, 0.0), 2), ((), 0)],
)
def test_only_what_is_about_as_close_as_the_closest_is_offered(
    scores: tuple[float, ...], visible: int
) -> None:
    close = [Quote(an_article(f"Report {place}."), Span(0, 9), score) for place, score in enumerate(scores)]
    card = answer_card(an_answer(*close, answered=False))
    assert quotes_of(card) == [quote.text for quote in close[:visible]]
    assert ("Related, but no answer" in body_of(card)) == bool(scores)
    assert card.footer == ""


@pytest.mark.parametrize(
    ("searched", "limits", "expected"),
    [
        (0, {}, "There are no stored articles to search."),
        (
            0,
            {"since": DAY, "until": DAY_END},
            "There are no stored articles to search (published from 2025-06-01 to 2025-06-07 UTC).",
        ),
        (
            0,
            {"source": "Sample Wire", "since": DAY},
            "There are no stored articles to search (**Sample Wire**, published since 2025-06-01 UTC).",
        ),
        (1, {}, "No answer found in the one article searched."),
        (
            1,
            {"until": DAY_END},
            "No answer found in the one article searched (published until 2025-06-07 UTC).",
        ),
        (50, {}, "No answer found in the 50 articles searched."),
        (2, {"source": "Sample Wire"}, "No answer found in the 2 articles searched (**Sample Wire**)."),
    ],
)
def test_what_was_searched_in_vain_reads_well(searched: int, limits: dict[str, Any], expected: str) -> None:
    card = answer_card(an_answer(answered=False, searched=searched, **limits))
    assert (body_of(card), card.footer) == (expected, "")


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (DAY, DAY_END, "published from 2025-06-01 to 2025-06-07 UTC"),
        (DAY, None, "published since 2025-06-01 UTC"),
        (None, DAY_END, "published until 2025-06-07 UTC"),
        (DAY, DAY.replace(hour=23, minute=59, second=59), "published on 2025-06-01 UTC"),
        (DAY.replace(hour=9), None, "published since 2025-06-01 09:00 UTC"),
        (None, DAY, "published until 2025-06-01 00:00 UTC"),
    ],
)
def test_the_period_is_shown_where_there_is_one(
    since: datetime | None, until: datetime | None, expected: str
) -> None:
    card = answer_card(an_answer(a_quote(), since=since, until=until))
    assert card.footer == f"-# ●●●●○ 87% sure · {expected}"


def test_a_local_file_is_named_but_neither_linked_nor_located() -> None:
    article = an_article(url="file:///srv/news/port.txt")
    body = body_of(answer_card(an_answer(a_quote(article), a_quote(article, 27))))
    assert "Port opens shore power" in body
    assert not find(body, "link")
    assert "srv" not in body


def test_a_deep_link_that_is_too_long_leads_to_the_article() -> None:
    (node,) = find(body_of(answer_card(an_answer(a_quote(an_article("火" * 300))))), "link")
    assert node.to == "https://news.example/port"


def test_addresses_are_measured_as_they_are_written() -> None:
    copies = tuple(Copy(name, "https://x.example/" + "*" * 140, PUBLISHED) for name in "ABC")
    article = an_article("\n" * 349 + ".", url="https://news.example/" + "*" * 570, title="*" * 180)
    card = answer_card(an_answer(a_quote(article, also_in=copies)))
    assert quotes_of(card) == [article.text]
    assert not find(body_of(card), "link")


def test_a_headline_of_brackets_is_linked() -> None:
    for title in ("[" * 180, "]" * 180, "a](b"):
        assert find(body_of(answer_card(an_answer(a_quote(an_article(title=title))))), "link")


def test_whole_quotes_are_dropped_last_first() -> None:
    texts = [str(number) + "*" * 349 for number in range(10)]
    card = answer_card(an_answer(*(a_quote(an_article(text)) for text in texts), limit=10))
    visible = quotes_of(card)
    assert visible == texts[: len(visible)]
    assert 0 < len(visible) < 10
    assert card.footer.startswith(f"-# {10 - len(visible)} more quotes would not fit in one message.")


def test_copies_are_named_once_each_and_the_rest_is_counted() -> None:
    copies = tuple(Copy(name, "https://x.example", PUBLISHED) for name in ["B", "B", "C", "D", "E", "F"])
    body = body_of(answer_card(an_answer(a_quote(also_in=copies))))
    assert "also in B, C, D and 2 more" in shown(body)


def test_a_long_question_is_cut_in_the_title() -> None:
    card = answer_card(an_answer(a_quote(), text="Why " + "*" * 500))
    assert length(card.heading) <= MAX_HEADING
    assert card.heading.endswith("…")


@given(quote_lists(), st.lists(st.sampled_from(["stands", "changed", "withdrawn"]), min_size=10, max_size=10))
@settings(max_examples=40, deadline=None)
def test_a_corrected_card_fits_and_strikes_what_was_quoted(
    given_quotes: list[Quote], states: list[Any]
) -> None:
    card = AnswerCard.from_json(answer_card(an_answer(*given_quotes)).to_json())
    posted = [
        replace(PostedQuote.of(quote), state=state, changed_at=UPDATED, new_text="x" * 700)
        for quote, state in zip(answer_card(an_answer(*given_quotes)).quotes, states, strict=False)
    ]
    changed = corrected(card, posted)
    assert changed.fits
    assert bool(changed.blocks) == bool(card.blocks)
    for before, after, quote in zip(card.blocks, changed.blocks, posted, strict=False):
        assert after.byline == before.byline
        assert (after == before) == (quote.state == "stands")
        assert quote.state == "stands" or f"-# {quote.state} by the publisher <t:1749081600:f>" in after.words
    assert changed.head == card.head


def test_old_reports_are_said_to_be_old_first() -> None:
    day = DAY - timedelta(days=100)
    found = an_answer(a_quote(an_article(published_at=day)), text="What is the latest on shore power?")
    assert answer_card(found).notices == ()
    card = answer_card(replace(found, stale_since=day))
    assert card.notices[0].startswith("The newest report on this is from <t:")


def test_where_a_period_holds_nothing_older_reports_are_named_as_such() -> None:
    today = an_answer(answered=False, since=DAY, text="What happened today?")
    older = an_answer(a_quote(), text="What happened today?", since=datetime(1970, 1, 1, tzinfo=UTC))
    card = answer_card(today, older=older)
    assert card.notices[0].startswith(
        "No answer found in the 1,842 articles searched (published since 2025-06-01"
    )
    assert card.notices[1] == "**Older reports**"
    assert quotes_of(card)
    assert "1970" not in card.footer
