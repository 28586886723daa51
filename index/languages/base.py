"""What the library has to know of a language, as one value. A folder beside this file makes one."""

from __future__ import annotations

from dataclasses import dataclass

from index.text.sentence_rules import SentenceRules


@dataclass(frozen=True, slots=True)
class Language:
    """One language that the library reads: its code (ISO 639-1) and its rules.

    `stop_words` are words that say nothing about what a question is about, as the word index writes them: in
    lower case, without accents.
    """

    code: str
    sentences: SentenceRules
    stop_words: frozenset[str]
