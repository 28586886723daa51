"""XML as publishers send it, made well-formed before a parser sees it.

Feeds come behind warnings of PHP, with bare ampersands, with names of HTML's characters that XML does not
know, with control characters and with scripts after their end. Feed readers forgive all of these, each in its
own way; the repair is made here, once for feeds, sitemaps and lists, and takes time in proportion to the
size.

Entities that a document declares for single characters are replaced. One that refers to another, to a file or
to an address, or that makes the document much longer, is a way to attack a parser ("billion laughs",
https://docs.python.org/3/library/xml.html#xml-security): such a document is refused.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

import lxml.etree

from index.errors import SourceError

ROOTS = ("rss", "feed", "rdf", "channel", "urlset", "sitemapindex", "opml")
# What replaced entities may add to a document: a few accents in each headline of the largest feed.
MAX_ADDED = 1024 * 1024
MAX_ENTITY_CHARS = 200

# Prefixes that feeds use without declaring them, and what they mean.
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "video": "http://www.google.com/schemas/sitemap-video/1.1",
}

_ROOT = re.compile(rf"<(?P<name>(?:[A-Za-z][\w.-]{{0,30}}:)?(?:{'|'.join(ROOTS)}))(?=[\s>/])", re.IGNORECASE)
_NOT_NAME = re.compile(r"^[^A-Za-z_]+|[^\w.-]+")
_EMPTY = re.compile(r"[^<>]*/>")
_DECLARED = re.compile(
    r"<!ENTITY\s{1,20}(?P<parameter>%\s{1,20})?(?P<name>[\w.:-]{1,100})\s{1,20}"
    r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<external>SYSTEM|PUBLIC))"
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARK = re.compile(
    r"<!\[CDATA\[|<!--|<\?|<(?![A-Za-z/_])|<(?i:br|hr|img|wbr)\b[^<>]{0,2000}>|&(?:#[0-9]{1,8};|#[xX][0-9A-Fa-f]{1,7};|[A-Za-z][\w.]{0,99};)?"
)
_REFERENCE = re.compile(r"&[^#;\s&][^;\s&]{0,100};")
# Numbers, because behind a fault of the document libxml2 leaves out "&lt;" and "&amp;", and keeps these.
_NUMBERED = str.maketrans({char: f"&#{ord(char)};" for char in "&<>\"'"})
_XML_NAMES = frozenset(("&amp;", "&lt;", "&gt;", "&quot;", "&apos;"))
_ASIDES = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}


def root_of(text: str) -> str | None:
    """Return the name of the element that a document consists of, of those that are read.

    None where none is.
    """
    found = _find_root(text)
    return found["name"].rpartition(":")[2].lower() if found else None


def parse(text: str, where: str) -> lxml.etree._Element:
    """Return the root of a document of one of `ROOTS`, whatever stands before and after it.

    Raises SourceError when there is none, or its entities are dangerous; `where` is for its sentence.
    """
    parser = lxml.etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = lxml.etree.fromstring(repaired(text, where).encode(), parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        if getattr(error, "code", None) == lxml.etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        root = None
    if root is None:
        raise SourceError(f"{where} is not well-formed XML: tell its publisher.")
    _resolve_prefixes(root)
    return root


def is_cut(text: str) -> bool:
    """Tell whether a document breaks off before the end of its root."""
    root = _find_root(text)
    if root is None:
        return True
    return f"</{root['name']}" not in text and not _EMPTY.match(text, root.end())


def repaired(text: str, where: str) -> str:
    """Return the part of a document that belongs to its root, with everything in it escaped as XML wants it.

    Raises SourceError as `parse` does.
    """
    root = _find_root(text)
    if root is None:
        raise SourceError(f"{where} is not well-formed XML: tell its publisher.")
    entities = _entities(text[: root.start()], where)
    body = text[root.start() :]
    end = body.rfind(f"</{root['name']}")
    if end >= 0:
        body = f"{body[:end]}</{root['name']}>"
    return _escaped(_NOT_XML.sub("", body), entities, where)


def _find_root(text: str) -> re.Match[str] | None:
    """Return where the document's root begins; what a comment says does not count."""
    position = 0
    while root := _ROOT.search(text, position):
        if text.rfind("<!--", position, root.start()) <= text.rfind("-->", position, root.start()):
            return root
        end = text.find("-->", root.end())
        if end < 0:
            return root
        position = end + len("-->")
    return None


def _entities(head: str, where: str) -> dict[str, str]:
    """Return the characters behind the entities that a document declares. Raises SourceError.

    Parameter entities ("%name;") are never replaced, so they may stand there: RSS 1.0 has names of accents in
    one.
    """
    found = {}
    for match in _DECLARED.finditer(head):
        if match["parameter"]:
            continue
        value = match["double"] if match["double"] is not None else match["single"] or ""
        others = [name for name in _REFERENCE.findall(value) if name not in _XML_NAMES]
        if match["external"] or others or len(value) > MAX_ENTITY_CHARS:
            raise _dangerous(where)
        found[f"&{match['name']};"] = unescape(value)
    return found


def _dangerous(where: str) -> SourceError:
    return SourceError(f"{where} declares XML entities, which may be a bomb: it is not read.")


def _escaped(text: str, entities: dict[str, str], where: str) -> str:
    """Return a document without comments, each ampersand and each bracket of its texts escaped once."""
    parts: list[str] = []
    position, added = 0, 0
    ended: dict[str, int] = {}  # marks after which no end comes any more: not looked for again
    while match := _MARK.search(text, position):
        parts.append(text[position : match.start()])
        mark, position = match[0], match.end()
        if mark in _ASIDES:
            end = -1 if mark in ended else text.find(_ASIDES[mark], position)
            if end < 0:
                ended[mark] = position
                parts.append(mark.translate(_NUMBERED))
            elif mark == "<![CDATA[":
                parts.append(text[position:end].translate(_NUMBERED))
            position = position if end < 0 else end + len(_ASIDES[mark])
            continue
        if mark.endswith(">"):  # HTML that was not escaped: nothing closes such an element
            parts.append(f"{mark[:-1].rstrip('/')}/>")
            continue
        replaced = _character(mark, entities)
        added += len(replaced) - len(mark)
        if mark in entities and added > MAX_ADDED:
            raise _dangerous(where)
        parts.append(replaced)
    parts.append(text[position:])
    return "".join(parts)


def _character(mark: str, entities: dict[str, str]) -> str:
    """Return what stands for "&name;", "&#number;", "&" or "<" in well-formed XML."""
    if mark in entities:
        mark = _NOT_XML.sub("", entities[mark])
    elif mark.startswith("&#") or mark[1:] in html5:
        mark = _NOT_XML.sub("", unescape(mark))
    return mark.translate(_NUMBERED)


def _resolve_prefixes(root: lxml.etree._Element) -> None:
    """Name elements of undeclared prefixes as readers understand them, and drop such attributes."""
    for element in root.iter():
        prefix, colon, name = str(element.tag).rpartition(":")
        if colon and not element.tag.startswith("{"):
            namespace = NAMESPACES.get(prefix.lower())
            plain = _NOT_NAME.sub("", name) or "unknown"
            element.tag = f"{{{namespace}}}{plain}" if namespace else plain
        for attribute in [key for key in element.attrib if ":" in key and not key.startswith("{")]:
            del element.attrib[attribute]


def local_name(element: lxml.etree._Element) -> str:
    """Return an element's name in lower case, without its namespace."""
    return str(element.tag).rpartition("}")[2].lower()
