"""The words of a question, as search compares them with news in several languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.languages.detect import question_language
from index.languages.questions import searched
from index.languages.registry import languages
from index.search.analyzer import KNOWN, Analyzer, language_term
from index.search.base import PassageIndex
from index.search.bm25 import idf


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
    library = library_languages(index)
    language = question_language(text, library)
    text = searched(text, language)
    analyzer: Analyzer = index.analyzer
    terms = analyzer.question_terms(text, language)
    others = library - {language}
    return Wording(language, terms, analyzer.variants(text, language, others) if others else {})


def library_languages(index: PassageIndex) -> frozenset[str]:
    """Return the codes of the languages of the passages that an index holds."""
    known = KNOWN.union(languages())
    counted = index.document_frequency(map(language_term, sorted(known)))
    return frozenset(code for code in known if counted[language_term(code)])
