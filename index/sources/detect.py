"""What a body is, told by its first element or character; its name only where that leaves a choice."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from index.errors import SourceError
from index.fetch import Fetched
from index.sources.files import JSONL_SUFFIXES

Kind = Literal["rss", "atom", "json", "sitemap", "opml", "page", "jsonl", "story"]

HEAD_BYTES = 65_536

_ELEMENT = re.compile(rb"<\s*([A-Za-z][\w.:-]{0,40})")
_ASIDE = re.compile(rb"<!--.{0,4000}?-->|<\?.{0,1000}?\?>|<![A-Za-z][^>]{0,2000}>", re.DOTALL)
_KINDS: dict[str, Kind] = {
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
    "opml": "opml",
    "rss": "rss",
    "feed": "atom",
    "rdf:rdf": "rss",
    "channel": "rss",
    "atom:feed": "atom",
}


def kind_of(fetched: Fetched) -> Kind:
    """Return what a body is. Raises SourceError when nothing known."""
    head = fetched.body[:HEAD_BYTES].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    path = urlsplit(fetched.url).path.lower()
    if head.startswith(b"{"):
        lines = path.endswith(JSONL_SUFFIXES) or b'"published_at"' in head.split(b"\n", 1)[0]
        return "jsonl" if lines else "json"
    element = _ELEMENT.search(_ASIDE.sub(b"", head))
    name = element[1].lower().decode() if element else ""
    if name in _KINDS:
        return _KINDS[name]
    if element and (name in ("html", "head", "body", "meta", "title") or "html" in fetched.content_type):
        return "page"
    if (path.endswith(".txt") or fetched.url.startswith("file:")) and b"\nStory" in head:
        return "story"
    if re.search(rb"<(?:rss|feed|channel)[\s>]", head):
        return "rss"
    raise SourceError(f"{fetched.url} is no feed, sitemap, list or web page: check the address.")
