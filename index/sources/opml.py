"""OPML, the list of feeds that feed readers exchange (http://opml.org/spec2.opml)."""

from __future__ import annotations

from urllib.parse import urljoin

from index.errors import SourceError
from index.sources.items import FeedLink
from index.sources.markup import local_name, parse_xml, plain_line


def parse(data: bytes, url: str) -> list[FeedLink]:
    """Return the feeds of a list, each once. Raises SourceError when it is no OPML."""
    root = parse_xml(data, url)
    if local_name(root) != "opml":
        raise SourceError(f"{url} is no OPML list: check the address.")
    links: dict[str, FeedLink] = {}
    for outline in root.iter():
        named = {name.lower(): value for name, value in outline.attrib.items()}
        try:
            feed = urljoin(url, named.get("xmlurl", "").strip())
        except ValueError:
            continue
        if named.get("xmlurl") and feed.startswith(("http://", "https://")):
            title = plain_line(named.get("title") or named.get("text") or "")
            links.setdefault(feed, FeedLink(feed, title or None))
    return list(links.values())
