"""OPML, the list of feeds that feed readers exchange, read and written (http://opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urljoin
from xml.etree import ElementTree

from index.errors import BudgetError, SourceError
from index.runtime.confined import Call, call_here
from index.sources.encodings import decode
from index.sources.feeds import xml_repair
from index.sources.feeds.items import FeedLink
from index.sources.markup import plain_headline
from index.types.source import Source

MAX_BYTES = 4 * 1024 * 1024


def parse(text: str, url: str) -> list[FeedLink]:
    """Return the feeds of a list, each once. Raises SourceError when it is no OPML, or an empty one."""
    root = xml_repair.parse(text, url)
    if xml_repair.local_name(root) != "opml":
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
    if not links:
        raise SourceError(f"{url} names no feed: it has no outline with an xmlUrl.")
    return list(links.values())


def read_opml(body: bytes, where: str, call: Call = call_here) -> Sequence[FeedLink]:
    """Return every feed of a list, which `call` reads, in its order; `where` is for the errors.

    Raises SourceError when it is no such list, or an empty one.
    """
    if len(body) > MAX_BYTES:
        raise SourceError(f"{where} is larger than 4 MiB, which no list of feeds is: check what it holds.")
    try:
        return call(_read, body, where)
    except BudgetError as error:
        raise SourceError(f"{where} {error}: give it in smaller parts.") from error


def _read(body: bytes, where: str) -> list[FeedLink]:
    return parse(decode(body, None), where)


def write_opml(sources: Iterable[Source]) -> str:
    """Return the list that other readers import."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = "newsbot"
    body = ElementTree.SubElement(root, "body")
    for source in sources:
        title = source.title or source.url
        ElementTree.SubElement(body, "outline", type="rss", text=title, title=title, xmlUrl=source.url)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
