"""JSON-LD: what a page tells search engines about itself, in the terms of https://schema.org/NewsArticle.

Pages write it by hand and by template, so it comes with comments, CDATA marks, raw line breaks, trailing
commas and quotation marks that are not escaped. One page often describes several things: itself, its site,
its publisher, and other stories beside its own.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import json_repair
import lxml.html

from index.sources.markup import plain_line

# A page has a handful of scripts; a page that lists stories describes a few hundred things.
MAX_SCRIPTS = 50
MAX_OBJECTS = 500
MAX_DEPTH = 8
# json_repair reads 150,000 characters a second, so all repairs of one page take a third of a second at most.
MAX_REPAIRED_CHARS = 50_000

_STORY_TYPES = re.compile(r"(?:.*Article|Report|(?:.*Blog|SocialMedia|DiscussionForum)Posting)")
# The properties in which a page describes itself. Others, such as itemListElement, describe other pages.
_OWN_PARTS = ("@graph", "mainEntity", "mainEntityOfPage")
# What stands before the first value: white space, and what hides a script from browsers of the 1990s.
_BEFORE = re.compile(r"(?:[\s;\ufeff]|<!--|<!\[CDATA\[|//|/\*|\*/)*+")
_BETWEEN = re.compile(r"[\s,;]*+")
_WORD = re.compile(r"\w+")
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# A headline in the data and the one on the page often differ in a few words.
_SAME_HEADLINE = 0.6


@dataclass(frozen=True, slots=True)
class PageData:
    """The objects that a page describes, in its order, and the one among them that is the page's own story.

    `story` is {} where there is none. A value that only refers to another object by `@id` is replaced by that
    object.
    """

    objects: tuple[dict[str, Any], ...] = ()
    story: dict[str, Any] = field(default_factory=dict)

    def of_type(self, *names: str) -> Iterator[dict[str, Any]]:
        """Yield the objects that have one of these schema.org types, in the page's order."""
        return (described for described in self.objects if not types_of(described).isdisjoint(names))


def read_json_ld(root: lxml.html.HtmlElement, url: str) -> PageData:
    """Return what the page at `url` says about itself. Scripts that cannot be read are left out."""
    objects = tuple(_objects(root))
    stories = [described for described in objects if is_story(described)]
    return PageData(objects, _own_story(stories, _own_places(root, url), _headlines(root)))


def types_of(described: dict[str, Any]) -> set[str]:
    """Return an object's types, without the address of schema.org before them."""
    names = (name for name in listed(described.get("@type")) if isinstance(name, str))
    return {re.split(r"[/#:]", name.strip())[-1] for name in names}


def is_story(described: dict[str, Any]) -> bool:
    """Tell whether an object is an article of some kind."""
    return any(_STORY_TYPES.fullmatch(name) for name in types_of(described))


def is_closed(described: dict[str, Any]) -> bool:
    """Tell whether an object declares that it cannot be read for free (`isAccessibleForFree`)."""
    declared = str(described.get("isAccessibleForFree")).strip().lower()
    return declared.rpartition("/")[2] in ("false", "0", "no")


def listed(value: object) -> list[Any]:
    """Return a value as a list: itself if it is one, an empty one for None."""
    return value if isinstance(value, list) else [] if value is None else [value]


# -- reading ---------------------------------------------------------------------------------------------


def _objects(root: lxml.html.HtmlElement) -> list[dict[str, Any]]:
    budget = MAX_REPAIRED_CHARS
    found: list[dict[str, Any]] = []
    for script in _scripts(root):
        values = _parsed(script)
        if values is None and len(script) <= budget:
            budget -= len(script)
            values = _repaired(script)
        found.extend(_described(values or [], MAX_DEPTH))
    del found[MAX_OBJECTS:]
    by_id = {str(described["@id"]): described for described in found if not _is_reference(described)}
    return [{key: _resolved(value, by_id) for key, value in described.items()} for described in found]


def _scripts(root: lxml.html.HtmlElement) -> Iterator[str]:
    scripts = [
        script
        for script in root.iter("script")
        if (script.get("type") or "").split(";")[0].strip().lower() == "application/ld+json"
    ]
    for script in scripts[:MAX_SCRIPTS]:
        text = script.text or ""
        yield text[_matched(_BEFORE, text, 0) :]


def _parsed(text: str) -> list[Any] | None:
    """Return the values with which a script begins, one after the other; None where it begins with none."""
    decoder = json.JSONDecoder(strict=False)  # pages break lines inside of texts
    values = []
    position = 0
    try:
        while text.startswith(("{", "["), position):
            value, position = decoder.raw_decode(text, position)
            values.append(value)
            position = _matched(_BETWEEN, text, position)
    except (ValueError, RecursionError):
        pass  # what stands before the fault is used; a script without such values is repaired
    return values or None


def _matched(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Return where a pattern that also matches nothing stops to match."""
    found = pattern.match(text, start)
    return found.end() if found else start


def _repaired(text: str) -> list[Any]:
    if '"' not in text:  # written as if it were an attribute
        text = html.unescape(text)
    try:
        return listed(json_repair.loads(text))
    except (ValueError, RecursionError):
        return []


def _described(values: Sequence[object], depth: int) -> Iterator[dict[str, Any]]:
    """Yield the objects in `values`, each followed by those that it holds as parts of the same page."""
    for value in values:
        if isinstance(value, list) and depth:
            yield from _described(value, depth - 1)
        elif isinstance(value, dict):
            yield value
            for part in _OWN_PARTS if depth else ():
                yield from _described(listed(value.get(part)), depth - 1)


def _is_reference(described: dict[str, Any]) -> bool:
    return "@id" not in described or set(described) <= {"@id", "@type"}


def _resolved(value: object, by_id: dict[str, dict[str, Any]]) -> object:
    if isinstance(value, list):
        return [_resolved(part, by_id) if isinstance(part, dict) else part for part in value]
    if isinstance(value, dict) and "@id" in value and _is_reference(value):
        return by_id.get(str(value["@id"]), value)
    return value


# -- which of them is this page --------------------------------------------------------------------------


def _own_story(
    stories: Sequence[dict[str, Any]], own_places: set[str], headlines: Sequence[frozenset[str]]
) -> dict[str, Any]:
    """Return the story that names this page's address or has its headline, or the only one without any."""
    judged = [(_names(story, own_places), _has_headline(story, headlines)) for story in stories]
    best = max(range(len(stories)), key=judged.__getitem__, default=None)
    if best is None:
        return {}
    address, headline = judged[best]
    alone = len(stories) == 1 and address == 0
    return stories[best] if address > 0 or headline or alone else {}


def _names(story: dict[str, Any], own_places: set[str]) -> int:
    """Tell whether a story names an address of this page (1), only other addresses (-1) or none (0)."""
    places = {_place(address) for address in _addresses(story)} - {""}
    return 0 if not places else 1 if places & own_places else -1


def _has_headline(story: dict[str, Any], headlines: Sequence[frozenset[str]]) -> bool:
    words = _words(str(story.get("headline") or story.get("name") or ""))
    return any(_alike(words, headline) for headline in headlines)


def _addresses(story: dict[str, Any]) -> Iterator[str]:
    for value in (story.get("url"), story.get("mainEntityOfPage"), story.get("@id")):
        for part in listed(value):
            address = (part.get("@id") or part.get("url")) if isinstance(part, dict) else part
            if isinstance(address, str) and address.strip():
                yield address.strip()


def _place(address: str) -> str:
    """Return where on its site an address is; "" for a front page, which many name in place of their own.

    The host is left out: many pages name the address of their AMP or mobile edition.
    """
    try:
        parts = urlsplit(urljoin("http://site.invalid/", address))
    except ValueError:
        return ""
    return parts.path.lower().rstrip("/") or parts.query


def _own_places(root: lxml.html.HtmlElement, url: str) -> set[str]:
    links = [link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    metas = [meta.get("content") for meta in root.iter("meta") if meta.get("property") == "og:url"]
    return {_place(address.strip()) for address in (url, *links[:3], *metas[:3]) if address} - {""}


def _headlines(root: lxml.html.HtmlElement) -> list[frozenset[str]]:
    titles = [str(heading.text_content()) for heading in [*root.iter("h1")][:5]]
    titles += [
        meta.get("content") or ""
        for meta in root.iter("meta")
        if (meta.get("property") or meta.get("name") or "").lower() in ("og:title", "twitter:title")
    ][:5]
    titles.append(str(root.findtext(".//title") or ""))
    return [words for words in map(_words, titles) if words]


def _words(headline: str) -> frozenset[str]:
    """Return the words of a headline; its characters where a script leaves no space between words."""
    text = plain_line(headline[:1000]).casefold()
    return frozenset(_IDEOGRAPHS.findall(text) or _WORD.findall(text))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer = min(len(one), len(other))
    return one == other or (fewer > 1 and len(one & other) >= _SAME_HEADLINE * fewer)
