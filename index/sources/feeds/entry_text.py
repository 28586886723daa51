"""The text of an entry: its paragraphs without what surrounds them, and whether it is cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.sources.feeds.furniture import (
    drop_furniture,
    invites,
    is_list_of_links,
    trails_off,
    without_furniture,
    without_invitation,
)
from index.sources.markup import decoded, fragment, text_of, tidy
from index.text.length import content_length, is_dense
from index.text.normalize import canonical_text

# Nothing but these is what link collections write: Hacker News' and lobste.rs' figures, Reddit's signature.
_COLLECTED = re.compile(
    r"(?:article url|comments url|url|link|points|score|# ?comments|comments|votes)\s*:.{0,2000}"
    r"|submitted by\s.{0,300}|\[(?:link|comments)\]|(?:comments|discuss(?:ion)?|permalink)|\d+ (?:points?"
    r"|comments?)\b.{0,60}"
    r"|https?://\S+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
# Words that a text must say beside its headline, or it only repeats that.
NEW_WORDS = 4


@dataclass(frozen=True, slots=True)
class EntryText:
    """A text, and whether it is cut off before its end."""

    text: str
    cut: bool


def entry_text(markup: str) -> EntryText:
    """Return the text of an entry that is given as HTML, without its publisher's furniture."""
    root = fragment(markup)
    if root is None:
        return plain_text(decoded(markup))
    below = drop_furniture(root)
    if is_list_of_links(root):
        return EntryText("", False)
    return _ended(text_of(root), below)


def plain_text(text: str) -> EntryText:
    """Return the text of an entry that is given as plain text; its brackets and ampersands are words."""
    return _ended(tidy(text))


def _ended(whole: str, below: Sequence[str] = ()) -> EntryText:
    """Return a text without the furniture at its end; `below` are lines that stood there and are gone.

    One of those that invites to read more tells that the text is an excerpt, though it ends with a sentence.
    """
    text = without_furniture(whole)
    below = [*below, *whole[len(text) :].split("\n")]
    if all(_COLLECTED.fullmatch(line.strip()) for line in text.split("\n") if line.strip()):
        return EntryText("", False)
    cut = trails_off(text) or any(map(invites, below))
    return EntryText(canonical_text(without_invitation(text) if cut else text), cut)


def only_repeats(text: str, *lines: str) -> bool:
    """Tell whether a text says nothing beside given lines, such as its headline and its outlet."""
    known = {word for line in lines for word in _words(line)}
    if is_dense(text):
        return content_length("".join(_words(text))) <= content_length("".join(lines)) and bool(text)
    return len([word for word in _words(text) if word not in known]) < NEW_WORDS


def first_words(text: str, most: int = 100) -> str:
    """Return a headline for a text that has none: its first sentence, or as many whole words as fit."""
    line = " ".join(text.split("\n", 1)[0].split())
    end = re.match(r".{15,100}?[.!?。！？]{1,9}+[\"'”’»)]{0,9}+(?=\s|$)|.{5,100}?[。！？]", line[: most + 1])
    if end and len(end[0]) <= most:
        return end[0].strip()
    if len(line) <= most:
        return line
    cut = line[:most].rpartition(" ")[0] or line[:most]
    return f"{cut.rstrip(' ,;:–—-')} …"


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
