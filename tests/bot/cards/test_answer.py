"""An answer as it is shown: verbatim, within Discord's limits, and honest about what is missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.answer import (
    MAX_CLOSEST,
    MAX_HEADING,
    AnswerCard,
    Asked,
    answer_card,
    closest_card,
    corrected,
)
from bot.cards.base import MAX_TEXT
from bot.cards.quotes import exact_times
from bot.text.answer_words import MAX_WORDS
from bot.text.markdown import length
from index import (
    Answer,
    AnswerWords,
    Article,
    Copy,
    Coverage,
    EventTime,
    Headline,
    PostedQuote,
    Question,
    Quote,
    Span,
)
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


def words_of(article: Article, text: str, *outlets: str) -> AnswerWords:
    start = article.text.index(text)
    return AnswerWords(article, Span(start, start + len(text)), outlets or (article.source,))


def body_of(card: AnswerCard) -> str:
    """What stands below the question and above the small print."""
    return "\n\n".join([*card.notices, *card.lead, *(block.text for block in card.blocks)])


def quotes_of(card: AnswerCard) -> list[str]:
    # A quote block takes the line break after it along, as Discord's does.
    blocks = (f"{block.text}\nafter it" for block in card.blocks)
    return [node.text.removesuffix("\n") for text in blocks for node in find(text, "quote")]


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
    assert answered or not card.blocks
    card = card if answered else closest_card(question, given_quotes)
    visible = quotes_of(card)
    kept = given_quotes[: len(visible)]
    assert visible == [quote.text for quote in by_article(kept)]
    assert bool(visible) == bool(given_quotes)  # at least one always fits
    dated = {quote.article for quote in kept}
    assert len(find(body_of(card), "time")) == len(dated)
    assert body_of(card).count(" · updated\n") >= sum(bool(article.updated_at) for article in dated)
    missing = len(given_quotes) - len(visible)
    assert not answered or not missing or f"-# {missing} more quote" in card.footer
    assert answered or len(visible) <= MAX_CLOSEST
    assert card.fits
    assert sum(length(text) for text in card.texts) <= MAX_TEXT
    assert 0 < length(card.heading) <= MAX_HEADING
    assert "/srv/private" not in body_of(card)
    assert all(node.to.startswith("https://news.example/") for node in find(body_of(card), "link"))
    assert not active(card.heading)


TROOPS = an_article("Some 11,000 *troops* went, and 3,000 followed: over 14,000 in all.", title="Troops")
HERALD = an_article("It was 12,000, the minister said.", source="Sample Herald", id="a2")


def test_the_words_that_answer_come_first_and_nothing_else_is_bold() -> None:
    words = words_of(TROOPS, "over 14,000")
    # What the reading marks in quotes may be a part of the answer, such as 11,000: it is not made bold.
    part = replace(a_quote(TROOPS), answer_spans=(Span(5, 11),))
    card = answer_card(replace(an_answer(part, a_quote(HERALD)), words=words))
    assert card.texts[0] == "-# Which port has shore power?\n## **over 14,000**\nSample Wire"
    assert "and 3,000 followed: **over 14,000** in all." in card.texts[1]
    bold = [node.text for text in card.texts for node in find(text, "bold")]
    assert bold == ["over 14,000", "over 14,000"]


def test_where_no_words_are_certain_nothing_is_bold() -> None:
    part = replace(a_quote(TROOPS), answer_spans=(Span(5, 11),))
    card = answer_card(an_answer(part))
    assert card.texts[0] == "-# Which port has shore power?"
    assert not any(find(text, "bold") or find(text, "heading") for text in card.texts)


@pytest.mark.parametrize(
    ("outlets", "named"),
    [
        (("Wire",), "Wire"),
        (("Wire", "Herald"), "Wire, Herald"),
        (("Wire", "Herald", "Post"), "Wire, Herald and 1 more"),
        (("Wire", "Herald", "Post", "Courier", "Gazette"), "Wire, Herald and 3 more"),
        (("*Wire*\n\u202e", "עיתון"), "\\*Wire\\*, \u2068עיתון\u2069"),
    ],
)
def test_outlets_that_agree_are_named_and_counted(outlets: tuple[str, ...], named: str) -> None:
    words = words_of(TROOPS, "over 14,000", *outlets)
    card = answer_card(replace(an_answer(a_quote(TROOPS)), words=words))
    assert card.lead == ("## **over 14,000**", named)


def test_outlets_that_differ_are_both_shown() -> None:
    differ = {"words": words_of(TROOPS, "over 14,000"), "differing": words_of(HERALD, "12,000")}
    card = answer_card(replace(an_answer(a_quote(TROOPS), a_quote(HERALD)), **differ))  # type: ignore[arg-type]
    assert card.lead == ("## **over 14,000**", "Sample Wire", "## **12,000**", "Sample Herald")
    assert "It was **12,000**, the minister" in card.blocks[1].words


def test_words_too_long_for_a_glance_are_left_to_the_quote() -> None:
    article = an_article("because " * 44)
    shown = {
        count: answer_card(
            replace(an_answer(a_quote(article)), words=words_of(article, article.text[:count]))
        )
        for count in (MAX_WORDS, MAX_WORDS + 1)
    }
    assert shown[MAX_WORDS].lead
    assert not shown[MAX_WORDS + 1].lead
    assert "**" not in shown[MAX_WORDS + 1].blocks[0].words


def test_words_that_only_a_part_of_is_quoted_are_not_bold_in_the_quote() -> None:
    card = answer_card(replace(an_answer(a_quote(TROOPS, 11)), words=words_of(TROOPS, "11,000 *troops*")))
    assert card.blocks[0].words == "> Some 11,000"


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_the_words_are_shown_as_they_are_and_nothing_in_them_is_alive(said: str, outlet: str) -> None:
    article = an_article(said or "x", source=outlet)
    card = answer_card(replace(an_answer(a_quote(article)), words=words_of(article, article.text)))
    if card.lead and said.strip():
        kinds = {node.kind for text in card.lead for node in find(text, "bold")}
        assert kinds <= {"bold"}
        assert active("\n".join(card.lead)) <= {"heading"}
    assert card.fits


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


@pytest.mark.parametrize(
    ("phrase", "days", "explained"),
    [
        ("May 30, 2025", 1, False),  # the words say it themselves
        ("2025-05-30", 1, False),
        ("2025年5月30日", 1, False),
        ("30 and 31 May 2025", 2, False),
        ("on 30 May", 1, True),
        ("in 2025", 2, True),
    ],
)
def test_a_date_with_day_and_year_is_not_explained(phrase: str, days: int, explained: bool) -> None:
    friday = datetime(2025, 5, 30, tzinfo=UTC)
    event = EventTime(friday, friday + timedelta(days=days, microseconds=-1), phrase)
    body = body_of(answer_card(an_answer(replace(a_quote(), event=event))))
    assert (f"“{phrase}” is" in body) == explained


def test_an_answer_looks_like_this() -> None:
    article = an_article(updated_at=UPDATED)
    copies = (Copy("Herald", "https://herald.example/x", PUBLISHED),)
    answer = replace(an_answer(a_quote(article, 27, copies)), words=words_of(article, "Two quays"))
    assert answer_card(answer, Asked(outlets=12)).texts == [
        "-# Which port has shore power?\n## **Two quays**\nSample Wire",
        "-# Sample Wire · [Port opens shore power]"
        "(https://news.example/port#:~:text=Two%20quays%20can%20supply%20ships.)"
        " · <t:1749079740:R> · updated\n"
        "> **Two quays** can supply ships.",
        "-# 1,842 articles of 12 outlets searched · very sure",
    ]


def test_the_question_is_not_repeated_where_discord_shows_it() -> None:
    card = answer_card(an_answer(a_quote()), Asked(echo=False))
    assert card.texts[0].startswith("-# Sample Wire · [Port opens")
    assert "Which port" not in "".join(card.texts)


@pytest.mark.parametrize(
    ("confidence", "sure"), [(0.9, "very sure"), (0.7, "fairly sure"), (0.5, "not very sure")]
)
def test_how_sure_the_bot_is_is_said_in_words(confidence: float, sure: str) -> None:
    card = answer_card(replace(an_answer(a_quote()), confidence=confidence))
    assert card.footer == f"-# 1,842 articles searched · {sure}"


def test_a_day_is_shown_without_an_hour() -> None:
    midnight = datetime(2025, 6, 4, tzinfo=UTC)
    card = answer_card(an_answer(a_quote(an_article(published_at=midnight, published_precision="day"))))
    assert f" · <t:{int(midnight.timestamp()) + 12 * 3600}:D>\n" in body_of(card)
    assert ":R>" not in body_of(card)


def test_an_unknown_time_is_when_it_was_first_seen() -> None:
    card = answer_card(an_answer(a_quote(an_article(published_precision="seen"))))
    assert " · first seen <t:1749079740:R>\n" in body_of(card)


def test_quotes_of_one_article_name_their_outlet_once() -> None:
    port, other = an_article(), an_article("Sails are back.", title="Sails", url="https://news.example/sails")
    card = answer_card(
        an_answer(
            a_quote(port, 27), a_quote(other), Quote(port, Span(28, 44), 0.5), Quote(port, Span(0, 44), 0.4)
        )
    )
    first, second, third, last = (block.text for block in card.blocks)
    assert first.endswith("\n> Two quays can supply ships.")
    assert second == (
        "-# [From the same article](https://news.example/port#:~:text=A%20third%20follows.)\n"
        "> A third follows."
    )
    assert third.startswith("-# [From the same article](")
    assert last.startswith("-# Sample Wire · [Sails](")
    assert body_of(card).count("Sample Wire") == 2


def test_nothing_found_is_two_lines_that_say_what_was_searched() -> None:
    limited = an_answer(a_quote(), answered=False, since=DAY, until=DAY_END, source="Sample Wire")
    card = answer_card(limited)
    assert card.lead == (
        "I found no report that answers this.",
        "-# 1,842 articles searched · Sample Wire, published from Jun 1, 2025 to Jun 7, 2025 UTC",
    )
    assert not card.blocks  # no unrelated quotes unasked
    assert card.footer == ""  # a low confidence would read as doubt about the no
    assert card.colour != answer_card(an_answer(a_quote())).colour
    searched = replace(an_answer(answered=False), coverage=Coverage(1842, 12, DAY, DAY_END))
    assert answer_card(searched).lead[1] == "-# 1,842 articles of 12 outlets searched"


@pytest.mark.parametrize(
    ("scores", "visible"),
    [((0.9, 0.8, 0.7), 2), ((0.9, 0.44), 1), ((0.9, 0.45), 2), ((-0.1, -0.2), 1), ((0.0, 0.0), 2), ((), 0)],
)
def test_only_what_is_about_as_close_as_the_closest_is_offered(
    scores: tuple[float, ...], visible: int
) -> None:
    close = [Quote(an_article(f"Report {place}."), Span(0, 9), score) for place, score in enumerate(scores)]
    card = closest_card("Which port?", close)
    assert quotes_of(card) == [quote.text for quote in close[:visible]]
    assert ("Related, but no answer" in body_of(card)) == bool(scores)
    assert card.footer == ""


@pytest.mark.parametrize(
    ("searched", "limits", "lead"),
    [
        (
            0,
            {},
            (
                "There are no stored articles to search.",
                "-# Those who manage the server can add sources: `/sources add`.",
            ),
        ),
        (
            0,
            {"source": "Sample Wire", "since": DAY},
            (
                "There are no stored articles to search.",
                "-# Sample Wire, published since Jun 1, 2025 UTC",
            ),
        ),
        (1, {}, ("I found no report that answers this.", "-# 1 article searched")),
        (
            2,
            {"until": DAY_END},
            (
                "I found no report that answers this.",
                "-# 2 articles searched · published until Jun 7, 2025 UTC",
            ),
        ),
    ],
)
def test_what_was_searched_in_vain_reads_well(
    searched: int, limits: dict[str, Any], lead: tuple[str, ...]
) -> None:
    assert answer_card(an_answer(answered=False, searched=searched, **limits)).lead == lead


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (DAY, DAY_END, "published from Jun 1, 2025 to Jun 7, 2025 UTC"),
        (DAY, None, "published since Jun 1, 2025 UTC"),
        (None, DAY_END, "published until Jun 7, 2025 UTC"),
        (DAY, DAY.replace(hour=23, minute=59, second=59), "published on Jun 1, 2025 UTC"),
        (DAY.replace(hour=9), None, "published since Jun 1, 2025 9:00\u202fAM UTC"),
        (None, DAY, "published until Jun 1, 2025 12:00\u202fAM UTC"),
    ],
)
def test_the_period_is_shown_where_there_is_one(
    since: datetime | None, until: datetime | None, expected: str
) -> None:
    # How many outlets there are in the period is not known, so their number is left out.
    card = answer_card(an_answer(a_quote(), since=since, until=until), Asked(outlets=12))
    expected = expected.replace("\u202f", "\xa0")
    assert card.footer == f"-# 1,842 articles searched · {expected} · very sure"


def test_a_list_of_stories_has_a_line_each_and_a_menu() -> None:
    copies = (Copy("Herald", "https://herald.example/x", PUBLISHED),)
    stories = (Headline(an_article(), (), copies), Headline(HERALD, ()))
    answer = replace(an_answer(), stories=stories)
    card = answer_card(answer, Asked(echo=False))
    assert card.texts == [
        "### In the news\n-# <t:1749081600:D> · 2 stories\n"
        "- Sample Wire · [Port opens shore power](https://news.example/port) · 2 outlets · <t:1749079740:R>\n"
        "- Sample Herald · [Port opens shore power](https://news.example/port) · <t:1749079740:R>"
    ]
    assert [story.value for story in card.stories] == ["a1", "a2"]
    assert AnswerCard.from_json(card.to_json()) == replace(card, quotes=())


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
    assert "also in B, C, D and 2 more" in shown("\n".join(exact_times(an_article(), copies)))


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


@pytest.mark.parametrize(
    ("state", "now", "struck"),
    [
        ("withdrawn", None, True),
        ("changed", "Some 11,000 went: over 15,000 in all.", True),
        ("changed", "Some 11,000 soldiers went: over 14,000 in all.", False),
    ],
)
def test_words_that_are_not_said_any_more_are_struck_through(
    state: Any, now: str | None, struck: bool
) -> None:
    answer = replace(an_answer(a_quote(TROOPS)), words=words_of(TROOPS, "over 14,000"))
    posted = replace(PostedQuote.of(answer.quotes[0]), state=state, changed_at=UPDATED, new_text=now)
    card = corrected(AnswerCard.from_json(answer_card(answer).to_json()), [posted])
    assert card.lead[0] == ("## ~~**over 14,000**~~" if struck else "## **over 14,000**")
    assert card.footer == "-# 1,842 articles searched" + ("" if struck else " · very sure")


def test_a_card_that_an_older_version_stored_is_shown_and_corrected() -> None:
    kept = {
        "heading": "Which port?",
        "notices": [],
        "blocks": [["> Two quays.", "[Port](https://news.example/port)\n-# **Sample Wire**"]],
        "footer": "-# ●●●●○ 87% sure",
        "colour": 1,
    }
    card = AnswerCard.from_json(kept)
    assert card.texts[0] == "-# Which port?"
    gone = PostedQuote("a1", 0, "Two quays.", "withdrawn", None, UPDATED)
    assert "~~Two quays.~~" in corrected(card, [gone]).texts[1]


def test_old_reports_are_said_to_be_old_first() -> None:
    day = DAY - timedelta(days=100)
    found = an_answer(a_quote(an_article(published_at=day)), text="What is the latest on shore power?")
    assert answer_card(found).lead == ()
    card = answer_card(replace(found, stale_since=day))
    assert card.lead[0].startswith("-# The newest report on this is from <t:")


def test_where_a_period_holds_nothing_older_reports_are_named_as_such() -> None:
    today = an_answer(answered=False, since=DAY, text="What happened today?")
    older = an_answer(a_quote(), text="What happened today?", since=datetime(1970, 1, 1, tzinfo=UTC))
    card = answer_card(today, older=older)
    assert card.lead == (
        "Nothing was reported on this since Jun 1, 2025 UTC.",
        "-# 1,842 articles searched · published since Jun 1, 2025 UTC",
        "### Older reports",
    )
    assert quotes_of(card)
    assert "1970" not in "".join(card.texts)
