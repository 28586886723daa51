"""The story on a page, as text: through trafilatura, or from the page's own data where that shows more.

The page's tree is freed of what is around the story first. On the 91 pages of the
public article suite this makes trafilatura's fast mode as good as its full one, which also asks readability
and jusText and takes twice as long. The full one is asked only where the fast one finds little of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import lxml.etree
from lxml.html import HtmlElement

from index.sources.markup import READINGS, paragraphs, plain_line, tidy
from index.sources.pages.furniture import Measures, remove_furniture
from index.sources.pages.json_ld import PageData
from index.sources.pages.script_data import story_in_scripts
from index.sources.pages.tree import unname_posts
from index.text.length import content_length

# Less than this share of the page's long texts: the extractor may have lost half of the story.
_THIN_SHARE = 0.3
_SHORT_CHARS = 600
# How much longer another reading of the same story has to be to be preferred.
_LONGER = 1.3
_LEADING_LINES = 8
# Lines above a headline are labels: the section, the date. Longer ones are the story.
_LABEL_CHARS = 100
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SUBTITLE_NAMES = re.compile(
    r"(?:sub-?(?:title|head|line|deck)|standfirst|deck|dek|strapline|sottotitolo|chapo)", re.I
)
_TABLE_RULE = re.compile(r"\|?(?:\s*:?-{3,}:?\s*\|)+")


def load(text: str) -> HtmlElement | None:
    """Return the tree of a page; None where it holds no HTML."""
    import trafilatura  # imported here: it takes 0.2 s, and the processes that read pages alone need it

    root = trafilatura.load_html(text)
    if root is not None:
        lxml.etree.strip_elements(root, *READINGS, with_tail=False)
    return root


def story_text(
    root: HtmlElement, url: str, headlines: Sequence[str], data: PageData, measures: Measures
) -> str:
    """Return the story on the page at `url` without the headline above it; "" where none is found.

    `root` is in plain form (see `tree`), `measures` are its own; the tree is changed. `headlines` are
    what the page calls itself.
    """
    above = {_key(line) for line in (*headlines, *_titles_on_page(root))} - {""}
    in_data = _body_in_data(data)
    prose = remove_furniture(root, url, measures)
    unname_posts(root)
    text = _below(above, _extracted(root, fast=True))
    if in_data and _says_more(in_data, text):
        return in_data
    if content_length(text) < _SHORT_CHARS or len(text) < _THIN_SHARE * prose:
        text = _longer(text, _below(above, _extracted(root, fast=False)))
        text = _longer(text, story_in_scripts(root, headlines))
    return text


def _extracted(root: HtmlElement, *, fast: bool) -> list[str]:
    import trafilatura

    text = trafilatura.extract(
        root, output_format="txt", include_comments=False, include_tables=True, with_metadata=False, fast=fast
    )
    return [_row(line) if line.startswith("|") else line for line in (text or "").splitlines()]


def _row(line: str) -> str:
    """Return a row of a table as a line that reads well; "" for the rule below its head."""
    if _TABLE_RULE.fullmatch(line.strip()):
        return ""
    return " | ".join(cell for cell in (part.strip() for part in line.split("|")) if cell)


def _longer(text: str, other: str) -> str:
    return other if len(other) > _LONGER * len(text) else text


def _says_more(in_data: str, text: str) -> bool:
    """Tell whether the text in a page's data goes on where the page's own ends, or has paragraphs."""
    if "".join(text.split()) == "".join(in_data.split()):  # trafilatura joins the paragraphs of the data
        return True
    beginning = _key(text[:200])[:80]
    return len(in_data) > _LONGER * len(text) and beginning in _key(in_data[:20_000], 20_000)


def _body_in_data(data: PageData) -> str:
    body = data.story.get("articleBody")
    return paragraphs(body) if isinstance(body, str) else ""


# -- what stands above the story -------------------------------------------------------------------------


def _below(above: set[str], lines: Sequence[str]) -> str:
    """Return the text below the last of the first lines that is the headline or a subtitle."""
    filled = [line for line in lines if line.strip()]
    start = 0
    for i, line in enumerate(filled[:_LEADING_LINES]):
        if _key(line) in above:
            start = i + 1
        elif len(line) > _LABEL_CHARS:
            break
    return tidy("\n\n".join(filled[start:]))


def _titles_on_page(root: HtmlElement) -> Iterator[str]:
    """Yield the headline on the page and what stands as a title between it and the first paragraph."""
    headline = next((heading for heading in root.iter("h1") if str(heading.text_content()).strip()), None)
    if headline is None:
        return
    yield str(headline.text_content())
    for element in _following(headline, 200):
        if element.tag in _HEADINGS or _SUBTITLE_NAMES.search(element.get("class") or ""):
            yield str(element.text_content())[:1000]
        elif len((element.text or "").strip()) > _LABEL_CHARS:
            return


def _following(element: HtmlElement, limit: int) -> Iterator[HtmlElement]:
    """Yield the elements that come after one on the page, at most `limit`."""
    count = 0
    for holder in (element, *element.iterancestors()):
        for sibling in holder.itersiblings():
            for inner in sibling.iter():
                if isinstance(inner.tag, str):
                    yield inner
                count += 1
                if count >= limit:
                    return


def _key(line: str, limit: int = 1000) -> str:
    """Return the letters of a line without case, by which two wordings of it are compared."""
    return re.sub(r"\W+", "", plain_line(line[:limit])).casefold()
