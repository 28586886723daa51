"""What Discord and the terminal say alike of an answer: its words, who says them, how sure the bot is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.text.language import _, number
from index import Answer, AnswerWords

# Words that are longer are no answer at a glance: the quote says it better.
MAX_WORDS = 120
# How many outlets that agree are named; the others are counted.
MAX_OUTLETS = 2

# From which confidence on an answer is called very or fairly sure.
VERY_SURE, FAIRLY_SURE = 0.85, 0.65


def words_of(answer: Answer) -> list[AnswerWords]:
    """Return the words that answer, and those of an outlet that differs; none where any are too long."""
    found = [words for words in (answer.words, answer.differing) if words]
    return found if answer.words and all(len(words.text) <= MAX_WORDS for words in found) else []


def outlets_named(names: Sequence[str]) -> str:
    """Return the first outlets by name, and how many more there are."""
    outlets, more = ", ".join(names[:MAX_OUTLETS]), len(names) - MAX_OUTLETS
    if more > 0:
        return _("{outlets} and {count} more").format(outlets=outlets, count=number(more))
    return outlets


def how_sure(confidence: float) -> str:
    """Return in words how sure the bot is that the quotes answer the question."""
    if confidence >= VERY_SURE:
        return _("very sure")
    return _("fairly sure") if confidence >= FAIRLY_SURE else _("not very sure")
