"""Timelines on Discord, over a real socket, and as pictures and lines."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.cards.timeline import timeline_card
from bot.cli.json_output import timeline_json
from bot.plots.base import MOST_DATES, Unit
from bot.plots.timeline import MAX_BARS, bars, draw
from bot.terminal.timeline import timeline_view
from bot.text.language import axis_text, speaking
from bot.text.markdown import length
from index import Article, Event, Question, Quote, Span, Timeline
from tests.bot.test_client import QUESTION, QUOTE, ReadyNews, started
from tests.discord.server import DiscordServer
from tests.fake_news import NOW, TROOPS, FakeNews
from tests.hostile import ARTICLES

PNG = b"\x89PNG\r\n\x1a\n"
UNITS: tuple[Unit, ...] = ("day", "month", "year")


def a_timeline(*events: Event) -> Timeline:
    days = sorted({event.day: event.reports for event in events}.items())
    return Timeline(Question("troops"), NOW, None, None, events, tuple(days))


def an_event(day: int, reports: int = 1, text: str = TROOPS.text) -> Event:
    published = NOW - timedelta(days=day)
    article = replace(TROOPS, id=str(day), text=text, published_at=published)
    return Event(published.date(), Quote(article, Span(0, min(350, len(text))), 1.0), reports)


def later(news: FakeNews) -> FakeNews:
    """Add an article of the next day on the same topic."""
    published = TROOPS.published_at + timedelta(days=1)
    text = "Another 3,000 troops left on Friday."
    news.articles.append(replace(TROOPS, id="a3", text=text, published_at=published))
    return news


def busy(news: FakeNews) -> FakeNews:
    """Add a day with more articles on the same topic than the events show."""
    later(news)
    for number in range(4, 8):
        news.articles.append(replace(news.articles[-1], id=f"a{number}"))
    return news


# -- over a real socket ----------------------------------------------------------------------------------


def picture_of(server: DiscordServer, message: dict[str, Any]) -> dict[str, Any]:
    """Return the attachment of the message below a timeline: a picture, and what its bars count."""
    (attachment,) = message["attachments"]
    assert message["content"] == "-# articles a day"
    file = next(file for file in server.world.files.values() if file.name == attachment["filename"])
    assert file.data.startswith(PNG)
    return cast(dict[str, Any], attachment)


async def test_a_topic_is_shown_as_dated_quotes_with_a_picture_that_is_described(tmp_path: Path) -> None:
    async with started(tmp_path, busy(ReadyNews())) as server:
        result = await server.slash("timeline", {"topic": "North Korean troops"})
        assert result.deferred
        assert not result.ephemeral
        assert result.text.index(QUOTE) < result.text.index("Another 3,000 troops")
        await result.wait(lambda it: len(it.messages) == 2)
        attachment = picture_of(server, result.messages[1])
        assert "6 articles from Jun 4, 2025 to Jun 5, 2025" in attachment["description"]


async def test_a_period_is_passed_on_and_suggested(tmp_path: Path) -> None:
    async with started(tmp_path, later(ReadyNews())) as server:
        result = await server.slash("timeline", {"topic": "troops", "from": "2025-06-05", "to": "2025-06-07"})
        assert QUOTE not in result.text
        assert "Another 3,000 troops" in result.text
        typed = await server.autocomplete("timeline", {"topic": "x", "from": "yes"}, focused="from")
        assert [choice["value"] for choice in typed.choices] == ["yesterday"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"from": "soon"}, '"soon" is not a date: write it like'),
        ({"from": "2025-06-02", "to": "2025-06-01"}, "swap the two dates"),
        ({"topic": "!!"}, "The question is empty"),
    ],
)
async def test_bad_input_is_one_sentence_for_one_person(
    tmp_path: Path, options: dict[str, str], told: str
) -> None:
    async with started(tmp_path) as server:
        result = await server.slash("timeline", {"topic": "troops"} | options, until=lambda it: bool(it.text))
        (message,) = result.messages
        assert told in message["content"].replace("\\", "")
        assert message["flags"] & 64
        assert server.messages() == []


@pytest.mark.parametrize("command", ["timeline", "latest"])
async def test_a_topic_has_names_in_place_of_ids(tmp_path: Path, command: str) -> None:
    async with started(tmp_path) as server:
        result = await server.slash(command, {"topic": f"troops <#{server.channel('kursk').id}>"})
        assert "troops kursk" in result.text
        assert server.channel("kursk").id not in result.text


async def test_what_was_not_reported_is_said(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        result = await server.slash("timeline", {"topic": "volcanoes", "from": "2025-06-01"})
        assert "Nothing was reported on this (since Jun 1, 2025 UTC)." in result.text
        assert result.messages[0]["attachments"] == []


async def test_the_button_shows_the_timeline_of_an_answer_to_one_person(tmp_path: Path) -> None:
    async with started(tmp_path, busy(ReadyNews())) as server:
        answer = await server.slash("ask", {"question": QUESTION})
        result = await server.click(
            answer.messages[0], "…", values=["Timeline"], until=lambda it: "3,000" in it.text
        )
        assert result.ephemeral
        assert f"Timeline: {QUESTION}" in result.text
        await result.wait(lambda it: len(it.messages) == 2)
        picture_of(server, result.messages[1])
        assert all(message["flags"] & 64 for message in result.messages)


async def test_without_leave_to_attach_files_the_words_are_shown(tmp_path: Path) -> None:
    async with started(tmp_path, busy(ReadyNews())) as server:
        server.user(server.bot.name, attach_files=False)
        result = await server.slash("timeline", {"topic": "North Korean troops"})
        assert QUOTE in result.text
        assert result.messages[0]["attachments"] == []


# -- cards, pictures, lines ------------------------------------------------------------------------------


def test_an_event_tells_its_day_and_how_many_articles_tell_it() -> None:
    card = timeline_card(a_timeline(an_event(2, reports=3), an_event(1)), picture=False)
    facts, first, second = card.card.body.split("\n\n")
    day = int((NOW - timedelta(days=2)).timestamp())
    assert first.startswith(f"**<t:{day}:D>** · 3 articles\n-# Sample Wire · [Kim Jong Un")
    assert "\n> About" in first
    assert ":R>" not in first  # the day above says when it was
    assert "articles" not in second.split("\n")[0]
    assert "4 articles" in facts


@given(ARTICLES)
def test_it_fits_whatever_has_to_be_escaped_and_keeps_what_most_tell(article: Article) -> None:
    quote = Quote(article, Span(0, min(350, len(article.text))), 1.0)
    events = [Event(date(2025, 5, day), quote, reports=day) for day in range(1, 13)]
    card = timeline_card(replace(a_timeline(*events), question=Question("a" + "*" * 1999)), picture=False)
    assert card.card.fits
    assert length(card.card.title) <= 256
    assert "12 articles" in card.card.body


@pytest.mark.parametrize(
    ("reports", "drawn"), [((9,), False), ((1, 2), False), ((2, 2, 1, 2), False), ((1, 3), True)]
)
def test_one_day_or_bars_of_one_and_two_need_no_picture(reports: tuple[int, ...], drawn: bool) -> None:
    events = [an_event(day, count) for day, count in enumerate(reports, 1)]
    assert (timeline_card(a_timeline(*events)).file is not None) == drawn


COVERAGE = st.dictionaries(st.dates(date(1990, 1, 1), date(2026, 1, 1)), st.integers(1, 999), min_size=1)


@given(COVERAGE)
def test_bars_count_every_article_and_can_be_told_apart(counts: dict[date, int]) -> None:
    coverage = sorted(counts.items())
    drawn = bars(coverage)
    assert sum(height for _, height in drawn) == sum(counts.values())
    assert len(drawn) <= max(MAX_BARS, 36 * 366 // 30 + 2)
    assert drawn[0][0] == coverage[0][0]


@pytest.mark.parametrize("days", [1, 30, 400, 9000])
def test_a_picture_has_a_clear_background(days: int) -> None:
    drawn = draw([(date(2000, 1, 1), 1), (date(2000, 1, 1) + timedelta(days=days), 7)], axis_text)
    assert drawn.startswith(PNG)
    assert drawn[25] == 6  # colour type: red, green, blue and alpha


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["Nov 9", "Nov 2024", "2024"]),
        ("de", ["9. Nov.", "Nov. 2024", "2024"]),
        ("fr", ["9 nov.", "nov. 2024", "2024"]),
        ("es", ["9 nov", "nov 2024", "2024"]),
        ("ja", ["11/9", "2024/11", "2024"]),  # the font has no Japanese letters
    ],
)
def test_the_dates_below_a_picture_are_in_the_readers_language(language: str, texts: list[str]) -> None:
    with speaking(language):
        assert [axis_text(date(2024, 11, 9), unit) for unit in UNITS] == texts


def test_the_dates_below_a_picture_are_few_and_apart() -> None:
    start = date(2024, 6, 3)
    for days in range(1, 4000, 333):
        named: list[date] = []

        def name(day: date, unit: Unit, found: list[date] = named) -> str:
            found.append(day)
            return axis_text(day, unit)

        draw([(start, 1), (start + timedelta(days=days), 7)], name)
        assert 2 <= len(named) <= MOST_DATES, days


def test_the_terminal_shows_events_and_bars() -> None:
    out = io.StringIO()
    console = Console(file=out, width=100)
    console.print(timeline_view(a_timeline(an_event(2, 3), an_event(1)), UTC))
    console.print(timeline_view(a_timeline(), UTC))
    shown = out.getvalue()
    assert "5 Jun 2025 · 3 articles" in shown
    assert re.search(r"2025-06-05 █+ 3\n2025-06-06 █+ 1\n", shown)
    assert "Nothing was reported" in shown


def test_json_has_the_day_and_the_quote_of_each_event() -> None:
    value = json.loads(json.dumps(timeline_json(a_timeline(an_event(2, 3)))))
    assert value["coverage"] == [{"day": "2025-06-05", "articles": 3}]
    (event,) = value["events"]
    assert (event["day"], event["reports"]) == ("2025-06-05", 3)
    assert event["quote"]["text"] == TROOPS.text[:350]
