"""The only place where text is normalised.

Everything else works with offsets into canonical text, so nothing may be cleaned after this point.
Text that is already clean comes out unchanged, character for character.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable

from index.text.addresses import address_key, clean_address

# Controls but tab and newline; soft hyphens, which split words for a search; zero-width and bidirectional
# marks that can hide or reorder words; byte order mark; lone surrogates, which no database stores. Joiners
# U+200C/D stay: scripts need them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


# Digits of an entry's id that stand for its feed.
FEED_CHARS = 8


def canonical_text(raw: str) -> str:
    """Return `raw` as NFC text with plain newlines, no hidden characters and no blank edges."""
    text = _UNPRINTABLE.sub("", _LINE_END.sub("\n", raw))
    return unicodedata.normalize("NFC", text).strip()


def canonical_line(raw: str) -> str:
    """Return `raw` as one canonical line, for headlines and names."""
    return " ".join(canonical_text(raw).split())


def canonical_url(raw: str) -> str:
    """Return the address without tracking parameters, scheme and host in lower case (see `clean_address`).

    Raises RecordError when it is none.
    """
    return clean_address(canonical_line(raw))


def article_id(url: str) -> str:
    """Return the identity of the article at `url`: 16 hexadecimal digits of the SHA-256 of its `address_key`.

    Raises RecordError when it is no address.
    """
    return _digest([address_key(canonical_line(url))])[:16]


def entry_id(feed: str, guid: str) -> str:
    """Return the identity of an entry of a feed, by the feed's address and the id that it gives the entry.

    The first `FEED_CHARS` digits are the feed's, the other 16 the entry's. An id that is itself an address
    counts in the form in which addresses are compared. Raises RecordError when one of them cannot be.
    """
    same = canonical_line(guid)
    if same.startswith(("http://", "https://")):
        same = address_key(same)
    site = _digest(["feed", address_key(canonical_line(feed))])
    return site[:FEED_CHARS] + _digest(["entry", site, same])[:16]


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text's words, by which verbatim copies are recognised."""
    return _digest([" ".join(text.split())])


def content_hash(parts: Iterable[str]) -> str:
    """Return the SHA-256 of an article's visible parts, by which a change is recognised.

    Runs of white space count as one space: a re-flowed paragraph is not a new revision.
    """
    return _digest([" ".join(part.split()) for part in parts])


def _digest(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
