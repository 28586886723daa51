"""Splits text into sentences, as offsets.

A splitter with rules after the observations of Kiss and Strunk (2006, "Unsupervised Multilingual Sentence
Boundary Detection"): a full stop ends a sentence unless it closes an abbreviation, an initial or a number.
The published splitters that were tried either change the text or lose the offsets, which quotes are made of.
It works for any language that ends sentences with `.`, `!`, `?`, `…` or their full-width forms.
"""

import re
from collections.abc import Iterator

from index.text.spans import Span

# Part of the fingerprint (see `index.text.passages`): it grows whenever sentences are split otherwise.
VERSION = 1
# Characters of the longest sentence. What is longer is a list, a table or a text without stops, and is cut.
# Of 92,933 sentences of news the longest has 848.
MAX_CHARS = 2000

_PARAGRAPH = re.compile(r"\n(?:[^\S\n]*\n)+")
# Columns. A newline after a line of at least so many characters may be mere wrapping; a shorter line is a
# heading or a list entry. Measured on press releases and mails: wrapping at less than 60 columns is rare.
_WRAPPED_LINE = 60
_CLOSERS = "\"'”’»)\\]*"
# The time is linear in the length of any text, because the quantifiers are possessive (no backtracking) and a
# match begins only at the first of a run of stops.
_BOUNDARY = re.compile(rf"(?<![.!?…])(?P<stop>[.!?…]++)[{_CLOSERS}]*+(?=\s)|[。！？｡]+[」』”’）]*")
_NEXT_START = re.compile(r"\s++[\"'“‘«(\[¿¡*–—-]*+\s*+(?P<first>\S)")
_STOP_AT_END = re.compile(rf"[.!?…。！？][{_CLOSERS}」』）]*$")
_WORD = re.compile(r"[\w'’]+")
_LAST_WORD = re.compile(r"(?:^|[\s(\[\"'“‘—–-])([^\s(\[\"'“‘—–]+)$")

# Abbreviations that never end a sentence, because a name or a number follows them.
_BEFORE_NAME = frozenset(
    "mr mrs ms mx dr prof st sr jr rev hon gov sen rep gen col maj capt cmdr lt sgt cpl pvt adm pres vs v "
    "messrs mme mlle mt ft fr supt insp det atty dist amb sec no nos vol ch fig art op approx est ca cf "
    "e.g i.e viz al".split()
)
# Abbreviations that end a sentence only when the next word is one that begins sentences and is no name
# (`_STARTERS`): "U.S. officials" goes on, "in the U.S. The law" does not.
_EITHER_WAY = frozenset(
    "u.s u.k u.n e.u d.c l.a n.y u.s.a a.m p.m a.d b.c inc corp co ltd llc plc jan feb mar apr jun jul aug "
    "sep sept oct nov dec mon tue tues wed thu thurs fri sat sun ave blvd rd etc dept univ ph.d m.d b.a m.a "
    "calif fla tex mass pa conn ore wash mich minn wis ill ind ga va md ala ariz ark colo okla tenn kan ky "
    "neb nev mont".split()
)
_STARTERS = frozenset(
    "the a an he she it they we i you this that these those but and in on at for if when while after before "
    "as there here his her its their our my what who how why where however meanwhile earlier since so then "
    "according officials police no some many most more all both one also still yet".split()
)


def split_sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of `text`: ordered, disjoint, without surrounding white space.

    Every character that is not white space is in exactly one span. A heading or a caption is a span of its
    own; `is_whole` distinguishes it from a sentence. None is longer than `MAX_CHARS`.
    """
    return [sentence for block in split_blocks(text) for sentence in block]


def split_blocks(text: str) -> list[list[Span]]:
    """Return the spans of `split_sentences` by paragraph, list entry or heading; no group is empty."""
    blocks = (_split_block(text, block) for block in _blocks(text))
    return [block for block in blocks if block]


def is_whole(sentence: str) -> bool:
    """Return whether a text is a whole sentence: no heading, caption, list entry or sentence that is cut off.

    A whole sentence has at least four words and a stop at its end. In a script without spaces it has "。" and
    at least 8 characters.
    """
    words = sentence.split()
    if len(words) < 4 or not _STOP_AT_END.search(sentence):
        return "。" in sentence and len(sentence) >= 8
    first = sentence.lstrip("\"'“‘«([¿¡*–—- ")[:1]
    return not first.islower() and not sentence.endswith(("...", "…"))


def _blocks(text: str) -> list[Span]:
    """Return the spans of paragraphs, list entries and headings; no sentence reaches across their borders."""
    blocks, start = [], 0
    for gap in _PARAGRAPH.finditer(text):
        blocks.extend(_lines(text, Span(start, gap.start())))
        start = gap.end()
    blocks.extend(_lines(text, Span(start, len(text))))
    return blocks


def _lines(text: str, block: Span) -> list[Span]:
    """Cut a paragraph at its newlines, except where a newline only wraps a long line."""
    spans, start, line_start = [], block.start, block.start
    for newline in re.finditer(r"\n", text[block.start : block.end]):
        position = block.start + newline.start()
        line = text[line_start:position].strip()
        following = text[position + 1 : position + 4].lstrip()[:1]
        wrapped = len(line) >= _WRAPPED_LINE and line[-1:] not in ".!?:" and following.isalnum()
        if not wrapped:
            spans.append(Span(start, position))
            start = position + 1
        line_start = position + 1
    spans.append(Span(start, block.end))
    return spans


def _split_block(text: str, block: Span) -> list[Span]:
    spans, start = [], block.start
    for match in _BOUNDARY.finditer(text, block.start, block.end):
        if _ends_sentence(text, Span(start, block.end), match):
            spans.append(Span(start, match.end()))
            start = match.end()
    spans.append(Span(start, block.end))
    stripped = (_strip(text, span) for span in spans)
    return [part for span in stripped if span.start < span.end for part in _short(text, span)]


def _short(text: str, span: Span) -> Iterator[Span]:
    """Yield a sentence, or the parts of one that is too long, each cut behind a mark or at a space."""
    start, end = span
    while end - start > MAX_CHARS:
        cut = _cut(text, start, start + MAX_CHARS)
        yield _strip(text, Span(start, cut))
        start = _strip(text, Span(cut, end)).start
    if start < end:
        yield Span(start, end)


def _cut(text: str, start: int, limit: int) -> int:
    """Return where to cut a sentence that begins at `start`: in its second half, at `limit` or before."""
    middle = (start + limit) // 2
    for marks in (";:；：", ",，、", " \t\n\u3000"):
        found = max(text.rfind(mark, middle, limit) for mark in marks)
        if found >= 0:
            return found + 1
    return limit


def _ends_sentence(text: str, rest: Span, match: re.Match[str]) -> bool:
    """Return whether a sentence ends at the stop that `match` found.

    `rest` is the span from the beginning of that sentence to the end of its block.
    """
    stop = match["stop"]
    following = _NEXT_START.match(text, match.end(), rest.end)
    if stop is None or following is None:
        return True
    if following["first"].islower():
        return False
    return stop != "." or not _is_abbreviation(text, rest, match, following)


def _is_abbreviation(text: str, rest: Span, match: re.Match[str], following: re.Match[str]) -> bool:
    if match.end() - match.start() > 1:  # a closing quotation mark follows the full stop
        return False
    # The search begins one character before the sentence, at the space by which `_LAST_WORD` sees that a word
    # begins. It looks at the last 24 characters only: no abbreviation is longer.
    last = _LAST_WORD.search(text, max(rest.start - 1, match.start() - 24, 0), match.start())
    word = last[1].casefold() if last else ""
    if word in _BEFORE_NAME or (len(word) == 1 and word.isalpha() and word != "i"):
        return True
    if word in _EITHER_WAY or re.fullmatch(r"(?:\w\.)+\w", word):
        next_word = _WORD.match(text, following.start("first"), rest.end)
        return next_word is None or next_word[0].casefold() not in _STARTERS
    return False


def _strip(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
