"""A page's tree in plainer form: tables that only place blocks become blocks, bare text becomes paragraphs.

Extractors look for paragraphs, so text that stands in a block without one, with line breaks between its
paragraphs, is lost to them. Each function looks at each element a bounded number of times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import Element, HtmlElement

from index.text.length import content_length

_UNREAD = frozenset("script style noscript template svg iframe object head textarea select".split())
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strong".split()
)
_INLINE |= frozenset("strike sub sup time tt u var wbr".split())
_HOLDERS = ("div", "section", "article", "main", "td", "center")
# Shorter runs of text between tags are labels of buttons and menus.
_PROSE_CHARS = 40
_POST = re.compile(r"\b(?:post|entry|story|text|cell|article|content|body)\b", re.IGNORECASE)
# No ordinary paragraph has so many parts, no table so many columns.
_CROWD = 200
# Line breaks after each other: two of them divide paragraphs.
_MOST_BREAKS = 2
# Templates cut one story into at most so many parts of one name.
_MOST_PARTS = 2


@dataclass(slots=True)
class Measure:
    """What an element holds: letters of text, of links, of long runs of text outside of links; pictures."""

    text: int = 0
    links: int = 0
    prose: int = 0
    pictures: int = 0

    @property
    def is_link(self) -> bool:
        """Tell whether there is text, and none outside of links but a mark or two."""
        return 0 < self.text <= self.links + 2


def measured(root: HtmlElement) -> dict[HtmlElement, Measure]:
    """Return what each element of a tree holds, scripts and the like left out."""
    measures: dict[HtmlElement, Measure] = {}
    for element in reversed([*root.iter()]):
        measures[element] = measure = Measure()
        if not isinstance(element.tag, str) or element.tag in _UNREAD:
            continue
        runs = [element.text]
        for child in element:
            inner = measures[child]
            measure.text += inner.text
            measure.links += inner.links
            measure.prose += inner.prose
            measure.pictures += inner.pictures
            runs.append(child.tail)
        lengths = [content_length(stripped) for run in runs if run and (stripped := run.strip())]
        measure.text += sum(lengths)
        if element.tag == "a":
            measure.links, measure.prose = measure.text, 0
        else:
            measure.prose += sum(length for length in lengths if length >= _PROSE_CHARS)
            measure.pictures += element.tag in ("img", "picture", "video")
    return measures


def unname_posts(root: HtmlElement) -> None:
    """Take classes and buttons from posts that stand beside each other, such as those of a live report.

    trafilatura takes the first element of such a class for the whole story, and a short post with a link for
    a menu.
    """
    groups: dict[tuple[HtmlElement, str], list[HtmlElement]] = {}
    for element in root.iter("div", "section", "article", "li"):
        name, parent = element.get("class"), element.getparent()
        if name and parent is not None and _POST.search(name):
            groups.setdefault((parent, name), []).append(element)
    for posts in groups.values():
        if len(posts) > _MOST_PARTS:
            for post in posts:
                del post.attrib["class"]
                for link in [child for child in post.iterchildren("a") if _is_button(child)]:
                    link.drop_tree()


def _is_button(link: HtmlElement) -> bool:
    """Tell whether a link stands alone between paragraphs, as those to share a post do."""
    before = link.getprevious()
    text_before = (before.tail if before is not None else link.getparent().text) or ""
    beside = before is None or before.tag not in _INLINE
    return beside and not text_before.strip() and not (link.tail or "").strip()


# -- crowds ----------------------------------------------------------------------------------------------


def thin_crowds(root: HtmlElement) -> None:
    """Make a tree plainer where reading it would take more than linear time; few ordinary pages have that.

    For each text of an element, lxml looks for the element before it, over all texts between them: 200 kB of
    one paragraph with a <span> for each word took trafilatura 10 seconds. So in an element with many children
    inline ones become text. Line breaks behind two others go, and a table with a very long row is no table.
    """
    _drop_breaks(root)
    for crowd in [element for element in root.iter() if len(element) > _CROWD]:
        if crowd.tag == "tr":
            _undo_table(crowd)
        else:
            _join_texts(crowd)


def _drop_breaks(root: HtmlElement) -> None:
    breaks: dict[HtmlElement, int] = {}  # line break → how many come after each other up to it
    for line_break in [*root.iter("br")]:
        before = line_break.getprevious()
        follows = before in breaks and not (before.tail or "").strip()
        breaks[line_break] = breaks[before] + 1 if follows else 1
        if breaks[line_break] > _MOST_BREAKS:
            before.tail, line_break.tail = line_break.tail, None
            line_break.getparent().remove(line_break)


def _undo_table(row: HtmlElement) -> None:
    for part in [row, *row, *row.iterancestors("table", "tbody", "thead", "tfoot")]:
        part.tag = "div"


def _join_texts(crowd: HtmlElement) -> None:
    """Put the words of an element's plain inline children in their places, each text being set once."""
    texts: list[tuple[HtmlElement, list[str]]] = [(crowd, [crowd.text or ""])]
    for child in [*crowd]:
        if child.tag in _INLINE and child.tag not in ("a", "time") and not len(child):
            texts[-1][1].extend((child.text or "", child.tail or ""))
            child.tail = None
            crowd.remove(child)
        else:
            texts.append((child, [child.tail or ""]))
    crowd.text = "".join(texts[0][1])
    for child, parts in texts[1:]:
        child.tail = "".join(parts)


# -- tables ----------------------------------------------------------------------------------------------


def undo_layout_tables(root: HtmlElement) -> None:
    """Turn tables that only place blocks on the page into plain blocks."""
    for table in [*root.iter("table")]:
        parts = _parts(table)
        if _is_layout(table, parts):
            for part in [table, *parts]:
                part.tag = "div"


def _parts(table: HtmlElement) -> list[HtmlElement]:
    """Return the groups, rows and cells of a table, without those of tables inside of it."""
    groups = [part for part in table if part.tag in ("tbody", "thead", "tfoot")]
    rows = [row for holder in [table, *groups] for row in holder.iterchildren("tr")]
    return [*groups, *rows, *(cell for row in rows for cell in row.iterchildren("td", "th"))]


def _is_layout(table: HtmlElement, parts: list[HtmlElement]) -> bool:
    rows = sum(part.tag == "tr" for part in parts)
    cells = [part for part in parts if part.tag in ("td", "th")]
    if table.get("role") in ("presentation", "none") or len(cells) <= rows:
        return True
    return any(sum(child.tag not in _INLINE and child.tag != "br" for child in cell) > 1 for cell in cells)


# -- bare text -------------------------------------------------------------------------------------------


def wrap_bare_text(root: HtmlElement) -> None:
    """Put text that stands in a block beside other blocks or line breaks into paragraphs of its own."""
    for holder in [*root.iter(*_HOLDERS)]:
        if _has_bare_text(holder):
            _wrap(holder)


def _has_bare_text(holder: HtmlElement) -> bool:
    texts = (holder.text, *(child.tail for child in holder))
    return any(text and len(text.strip()) >= _PROSE_CHARS for text in texts)


def _wrap(holder: HtmlElement) -> None:
    children, text = list(holder), holder.text
    holder.text = None
    paragraph = _Paragraph(holder, text)
    for child in children:
        tail, child.tail = child.tail, None
        if child.tag in _INLINE:
            paragraph.take(child, tail)
        elif child.tag == "br":
            paragraph.line_break(child, tail)
        else:
            paragraph.close()
            holder.append(child)
            paragraph = _Paragraph(holder, tail)
    paragraph.close()


class _Paragraph:
    """A paragraph of a block being filled; two line breaks after each other begin another one."""

    def __init__(self, holder: HtmlElement, text: str | None) -> None:
        self._holder = holder
        self._element = Element("p")
        self._element.text = text

    def take(self, child: HtmlElement, tail: str | None) -> None:
        child.tail = tail
        self._element.append(child)

    def line_break(self, child: HtmlElement, tail: str | None) -> None:
        last = self._element[-1] if len(self._element) else None
        if last is not None and last.tag == "br" and not (last.tail or "").strip():
            self._element.remove(last)
            self.close()
            self._element = Element("p")
            self._element.text = tail
        else:
            self.take(child, tail)

    def close(self) -> None:
        if len(self._element) or (self._element.text or "").strip():
            self._holder.append(self._element)
