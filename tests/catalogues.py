"""Everything that the bot says on Discord, gathered from its code and its commands.

`python -m tests.catalogues` (`make catalogues`) puts what is new into the catalogues, to be translated there,
and takes out what is said no more.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Final, cast

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from discord import Locale, app_commands

from bot.client import NewsBot
from bot.text.language import CATALOGUES, COMMAND, ENGLISH, LANGUAGES
from index import NewsIndex
from tests.discord.server import DiscordServer
from tests.fake_news import FakeNews

ROOT: Final = Path(__file__).parents[1]
KEYWORDS: Final = {"_": None, "mark": None, "counted": (1, 2)}
TRANSLATED: Final = [language for language in LANGUAGES if language != ENGLISH]


class Recorder(app_commands.Translator):
    """Translates nothing, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}

    async def translate(
        self, string: app_commands.locale_str, locale: Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        self.asked[string.message] = None
        return None


def catalogue_of(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "newsbot.po"


def read_catalogue(language: str) -> Catalog:
    """Return the catalogue as it is in the project; an empty one where there is none yet."""
    path = catalogue_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, language)


def write_catalogue(language: str, catalogue: Catalog) -> None:
    """Write a catalogue without what changes at every run, such as line numbers."""
    catalogue.header_comment = f"# What the bot says, in {LANGUAGES[language]}."
    catalogue.project = "newsbot"
    catalogue.version = catalogue.last_translator = catalogue.msgid_bugs_address = ""
    path = catalogue_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, ignore_obsolete=True, no_location=True)


async def command_texts() -> list[str]:
    """Return the names and descriptions of all commands, options and choices that the bot registers."""
    recorder = Recorder()
    with tempfile.TemporaryDirectory() as folder:
        bot = NewsBot(lambda: cast(NewsIndex, FakeNews()), Path(folder))
        async with DiscordServer() as server, server.running(bot, commands=7):
            for command in bot.tree.get_commands():
                await command.get_translated_payload(bot.tree, recorder)
    return list(recorder.asked)


def template(commands: list[str]) -> Catalog:
    """Return a catalogue of everything that has to be translated."""
    found = Catalog(project="newsbot")
    for text in commands:
        found.add(text, context=COMMAND)
    said = extract_from_dir(ROOT / "bot", [("**.py", "python")], keywords=KEYWORDS)
    for _file, _line, message, _comments, _context in sorted(said, key=lambda each: each[:2]):
        found.add(message, flags=["python-brace-format"] if "{" in str(message) else [])
    return found


def main() -> None:
    for language in TRANSLATED:  # the bot wants to find one for each
        write_catalogue(language, read_catalogue(language))
    wanted = template(asyncio.run(command_texts()))
    for language in TRANSLATED:
        catalogue = read_catalogue(language)
        catalogue.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
        write_catalogue(language, catalogue)
        missing = sum(not is_translated(message) for message in catalogue if message.id)
        print(f"{language}: {len(catalogue)} texts, {missing} to translate")  # noqa: T201


def is_translated(message: Message) -> bool:
    """Whether a message has a translation in each of its forms."""
    return bool(message.string) and all(message.string)


if __name__ == "__main__":
    main()
