"""The languages of a server's news over a real socket, with the real library."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cards.stories import only_searched
from bot.text.language import LANGUAGES, speaking
from tests.bot.test_editions import started
from tests.fakes import article, write_jsonl

ENGLISH = article(
    "en", "The port of Rotterdam opened a quay on Monday. Ships of all lines moor there at night."
)
GERMAN = article(
    "de",
    "Der Hafen Rotterdam hat am Montag einen Kai eröffnet. Dort legen jetzt auch nachts Schiffe an.",
    language="de",
)


async def test_a_server_chooses_the_languages_of_its_news(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        it.library.ingest([str(write_jsonl(tmp_path / "news.jsonl", [ENGLISH, GERMAN]))])
        panel = await it.server.slash("settings", user=it.boss, guild=it.one)
        assert "News in**: every language" in panel.text
        await it.server.click(panel.messages[0], "Show news in every language", values=["de"], user=it.boss)
        chosen = await it.server.slash("settings", user=it.boss, guild=it.one)
        assert "News in**: German" in chosen.text
        assert "news_languages=de" in await it.use("audit", it.one)

        async def quoted(guild: object, **options: str) -> set[str]:
            text = await it.use(
                "ask", guild, question="What did the port of Rotterdam / Hafen do?", **options
            )
            return {one.language or "" for one in (ENGLISH, GERMAN) if one.text.split(".")[0] in text}

        assert await quoted(it.one) == {"de"}
        assert await quoted(it.one, language="any") == {"en", "de"}
        assert await quoted(it.one, language="en") == {"en"}
        assert await quoted(it.two) == {"en", "de"}
        assert await quoted(False) == {"en", "de"}, "a direct message has no setting"


async def test_what_finds_nothing_for_the_setting_says_how_to_search_all(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        it.library.ingest([str(write_jsonl(tmp_path / "news.jsonl", [ENGLISH, GERMAN]))])
        panel = await it.server.slash("settings", user=it.boss, guild=it.one)
        await it.server.click(panel.messages[0], "settings:news", values=["fi", "sv"], user=it.boss)
        told = "Only news in Finnish, Swedish was searched, as this server is set: "
        asked = await it.use("ask", it.one, question="What did the port of Rotterdam do?")
        assert f"{told}`/ask` with `language: any` searches all." in asked
        assert "/sources add" not in asked
        said = await it.server.say(
            f"{it.server.bot.mention} What did the port of Rotterdam do?", user=it.boss, guild=it.one
        )
        assert told in said.text
        assert f"{told}`/latest` with" in await it.use("latest", it.one)
        assert told not in await it.use("latest", it.one, language="fi")
        assert told not in await it.use("ask", it.two, question="What did the port of Rotterdam do?")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_and_its_option_are_named_as_discord_shows_them(language: str) -> None:
    with speaking(language):
        (line,) = only_searched(["de", "ja"], "latest")
        assert not only_searched([], "latest")
    named = {
        "en": "/latest` with `language: any`",
        "de": "/neues` mit `sprache: alle`",
        "fr": "/actus` avec `langue: toutes`",
        "es": "/últimas` con `idioma: todos`",
        "ja": "/最新` を `言語: すべて`",
    }
    assert named[language] in line
