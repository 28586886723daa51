"""What a message claims, as plain text: what is searched for when somebody asks whether it was reported."""

from __future__ import annotations

import re

# Of a longer message the beginning counts: a model reads no more, and a quote is seldom longer.
MAX_CLAIM = 600

# Mentions, custom emoji, timestamps, commands, and addresses say nothing that could be searched for.
_TOKENS = re.compile(r"<(?:[@#&!:/]|a:|t:|id:)[^>\n]{1,100}>|<?https?://\S+|@everyone|@here")
_LINK = re.compile(r"\[([^\]\n]+)\]\(\S+?\)")
_MARKUP = re.compile(r"^\s*(?:>>>|>|-#|#{1,3})\s+|[*_~`|\\]", re.MULTILINE)
_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"]{12,})[”“»\"]")
_BLOCK = re.compile(r"^\s*>(?:>>)?\s+(.+)$", re.MULTILINE)


def claim(content: str) -> str:
    """Return what a message says, without markup, on one line; empty where it says nothing in words."""
    plain = _MARKUP.sub("", _TOKENS.sub(" ", _LINK.sub(r"\1", content)))
    text = " ".join(plain.split())
    if len(text) > MAX_CLAIM:
        text = text[:MAX_CLAIM].rpartition(" ")[0] or text[:MAX_CLAIM]
    return text if any(char.isalnum() for char in text) else ""


def quoted_claim(content: str) -> str:
    """Return what a message quotes: its longest words in quotation marks, else its quote block, else all."""
    if blocks := _BLOCK.findall(content):
        return claim(" ".join(blocks))
    marked: list[str] = _QUOTED.findall(_TOKENS.sub(" ", content))
    return claim(max(marked, key=len, default=content))
