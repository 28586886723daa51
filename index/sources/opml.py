"""OPML, the list of feeds that feed readers exchange (http://opml.org/spec2.opml)."""

from __future__ import annotations

from urllib.parse import urljoin

from index.errors import SourceError
from index.sources import xml_repair
from index.sources.items import FeedLink
from index.sources.markup import plain_headline


def parse(text: str, url: str) -> list[FeedLink]:
    """Return the feeds of a list, each once. Raises SourceError when it is no OPML."""
    root = xml_repair.parse(text, url)
    if str(root.tag).rpartition("}")[2].lower() != "opml":
        raise SourceError(f"{url} is no OPML list: check the address.")
    links: dict[str, FeedLink] = {}
    for outline in root.iter("{*}outline"):
        named = {name.lower(): value for name, value in outline.attrib.items()}
        try:
            feed = urljoin(url, named.get("xmlurl", "").strip())
        except ValueError:
            continue
        if named.get("xmlurl") and feed.startswith(("http://", "https://")):
            title = plain_headline(named.get("title") or named.get("text") or "")
            links.setdefault(feed, FeedLink(feed, title or None))
    if not links and xml_repair.is_cut(text):
        raise SourceError(f"{url} is not well-formed XML: it breaks off before its first feed.")
    return list(links.values())
