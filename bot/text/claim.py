"""Takes the claim out of a Discord message as plain text, to search for reports on it."""

from __future__ import annotations

import re

# Characters. Only the beginning of a longer message is taken: the embedding model reads about as many, and
# quotes are seldom longer.
MAX_CLAIM = 600

# Mentions, custom emoji, timestamps, commands and addresses: no words to search for.
_TOKENS = re.compile(r"<(?:[@#&!:/]|a:|t:|id:)[^>\n]{1,100}>|<?https?://\S+|@everyone|@here")
_LINK = re.compile(r"\[([^\[\]\n]++)\]\([^\s\[)]++\)")
_MARKUP = re.compile(r"^[^\S\n]*+(?:>>>|>|-#|#{1,3})\s++|[*_~`|\\]", re.MULTILINE)
_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"]{12,})[”“»\"]")
_BLOCK = re.compile(r"^[^\S\n]*+>(?:>>)?\s++(.+)$", re.MULTILINE)


def claim(content: str) -> str:
    """Return the words of a message without markup, on one line; empty where it has no letter or digit."""
    plain = _MARKUP.sub("", _TOKENS.sub(" ", _LINK.sub(r"\1", content)))
    text = " ".join(plain.split())
    if len(text) > MAX_CLAIM:
        text = text[:MAX_CLAIM].rpartition(" ")[0] or text[:MAX_CLAIM]
    return text if any(char.isalnum() for char in text) else ""


def quoted_claim(content: str) -> str:
    """Return the words that a message quotes: its quote blocks, else its longest words in quotation marks.

    Where it has neither, all its words.
    """
    if blocks := _BLOCK.findall(content):
        return claim(" ".join(blocks))
    marked: list[str] = _QUOTED.findall(_TOKENS.sub(" ", content))
    return claim(max(marked, key=len, default=content))
