"""Lists of feeds as other readers exchange them: OPML, read and written.

Entities are refused before the parser sees them, so that a list can neither grow in memory nor name files.
"""

from collections.abc import Iterable
from xml.etree import ElementTree

from index.errors import SourceError
from index.types import Source

MAX_BYTES = 4 * 1024 * 1024


def read_opml(body: bytes, where: str) -> list[tuple[str, str | None]]:
    """Return the address and the title of every feed in a list, in its order; `where` is for the errors.

    Raises SourceError when it is no such list.
    """
    if len(body) > MAX_BYTES:
        raise SourceError(f"{where} is larger than 4 MiB, which no list of feeds is: check what it holds.")
    # UTF-16 would hide what is looked for; lists are written in UTF-8 or one of the old 8-bit sets.
    if b"<!ENTITY" in body or b"<!DOCTYPE" in body or b"\x00" in body:
        raise SourceError(f"{where} defines its own entities, which a list of feeds need not: remove them.")
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise SourceError(f"{where} is not an OPML list ({error}): export it again.") from error
    outlines = [_feed(outline.attrib) for outline in root.iter("outline")]
    feeds = {url: title for url, title in outlines if url}
    if not feeds:
        raise SourceError(f"{where} names no feed: it has no outline with an xmlUrl.")
    return list(feeds.items())


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


def _feed(attributes: dict[str, str]) -> tuple[str, str | None]:
    named = {name.lower(): " ".join(value.split()) for name, value in attributes.items()}
    return named.get("xmlurl", ""), named.get("title") or named.get("text")
