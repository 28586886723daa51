"""What stands on a page around its story: boxes, other stories, captions. Removed from its tree.

Told by structure (links, headings, pictures, nesting) first, then by the names that templates give to such
boxes. Each rule looks at an element a bounded number of times, so time grows with the page and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from lxml.html import HtmlElement

from index.sources.pages.tree import Measure, measured
from index.text.addresses import site_of

Measures = Mapping[HtmlElement, Measure]

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BOXES = (
    "div",
    "section",
    "aside",
    "ul",
    "ol",
    "p",
    "span",
    "figcaption",
    "li",
    "nav",
    "footer",
    "header",
    "a",
)
# Names of boxes that are never part of a story, as whole words of an id or a class.
_BOX_NAMES = re.compile(
    r"(?:^| )(?:newsletters?|sign ?ups?|subscribe|subscription|related|recirc\w*|recommend\w*|promos?|paywall"
    r"|most (?:read|popular|viewed)|latest|trending|read ?(?:more|next|also)|also (?:on|read)"
    r"|more (?:on|from|stories)|outbrain|taboola|shar(?:e|ing)|social|follow us|comments?|disqus|disclosure"
    r"|disclaimer|captions?|credits?|author (?:bio|box|info|card)|about (?:the )?author|bio|breadcrumbs?|tags"
    r"|advert\w*|sponsor\w*|donat\w+)(?: |$)"
)
_WORD_BREAKS = re.compile(r"[-_\s:]+|(?<=[a-z])(?=[A-Z])")
# A box with more than this share of the page's prose holds the story, whatever its name.
_STORY_SHARE = 0.3
_CAPTION_CHARS = 200
_SENTENCE_END = re.compile(r"[.!?…。！？؟][\"'”’»)\]」』]*$")


def remove_furniture(root: HtmlElement, url: str, measures: Measures) -> int:
    """Remove from the tree of the page at `url` what is around its story. The tree is changed.

    `measures` are those of this tree. Returns how many letters of prose are left.
    """
    for rules in ((_other_stories, _named_boxes), (_captions, _link_blocks)):
        measures = measures if rules[0] is _other_stories else measured(root)
        for element in [element for rule in rules for element in rule(root, measures, url)]:
            if element.getparent() is not None:
                element.drop_tree()
    return measures[root].prose


def _other_stories(root: HtmlElement, measures: Measures, url: str) -> Iterator[HtmlElement]:
    """Yield the articles beside the one under the headline, and those in it whose own headline is a link."""
    own = _own_article(root, measures)
    if own is None:
        return
    outer = {own, *own.iterancestors()}
    for article in root.iter("article"):
        if article in outer:
            continue
        heading = next(article.iter(*_HEADINGS), None)
        linked = heading is not None and measures[heading].is_link
        beside = own not in article.iterancestors()
        smaller = _STORY_SHARE * measures[article].prose <= measures[own].prose
        if linked or (beside and smaller):
            yield article


def _own_article(root: HtmlElement, measures: Measures) -> HtmlElement | None:
    """Return the article with the first headline of the page, or the first one below it."""
    headline_seen = False
    for element in root.iter("h1", "article"):
        if element.tag == "h1":
            headline_seen = headline_seen or measures[element].text > 0
            holder = next(element.iterancestors("article"), None)
            if headline_seen and holder is not None and measures[holder].prose:
                return holder
        elif headline_seen and measures[element].prose:
            return element
    return None


def _named_boxes(root: HtmlElement, measures: Measures, url: str) -> Iterator[HtmlElement]:
    limit = _STORY_SHARE * measures[root].prose
    for element in root.iter(*_BOXES):
        names = f"{element.get('id') or ''} {element.get('class') or ''}"[:300]
        if names != " " and measures[element].prose <= limit and _is_box_name(names):
            yield element


def _is_box_name(names: str) -> bool:
    return bool(_BOX_NAMES.search(_WORD_BREAKS.sub(" ", names).lower()))


def _captions(root: HtmlElement, measures: Measures, url: str) -> Iterator[HtmlElement]:
    """Yield short texts beside a picture that are no sentence, and such lines in italics below one."""
    for element in root.iter("div", "span", "p", "figure", "center", "td", "dl"):
        measure = measures[element]
        if not 0 < measure.text <= _CAPTION_CHARS or _ends_a_sentence(element) or _has_heading(element):
            continue
        if measure.pictures or (
            element.tag == "p" and _is_italic(element) and _is_below_picture(element, measures)
        ):
            yield element


def _has_heading(element: HtmlElement) -> bool:
    return next(element.iter(*_HEADINGS), None) is not None


def _is_italic(element: HtmlElement) -> bool:
    inner = next(iter(element), None)
    return inner is not None and inner.tag in ("em", "i", "small") and not (element.text or "").strip()


def _is_below_picture(element: HtmlElement, measures: Measures) -> bool:
    before = element.getprevious()
    return before is not None and measures[before].pictures > 0 and not measures[before].text


def _ends_a_sentence(element: HtmlElement) -> bool:
    return bool(_SENTENCE_END.search(str(element.text_content()).rstrip()[-10:]))


def _link_blocks(root: HtmlElement, measures: Measures, url: str) -> Iterator[HtmlElement]:
    """Yield paragraphs and list entries that are only links, and headings that are links to the same site."""
    for element in root.iter("p", "li"):
        if measures[element].is_link:
            yield element
    for heading in root.iter(*_HEADINGS):
        inside = next(heading.iter("a"), None) if measures[heading].is_link else None
        link = inside if inside is not None else next(heading.iterancestors("a"), None)
        if link is not None and _is_same_site(link.get("href") or "", url):
            yield heading


def _is_same_site(href: str, url: str) -> bool:
    try:
        return site_of(urljoin(url, href)) in (site_of(url), "")
    except ValueError:
        return False
