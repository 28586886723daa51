"""Which language is spoken, and texts and numbers in it.

Texts stand in the code in English and are looked up when they are said: `_("Nothing is kept about you.")`.
What stands in a table is marked by `mark` and looked up later. Every task has its own language, which is set
where an interaction or message comes in; what runs beside them, such as the terminal, speaks English. Quotes
are never translated.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.dates import get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

ENGLISH = "en"
# Each by its own name. Another one needs an entry here and a catalogue.
LANGUAGES = {ENGLISH: "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ja": "日本語"}
CATALOGUES = Path(__file__).parents[1] / "locales"
# What tells the names and descriptions of commands from the same words in a sentence.
COMMAND = "command"

_spoken = ContextVar("spoken", default=ENGLISH)
_reader = ContextVar("reader", default=ENGLISH)
_everyone = ContextVar("everyone", default=ENGLISH)


def closest(locale: str) -> str:
    """Return the language for one of Discord's locales, such as `es-419`: English where there is none."""
    language = locale.partition("-")[0]
    return language if language in LANGUAGES else ENGLISH


def spoken() -> str:
    return _spoken.get()


def speak(reader: str, everyone: str) -> None:
    """Speak to a reader from now on; `everyone` is the language of the place that they are in."""
    _reader.set(reader)
    _everyone.set(everyone)
    _spoken.set(reader)


def to_reader() -> None:
    """Speak to the one who asked, who alone sees what comes next."""
    _spoken.set(_reader.get())


def to_everyone() -> None:
    """Speak to all who are in the place."""
    _spoken.set(_everyone.get())


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language inside the block, as in what is sent unasked."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations into a language, read once; English has none."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with (CATALOGUES / language / "LC_MESSAGES" / "newsbot.po").open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """Return a text in the language that is spoken."""
    return catalogue(spoken()).gettext(text)


def mark(text: str) -> str:
    """Name a text for the catalogues that is looked up later."""
    return text


def counted(one: str, many: str, count: int, **fields: str) -> str:
    """Return the form of a text that a number asks for, with the number in place of `{count}`."""
    return catalogue(spoken()).ngettext(one, many, count).format(count=number(count), **fields)


def number(value: float) -> str:
    """Write a number as the language does: 1,234 or 1.234."""
    return format_decimal(value, locale=spoken())


def percent(share: float) -> str:
    """Write a share of 1 in whole per cents."""
    return format_percent(share, locale=spoken())


def weekday(day: int) -> str:
    """Return the name of a day of the week; Monday is 0."""
    return str(get_day_names("wide", locale=spoken())[day])


def command_text(text: str, language: str) -> str:
    """Return the name or description of a command, an option or a choice in a language."""
    return catalogue(language).pgettext(COMMAND, text)
