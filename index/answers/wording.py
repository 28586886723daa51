"""The words of a question, as search compares them with news in several languages."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Wording:
    """A question's language, its distinct words as that language stems them, and what others make of these.

    `variants` maps the stem that another language of the library gives a word to the question's own.
    """

    language: str
    terms: Sequence[str]
    variants: Mapping[str, str] = field(default_factory=dict)

    @property
    def searched(self) -> list[str]:
        """All terms to search for."""
        return [*self.terms, *self.variants]

    def weights(self, index: PassageIndex) -> dict[str, float]:
        """Return the idf of each of the question's words, found in whatever form.

        Words of a language that the library does not have say nothing about its news: of them only those
        count that some passage holds, which are names, numbers and words that languages share.
        """
        found = index.document_frequency(self.searched)
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
    return Wording(language, terms, analyzer.variants(text, language, others) if others else {})


def library_languages(index: PassageIndex) -> frozenset[str]:
    """Return the codes of the languages of the passages that an index holds."""
    terms = _language_terms()
    counted = index.document_frequency(terms)
    return frozenset(code for term, code in terms.items() if counted[term])


@cache
def _language_terms() -> dict[str, str]:
    """Return the term of each language that an index may hold → its code."""
    return {language_term(code): code for code in sorted(KNOWN.union(languages()))}
