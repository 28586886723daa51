"""What a body is, by its first element or character; by its name only where that leaves a choice."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from index.errors import SourceError
from index.fetch import Fetched
from index.sources.feeds import xml_repair
from index.sources.files import JSONL_SUFFIXES

Kind = Literal["rss", "atom", "json", "sitemap", "opml", "page", "jsonl", "story"]

# Warnings and notices before a feed are shorter.
HEAD_BYTES = 65_536

_ELEMENT = re.compile(r"<\s*([A-Za-z][\w.:-]{0,40})")
_COMMENT = r"<!--(?:(?!-->|<!--).){0,4000}+-->"
_ASIDE = re.compile(rf"{_COMMENT}|<\?(?:(?!\?>|<\?).){{0,1000}}+\?>|<![A-Za-z][^<>]{{0,2000}}+>", re.DOTALL)
_PAGE = re.compile(
    rf"\s*+(?:{_COMMENT}\s*+){{0,5}}+<(?:!doctype\s++html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_KINDS: dict[str, Kind] = {
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
    "opml": "opml",
    "rss": "rss",
    "feed": "atom",
    "rdf": "rss",
    "channel": "rss",
}


def kind_of(fetched: Fetched) -> Kind:
    """Return what a body is. Raises SourceError when nothing known."""
    head = _head(fetched.body)
    path = urlsplit(fetched.url).path.lower()
    if head.startswith("{"):
        lines = path.endswith(JSONL_SUFFIXES) or '"published_at"' in head.split("\n", 1)[0]
        return "jsonl" if lines else "json"
    root = None if _PAGE.match(head) else xml_repair.root_of(head)
    if root:
        return _KINDS[root]
    element = _ELEMENT.search(_ASIDE.sub("", head))
    name = element[1].lower() if element else ""
    if element and (name in ("html", "head", "body", "meta", "title") or "html" in fetched.content_type):
        return "page"
    if (path.endswith(".txt") or fetched.url.startswith("file:")) and "\nStory" in head:
        return "story"
    if not head:
        raise SourceError(
            f"{fetched.url} is empty: it is no feed, sitemap, list or web page. Check the address."
        )
    raise SourceError(f"{fetched.url} is no feed, sitemap, list or web page: check the address.")


def _head(body: bytes) -> str:
    """Return the beginning of a body as far as its ASCII characters go; enough to see its elements."""
    return body[:HEAD_BYTES].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").decode("latin-1")
