"""Escapes text so that Discord shows it exactly as it is written.

Discord has no markup for plain text, so every character that could start markup is escaped. The rules are
those of its client, a fork of simple-markdown: a backslash before anything but a letter, a digit or white
space is not shown and takes away the meaning of the next character. Before a letter, a digit or white space
it is shown, so none is put there, and so it is anywhere in the label of a link.

`discord.utils.escape_markdown` does not escape ordered lists, mentions, timestamps and every second link of a
line, and damages a quote in which a line starts with "-".
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from index import public_address

_BACKSLASH = "\\"

# Characters that start markup anywhere in a line. "<" opens mentions, timestamps, custom emoji, commands and
# <https://…>. A colon before a visible character opens :smile: and is part of every address scheme. "]("
# makes a link even behind a backslash, because the rule for links ignores escapes: an earlier "[" could end
# there.
_ANYWHERE = re.compile(r"[\\*_~`|\[\]<@]|:(?=\S)|(?<=\])\(")

# Characters that start markup at the start of a line only: headings, lists, numbered lists, quotes, "-# "
# small print. Everything that a Discord client may take for a line break counts as one.
_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_LINE_START = re.compile(rf"((?:\A|(?<=[{_BREAKS}]))[^\S{_BREAKS}]*\d*)([-+#>.)])")

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_LINE_BREAK = re.compile(r"(\r\n|\r|\n)")

# Characters that would end a link's address early or close bold type around it, or that no address may
# contain.
_NOT_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f()\[\]<>\"\\`|*]")
_WEB_ADDRESS = re.compile(r"https?://[^\s/]", re.IGNORECASE)

# In the label of a link Discord shows backslashes instead of obeying them. So what would end a label, or be
# more than a character in it, is replaced by a character that looks like it. Brackets always are, because
# clients count them differently; a mark that works in pairs only where there are as many of it.
_NO_LABEL = str.maketrans({"[": "(", "]": ")", "\\": "\N{SET MINUS}"})
_PAIRED = {
    ":": (2, "\N{RATIO}"),
    "*": (2, "\N{ASTERISK OPERATOR}"),
    "_": (2, "\N{MODIFIER LETTER LOW MACRON}"),
    "`": (2, "\N{MODIFIER LETTER GRAVE ACCENT}"),
    "~": (4, "\N{TILDE OPERATOR}"),
    "|": (4, "\N{LATIN LETTER DENTAL CLICK}"),
}
_OPENS = {
    re.compile(r"<(?=[@#:/\w])"): "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    re.compile(r":(?=/)"): "\N{RATIO}",
    re.compile(r"@(?=everyone|here)"): "\N{FULLWIDTH COMMERCIAL AT}",
}
# Not shown, and no white space: what follows it is not at the start of a line any more.
_WORD_JOINER = "\N{WORD JOINER}"

# Text that is written from right to left moves what stands beside it on its line, unless it is isolated.
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATE, _END_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
# Marks that embed or isolate; one that is not closed would turn the rest of the line around.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")

# What belongs to the character before it: joiners, variation selectors, skin tones, tags of flags.
_JOINER = "\N{ZERO WIDTH JOINER}"
_ATTACHED = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
# The letters that make a flag in pairs.
_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))

TimeStyle = Literal["d", "D", "t", "T", "f", "F", "R"]


def escape(text: str, strong: Sequence[tuple[int, int]] = ()) -> str:
    """Return markdown that Discord shows as `text`, character for character.

    `strong` are spans (start and end, in characters), ordered and disjoint, to be shown in bold type. A span
    that contains a line break is not.
    """
    edges = _bold_edges(text, strong)
    active = {found.start() for found in _ANYWHERE.finditer(text)}
    active |= {found.start(2) for found in _LINE_START.finditer(text)}
    for edge in edges:
        # For Discord, bold type starts a line. A colon before white space starts no markup, but before the
        # asterisks of bold type it does.
        active |= {edge + found.start(2) for found in [_LINE_START.match(text[edge:])] if found}
        active |= {edge - 1} if text[edge - 1 : edge] == ":" else set()
    shown = (f"{'**' * (i in edges)}{_BACKSLASH * (i in active)}{char}" for i, char in enumerate(text))
    return "".join(shown) + "**" * (len(text) in edges)


def _bold_edges(text: str, strong: Sequence[tuple[int, int]]) -> set[int]:
    """Return where bold type starts and ends. Discord ignores asterisks beside white space."""
    edges: set[int] = set()
    for start, end in strong:
        part = text[start:end]
        if part and part == part.strip() and not any(char in _BREAKS for char in part):
            edges ^= {start, end}  # an edge of two spans that touch is none: the bold type goes on
    return edges


def unescape(markdown: str) -> str:
    """Return what Discord shows for escaped text: the inverse of `escape`."""
    return _ESCAPED.sub(r"\1", markdown)


def block_quote(text: str, strong: Sequence[tuple[int, int]] = ()) -> str:
    """Return `text` as a quote block that shows every line of it, empty ones included; see `escape`."""
    return "> " + _LINE_BREAK.sub(r"\1> ", escape(text, strong))


def struck(text: str) -> str:
    """Return `text` as a quote block that is struck through, line by line."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(f"> ~~{escape(line)}~~" if line else "> " for line in lines)


def bold(text: str) -> str:
    """Return `text` escaped, on one line and in bold type; empty where it is blank."""
    return f"**{plain(text)}**" if _one_line(text) else ""


def link(label: str, url: str) -> str:
    """Return a link to `url` that is shown as `label`; only the label where a browser could not open `url`.

    What looks secret in the address is left out.

    Characters of the label that would be markup are replaced by ones that look like them. A label that
    contains an address is not linked: Discord takes such links for fraud and shows their markdown.
    """
    label, url = _one_line(label), public_address(url)
    if not label or "://" in label or not _WEB_ADDRESS.match(url):
        return plain(label)
    address = _NOT_IN_ADDRESS.sub(lambda found: quote(found[0], safe=""), url)
    return f"[{isolated(_label(label))}]({address})"


def _label(text: str) -> str:
    """Return text without what would be markup in the label of a link."""
    text = text.translate(_NO_LABEL)
    for mark, (enough, instead) in _PAIRED.items():
        if text.count(mark) >= enough:
            text = text.replace(mark, instead)
    for opening, instead in _OPENS.items():
        text = opening.sub(instead, text)
    # A single asterisk begins a list there, too; elsewhere it is escaped wherever it stands.
    return _WORD_JOINER + text if _LINE_START.match(text) or text.startswith("*") else text


def plain(text: str) -> str:
    """Return `text` escaped and on one line, so that it does not move what stands beside it."""
    return isolated(escape(_one_line(text)))


def isolated(text: str) -> str:
    """Return a text so that its direction does not change the order of what stands beside it."""
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return f"{_ISOLATE}{text}{_END_ISOLATE}"
    return text


def timestamp(moment: datetime, style: TimeStyle = "f") -> str:
    """Return markdown for a moment, which Discord shows in each reader's language and time zone.

    The style "R" is the distance from now: "2 days ago".
    """
    return f"<t:{int(moment.timestamp() // 1)}:{style}>"


def length(text: str) -> int:
    """Return the length of `text` in UTF-16 units, the larger of the two counts that Discord uses."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int) -> str:
    """Return `text` escaped, on one line and no longer than `limit`, ending in "…" where it was shortened."""
    text = _one_line(text)
    escaped, kept = escape(text), min(len(text), limit)
    while length(escaped) > limit:
        escaped = escape(beginning(text, kept)) + "…"
        # Escaping at most doubles a character, so half of the excess is about what has to go.
        kept -= max(1, (length(escaped) - limit) // 2)
    return escaped


def beginning(text: str, limit: int) -> str:
    """Return at most the first `limit` characters of a text, without half an emoji or accented letter."""
    while 0 < limit < len(text) and _is_attached(text, limit):
        limit -= 1
    return text[:limit].rstrip()


def _is_attached(text: str, place: int) -> bool:
    """Return whether the character at a place is shown together with the one before it."""
    char = text[place]
    if _ATTACHED.match(char) or unicodedata.combining(char) or text[place - 1] == _JOINER:
        return True
    before = place
    while char in _FLAG_LETTERS and before > 0 and text[before - 1] in _FLAG_LETTERS:
        before -= 1
    return (place - before) % 2 == 1


def _one_line(text: str) -> str:
    return " ".join(_DIRECTIONS.sub("", text).split())
