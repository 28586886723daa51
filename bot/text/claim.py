"""Takes the claim out of a Discord message as plain text, to search for reports on it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.text.conversation import is_small_talk, without_greeting

# Characters. Only the beginning of a longer text is taken: the embedding model reads about as many, and
# quotes are seldom longer.
MAX_CLAIM = 600
# A message of more words than these has its claim picked out of it.
LONG = 20
# A headline has so many words; a title of fewer ("Breaking") needs the text below it.
HEADLINE = 4

# Mentions, custom emoji, timestamps, commands and addresses: no words to search for.
_TOKENS = re.compile(r"<(?:[@#&!:/]|a:|t:|id:)[^>\n]{1,100}>|<?https?://\S+|@everyone|@here")
_LINK = re.compile(r"\[([^\[\]\n]++)\]\([^\s\[)]++\)")
_MARKUP = re.compile(r"^[^\S\n]*+(?:>>>|>|-#|#{1,3})\s++|[*_~`|\\]", re.MULTILINE)
_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"]{12,})[”“»\"]")
_BLOCK = re.compile(r"^[^\S\n]*+>(?:>>)?\s++(.+)$", re.MULTILINE)

_MENTION = re.compile(r"<(@[!&]?|#)(\d{1,20})>")
_TIME = re.compile(r"<t:(-?\d{1,12})(?::[a-zA-Z])?>")
_EMOJI = re.compile(r"<a?:\w{1,32}:\d{1,20}>")
_COMMAND = re.compile(r"</([^:>\n]{1,100}):\d{1,20}>")

_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?。！？]+(?!\s|$)[^.!?。！？\n]+)*[.!?。！？]*")
_NUMBER = re.compile(r"\d")
_NAME = re.compile(r"(?<=\s)[A-ZÀ-Þ][\w’'-]+|[ァ-ヿ]{2,}|[一-鿿]{2,}")
# Sentences with these are about the writer and the readers, not about the news.
_PERSONAL = re.compile(
    r"\b(?:i|i['’](?:m|ve|d)|my|me|we|you|your|guys|folks|everyone|please|thoughts|lol|hi|hello|hey"
    r"|good morning"
    r"|ich|mir|mich|mein\w*|wir|ihr|euch|leute|hallo|moin|bitte|je|j['’]\w+|mon|ma|mes|nous|vous|bonjour|salut"
    r"|yo|mi|mis|nosotros|ustedes|chicos|hola)\b|皆さん|みなさん|みんな|私|僕|俺|こんにちは|おはよう",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The texts of a message, each kind in the order of the message.

    `embeds` has the title, the description and the fields of each embed: a link's preview is one.
    """

    content: str = ""
    forwarded: Sequence[str] = ()
    embeds: Sequence[Sequence[str]] = ()
    components: Sequence[str] = ()
    poll: Sequence[str] = ()
    pictures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in a message stand for, each by its id."""

    people: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)
    channels: Mapping[int, str] = field(default_factory=dict)


def with_names(content: str, names: Names) -> str:
    """Return a text with names in place of ids, and days in place of timestamps.

    What has no name here is left out, as a server's own emoji are: an id says nothing about the news.
    """
    tables = {"@": names.people, "@!": names.people, "@&": names.roles, "#": names.channels}
    named = _MENTION.sub(lambda found: f" {tables[found[1]].get(int(found[2]), '')} ", content)
    return _EMOJI.sub(" ", _COMMAND.sub(r"/\1", _TIME.sub(_day, named)))


def _day(found: re.Match[str]) -> str:
    try:
        return f"{datetime.fromtimestamp(int(found[1]), UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return " "


def claim_of(parts: Parts) -> str:
    """Return what a message claims: its own words, or where these only point at something, what that says.

    That is the message that it forwards, the headline of a link's preview, its components, its poll, or the
    description of its pictures. Empty where nothing has words.
    """
    own = claim(_picked(parts.content))
    if own and not is_small_talk(own):
        pointed = next(_pointed_at(parts), "") if len(own.split()) < HEADLINE else ""
        return pointed or own
    return next(_pointed_at(parts), own)


def _pointed_at(parts: Parts) -> Iterator[str]:
    """Yield the claims of all that a message holds beside its own words."""
    texts = [*map(_picked, parts.forwarded), *map(_headline, parts.embeds)]
    texts += [_picked("\n".join(parts.components)), " ".join(parts.poll), *parts.pictures]
    yield from (found for text in texts if (found := claim(text)))


def _headline(embed: Sequence[str]) -> str:
    """Return the title of an embed, with what is below it where that is no headline."""
    title, *rest = embed or ("",)
    return title if len(claim(title).split()) >= HEADLINE else _picked("\n".join([title, *rest]))


def _picked(content: str) -> str:
    """Return the sentences of a long text that claim something, in order; a short text without greeting.

    A sentence claims something where it has numbers and names, and is not about the writer or the readers.
    """
    content = without_greeting(content)
    if len(content.split()) <= LONG and len(content) <= MAX_CLAIM:
        return content
    plain = _MARKUP.sub("", _TOKENS.sub(" ", _LINK.sub(r"\1", content)))
    sentences = [found[0].strip() for found in _SENTENCE.finditer(plain)]
    weights = [_weight(sentence) for sentence in sentences]
    most = max(weights, default=0.0)
    if most <= 0:
        return content
    return " ".join(
        sentence for sentence, weight in zip(sentences, weights, strict=True) if weight >= most * 0.6
    )


def _weight(sentence: str) -> float:
    names, numbers = len(_NAME.findall(sentence)), len(_NUMBER.findall(sentence))
    weight = min(names, 5) + 2 * min(numbers, 2) + min(len(sentence.split()), 12) / 12
    if _PERSONAL.search(sentence):
        weight /= 4
    return weight / 2 if sentence.rstrip().endswith(("?", "？")) else weight


def claim(content: str) -> str:
    """Return the words of a message without markup, on one line; empty where it has no letter or digit."""
    plain = _MARKUP.sub("", _TOKENS.sub(" ", _LINK.sub(r"\1", content)))
    text = " ".join(plain.split())
    if len(text) > MAX_CLAIM:
        text = text[:MAX_CLAIM].rpartition(" ")[0] or text[:MAX_CLAIM]
    return text if any(char.isalnum() for char in text) else ""


def quoted_claim(parts: Parts) -> str:
    """Return the words that a message quotes: its quote blocks, else its longest words in quotation marks.

    Where it has neither, all its words, and where it has no words of its own, those that it points at.
    """
    content = parts.content
    if blocks := _BLOCK.findall(content):
        return claim(" ".join(blocks))
    marked: list[str] = _QUOTED.findall(_TOKENS.sub(" ", content))
    if marked:
        return claim(max(marked, key=len))
    own = claim(content)
    return next(_pointed_at(parts), own) if is_small_talk(own) or not own else own
