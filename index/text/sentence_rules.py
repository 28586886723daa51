"""What a language adds to the splitting of sentences. `index.text.sentences` applies it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentenceRules:
    """What tells the end of a sentence from other full stops, in one language.

    `code` is the language's ISO 639 code, by which sentencex chooses its own rules; it knows some 300.
    Words and abbreviations are in lower case, abbreviations without their last stop.
    """

    code: str
    # Abbreviations that never end a sentence, because a name or a number follows them.
    before_name: frozenset[str] = frozenset()
    # Abbreviations that end a sentence where one of `starters` follows: "U.S. officials" goes on, and "in the
    # U.S. The law" does not.
    either_way: frozenset[str] = frozenset()
    # Words that begin sentences and are no names.
    starters: frozenset[str] = frozenset()
    # How a sentence goes on behind quoted speech, where the language has no small letters to tell it by.
    continues: tuple[str, ...] = ()
    # Whether "5." is how the language writes "the 5th".
    ordinals: bool = False


# The rules of a language that is not known.
PLAIN = SentenceRules("en")
