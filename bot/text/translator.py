"""Names and descriptions of commands in every language, as Discord wants them beside the English ones."""

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
        """Return the text in a locale's language; None where Discord shows the English one anyway."""
        language = closest(locale.value)
        return None if language == ENGLISH else command_text(string.message, language)
