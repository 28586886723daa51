"""Splits text into sentences, as offsets.

Sentences are found by sentencex (https://github.com/wikimedia/sentencex), which knows the abbreviations and
stops of many languages, keeps quoted speech whole, returns offsets and is maintained. pysbd does better on
its own tests, but nobody has maintained it since 2021, and it takes 17 times as long. What sentencex lacks
stands here: ends that are none (ordinals, list markers, initials), and ends that it does not see (an
abbreviation that does end a sentence). What these are in one language comes in as `SentenceRules`.
"""

import re
from collections.abc import Iterator

import sentencex

from index.text.sentence_rules import PLAIN, SentenceRules
from index.text.spans import Span

# Part of the fingerprint (see `index.text.passages`): it grows whenever sentences are split otherwise.
VERSION = 2
# Characters of the longest sentence. What is longer is a list, a table or a text without stops, and is cut.
# Of 92,933 sentences of news the longest has 848.
MAX_CHARS = 2000
# Quoted speech stays whole if the sentence that holds it has at most so many characters. A longer one could
# not be shown (`index.types.answer.MAX_QUOTE_CHARS`), so it is split like any text.
WHOLE_SPEECH = 350

_PARAGRAPH = re.compile(r"\n(?:[^\S\n]*\n)+")
# Columns. A newline after a line of at least so many characters may be mere wrapping; a shorter line is a
# heading or a list entry. Measured on press releases and mails: wrapping at less than 60 columns is rare.
_WRAPPED_LINE = 60
# Characters that sentencex reads at once. It looks for each quotation's end in all that it reads, so that its
# time grows with the square of that: 4,000 hostile characters take 2 ms.
_READ_AT_ONCE = 2 * MAX_CHARS

_QUOTATION_MARKS = '"“”„«»‹›「」『』《》‟'
_CLOSERS = "\"'”’»)\\]*"
_FULL_WIDTH = "。！？｡"
# What stands before an apostrophe is a word of its own: "It's", "L'homme".
_WORD = re.compile(r"\w+")
_LAST_WORD = re.compile(r"(?:^|[\s(\[\"'“‘„«—–-])([^\s(\[\"'“‘„«—–]+)$")
# What the next sentence begins with: its first character behind quotation marks and dashes.
_NEXT = re.compile(r"[\"'“‘„«(\[¿¡*–—-]*+\s*+(?P<first>\S)")
_FIRST = re.compile(r"\s+[\"'“‘„«(\[¿¡*–—-]*+\s*+(?P<first>\S)")
# A list's marker alone: "1.", "a)", "⁃9.".
_MARKER = re.compile(r"[•◦⁃▪*–-]?\s?(?:\d{1,3}|[^\W\d_])[.)]{1,2}")
# One before an entry without a space between: "1.Rice, 2.Meat".
_JOINED_MARKER = re.compile(r"(?:^|\s)\d{1,3}\.$")
_ORDINAL = re.compile(r"(?:^|[\s(„“«\"–-])(?:\d{1,3}|[IVX]{1,5})\.$")
# A stop that may end a sentence although sentencex goes on: three dots, one inside brackets, one behind an
# abbreviation, and one before the number of a footnote, which stands where the sentence ends.
_STOP = re.compile(
    rf"…[{_CLOSERS}]{{0,3}}(?=\s)|[.!?]\)(?=\s)|(?<=\w)\.[{_CLOSERS}]{{0,3}}(?=\s)"
    r"|(?<=[^\W\d_]{3}|..\))\.\d{1,3}(?=\s)"
)
_ACRONYM = re.compile(r"(?:\w\.){1,6}\w")
# A note of an encyclopedia may follow, and French puts a space before its closing marks.
_STOP_AT_END = re.compile(rf"[.!?…。！？｡؟۔।॥։።៕](?:[{_CLOSERS}」』）]| [»”])*(?:\[[^\]\n]{{1,40}}\])?$")
# Scripts that write no stops at the end of a sentence, or none that all writers use: Thai, Lao, Khmer.
_WITHOUT_STOPS = re.compile("[\u0e00-\u0eff\u1780-\u17ff]")


def split_sentences(text: str, rules: SentenceRules = PLAIN) -> list[Span]:
    """Return the spans of the sentences of `text`: ordered, disjoint, without surrounding white space.

    Every character that is not white space is in exactly one span. A heading or a caption is a span of its
    own; `is_whole` distinguishes it from a sentence. None is longer than `MAX_CHARS`.
    """
    return [sentence for block in split_blocks(text, rules) for sentence in block]


def split_blocks(text: str, rules: SentenceRules = PLAIN) -> list[list[Span]]:
    """Return the spans of `split_sentences` by paragraph, list entry or heading; no group is empty."""
    blocks = (_split_block(text, block, rules) for block in _blocks(text))
    return [block for block in blocks if block]


def is_whole(sentence: str) -> bool:
    """Return whether a text is a whole sentence: no heading, caption, list entry or sentence that is cut off.

    A whole sentence has at least four words and a stop at its end. In a script without spaces it has "。" and
    at least 8 characters, in one without stops at least 25 characters.
    """
    words = sentence.split()
    if len(words) < 4 or not _STOP_AT_END.search(sentence):
        if _WITHOUT_STOPS.search(sentence):
            return len(sentence) >= 25
        return any(stop in sentence for stop in _FULL_WIDTH) and len(sentence) >= 8
    first = sentence.lstrip("\"'“‘„«([¿¡*–—- ")[:1]
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


def _split_block(text: str, block: Span, rules: SentenceRules) -> list[Span]:
    start, end = _strip(text, block)
    if start == end:
        return []
    part = text[start:end]
    sentences: list[Span] = []
    for sentence in _sentences(part, rules, 0):
        if sentence.end - sentence.start > WHOLE_SPEECH:
            inside = part[sentence.start : sentence.end]
            sentences += _sentences(inside.translate(_UNQUOTED), rules, sentence.start)
        else:
            sentences.append(sentence)
    stripped = (_strip(part, span) for span in sentences)
    moved = (Span(start + span.start, start + span.end) for span in stripped if span.start < span.end)
    return [short for span in moved for short in _short(text, span)]


# Every quotation mark becomes an apostrophe, which may close a sentence and opens none.
_UNQUOTED = dict.fromkeys(map(ord, _QUOTATION_MARKS), "’")


def _sentences(part: str, rules: SentenceRules, offset: int) -> list[Span]:
    """Return the sentences of a paragraph, each with the white space behind it, as offsets from `-offset`."""
    spans, start = [], 0
    for end in (*_ends(part, rules.code), len(part)):
        if end < len(part) and _is_no_end(part, start, end, rules):
            continue
        for cut in (*_missed(part, Span(start, end), rules), end):
            spans.append(Span(offset + start, offset + cut))
            start = cut
    return spans


def _ends(part: str, code: str) -> Iterator[int]:
    """Yield where sentencex ends the sentences of a paragraph, all but the last."""
    start = 0
    while start < len(part):
        window = part[start : start + _READ_AT_ONCE]
        found = [
            start + boundary["end_index"] for boundary in sentencex.get_sentence_boundaries(code, window)
        ]
        # The last sentence of a window may go on behind it.
        whole = [end for end in found[:-1] if end > start]
        yield from whole
        if start + len(window) == len(part):
            return
        start = whole[-1] if whole else start + len(window)


def _is_no_end(part: str, start: int, end: int, rules: SentenceRules) -> bool:
    """Tell whether the sentence from `start` goes on behind `end`, where sentencex ends it."""
    before = part[max(start, end - 80) : end]
    written = before.rstrip()
    if written[-1:] in _FULL_WIDTH:  # two stops in a row, or a new sentence
        return part[end : end + 1] in _FULL_WIDTH
    following = _NEXT.match(part, end)
    if following is None:  # nothing but marks
        return True
    first = following["first"]
    if first.islower() or first in ")]”»’":
        return True
    if written[-1:] in "」』”" and part.startswith(rules.continues, end):
        return True
    if written[-1:] != ".":
        return False
    return (
        (before == written and _JOINED_MARKER.search(written) is not None)
        or _MARKER.fullmatch(written) is not None
        or _is_ordinal(written, part, following, rules)
        or _is_abbreviation(written, part, following, rules)
    )


def _is_ordinal(written: str, part: str, following: re.Match[str], rules: SentenceRules) -> bool:
    if not rules.ordinals or not _ORDINAL.search(written[-8:]):
        return False
    if following["first"].isdigit():
        return following[0] != following["first"]  # "aus dem 1. -3. Jahrhundert"
    return not _starts_sentence(part, following, rules)


def _is_abbreviation(written: str, part: str, following: re.Match[str], rules: SentenceRules) -> bool:
    last = _LAST_WORD.search(written[-25:-1])
    word = last[1].casefold() if last else ""
    if word in rules.before_name or (
        len(word) == 1 and word.isalpha() and last and last[1] not in ("I", "à")
    ):
        return True
    return word in rules.either_way and not _starts_sentence(part, following, rules)


def _starts_sentence(part: str, following: re.Match[str], rules: SentenceRules) -> bool:
    word = _WORD.match(part, following.start("first"))
    return word is not None and word[0].casefold() in rules.starters


def _missed(part: str, span: Span, rules: SentenceRules) -> Iterator[int]:
    """Yield the ends inside a sentence that sentencex does not see."""
    for stop in _STOP.finditer(part, span.start, span.end):
        if stop.end() >= span.end or _is_inside_speech(part, span.start, stop.end()):
            continue
        following = _FIRST.match(part, stop.end())
        if following is None or following["first"].islower():
            continue
        if _is_missed(part, span.start, stop, rules):
            yield stop.end()


def _is_missed(part: str, start: int, stop: re.Match[str], rules: SentenceRules) -> bool:
    if stop[0][0] == "…" or stop[0][-1].isdigit():
        return True
    if stop[0].endswith(")") and part[start : start + 30].lstrip()[:1] == "(":
        return True
    return stop[0][0] == "." and _ends_with_abbreviation(part, start, stop, rules)


def _ends_with_abbreviation(part: str, start: int, stop: re.Match[str], rules: SentenceRules) -> bool:
    # The search begins one character before the sentence, at the space by which `_LAST_WORD` sees that a word
    # begins. It looks at the last 24 characters only: no abbreviation is longer.
    last = _LAST_WORD.search(part, max(start - 1, stop.start() - 24, 0), stop.start())
    word = last[1].casefold() if last else ""
    if word not in rules.either_way and not _ACRONYM.fullmatch(word):
        return False
    following = _FIRST.match(part, stop.end())
    return following is not None and _starts_sentence(part, following, rules)


def _is_inside_speech(part: str, start: int, end: int) -> bool:
    """Tell whether a quotation that began after `start` is open at `end`."""
    before = part[max(start, end - WHOLE_SPEECH) : end]
    pairs = (("“", "”"), ("„", "“”"), ("«", "»"), ("「", "」"))
    opened = any(before.rfind(left) > max(before.rfind(right) for right in rights) for left, rights in pairs)
    return opened or before.count('"') % 2 == 1


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


def _strip(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
