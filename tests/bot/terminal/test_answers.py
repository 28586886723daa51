"""What the terminal shows: every quote word for word, and nothing that could steer the terminal."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from bot.cli.chat import chat
from bot.terminal.answers import (
    NO_ARTICLES,
    ago,
    answer_view,
    error_view,
    evaluation_view,
    ingest_view,
    latest_view,
    printable,
    reindex_view,
    show,
    status_view,
)
from bot.terminal.progress import progress_bars, tracked
from index import (
    Answer,
    AnswerWords,
    Article,
    Copy,
    EventTime,
    Failure,
    Headline,
    IngestReport,
    Progress,
    Question,
    Quote,
    ReindexReport,
    Span,
)
from tests.fake_news import NOW, PORT, TROOPS, FakeNews, explanation

ROOT = Path(__file__).parents[3]

LINK = re.compile(r"\x1b\]8;[^;\x1b]*;([^\x1b]*)\x1b\\")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Letters of many scripts, brackets that look like markup, emoji, controls and marks that turn the direction.
# Stored texts hold no lone surrogates; what a person types may.
NASTY = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("[]/\\:▌\x1b\x07\r\n\t\x00\x9b\x9d\u202e\u2028é中👍🏽\ufe0f\u200d"),
    ),
    min_size=1,
    max_size=200,
)


def rendered(*views: RenderableType, terminal: bool = False, width: int = 80) -> str:
    file = io.StringIO()
    colours: Literal["standard"] | None = "standard" if terminal else None
    console = Console(file=file, width=width, force_terminal=terminal, color_system=colours, _environ={})
    show(console, *views)
    return file.getvalue()


def an_answer(article: Article, **changes: Any) -> Answer:
    quote = Quote(article, Span(0, len(article.text)), 0.5)
    answer = Answer(Question("Which?"), NOW, None, None, True, 0.9, (quote,), 1.0, 2)
    return replace(answer, **changes)


def test_when_it_happened_is_shown_where_the_words_say_so() -> None:
    may = datetime(2025, 5, 1, tzinfo=UTC)
    event = EventTime(may, datetime(2025, 5, 31, 23, 59, 59, tzinfo=UTC), "last month")
    quote = Quote(TROOPS, Span(0, 26), 0.5, event=event)
    output = rendered(answer_view(an_answer(TROOPS, quotes=(quote,)), UTC))
    assert "  “last month” is 1 May 2025 to 31 May 2025\n" in output


def test_stories_are_listed_instead_of_quotes() -> None:
    stories = (Headline(PORT, ("Two quays.",)), Headline(TROOPS, ()))
    output = rendered(answer_view(an_answer(TROOPS, stories=stories), UTC), width=200)
    assert output.index(PORT.title) < output.index(TROOPS.title)
    assert "▌" not in output


def test_what_was_searched_for_and_not_understood_is_told() -> None:
    answer = an_answer(TROOPS, searched_for="Which troops?", unclear_time="3/4/2025")
    output = rendered(answer_view(answer, UTC), width=200)
    assert "searched for: Which troops?\n" in output
    assert "“3/4/2025” was not understood as a time: all dates were searched\n" in output


def letters(text: str) -> str:
    """What is left of a text when line breaks, bars and their trailing space do not count."""
    return "".join(text.replace("▌", "").split())


def test_the_words_that_answer_are_bold() -> None:
    article = replace(TROOPS, text="About \x1b11,000 went there.")
    quote = Quote(article, Span(0, 25), 0.5, (), (Span(7, 13),))
    words = AnswerWords(article, Span(7, 13), ("Wire", "Herald", "Post"))
    output = rendered(answer_view(an_answer(article, quotes=(quote,), words=words), UTC), terminal=True)
    assert "\x1b[1m11,000\x1b[0m · Wire, Herald and 1 more\n" in output
    assert "\x1b[1m11,000\x1b[0m went there." in output
    # What the reading marks may be a part of the answer: it is not made bold.
    uncertain = rendered(answer_view(an_answer(article, quotes=(quote,)), UTC), terminal=True)
    assert "\x1b[1m" not in uncertain


def test_outlets_that_differ_are_both_shown() -> None:
    words, differing = (AnswerWords(one, Span(0, 5), (one.source,)) for one in (TROOPS, PORT))
    shown = rendered(answer_view(an_answer(TROOPS, words=words, differing=differing), UTC))
    assert "About · Sample Wire — Two q · Sample Herald\n" in shown


def test_a_list_of_stories_has_a_line_each() -> None:
    copies = (Copy("Sample Post", "https://post.example/x", NOW),)
    answer = an_answer(TROOPS, stories=(Headline(PORT, (), copies), Headline(TROOPS, ())))
    assert rendered(answer_view(answer, UTC, echo=False), terminal=True).count(" • ") == 2
    shown = COLOUR.sub("", LINK.sub("", rendered(answer_view(answer, UTC, echo=False), terminal=True)))
    assert " • Sample Herald · Rotterdam opens shore power · 2 outlets · 3 months ago\n" in shown


@given(text=NASTY, width=st.integers(20, 100))
def test_quotes_are_shown_word_for_word(text: str, width: int) -> None:
    plain = rendered(answer_view(an_answer(replace(PORT, text=text)), UTC), width=width)
    assert letters(printable(text)) in letters(plain)


@given(text=NASTY, terminal=st.booleans())
def test_no_control_character_of_an_article_reaches_the_terminal(text: str, terminal: bool) -> None:
    article = replace(PORT, text=text, title=text, source=text, url=f"https://x.example/{text}")
    headline = Headline(article, (text,))
    report = IngestReport(failed=(Failure(text, text),))
    shown = rendered(
        answer_view(an_answer(article, question=Question(f"a\udcff{text}")), UTC),
        *(latest_view([headline], UTC, NOW), ingest_view(report), error_view(text)),
        terminal=terminal,
    )
    left = COLOUR.sub("", LINK.sub("", shown)) if terminal else shown
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", left)
    assert all(re.fullmatch(r"(https://[^\s\x00-\x1f]*)?", address) for address in LINK.findall(shown))


def test_a_terminal_says_how_well_the_time_is_known() -> None:
    day = replace(PORT, published_at=datetime(2025, 6, 4, tzinfo=UTC), published_precision="day")
    seen = replace(PORT, published_precision="seen")
    zone = ZoneInfo("America/New_York")
    assert "\npublished 4 Jun 2025\n" in rendered(latest_view([Headline(day, ())], zone, NOW))
    shown = " ".join(rendered(latest_view([Headline(seen, ())], zone, NOW)).split())
    assert "first seen" in shown
    assert "its date is not known" in shown
    assert "published" not in shown


def test_an_answer_on_a_terminal() -> None:
    answer = FakeNews().ask(Question("Which troops?"))
    shown = rendered(answer_view(answer, ZoneInfo("Europe/Berlin")), terminal=True, width=100)
    assert answer.quotes[0].link in LINK.findall(shown)
    assert "https://post.example/x" in LINK.findall(shown)
    lines = COLOUR.sub("", LINK.sub("", shown)).splitlines()
    assert lines[-1].startswith("2 articles searched in ")
    assert lines[-1].endswith(" ms · very sure")
    assert lines[:7] == [
        "Which troops?",
        "",
        "  Sample Wire · Kim Jong Un [bold]pledges[/bold] support · 2 days ago · updated",
        "▌ About 11,000 North Korean troops were sent to Russia in 2024.",
        "  published 5 Jun 2025, 01:29 CEST (2 days ago)",
        "  updated 5 Jun 2025, 02:00 CEST (2 days ago)",
        "  also in Sample Post",
    ]


def test_where_nothing_can_be_clicked_addresses_stand_whole() -> None:
    article = replace(TROOPS, url="https://wire.example/" + "x" * 200)
    assert article.url in rendered(answer_view(an_answer(article), UTC), width=40).split()


def test_addresses_that_are_no_pages_are_not_links() -> None:
    article = replace(TROOPS, url="javascript:alert(1)")
    assert LINK.findall(rendered(answer_view(an_answer(article), UTC), terminal=True)) == []


def test_an_abstention_is_honest() -> None:
    answer = FakeNews().ask(Question("Who?"))
    shown = rendered(answer_view(answer, UTC, echo=False))
    assert shown.startswith(
        "No answer found in the 2 articles searched. Closest reports:\n\n  Sample Wire · Kim"
    )
    nothing = an_answer(TROOPS, answered=False, quotes=(), articles_searched=0)
    assert NO_ARTICLES in rendered(answer_view(nothing, UTC))
    limited = replace(nothing, since=NOW)
    assert "since 7 Jun 2025, 12:00 UTC" in rendered(answer_view(limited, UTC))
    assert "No stored article lies within these limits." in rendered(answer_view(limited, UTC))


def test_an_abstention_names_the_languages_that_a_server_is_set_to() -> None:
    answer = replace(FakeNews().ask(Question("Who?")), only_languages=("de", "fr"))
    told = "Only news in German, French was searched, as this server is set: --language any searches all."
    assert told in " ".join(rendered(answer_view(answer, UTC)).split())
    nothing = replace(answer, quotes=(), articles_searched=0)
    shown = " ".join(rendered(answer_view(nothing, UTC)).split())
    assert f"No stored article lies within these limits. {told}" in shown
    assert NO_ARTICLES not in shown


def test_an_explanation_stands_under_the_answer() -> None:
    shown = rendered(answer_view(FakeNews().ask(Question("Which troops?", explain=True)), UTC))
    answer, explained = shown.split("Answered, because it was asked.")
    assert "confidence 0.90" in answer
    assert "“last [week]” was understood as since 26 May 2025, 00:00 UTC" in explained
    assert re.search(r"words +2\.00 +1\.50 +3\.00", explained)
    assert re.search(r"sum +2\.00", explained)
    assert re.search(r"passage: dense +0\.71", explained)
    assert re.search(r"coverage +3\.00 +0\.80", explained)
    nothing = FakeNews([]).ask(Question("Which troops?", explain=True))
    assert "Quotes" not in rendered(answer_view(nothing, UTC))


@given(text=NASTY)
def test_no_control_character_of_a_question_reaches_the_terminal(text: str) -> None:
    answer = an_answer(PORT, question=Question(f"a{text}"[:500]))
    evaluation = FakeNews().evaluate(ROOT)
    miss = replace(evaluation.misses[0], accepted=(text,), answer=answer)
    explained = replace(answer, explanation=replace(explanation(1), phrase=text, why=text))
    shown = rendered(evaluation_view(replace(evaluation, misses=(miss,)), 1), answer_view(explained, UTC))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", shown)


def test_an_evaluation() -> None:
    evaluation = FakeNews().evaluate(ROOT)
    shown = rendered(evaluation_view(evaluation, 1))
    assert "Which [b]troops[/b]?\n  not quoted: 12000 (confidence 0.90)\n  ▌ About 11,000" in shown
    assert re.search(r"Answer in the first three quotes +0\.625 *\n", shown)
    assert re.search(r"99th percentile of time +1,235 ms *\n", shown)
    assert "troops" not in rendered(evaluation_view(evaluation, 0))


def test_latest() -> None:
    shown = rendered(latest_view(FakeNews().latest(), UTC, NOW))
    assert " • Troops [were] sent." in shown
    assert (
        "Sample Herald · Rotterdam opens shore power\npublished 2 Mar 2025, 18:45 UTC (3 months ago)" in shown
    )
    assert "No article matches" in rendered(latest_view([], UTC, NOW))


def test_reports() -> None:
    failed = tuple(Failure(f"file:{number}", "it has no date") for number in range(1, 13))
    shown = rendered(reindex_view(ReindexReport(IngestReport(added=1234, failed=failed), 5)))
    assert shown.splitlines()[0] == "1,234 added, 0 updated, 0 unchanged, 0 duplicates, 12 failed"
    assert "  file:10: it has no date\n  and 2 more\n" in shown
    assert shown.endswith("5 passages embedded again\n")
    assert rendered(reindex_view(ReindexReport(IngestReport(), 1))).endswith("1 passage embedded again\n")


def test_status() -> None:
    status = replace(FakeNews([]).status(), remedy="Run newsbot reindex.", disk_bytes=4_200_000)
    shown = rendered(status_view(status, UTC, NOW))
    assert re.search(r"Newest +none", shown)
    assert "local, 4.2 MB on disk" in shown
    assert "Run newsbot reindex." in shown


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=-59), "just now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(hours=-23), "23 hours ago"),
        (timedelta(days=-2), "2 days ago"),
        (timedelta(days=-40), "1 month ago"),
        (timedelta(days=-800), "2 years ago"),
        (timedelta(hours=3), "in 3 hours"),
    ],
)
def test_distances(distance: timedelta, words: str) -> None:
    assert ago(NOW + distance, NOW) == words


def conversation(*lines: str) -> str:
    waiting: Iterator[str] = iter(lines)

    def read_line(prompt: str) -> str:
        line = next(waiting, None)
        if line is None:
            raise EOFError
        return line

    file = io.StringIO()
    news: Any = FakeNews()
    chat(news, Console(file=file, width=80), UTC, read_line)
    assert next(waiting, None) is None
    return file.getvalue()


def test_a_conversation() -> None:
    shown = conversation("Which troops?", "", "/latest rotterdam", "/help", "/quit")
    assert "11,000 North Korean troops" in shown
    assert "Rotterdam opens shore power" in shown
    assert "/latest [topic]" in shown


def test_an_error_does_not_end_the_conversation() -> None:
    shown = conversation("explode", "/nonsense", "x" * 5000, "Which troops?")
    assert "RuntimeError: boom and more" in shown
    assert "There is no command /nonsense" in shown
    assert "5,000 characters" in shown
    assert "11,000 North Korean troops" in shown


def test_bars_are_drawn_on_a_terminal_only() -> None:
    drawn = []
    for terminal in (True, False):
        file = io.StringIO()
        console = Console(file=file, width=80, force_terminal=terminal, _environ={})
        with progress_bars(console) as listen:
            listen(Progress("articles", 0, None))
            listen(Progress("articles", 3, 4))
        assert list(tracked(console, "questions", ["a", "b"])) == ["a", "b"]
        drawn.append(file.getvalue())
    assert "articles" in drawn[0]
    assert "3/4" in drawn[0]
    assert "2/2" in drawn[0]
    assert drawn[1] == ""


def test_moments_carry_their_zone() -> None:
    article = replace(PORT, published_at=datetime(2025, 1, 1, 3, tzinfo=UTC))
    shown = rendered(latest_view([Headline(article, ())], ZoneInfo("America/New_York"), NOW))
    assert "31 Dec 2024, 22:00 EST" in shown
