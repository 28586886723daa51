"""HTML from publishers as plain text: paragraphs of stories, and headlines."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from itertools import islice

import lxml.etree
import lxml.html
import lxml.html.defs

from index.text.normalize import canonical_line, canonical_text

# How a character is read, in small type above it: beside it, it would tear words apart.
READINGS = ("rt", "rp")
_DROPPED = "script style noscript template iframe svg form button figure audio video object".split()
_BLOCKS = (
    "address article aside blockquote dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
    "section table td th tr ul"
).split()
# What sets the type of words in a headline, whether it is closed or not.
_IN_HEADLINES = frozenset(
    "a abbr acronym b big bdi bdo br cite code del em font hr i img ins mark nobr p q s small span strike "
    "strong "
    "sub sup tt u wbr".split()
)
_ELEMENTS = lxml.html.defs.tags | frozenset(
    "article aside bdi canvas data datalist details dialog figcaption figure footer header hgroup main mark "
    "meter nav nobr output picture progress rp rt ruby section source summary template time track video "
    "audio "
    "wbr svg path math".split()
)
_MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w+;")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
# A tag ends at the first ">" outside its quoted values; where quotes are not closed, at the first one.
# Nothing is tried twice, and of a tag fifty attributes are looked at: "<a" with a hundred quotes took years.
_TAG_OR_REFERENCE = re.compile(
    r"(?P<tag></?(?P<name>[A-Za-z][\w:-]{0,40}+)(?=[\s/>])"
    r"(?:(?:[^<>\"']++|\"[^\"]{0,2000}+\"|'[^']{0,2000}+'|[\"']){0,100}+>|[^<>]*+>))"
    rf"|(?P<reference>{_REFERENCE.pattern})|<(?![!?])|&"
)
_CUT_TAG = re.compile(r"</?[A-Za-z][\w:-]{0,40}(?:\s[^<>]*=[^<>]*)?")
_CLOSED = re.compile(r"</([A-Za-z][\w:-]{0,40})\s*>")
_SCRIPT = re.compile(
    r"<(script|style)\b[^<>]{0,1000}+>(?:(?!<(?:script|style)\b).){0,4000}?</\1\s*+>",
    re.IGNORECASE | re.DOTALL,
)
_READING = re.compile(rf"<({'|'.join(READINGS)})>[^<>]{{0,100}}</\1>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:(?!<!--).){0,1000}?-->", re.DOTALL)
_BYLINE = re.compile(r"^by\s++", re.IGNORECASE)
MAX_NAME = 200
# Headlines are shorter; a longer text is an entry without one.
MAX_HEADLINE = 4000
_MOST_ESCAPED = 5
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def paragraphs(markup: str) -> str:
    """Return a piece of HTML as canonical text, an empty line between its paragraphs."""
    root = fragment(markup)
    return tidy(decoded(markup)) if root is None else text_of(root)


def fragment(markup: str) -> lxml.html.HtmlElement | None:
    """Return a piece of HTML as a tree in a <div>; None where it is plain text, or broken beyond reading."""
    clean = _NOT_XML.sub("", canonical_text(markup))
    if not _MARKUP.search(clean):
        return None
    try:
        root = lxml.html.fragment_fromstring(_escape_texts(clean), create_parent="div")
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None
    lxml.etree.strip_elements(root, lxml.etree.Comment, lxml.etree.PI, *READINGS, with_tail=False)
    return root


def text_of(root: lxml.html.HtmlElement) -> str:
    """Return what people read of a tree as canonical text; the tree is changed on the way."""
    for dropped in list(root.iter(*_DROPPED)):
        dropped.drop_tree()
    for block in root.iter(*_BLOCKS):
        block.text = f"\n\n{block.text or ''}"
        block.tail = f"\n\n{block.tail or ''}"
    for line_break in root.iter("br"):
        line_break.tail = f"\n{line_break.tail or ''}"
    return tidy(decoded(str(root.text_content())))


def _escape_texts(markup: str) -> str:
    """Return HTML whose brackets and ampersands that are words are escaped: "a < b", "<ACME.N>", "AT&T".

    Character references are replaced here: lxml's parser knows those of HTML 4 only, and "&#146;" as a
    control.
    """
    last = markup.rfind("<")
    cut = last >= 0 and _CUT_TAG.fullmatch(markup, last)  # an excerpt may end within a tag
    return _TAG_OR_REFERENCE.sub(_escaped, markup[:last] if cut else markup)


def _escaped(found: re.Match[str]) -> str:
    if found["reference"]:
        return html.escape(html.unescape(found["reference"]), quote=False)
    if found["tag"]:
        name = found["name"].lower()
        return (
            found[0]
            if name in _ELEMENTS or "-" in name or ":" in name
            else html.escape(found[0], quote=False)
        )
    return html.escape(found[0], quote=False)


def tidy(text: str) -> str:
    """Return text with one space between words and one empty line between paragraphs."""
    lines = (" ".join(line.split()) for line in canonical_text(text).split("\n"))
    return canonical_text(re.sub(r"\n{2,}", "\n\n", "\n".join(lines)))


def decoded(text: str) -> str:
    """Return text without character references, however often they were escaped ("&amp;amp;quot;").

    Only those that end with a semicolon: "AT&T" and "?a=1&copy=2" are meant as they stand.
    """
    for _ in range(_MOST_ESCAPED):
        once = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
        if once == text:
            break
        text = once
    return text


def headline(markup: str) -> str:
    """Return a headline that may hold markup as one line: tags that set type go, other brackets are words.

    A headline on how "the <dialog> tag" works keeps the tag; "<b>Breaking</b>" does not, escaped once too
    often or not.
    """
    plain = _without_tags(_READING.sub("", _SCRIPT.sub("", markup[:MAX_HEADLINE])), _IN_HEADLINES)
    once = decoded(plain)
    return canonical_line(once if once == plain else _without_tags(once))


def _without_tags(markup: str, always: frozenset[str] = frozenset()) -> str:
    """Return a headline without its comments, the tags named in `always`, and those of elements it closes."""
    closed = {name.lower() for name in _CLOSED.findall(markup)}

    def without_tag(found: re.Match[str]) -> str:
        name = found["name"].lower() if found["name"] else ""
        if name in always or (name in _ELEMENTS and name in closed):
            return " " if name in _BLOCKS or name == "br" else ""
        return found[0]

    return _TAG_OR_REFERENCE.sub(without_tag, _COMMENT.sub("", markup))


def plain_headline(text: str) -> str:
    """Return a headline that is declared to be plain text as one line: its brackets are words."""
    return canonical_line(decoded(text[:MAX_HEADLINE]))


def person_names(written: Iterable[str], most: int = 20) -> tuple[str, ...]:
    """Return the names of people, each once and without "By" before it; an address is no name."""
    lines = (_BYLINE.sub("", plain_line(name))[:MAX_NAME] for name in islice(written, most))
    return tuple(dict.fromkeys(line for line in lines if line and "@" not in line and "://" not in line))


def plain_line(markup: str) -> str:
    """Return a headline or name without its markup, as one line."""
    return canonical_line(paragraphs(markup))
