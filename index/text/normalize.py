"""The only place where text is normalised; also the hashes and ids that are made of text and addresses.

Quotes are offsets into canonical text, so no other module may change the text after this one has. Text that
is already canonical comes out unchanged, character for character.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from index.errors import RecordError

# Characters that are removed: control characters other than tab and newline; zero-width and bidirectional
# marks, which can hide or reorder words; the byte order mark; lone surrogates, which no database stores. The
# joiners U+200C and U+200D stay, because Arabic and Indic scripts need them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|igshid|cmpid|ns_\w+", re.IGNORECASE)


def canonical_text(raw: str) -> str:
    """Return `raw` in Unicode's form NFC, with "\\n" as line ends and without hidden characters.

    White space at the beginning and the end is removed.
    """
    text = _UNPRINTABLE.sub("", _LINE_END.sub("\n", raw))
    return unicodedata.normalize("NFC", text).strip()


def canonical_line(raw: str) -> str:
    """Return `raw` as one canonical line, for headlines and names: runs of white space become one space."""
    return " ".join(canonical_text(raw).split())


def canonical_url(raw: str) -> str:
    """Return an address without fragment and tracking parameters, with scheme and host in lower case.

    Raises RecordError when `raw` is no address.
    """
    try:
        parts = urlsplit(canonical_line(raw))
    except ValueError as error:
        raise RecordError(f"{raw!r} is not an address") from error
    query = [(key, value) for key, value in parse_qsl(parts.query, True) if not _TRACKING.fullmatch(key)]
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, urlencode(query), ""))


def article_id(url: str) -> str:
    """Return the id of the article at `url`: the first 16 hexadecimal digits of its canonical form's SHA-256.

    Raises RecordError when `url` is no address.
    """
    return _digest([canonical_url(url)])[:16]


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
