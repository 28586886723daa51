"""Decides what a message to the bot means. Pure: nothing here knows Discord.

The bot sees messages that mention it (or its role), messages that reply to it, and direct messages. People
thank, laugh and greet there as well, and ask whether what another person wrote is true; a card of quotes is
right for questions alone. Words that are no part of a question are in `bot.text.phrases`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.text.phrases import (
    AROUND,
    ASKING,
    CHATTER,
    CHECK,
    HELP,
    LEANING,
    MISSED,
    STANDING,
    THANKS,
    all_of,
    listed,
    simplified,
)
from index import in_context, written_in


class Meaning(StrEnum):
    """What a message asks for."""

    ANSWER = "answer"  # the words are a question of their own
    CONTINUE = "continue"  # a question that is understood together with what it replies to
    CLAIM = "claim"  # whether what a person wrote is reported
    SOURCES = "sources"  # where the bot's own answer is from
    MISSED = "missed"  # what was reported since this person was here last
    HELP = "help"
    REACTION = "reaction"  # thanks: an emoji is enough
    SILENCE = "silence"


class Target(StrEnum):
    """What a message replies to."""

    NOTHING = "nothing"
    ANSWER = "answer"  # an answer of the bot
    BOT = "bot"  # anything else that the bot wrote
    MESSAGE = "message"  # what a person, or another bot, wrote


@dataclass(frozen=True, slots=True)
class Said:
    """A message to the bot. `words` are without mentions of it; ids of people and places are names already.

    `named`: the bot or its role is mentioned in the text, or the message is a direct one. Without that, it is
    here only because Discord mentions the author of a message that is replied to. `goes_on`: it stands in a
    thread on an answer, or in a direct conversation in which a question was answered not long ago.
    """

    words: str
    named: bool = True
    target: Target = Target.NOTHING
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message means, and its words without greeting: what is searched for."""

    meaning: Meaning
    words: str = ""


# Words of a message that answers the bot without a question mark: longer ones are a comment.
MAX_BARE = 6
# A question of at least this many words stands by itself, although it leans on what was said before.
STANDS = 9
# In languages without rules of their own: a question of so many words may leave something out. Of the one
# before it, at most so many words are kept, of more letters than this.
SHORT, MAX_KEPT, MIN_KEPT = 5, 10, 3

_THANKS = all_of(THANKS, AROUND, CHATTER)
_CHATTER = all_of(CHATTER, AROUND)
_HELP = all_of(HELP, AROUND)
_CHECK = all_of(CHECK, AROUND, CHATTER)
_MISSED = all_of(MISSED, AROUND)
_WORDS = {table: all_of(table) for table in (THANKS, HELP, CHECK, MISSED)}
_ASKING = listed(ASKING)

# Faces made of signs, and laughter of any length.
_NO_WORDS = re.compile(
    r"<3+|[:;=x]['-]?[()dpo3/|]+(?=\s|$)|\b(?:ha|he|hi|ja|je|ah){2,}[hj]?\b", re.IGNORECASE
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|yo|good (?:morning|evening|afternoon)|hallo|moin|guten (?:morgen|tag|abend)"
    r"|servus|bonjour|salut|bonsoir|coucou|hola|buenas(?: tardes)?|buenos días|こんにちは|こんばんは"
    r"|おはようございます)"
    r"(?:\s+(?:there|all|everyone|bot|newsbot|zusammen|à tous|a todos))?"
    r"(?:\s*[,.!?;:、。！…–-]+\s*(?=\w)"
    r"|\s+(?=(?:who|what|when|where|why|how|is|are|did|do|does|can|was|wer|wie|wann|wo|qui|que|quién)\b))",
    re.IGNORECASE,
)
_ASKED_TO_CHECK = re.compile(
    r"^\W*(?:please\s+|can you\s+)?(?:fact[ -]?check(?: this)?|faktencheck|verify(?: this)?|is it true that"
    r"|vérifie|verifica|ファクトチェック)\s*[:：,-]\s*(?=\w)",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    r"^(?:i|im|ive|id|we|you|youre|thats|that is|that was|this is|this was|its|it is|lol|wow|haha|omg|thanks"
    r"|thank|good|great|nice|ok|okay|yes|no|not|never|ich|du|das ist|das war|danke|je|tu|merci|cest|yo|tú"
    r"|gracias|eso es)\b"
)
_WORD = re.compile(r"[^\W_]+")
_QUESTION_MARK = re.compile(r"[?？¿]|か[。.！!]*$")


def understand(said: Said) -> Understood:
    """Return what a message means. The first case that fits counts."""
    simple = simplified(_NO_WORDS.sub(" ", said.words))
    meaning = _meaning_of_phrases(said, simple)
    if meaning is None:
        words = " ".join(_ASKED_TO_CHECK.sub("", without_greeting(said.words)).split())
        meaning = _meaning_of_question(said, words)
        if meaning is not Meaning.SILENCE:
            return Understood(meaning, words)
    return Understood(meaning)


def _meaning_of_phrases(said: Said, simple: str) -> Meaning | None:
    """Return what a message means that consists of known phrases alone; None for any other."""
    if not simple:
        return _meaning_of_nothing(said)
    if _MISSED.fullmatch(simple) and _has(MISSED, simple):
        return Meaning.MISSED
    checks = bool(_CHECK.fullmatch(simple)) and _has(CHECK, simple)
    if checks and (said.target is not Target.NOTHING or not _CHATTER.fullmatch(simple)):
        return _meaning_of_check(said, simple)
    if _HELP.fullmatch(simple) and _has(HELP, simple):
        return Meaning.HELP
    if _THANKS.fullmatch(simple):
        return Meaning.REACTION if _has(THANKS, simple) else Meaning.SILENCE
    return None


def _meaning_of_nothing(said: Said) -> Meaning:
    """Return what a message of no words means: only the mention, emoji, or a question mark."""
    asks = bool(_QUESTION_MARK.search(said.words))
    if said.target is Target.MESSAGE:
        return Meaning.CLAIM
    if said.target is Target.ANSWER and not said.words.strip():
        return Meaning.HELP if said.named else Meaning.SILENCE
    if said.words.strip() and not asks:
        return Meaning.SILENCE
    return Meaning.HELP


def _meaning_of_check(said: Said, simple: str) -> Meaning:
    if said.target is Target.ANSWER:
        # "true" and "really" are said to an answer as often as asked about it.
        chatter = _CHATTER.fullmatch(simple) and not _QUESTION_MARK.search(said.words)
        return Meaning.SILENCE if chatter else Meaning.SOURCES
    return Meaning.CLAIM


def _meaning_of_question(said: Said, words: str) -> Meaning:
    simple = simplified(words)
    if said.target in (Target.ANSWER, Target.BOT) and not said.named and not _is_question(words, simple):
        return Meaning.SILENCE
    if said.target is Target.ANSWER:
        return Meaning.CONTINUE
    if (said.goes_on or said.target is Target.MESSAGE) and leans(words):
        return Meaning.CONTINUE
    return Meaning.ANSWER


def _is_question(words: str, simple: str) -> bool:
    """Return whether a message that Discord alone addressed to the bot asks for something."""
    if _QUESTION_MARK.search(words):
        return True
    first, _, rest = simple.partition(" ")
    if first in _ASKING or f"{first} {rest.partition(' ')[0]}" in _ASKING:
        return True
    if any(simple.startswith(word) for word in _ASKING if not word.isascii() and len(simple.split()) == 1):
        return True
    return not _COMMENT.match(simple) and len(simple.split()) <= MAX_BARE and "!" not in words


def without_greeting(words: str) -> str:
    """Return a message without the greeting that it begins with."""
    return _GREETING.sub("", words)


def is_small_talk(words: str) -> bool:
    """Return whether words say nothing about the news: "wtf", "is this real?", "thanks"."""
    simple = simplified(_NO_WORDS.sub(" ", words))
    return not simple or any(pattern.fullmatch(simple) for pattern in (_CHECK, _THANKS, _HELP))


def completed(words: str, before: str) -> str:
    """Return a question with what it needs of the question before it, so that it can be searched for.

    English has rules of its own. In other languages a short question, or one that leans on what was said,
    gets the longer words of the one before.
    """
    found = in_context(words, before)
    short = len(simplified(words).split()) <= SHORT
    if found != words or written_in(words) in (None, "en") or not (short or leans(words)):
        return found
    own = {word.casefold() for word in _WORD.findall(words)}
    kept = [word for word in _WORD.findall(before) if len(word) > MIN_KEPT and word.casefold() not in own]
    return " ".join([words.rstrip("?？!. "), *kept[:MAX_KEPT]]) + "?"


def leans(words: str) -> bool:
    """Return whether a question leans on what was said before it: "and who lost?", "when was that?"."""
    simple = simplified(words)
    return bool(LEANING.search(simple)) and not STANDING.search(simple) and len(simple.split()) < STANDS


def _has(table: str, simple: str) -> bool:
    """Return whether a phrase of a table is in a message, as whole words."""
    return any(
        _WORDS[table].match(simple, place)
        for place in range(len(simple))
        if place == 0 or simple[place - 1] == " " or not simple[place - 1].isascii()
    )
