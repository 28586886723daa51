"""Text shown on Discord exactly as it is written.

Discord has no way to say "this is plain text", so every character that could start something is escaped.
The rules are those of its client, a fork of simple-markdown: a backslash before anything but a letter, a
digit or white space disappears and takes the meaning of the next character with it; before those it is
shown, so it is never put there. `discord.utils.escape_markdown` leaves ordered lists, mentions, timestamps
and every second link of a line alive, and damages a quote in which a line starts with "-".
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import quote

_BACKSLASH = "\\"

# Active wherever they stand. "<" opens mentions, timestamps, custom emoji, commands and <https://…>. A
# colon before a visible character opens :smile: and is part of every address scheme. "](" is a link even
# behind a backslash, because the link rule looks for these two characters without regard to escapes: an
# earlier "[" of our own could end there.
_ANYWHERE = re.compile(r"[\\*_~`|\[\]<@]|:(?=\S)|(?<=\])\(")

# Active at the start of a line only: headings, lists, numbers of lists, quotes, "-# " small print. All the
# characters that any client could take for a line break count.
_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_LINE_START = re.compile(rf"((?:\A|(?<=[{_BREAKS}]))[^\S{_BREAKS}]*\d*)([-+#>.)])")

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_LINE_BREAK = re.compile(r"(\r\n|\r|\n)")

# What would end a link's address early or close the bold type around it, or is no part of an address at all.
_NOT_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f()\[\]<>\"\\`|*]")
_WEB_ADDRESS = re.compile(r"https?://[^\s/]", re.IGNORECASE)

# The link rule finds the end of a label by counting brackets, one level deep.
_PAIRED_BRACKETS = re.compile(r"(?:[^\[\]]|\[[^\[\]]*\])*")

TimeStyle = Literal["d", "D", "t", "T", "f", "F", "R"]


def escape(text: str, strong: Sequence[tuple[int, int]] = ()) -> str:
    """Return markdown that Discord shows as `text`, character for character.

    The spans in `strong`, ordered and disjoint, are shown in bold type, unless a line break lies in one.
    """
    edges = _bold_edges(text, strong)
    active = {found.start() for found in _ANYWHERE.finditer(text)}
    active |= {found.start(2) for found in _LINE_START.finditer(text)}
    for edge in edges:
        # What begins bold type begins a line for Discord; and a colon before white space is quiet, but not
        # before our asterisks.
        active |= {edge + found.start(2) for found in [_LINE_START.match(text[edge:])] if found}
        active |= {edge - 1} if text[edge - 1 : edge] == ":" else set()
    shown = (f"{'**' * (i in edges)}{_BACKSLASH * (i in active)}{char}" for i, char in enumerate(text))
    return "".join(shown) + "**" * (len(text) in edges)


def _bold_edges(text: str, strong: Sequence[tuple[int, int]]) -> set[int]:
    """Return where bold type begins and ends; asterisks beside white space would not be taken for it."""
    edges: set[int] = set()
    for start, end in strong:
        part = text[start:end]
        if part and part == part.strip() and not any(char in _BREAKS for char in part):
            edges ^= {start, end}  # where two spans touch, the bold type just goes on
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
    return f"**{escape(_one_line(text))}**" if text.strip() else ""


def link(label: str, url: str) -> str:
    """Return a link to `url` that is shown as `label`; only the label where a browser could not open it.

    A label with brackets that do not pair gets round ones, because Discord would not find its end; one that
    contains an address is not linked at all, because Discord suspects fraud and would show the raw text.
    """
    label = _one_line(label)
    if not label or "://" in label or not _WEB_ADDRESS.match(url):
        return escape(label)
    if not _PAIRED_BRACKETS.fullmatch(label):
        label = label.replace("[", "(").replace("]", ")")
    return f"[{escape(label)}]({_NOT_IN_ADDRESS.sub(lambda found: quote(found[0], safe=''), url)})"


def timestamp(moment: datetime, style: TimeStyle = "f") -> str:
    """Return a moment that every reader sees in their own language and time zone; "R" is "2 days ago"."""
    return f"<t:{int(moment.timestamp() // 1)}:{style}>"


def length(text: str) -> int:
    """How long Discord may find `text`: in UTF-16 units, the larger of the two counts that it uses."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int) -> str:
    """Return `text` escaped, on one line and no longer than `limit`, ending in "…" where it was shortened."""
    text = _one_line(text)
    escaped, kept = escape(text), min(len(text), limit)
    while length(escaped) > limit:
        escaped = escape(text[:kept].rstrip()) + "…"
        # Halving the excess cannot overshoot by much: escaping at most doubles a character.
        kept -= max(1, (length(escaped) - limit) // 2)
    return escaped


def _one_line(text: str) -> str:
    return " ".join(text.split())
