"""The story in the data that a page's scripts draw it from, for pages that show nothing without them.

Frameworks put what a page needs into it as JSON: `<script id="__NEXT_DATA__" type="application/json">`,
`window.__STATE__ = {…}`. The story is the object with the page's headline and paragraphs below it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml.html import HtmlElement

from index.sources.markup import paragraphs, plain_line
from index.text.length import content_length

# One page has a few such scripts; the largest seen holds half a megabyte.
MAX_SCRIPTS = 20
MAX_CHARS = 3 * 1024 * 1024
MAX_NODES = 200_000
MIN_CHARS = 300
_ASSIGNMENT = re.compile(r"\s*(?:var |let |const |window\.|self\.|globalThis\.)?[\w.$]{1,80}\s*=\s*(?=[{\[])")
_TITLE_KEYS = ("headline", "title", "name", "heading", "hed")
_ASIDE_KEYS = re.compile(
    r"caption|credit|alt|byline|bio|author|related|recommend|comment|summary|description|excerpt|teaser|seo|meta|slug|url"
    r"|tags|copyright|newsletter|footer|navigation|menu",
    re.IGNORECASE,
)
_PROSE_CHARS = 40


def story_in_scripts(root: HtmlElement, headlines: Sequence[str]) -> str:
    """Return the longest story with one of the page's headlines in its scripts; "" where there is none."""
    wanted = {plain_line(headline).casefold() for headline in headlines} - {""}
    stories = (story for value in _values(root) for story in _stories(value, wanted))
    texts = ("\n\n".join(dict.fromkeys(_prose(story, wanted))) for story in stories)
    best = max(texts, key=len, default="")
    return best if content_length(best) >= MIN_CHARS else ""


def _values(root: HtmlElement) -> Iterator[object]:
    left = MAX_CHARS
    for script in [*root.iter("script")]:
        text = script.text or ""
        start = _start(script, text)
        if start is None or len(text) > left:
            continue
        left -= len(text)
        try:
            yield json.JSONDecoder(strict=False).raw_decode(text, start)[0]
        except (ValueError, RecursionError):
            continue


def _start(script: HtmlElement, text: str) -> int | None:
    """Return where the JSON of a script begins; None where it holds none."""
    if (script.get("type") or "").split(";")[0].strip().lower() == "application/json":
        return len(text) - len(text.lstrip())
    assignment = _ASSIGNMENT.match(text[:300])
    return assignment.end() if assignment else None


def _stories(value: object, wanted: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the objects that have one of the headlines."""
    for node in _nodes(value):
        if isinstance(node, dict) and _title(node) in wanted:
            yield node


def _nodes(value: object) -> Iterator[object]:
    left, count = [value], 0
    while left and count < MAX_NODES:
        node = left.pop()
        count += 1
        yield node
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        left.extend(child for child in children if isinstance(child, dict | list))


def _title(node: dict[str, Any]) -> str:
    titles = (node.get(key) for key in _TITLE_KEYS)
    return next(
        (plain_line(title[:500]).casefold() for title in titles if isinstance(title, str) and title), ""
    )


def _prose(node: object, wanted: set[str]) -> Iterator[str]:
    """Yield the paragraphs below an object in their order, without those of other stories in it."""
    left, count = [node], 0
    while left and count < MAX_NODES:
        part = left.pop()
        count += 1
        if isinstance(part, str):
            text = paragraphs(part)
            is_words = " " in text or not text.isascii()
            if content_length(text) >= _PROSE_CHARS and is_words and text.casefold() not in wanted:
                yield text
        elif isinstance(part, list):
            left.extend(reversed(part))
        elif isinstance(part, dict) and (part is node or _title(part) in wanted | {""}):
            left.extend(reversed([inner for key, inner in part.items() if not _ASIDE_KEYS.search(key)]))
