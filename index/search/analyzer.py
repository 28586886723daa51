"""Turns text into the terms that search compares: words in lower case, without accents, stemmed by language.

All languages share one index, and their terms one space: "Paris" is found in German as in French news. A stem
belongs to a language, so that one word may have several; `Analyzer.variants` gives them for a question.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from index.languages.registry import languages
from index.text.tags import base_code
from index.text.words import is_latin, split_words
from index.types.article import IndexedPassage

# The stemmers that Tantivy has, by the codes of their languages.
_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
# What a text counts as whose language is not known.
_DEFAULT = "en"
_LONGEST_WORD = 60
# The languages whose articles are looked for in an index, to know which ones it has.
KNOWN = frozenset(_STEMMERS) | {"ja", "ko", "th", "zh"}


class Analyzer:
    """Splits and stems texts of any language. Safe to use from many threads."""

    def terms(self, text: str, language: str | None = None) -> list[str]:
        """Return the words of a text as the index stores them: lower case, folded to ASCII, stemmed.

        `language` is the tag of the text's language; without one it is read as English.
        """
        code = base_code(language) or _DEFAULT
        if is_latin(text):
            return _simple(_STEMMERS.get(code)).analyze(text)
        return _whitespace(_STEMMERS.get(code)).analyze(" ".join(split_words(text).letters))

    def indexed(self, passage: IndexedPassage) -> list[str]:
        """Return all terms by which a passage is found: those of its headline and text, and its language."""
        code = base_code(passage.language) or _DEFAULT
        return [*self.terms(f"{passage.title}\n{passage.text}", passage.language), language_term(code)]

    def question_terms(self, text: str, language: str | None = None) -> list[str]:
        """Return a question's distinct terms without stop words; all of them if every one is a stop word."""
        distinct = list(dict.fromkeys(self.terms(text, language)))
        stop_words = _stop_terms(base_code(language) or _DEFAULT)
        return [term for term in distinct if term not in stop_words] or distinct

    def common_terms(self, languages: Collection[str]) -> frozenset[str]:
        """Return the stop words of some languages, as the index stores them."""
        return frozenset().union(*map(_stop_terms, languages))

    def variants(self, text: str, language: str, others: Collection[str]) -> Mapping[str, str]:
        """Return other stem → stem, for the words of a question that other languages stem otherwise.

        `language` is the question's, and `others` are those of the news that is searched.
        """
        words = split_words(text).letters
        own = self._stems(words, language)
        kept = set(self.question_terms(text, language))
        found: dict[str, str] = {}
        for other in others:
            for stem, variant in zip(own, self._stems(words, other), strict=True):
                if stem in kept and variant not in kept:
                    found.setdefault(variant, stem)
        return found

    def _stems(self, words: Sequence[str], language: str) -> list[str]:
        return [" ".join(self.terms(word, language)) for word in words]


@cache
def _stop_terms(code: str) -> frozenset[str]:
    """Return the stop words of a language as the index stores them, stemmed and unstemmed."""
    language = languages().get(code)
    if language is None:
        return frozenset()
    stemmed = _simple(_STEMMERS.get(code)).analyze(" ".join(language.stop_words))
    return language.stop_words.union(stemmed) if code != "en" else language.stop_words


@cache
def _simple(stemmer: str | None) -> TextAnalyzer:
    """Return what splits and stems text in ASCII."""
    return _analyzer(Tokenizer.simple(), stemmer)


@cache
def _whitespace(stemmer: str | None) -> TextAnalyzer:
    """Return what stems words that are separated by spaces."""
    return _analyzer(Tokenizer.whitespace(), stemmer)


def _analyzer(tokenizer: Tokenizer, stemmer: str | None) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(tokenizer)
    filters = [Filter.remove_long(_LONGEST_WORD), Filter.lowercase()]
    # English words are folded before they are stemmed, as they always were; other stemmers know accents.
    stem, fold = ([Filter.stemmer(stemmer)] if stemmer else []), [Filter.ascii_fold()]
    for token_filter in (*filters, *(fold + stem if stemmer == "english" else stem + fold)):
        builder = builder.filter(token_filter)
    return builder.build()


def stored_words() -> TextAnalyzer:
    """Return what splits terms that are stored as one text, at the spaces between them."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).build()


def language_term(code: str) -> str:
    """Return the term that every passage in a language has; no word is one, because it has a colon."""
    return f"language:{code}"
