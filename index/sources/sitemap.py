"""Sitemaps and news sitemaps (https://www.sitemaps.org/protocol.html): addresses, some with headlines."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from index.errors import SourceError
from index.sources.items import Feed, Item
from index.sources.markup import local_name, parse_xml, plain_line

# The protocol's own limit.
MAX_ENTRIES = 50_000


def parse(data: bytes, url: str) -> Feed:
    """Return the entries, newest first, or the further sitemaps. Raises SourceError when it is no sitemap."""
    root = parse_xml(data, url)
    if local_name(root) == "sitemapindex":
        children = sorted(_fields(root), key=lambda each: each.get("lastmod", ""), reverse=True)
        return Feed(
            "sitemap", None, (), tuple(urljoin(url, each["loc"]) for each in children if "loc" in each)
        )
    if local_name(root) != "urlset":
        raise SourceError(f"{url} is no sitemap: check the address.")
    items, outlet = [], None
    for fields in _fields(root):
        outlet = outlet or fields.get("name")
        item = _item(fields, url)
        if item:
            items.append(item)
    return Feed("sitemap", plain_line(outlet or "") or None, tuple(sorted(items, key=_stamp, reverse=True)))


def _fields(root: Element) -> Iterator[dict[str, str]]:
    """Yield each entry's texts by the names of their elements, wherever they are nested."""
    for entry in list(root)[:MAX_ENTRIES]:
        texts = ((local_name(each), (each.text or "").strip()) for each in entry.iter())
        yield {name: text for name, text in texts if text}


def _item(fields: dict[str, str], base: str) -> Item | None:
    try:
        url = urljoin(base, fields.get("loc", ""))
    except ValueError:
        return None
    if not fields.get("loc") or not url.startswith(("http://", "https://")):
        return None
    modified = fields.get("lastmod", "")
    published = fields.get("publication_date", "")
    language = fields.get("language", "").lower()[:20] or None
    return Item(url, plain_line(fields.get("title", "")), "", published, modified, language=language)


def _stamp(item: Item) -> str:
    """Return what sorts entries by their times, which sitemaps write in ISO 8601."""
    return item.published or item.updated
