"""Translates the names and descriptions of commands, which Discord takes in every language at once."""

from __future__ import annotations

from discord import Locale, app_commands

from bot.text.language import ENGLISH, closest, command_text


class CommandTranslator(app_commands.Translator):
    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the text in the language of a locale; None for English, which Discord has already."""
        language = closest(locale.value)
        return None if language == ENGLISH else command_text(string.message, language)
