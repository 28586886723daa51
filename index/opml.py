"""Lists of feeds as other readers exchange them: OPML, read and written."""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from index.errors import SourceError
from index.sources.items import FeedLink
from index.sources.opml import parse
from index.sources.web_page import decode
from index.types import Source

MAX_BYTES = 4 * 1024 * 1024


def read_opml(body: bytes, where: str) -> Sequence[FeedLink]:
    """Return every feed of a list, in its order; `where` is for the errors.

    Raises SourceError when it is no such list, or an empty one.
    """
    if len(body) > MAX_BYTES:
        raise SourceError(f"{where} is larger than 4 MiB, which no list of feeds is: check what it holds.")
    feeds = parse(decode(body, None), where)
    if not feeds:
        raise SourceError(f"{where} names no feed: it has no outline with an xmlUrl.")
    return feeds


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
