"""The words of a question, as search compares them with news in several languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from index.languages.detect import question_language
from index.languages.questions import searched
from index.languages.registry import languages
from index.search.analyzer import KNOWN, Analyzer, language_term
from index.search.base import PassageIndex
from index.search.bm25 import idf

# The words of so many questions are remembered: as many as may be asked at once.
REMEMBERED = 32
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Wording:
    """A question's language, its distinct words as that language stems them, and what others make of these.

    `variants` maps the stem that another language of the library gives a word to the question's own. Where
    the library does not have the question's language, `strange` are the stems that none of its languages
    gives to the question's words: what looks like one in the news is another word. Spanish "hubo" is stemmed
    "hub", and Italian "le" is an article in French.
    """

    language: str
    terms: Sequence[str]
    variants: Mapping[str, str] = field(default_factory=dict)
    strange: frozenset[str] = frozenset()

    @property
    def searched(self) -> list[str]:
        """All terms to search for."""
        return [*(term for term in self.terms if term not in self.strange), *self.variants]

    def weights(self, index: PassageIndex) -> dict[str, float]:
        """Return the idf of each of the question's words, found in whatever form.

        Words of a language that the library does not have say nothing about its news: of them only those
        count that some passage holds, which are names, numbers and words that languages share.
        """
        found = dict.fromkeys(self.terms, 0) | dict(index.document_frequency(self.searched))
        for variant, term in self.variants.items():
            found[term] += found.pop(variant)
        if self.language not in library_languages(index):
            found = {term: count for term, count in found.items() if count} or found
        passages = len(index)
        return idf({term: min(count, passages) for term, count in found.items()}, passages)


def wording(text: str, index: PassageIndex) -> Wording:
    """Return the words of a question for the languages of the news that the index holds."""
    return _wording(text, library_languages(index), index.analyzer)


# A question's words are asked for four times: to read its time, to search, to weigh them, and for its kind.
@lru_cache(REMEMBERED)
def _wording(text: str, library: frozenset[str], analyzer: Analyzer) -> Wording:
    language = question_language(text, library)
    text = searched(text, language)
    terms = analyzer.question_terms(text, language)
    others = library - {language}
    variants = analyzer.variants(text, language, others) if others else {}
    if language in library or not others:
        return Wording(language, terms, variants)
    # Stop words of the library's languages tell nothing either: those of the question's may not be known.
    common = analyzer.common_terms(others)
    spelled = {term for other in others for term in analyzer.terms(text, other)} - common
    kept = {variant: term for variant, term in variants.items() if variant not in common}
    return Wording(language, terms, kept, frozenset(terms) - spelled)


def is_lone_word(text: str, words: Wording, weights: Mapping[str, float], analyzer: Analyzer) -> bool:
    """Tell whether the news holds only one of a question's words, and that is neither a name nor a number.

    Of "Qui a gagné les élections aux États-Unis ?" English news may share the word "elections" alone, which
    says nothing about whose. A name leads further: "Quand a commencé l'Exposition universelle d'Osaka ?".
    """
    if len(weights) != 1 or len(words.terms) == 1:
        return False
    telling = [word for word in _WORD.findall(text) if not word.islower()]
    return not weights.keys() & set(analyzer.terms(" ".join(telling), words.language))


def library_languages(index: PassageIndex) -> frozenset[str]:
    """Return the codes of the languages of the passages that an index holds."""
    terms = _language_terms()
    counted = index.document_frequency(terms)
    return frozenset(code for term, code in terms.items() if counted[term])


@cache
def _language_terms() -> dict[str, str]:
    """Return the term of each language that an index may hold → its code."""
    return {language_term(code): code for code in sorted(KNOWN.union(languages()))}
