"""What the library has to know of a language, as one value. A folder beside this file makes one."""

from __future__ import annotations

from dataclasses import dataclass

from index.languages.question_words import QuestionWords
from index.text.sentence_rules import SentenceRules


@dataclass(frozen=True, slots=True)
class Language:
    """One language that the library reads: its code (ISO 639-1) and its rules.

    `stop_words` are words that say nothing about what a question is about, as the word index writes them: in
    lower case, without accents. `questions` are its words for questions and times; a language without them is
    read all the same, and its questions are taken to name no time. English has rules of its own.
    """

    code: str
    sentences: SentenceRules
    stop_words: frozenset[str]
    questions: QuestionWords | None = None
