"""Guesses the language that a question is written in: from its script, or from its commonest words. Pure.

Only what is clear counts: the guess is shown to people whose question found nothing.
"""

from __future__ import annotations

import re

# Scripts in which one language is written above all, or nearly.
_SCRIPTS = {
    "ja": re.compile(r"[぀-ヿ]"),
    "ko": re.compile(r"[가-힣]"),
    "zh": re.compile(r"[一-鿿]"),
    "uk": re.compile(r"[іїєґІЇЄҐ]"),
    "ru": re.compile(r"[а-яА-Я]"),
    "ar": re.compile(r"[؀-ۿ]"),
    "he": re.compile(r"[֐-׿]"),
    "el": re.compile(r"[Ͱ-Ͽ]"),
    "hi": re.compile(r"[ऀ-ॿ]"),
    "th": re.compile(r"[฀-๿]"),
}
_WORDS = {
    "en": "the of and to in is was were are did do does has have what who when where why how many which"
    " for on with about that this it",
    "de": "der die das und in ist war waren sind hat haben was wer wann wo warum wie viele welche für auf"
    " mit über dass dieser es von zu den dem ein eine gibt",
    "fr": "le la les des du et en est était sont a ont que qui quand où pourquoi comment combien quel"
    " quelle pour sur avec dans une un de ce cette il elle",
    "es": "el la los las y en es fue son ha han qué quién cuándo dónde por cómo cuántos cuál para sobre"
    " con una un de del que este esta hay",
    "it": "il lo la gli le e in è era sono ha hanno che chi quando dove perché come quanti quale per su"
    " con una un di della del questo",
    "pt": "o a os as e em é foi são tem que quem quando onde por como quantos qual para sobre com"
    " uma um de do da este esta há não",
    "nl": "de het een en in is was waren zijn heeft hebben wat wie wanneer waar waarom hoe veel welke voor op"
    " met over dat dit van",
}
_LISTS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")


def written_in(text: str) -> str | None:
    """Return the code of the language of a text; None where that is not clear."""
    for language, script in _SCRIPTS.items():
        if script.search(text):
            return language
    words = [word.casefold() for word in _WORD.findall(text)]
    counts = {language: sum(word in known for word in words) for language, known in _LISTS.items()}
    best, second = sorted(counts, key=lambda language: -counts[language])[:2]
    return best if counts[best] >= 2 and counts[best] > counts[second] else None
