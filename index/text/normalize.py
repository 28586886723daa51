"""The only place where text is normalised; also the hashes and ids that are made of text and addresses.

Quotes are offsets into canonical text, so no other module may change the text after this one has. Text that
is already canonical comes out unchanged, character for character.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable

import numpy as np

from index.text.addresses import address_key, clean_address, feed_key

# Characters that are removed: control characters other than tab and newline; soft hyphens, which split words
# for a search; zero-width and bidirectional marks, which can hide or reorder words; the byte order mark; lone
# surrogates, which no database stores. The joiners U+200C and U+200D stay, because Arabic and Indic scripts
# need them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Unicode's normal forms put the accents of a character in order, which takes Python quadratic time: 80 kB of
# accents took 5 seconds, in which no other thread ran. Of more than 30 in a row the rest is removed; no
# language writes more than a few (https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format).
MOST_MARKS = 30
_IS_MARK = np.fromiter(map(unicodedata.combining, map(chr, range(0x1F000))), np.uint8) > 0


# Digits of an entry's id that stand for its feed.
FEED_CHARS = 8


def canonical_text(raw: str) -> str:
    """Return `raw` in Unicode's form NFC, with "\\n" as line ends and without hidden characters.

    White space at the beginning and the end is removed, and so are accents above 30 others.
    """
    text = _UNPRINTABLE.sub("", _LINE_END.sub("\n", raw))
    if not text.isascii():
        # Once more afterwards: some accents become two.
        text = _without_towers(unicodedata.normalize("NFC", _without_towers(text)))
    return text.strip()


def _without_towers(text: str) -> str:
    """Remove accents above `MOST_MARKS` others: a million characters take 10 ms."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    marks = np.flatnonzero(_IS_MARK[np.minimum(codes, _IS_MARK.size - 1)])
    above = marks[MOST_MARKS:][marks[MOST_MARKS:] - marks[:-MOST_MARKS] == MOST_MARKS]
    if not above.size:
        return text
    return np.delete(codes, above).tobytes().decode("utf-32-le", "surrogatepass")


def canonical_line(raw: str) -> str:
    """Return `raw` as one canonical line, for headlines and names: runs of white space become one space."""
    return " ".join(canonical_text(raw).split())


def canonical_url(raw: str) -> str:
    """Return an address without tracking parameters, with scheme and host in lower case.

    Raises RecordError when `raw` is no address.
    """
    return clean_address(canonical_line(raw))


def article_id(url: str) -> str:
    """Return the id of the article at `url`: the first 16 hexadecimal digits of its `address_key`'s SHA-256.

    Raises RecordError when `url` is no address.
    """
    return _digest([address_key(canonical_line(url))])[:16]


def feed_id(url: str) -> str:
    """Return the id of the feed at `url`, made as `article_id` is. Raises RecordError for no address."""
    return _digest([feed_key(canonical_line(url))])[:16]


def entry_id(feed: str, guid: str) -> str:
    """Return the identity of an entry of a feed, by the feed's address and the id that it gives the entry.

    The first `FEED_CHARS` digits are the feed's, the other 16 the entry's. An id that is itself an address
    counts in the form in which addresses are compared. Raises RecordError when one of them cannot be.
    """
    same = canonical_line(guid)
    if same.startswith(("http://", "https://")):
        same = address_key(same)
    site = _digest(["feed", feed_key(canonical_line(feed))])
    return site[:FEED_CHARS] + _digest(["entry", site, same])[:16]


def foreign_id(id: str, speaker: str) -> str:
    """Return the id of somebody else's words about what has an `id`; `speaker` tells whose: a site."""
    return _digest(["foreign", id, speaker])[:16]


def text_hash(text: str) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of a text's words, which recognises verbatim copies."""
    return _digest([" ".join(text.split())])


def content_hash(parts: Iterable[str]) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of an article's visible parts, which recognises a change.

    Runs of white space count as one space: a paragraph with other line breaks is no new revision.
    """
    return _digest([" ".join(part.split()) for part in parts])


def _digest(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
