"""The languages of the news that a guild (Discord server) is set to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from index import ANY_LANGUAGE, NewsIndex, Question
from index.types.digest import Digest, DigestPlan, Schedule
from index.types.edition import SHARED
from tests.fakes import NOW, article, open_news, write_jsonl

GERMAN, FRENCH, BOTH, ALL = "1001", "2002", "3003", "4004"
ARTICLES = [
    article(
        "en",
        "The port of Rotterdam opened a quay on Monday. Ships of all lines can now moor there at night.",
        title="A quay in Rotterdam",
    ),
    article(
        "de",
        "Der Hafen Rotterdam hat am Montag einen Kai eröffnet. Dort können jetzt nachts Schiffe anlegen.",
        title="Ein Kai in Rotterdam",
        language="de-DE",
    ),
    article(
        "fr",
        "Le port de Rotterdam a ouvert un quai lundi. Les navires peuvent maintenant y accoster la nuit.",
        title="Un quai à Rotterdam",
        language="fr",
    ),
]
ASKED = "Rotterdam?"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[NewsIndex]:
    with open_news(tmp_path, ARTICLES) as news:
        choose(news, GERMAN, "de")
        choose(news, FRENCH, "fr")
        choose(news, BOTH, "de", "fr")
        yield news


def choose(news: NewsIndex, guild: str, *languages: str) -> None:
    news.guilds.change(guild, "boss", lambda now: replace(now, news_languages=languages))


def quoted(news: NewsIndex, edition: str | None, language: str | None = None) -> set[str]:
    asked = Question(ASKED, edition=edition, language=language, limit=10)
    return {quote.article.language or "" for quote in news.ask(asked).quotes}


def listed(news: NewsIndex, edition: str | None, language: str | None = None) -> set[str]:
    shown = news.latest(edition=edition, language=language, limit=10)
    assert shown or edition == GERMAN
    return {headline.article.language or "" for headline in shown}


@pytest.mark.parametrize(
    ("edition", "languages"),
    [
        (GERMAN, {"de-de"}),
        (FRENCH, {"fr"}),
        (BOTH, {"de-de", "fr"}),
        (ALL, {"en", "de-de", "fr"}),
        (SHARED, {"en", "de-de", "fr"}),
        (None, {"en", "de-de", "fr"}),
    ],
)
def test_everything_that_is_shown_is_in_the_languages_of_the_guild(
    news: NewsIndex, edition: str | None, languages: set[str]
) -> None:
    assert quoted(news, edition) == listed(news, edition) == languages
    timeline = news.timeline(Question("Rotterdam", edition=edition))
    assert {event.quote.article.language for event in timeline.events} <= languages
    missed = news.stories_since(NOW - timedelta(days=3), edition)
    assert {story.headline.article.language for story in missed} == languages
    digest = Digest(1, edition or SHARED, "5", None, DigestPlan(Schedule(9), number=10), NOW)
    assert {story.headline.article.language for story in news.stories(digest)} == languages
    overview = news.ask(Question("What happened this week?", edition=edition))
    assert {story.article.language for story in overview.stories} == languages


def test_the_language_of_a_command_wins_over_that_of_the_guild(news: NewsIndex) -> None:
    assert quoted(news, GERMAN, "fr") == listed(news, GERMAN, "fr") == {"fr"}
    assert quoted(news, GERMAN, ANY_LANGUAGE) == listed(news, GERMAN, ANY_LANGUAGE) == {"en", "de-de", "fr"}
    overview = news.ask(Question("What happened this week?", edition=GERMAN, language="fr"))
    assert {story.article.language for story in overview.stories} == {"fr"}


def test_a_change_counts_at_once_also_after_the_guild_is_forgotten(news: NewsIndex) -> None:
    choose(news, GERMAN, "en")
    assert listed(news, GERMAN) == {"en"}
    news.guilds.note_left([GERMAN])
    while news.guilds.forget(GERMAN, 1):
        pass
    assert listed(news, GERMAN) == {"en", "de-de", "fr"}


def test_where_nothing_is_found_the_answer_says_to_which_languages_it_was_limited(news: NewsIndex) -> None:
    asked = Question("Who stole the cheese of Gouda?", edition=BOTH)
    assert news.ask(asked).only_languages == ("de", "fr")
    assert news.ask(replace(asked, language=ANY_LANGUAGE)).only_languages == ()
    assert news.ask(replace(asked, language="de")).only_languages == ()
    assert news.ask(replace(asked, edition=SHARED)).only_languages == ()
    choose(news, BOTH, "de", "en", "fr")
    assert news.ask(asked).only_languages == (), "there is no news in another language"


def test_languages_that_no_article_is_in_leave_nothing(news: NewsIndex) -> None:
    choose(news, GERMAN, "fi")
    answer = news.ask(Question(ASKED, edition=GERMAN))
    assert (answer.quotes, answer.articles_searched, answer.only_languages) == ((), 0, ("fi",))
    assert listed(news, GERMAN) == set()
    assert news.languages(GERMAN) == news.languages(SHARED)
    assert news.status(GERMAN).articles == 3, "the setting hides news, and takes none away"


def test_quotes_are_checked_against_news_in_all_languages(news: NewsIndex) -> None:
    assert news.check_quote("The port of Rotterdam opened a quay on Monday", GERMAN).kind == "exact"


def test_alerts_are_in_the_languages_of_the_guild(tmp_path: Path) -> None:
    with open_news(tmp_path) as news:
        choose(news, GERMAN, "de")
        for guild in (GERMAN, ALL, None):
            news.follows.start(f"of {guild}", guild, None, "Rotterdam")
        reports = [replace(one, published_at=NOW) for one in ARTICLES]
        news.ingest([str(write_jsonl(tmp_path / "new.jsonl", reports))])
        while news.match_follows():
            pass
        sent = {
            follow.person: {quote.article.language for quote in quotes}
            for follow, quotes in news.left_alerts()
        }
    assert sent[f"of {GERMAN}"] == {"de-de"}
    assert len(sent[f"of {ALL}"]) > 1
    assert sent[f"of {ALL}"] == sent["of None"]
