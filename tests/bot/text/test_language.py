"""The catalogues are whole and true to the English texts, and everybody is spoken to in their language."""

import ast
import re
import string
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, cast

import pytest
from babel.messages.catalog import Catalog, Message

from bot.cards.alert import alert_card
from bot.cards.answer import AnswerCard, answer_card, corrected
from bot.client import NewsBot
from bot.cogs.background.alert_sender import AlertSender
from bot.interactions.buttons import LABELS, Action
from bot.plots.base import Unit
from bot.services import guild_rules
from bot.text.language import (
    LANGUAGES,
    _,
    axis_text,
    closest,
    command_text,
    counted,
    number,
    percent,
    speaking,
)
from index import Follow, NewsIndex, PostedQuote, Question
from tests.catalogues import (
    KEYWORDS,
    ROOT,
    TRANSLATED,
    command_texts,
    is_translated,
    read_catalogue,
    template,
)
from tests.discord.limits import is_command_name, walk
from tests.discord.server import DiscordServer
from tests.discord.world import message_text
from tests.fake_news import NOW, TROOPS, FakeNews

QUESTION: Final = "How many North Korean troops were sent?"
QUOTE: Final = "About 11,000 North Korean troops were sent to Russia in 2024."
NO_DATE: Final = (
    '"{typed}" is not a date: write it like 2025-06-01, 2025-06-01T12:30, yesterday or 3 days ago.'
)
UNITS: Final[tuple[Unit, ...]] = ("day", "month", "year")
# A command in a text: in backticks, or after a space in what knows no markdown.
COMMANDS_IN_TEXT: Final = re.compile(r"(?:^|[`\s])/([\w-]+)")


@asynccontextmanager
async def started(
    tmp_path: Path, news: FakeNews | None = None, guild_locale: str = "en-US"
) -> AsyncIterator[DiscordServer]:
    """A server with the bot in it. In the end, nothing may have been wrong."""
    bot = NewsBot(lambda: cast(NewsIndex, news or FakeNews()), tmp_path)
    async with DiscordServer() as server:
        server.guild.locale = guild_locale
        async with server.running(bot, commands=7):
            yield server
            server.assert_clean()


def labels(message: dict[str, Any]) -> set[str]:
    return {part["label"] for part in walk(message["components"]) if part.get("label")}


def offered(message: dict[str, Any]) -> set[str]:
    return {option["label"] for part in walk(message["components"]) for option in part.get("options", [])}


def said_in(language: str, text: str) -> str:
    with speaking(language):
        return _(text)


# -- the catalogues --------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=TRANSLATED)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read_catalogue(request.param)


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def compare(catalogue: Catalog, seen: Callable[[str], Any]) -> list[Message]:
    """Return the messages of which a translation shows something else than its English."""
    return [
        message
        for message in messages(catalogue)
        for form in forms(message.string)
        if seen(form) != seen(forms(message.id)[-1])
    ]


async def test_catalogues_hold_what_the_bot_says_and_nothing_else() -> None:
    wanted = {(message.id, message.context) for message in messages(template(await command_texts()))}
    assert len(wanted) > 200
    for language in TRANSLATED:
        there = {(message.id, message.context) for message in messages(read_catalogue(language))}
        assert there == wanted, f"{language}: run `make catalogues` and translate what is new"


@pytest.mark.parametrize("path", sorted((ROOT / "bot").rglob("*.py")), ids=lambda path: path.stem)
def test_no_text_hides_where_it_is_not_gathered(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    in_f_strings = [
        node for part in ast.walk(tree) if isinstance(part, ast.JoinedStr) for node in ast.walk(part)
    ]
    calls = [node for node in in_f_strings if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    hidden = [call for call in calls if call.func.id in KEYWORDS and isinstance(call.args[0], ast.Constant)]
    assert [ast.unparse(call) for call in hidden] == []


def test_everything_is_translated(catalogue: Catalog) -> None:
    assert [message.id for message in messages(catalogue) if not is_translated(message)] == []
    assert [message.id for message in messages(catalogue) if message.fuzzy] == []


def test_translations_have_the_same_places_for_values(catalogue: Catalog) -> None:
    def places(text: str) -> set[str | None]:
        return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}

    def without_number(text: str) -> set[str | None]:
        return places(text) - {"count"}  # "one day" needs none

    assert compare(catalogue, without_number) == []
    several = [message for message in messages(catalogue) if not isinstance(message.id, str)]
    assert several
    assert all(places(forms(message.string)[-1]) == places(forms(message.id)[-1]) for message in several)


def test_translations_keep_the_markdown(catalogue: Catalog) -> None:
    assert compare(catalogue, lambda text: re.findall(r"\*\*|`", text)) == []


@pytest.mark.parametrize(
    ("language", "other"),
    [
        ("de", r"Geschichte|eteilten? Quellen"),  # a story is a Meldung, and shared is gemeinsam
        ("fr", r"\b(?:tu|utilise|réessaie|pose|divise)\b"),  # it says vous
    ],
)
def test_a_language_has_one_word_for_one_thing(language: str, other: str) -> None:
    said = [form for message in messages(read_catalogue(language)) for form in forms(message.string)]
    assert [form for form in said if re.search(other, form)] == []


@pytest.mark.parametrize(
    ("language", "word"), [("de", "durchsucht"), ("fr", "recherche"), ("es", "búsqueda"), ("ja", "検索")]
)
def test_what_was_searched_is_called_so(language: str, word: str) -> None:
    one, many = "{articles} of {count} outlet searched", "{articles} of {count} outlets searched"
    with speaking(language):
        assert word in _("{articles} searched")
        assert word in counted(one, many, 5, articles="9")


def test_texts_name_commands_as_they_are_called_in_the_language(catalogue: Catalog) -> None:
    language = str(catalogue.locale)

    def named(message: Message) -> list[str]:
        return [command_text(name, language) for name in COMMANDS_IN_TEXT.findall(forms(message.id)[-1])]

    spoken_of = [message for message in messages(catalogue) if COMMANDS_IN_TEXT.search(forms(message.id)[-1])]
    assert len(spoken_of) > 10
    for message in spoken_of:
        assert COMMANDS_IN_TEXT.findall(forms(message.string)[-1]) == named(message), message.id


def test_what_is_drawn_has_letters_that_the_plot_has(catalogue: Catalog) -> None:
    days = [date(2024, month, 9) for month in range(1, 13)]
    with speaking(str(catalogue.locale)):
        drawn = "".join(axis_text(day, unit) for day in days for unit in UNITS)
    assert all(ord(char) < 0x250 for char in drawn)


async def test_commands_are_registered_in_every_language(tmp_path: Path) -> None:
    def names(part: dict[str, Any]) -> list[dict[str, str]]:
        inner = [name for option in part.get("options") or [] for name in names(option)]
        return [part["name_localizations"], *inner]

    async with started(tmp_path) as server:
        for name, command in server.commands.items():
            for localised in names(command):
                assert {closest(locale) for locale in localised} == set(TRANSLATED), name
                assert command["type"] != 1 or all(is_command_name(name) for name in localised.values())
        assert server.commands["ask"]["name_localizations"]["es-419"] == "preguntar"
        assert (
            server.commands["ask"]["options"][0]["description_localizations"]["de"] == "Was du wissen willst"
        )


# -- texts and numbers -----------------------------------------------------------------------------------


def test_numbers_are_written_as_the_language_does() -> None:
    assert (number(1234567), percent(0.9)) == ("1,234,567", "90%")
    with speaking("de"):
        assert (number(1234567), percent(0.9)) == ("1.234.567", "90\xa0%")
        assert counted("{count} source", "{count} sources", 1) == "1 Quelle"
        assert counted("{count} source", "{count} sources", 1500) == "1.500 Quellen"
    with speaking("fr"):
        assert counted("{count} source", "{count} sources", 0) == "0 source"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-GB", "en"), ("de", "de"), ("es-419", "es"), ("ja", "ja"), ("pt-BR", "en"), ("", "en")],
)
def test_each_locale_has_its_language(locale: str, language: str) -> None:
    assert closest(locale) == language


def test_a_card_is_corrected_in_the_language_it_was_written_in() -> None:
    answer = FakeNews().ask(Question(QUESTION))
    with speaking("de"):
        card = answer_card(answer)
    kept = AnswerCard.from_json(card.to_json())
    gone = replace(PostedQuote.of(answer.quotes[0]), state="withdrawn", changed_at=NOW)
    others = [PostedQuote.of(quote) for quote in answer.quotes[1:]]
    assert "von der Redaktion zurückgezogen" in corrected(kept, [gone, *others]).texts[1]
    assert AnswerCard.from_json({**card.to_json(), "language": "en"}).language == "en"


def test_an_alert_keeps_the_quote_as_it_is() -> None:
    follow = Follow(1, "1", None, "2", "troops", NOW, None)
    (quote, *_rest) = FakeNews().ask(Question(QUESTION)).quotes
    with speaking("ja"):
        card = alert_card(follow, [quote])
    assert QUOTE in card.body
    assert "/フォロー一覧" in card.footer


# -- who is spoken to in what ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", TRANSLATED)
async def test_an_answer_is_in_the_language_of_the_guild(tmp_path: Path, language: str) -> None:
    async with started(tmp_path, guild_locale="es-ES" if language == "es" else language) as server:
        result = await server.slash("ask", {"question": QUESTION})
        assert QUOTE in result.text  # never translated
        assert said_in(language, LABELS[Action.FOLLOW_UP]) in labels(result.messages[0])
        assert said_in(language, "very sure") in result.text
        assert said_in(language, LABELS[Action.MORE]) in offered((await server.say(QUESTION)).replies[0])


@pytest.mark.parametrize("language", TRANSLATED)
async def test_what_only_the_reader_sees_is_in_their_own_language(tmp_path: Path, language: str) -> None:
    async with started(tmp_path) as server:
        server.alice.locale = "es-419" if language == "es" else language
        shown = await server.slash("help")
        assert said_in(language, "Ask the news") in shown.text
        answer = await server.slash("ask", {"question": QUESTION})
        assert "very sure" in answer.text  # everybody sees it
        pressed = await server.click(answer.messages[0], "…", values=["Helpful"], user=server.alice)
        assert pressed.text == said_in(language, "Thank you. Noted as helpful.")
        form = await server.click(answer.messages[0], "Follow-up", user=server.alice)
        assert form.modal
        assert form.modal["title"] == said_in(language, "Follow-up")
        wrong = await server.slash(
            "ask", {"question": QUESTION, "since": "soon"}, until=lambda it: bool(it.text)
        )
        assert wrong.text.replace("\\", "") == said_in(language, NO_DATE).format(typed="soon")
        times = await server.autocomplete("ask", {"since": ""}, focused="since")
        assert times.choices[1] == {"name": said_in(language, "yesterday"), "value": "yesterday"}


async def test_a_guild_can_choose_its_language(tmp_path: Path) -> None:
    news = FakeNews()
    async with started(tmp_path, news) as server:
        boss = server.user("boss", manage_guild=True)
        panel = await server.slash("settings", user=boss)
        message = panel.messages[0]
        offered = [
            part for part in walk(message["components"]) if part.get("custom_id") == "settings:language"
        ]
        assert [option["label"] for option in offered[0]["options"][1:]] == list(LANGUAGES.values())
        await server.click(message, "settings:language", values=["Deutsch"], user=boss)
        assert news.guilds.settings(server.guild.id).language == "de"
        assert "**Sprache**: Deutsch" in message_text(server.history(message)[-1])
        assert "Frag die Nachrichten" in (await server.slash("help")).text
        assert "sehr sicher" in (await server.say(QUESTION)).text
        await server.click(message, "settings:language", values=["own"], user=boss)
        assert news.guilds.settings(server.guild.id).language is None
        assert "Ask the news" in (await server.slash("help")).text


async def test_a_button_is_answered_in_time_where_the_language_cannot_be_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guild_rules, "READ_SECONDS", 0.05)
    monkeypatch.setattr(guild_rules, "KEPT", 0)
    news, go_on = FakeNews(), threading.Event()
    async with started(tmp_path, news) as server:
        answer = await server.slash("ask", {"question": QUESTION})
        monkeypatch.setattr(news.guilds, "settings", lambda guild: go_on.wait(5))
        server.alice.locale = "fr"
        pressed = await server.click(answer.messages[0], "Follow-up", user=server.alice)
        go_on.set()
        assert pressed.modal
        assert pressed.modal["title"] == said_in("fr", "Follow-up")


async def test_suggestions_are_found_by_their_words_in_either_language(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        server.alice.locale = "de"
        for typed in ("gest", "yest"):
            found = await server.autocomplete("ask", {"since": typed}, focused="since")
            assert found.choices == [{"name": "gestern", "value": "yesterday"}]
        found = await server.autocomplete("ask", {"since": "5"}, focused="since")
        assert found.choices[0] == {"name": "vor 5 Tagen", "value": "5 days ago"}


async def test_alerts_speak_the_language_of_the_guild(tmp_path: Path) -> None:
    news = FakeNews([])
    bot = NewsBot(lambda: cast(NewsIndex, news), tmp_path)
    async with DiscordServer() as server:
        server.guild.locale = "fr"
        async with server.running(bot, commands=7):
            boss = server.user("boss", manage_guild=True)
            await server.slash("follow", {"what": QUESTION, "here": True}, user=boss)
            news.now += timedelta(hours=1)
            news.articles.append(replace(TROOPS, published_at=news.now))
            alerts = bot.get_cog("AlertSender")
            assert isinstance(alerts, AlertSender)
            await alerts.look()
        (sent,) = server.messages()
        assert "Ce salon suit ceci" in message_text(sent)
