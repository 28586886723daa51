"""Translates texts and numbers into the language of the current task.

The code has texts in English and looks them up where it uses them: `_("Nothing is kept about you.")`. Texts
in a table are marked with `mark` and looked up later. The language is a context variable, so every asyncio
task has its own: it is set where an interaction or a message arrives. Everything else, such as the terminal,
uses English. Quotes are never translated.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

ENGLISH = "en"
# Code and own name of each language. A new language needs an entry here and a catalogue.
LANGUAGES = {ENGLISH: "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ja": "日本語"}
# Code and own name of each language that news may be asked for in. With "any", Discord takes no more choices.
NEWS_LANGUAGES = {
    **LANGUAGES,
    "ar": "العربية",
    "cs": "Čeština",
    "da": "Dansk",
    "el": "Ελληνικά",
    "fi": "Suomi",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "id": "Indonesia",
    "it": "Italiano",
    "ko": "한국어",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sv": "Svenska",
    "tr": "Türkçe",
    "uk": "Українська",
    "zh": "中文",
}
CATALOGUES = Path(__file__).parents[1] / "locales"
# The gettext context of commands' names and descriptions: their translation may differ from that of the same
# words in a sentence.
COMMAND = "command"
LAST_LATIN = "\u024f"

_spoken = ContextVar("spoken", default=ENGLISH)
_reader = ContextVar("reader", default=ENGLISH)
_everyone = ContextVar("everyone", default=ENGLISH)


def closest(locale: str) -> str:
    """Return the language for one of Discord's locales, such as `es-419`: English where there is none."""
    language = locale.partition("-")[0]
    return language if language in LANGUAGES else ENGLISH


def spoken() -> str:
    """Return the language of this task."""
    return _spoken.get()


def speak(reader: str, everyone: str) -> None:
    """Set the languages of this task: that of the person who asked, used from now on, and the channel's."""
    _reader.set(reader)
    _everyone.set(everyone)
    _spoken.set(reader)


def to_reader() -> None:
    """Use the language of the person who asked, for texts that only they see."""
    _spoken.set(_reader.get())


def to_everyone() -> None:
    """Use the language of the channel, for texts that everyone in it sees."""
    _spoken.set(_everyone.get())


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use a language inside the block, as for alerts and digests, which no interaction asks for."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations into a language; they are read once. English has none."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with (CATALOGUES / language / "LC_MESSAGES" / "newsbot.po").open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """Return the translation of a text into the language of this task."""
    return catalogue(spoken()).gettext(text)


def mark(text: str) -> str:
    """Return the text as it is. It marks the text for the catalogues where `_` looks it up later."""
    return text


def counted(one: str, many: str, count: int, **fields: str) -> str:
    """Return the translated singular or plural of a text, with `count` and `fields` filled in."""
    return catalogue(spoken()).ngettext(one, many, count).format(count=number(count), **fields)


def is_foreign(code: str | None) -> bool:
    """Tell whether an article in a language is in another than the spoken one; not where it is unknown."""
    return code is not None and code.partition("-")[0] != spoken()


def number(value: float) -> str:
    """Return a number as the language writes it: 1,234 or 1.234."""
    return format_decimal(value, locale=spoken())


def percent(share: float) -> str:
    """Return a share of 1 as whole per cents: 0.42 is 42%."""
    return format_percent(share, locale=spoken())


def date_text(day: date) -> str:
    """Return a day as the language writes it: Jun 1, 2025, or 01.06.2025."""
    return format_date(day, "medium", locale=spoken())


def axis_text(day: date, unit: Literal["day", "month", "year"]) -> str:
    """Return a day, or its month or year, as below the axis of a plot: Nov 9, Nov 2024, 2024.

    In Latin letters only, because the plots' font has no others: 11/9 and 2024/11 in Japanese.
    """
    if unit == "year":
        return str(day.year)
    name, figures = ("MMMd", "Md") if unit == "day" else ("yMMM", "yM")
    named = str(format_skeleton(name, day, locale=spoken()))
    is_latin = all(char <= LAST_LATIN for char in named)
    return named if is_latin else str(format_skeleton(figures, day, locale=spoken()))


def moment_text(moment: datetime) -> str:
    """Return a day and a time in the zone of `moment`, as the language writes them."""
    return f"{date_text(moment.date())} {_spaced(format_time(moment.timetz(), 'short', locale=spoken()))}"


def hour_text(hour: int) -> str:
    """Return a full hour as the language writes it: 8:00 AM, or 08:00."""
    return _spaced(format_time(time(hour), "short", locale=spoken()))


def _spaced(text: str) -> str:
    """Return text with ordinary spaces: not every font has the narrow ones that Unicode's rules use."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def weekday(day: int) -> str:
    """Return the name of a day of the week; Monday is 0."""
    return str(get_day_names("wide", locale=spoken())[day])


def language_name(code: str) -> str:
    """Return the name of a language by its code or tag: "fr" and "fr-ca" are "French"."""
    code = code.partition("-")[0]
    try:
        return str(Locale.parse(spoken()).languages.get(code, code))
    except ValueError:
        return code


def languages_named(codes: Iterable[str]) -> str:
    """Return the names of languages by their codes, as a list in a sentence."""
    return ", ".join(language_name(code) for code in codes)


def command_text(text: str, language: str) -> str:
    """Return the name or description of a command, an option or a choice in a language."""
    return catalogue(language).pgettext(COMMAND, text)
