"""HTML and XML from strangers: HTML to paragraphs, XML without entities of its own.

Billion laughs and external entities: https://docs.python.org/3/library/xml.html#xml-security
"""

from __future__ import annotations

import html
import re
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

import lxml.etree
import lxml.html
from defusedxml import DefusedXmlException, ElementTree

from index.errors import SourceError
from index.text.normalize import canonical_line, canonical_text

_DROPPED = "script style noscript template iframe svg form button figure audio video object".split()
_BLOCKS = (
    "address article aside blockquote dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
    "section table td th tr ul"
).split()
_MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w+;")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def paragraphs(markup: str) -> str:
    """Return a piece of HTML as canonical text, an empty line between its paragraphs."""
    clean = _NOT_XML.sub("", canonical_text(markup))
    if not _MARKUP.search(clean):
        return canonical_text(clean)
    try:
        root = lxml.html.fragment_fromstring(clean, create_parent="div")
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return canonical_text(html.unescape(clean))
    for dropped in list(root.iter(*_DROPPED)):
        dropped.drop_tree()
    for block in root.iter(*_BLOCKS):
        block.text = f"\n\n{block.text or ''}"
        block.tail = f"\n\n{block.tail or ''}"
    for line_break in root.iter("br"):
        line_break.tail = f"\n{line_break.tail or ''}"
    return tidy(str(root.text_content()))


def tidy(text: str) -> str:
    """Return text with one space between words and one empty line between paragraphs."""
    lines = (" ".join(line.split()) for line in canonical_text(text).split("\n"))
    return canonical_text(re.sub(r"\n{2,}", "\n\n", "\n".join(lines)))


def plain_line(markup: str) -> str:
    """Return a headline or name without its markup, as one line."""
    return canonical_line(paragraphs(markup))


def refuse_entities(data: bytes, where: str) -> None:
    """Raise SourceError when an XML document declares entities; what is no XML is left to its reader."""
    try:
        next(iter(ElementTree.iterparse(BytesIO(data), events=("start",))), None)
    except DefusedXmlException as error:  # a ValueError, too: it has to come first
        raise SourceError(f"{where} declares XML entities, which may be a bomb: it is not read.") from error
    except (ParseError, ValueError, LookupError):
        return


def parse_xml(data: bytes, where: str) -> Element:
    """Return the root of an XML document. Raises SourceError when it is broken or declares entities."""
    try:
        root: Element = ElementTree.fromstring(data)
    except DefusedXmlException as error:
        raise SourceError(f"{where} declares XML entities, which may be a bomb: it is not read.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise SourceError(f"{where} is not well-formed XML ({error}): tell its publisher.") from error
    return root


def local_name(element: Element) -> str:
    """Return an element's name without its namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()
