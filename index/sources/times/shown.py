"""The times that a page shows to its readers, and which of them is the byline of its story.

A page shows many other dates: of other stories, of comments, of events, of today. So a time counts only near
the headline, and outside of boxes for other things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import lxml.etree
import lxml.html

from index.sources.times.dates import Moment, Unread, found_times, read_time

# How far a byline stands behind the headline, in characters of visible text (a lead may lie between), and how
# far before it. The figures are those of the 150 pages of htmldate's tests, rounded up.
BEHIND = 800
BEFORE = 120
# The same for plain text, which may be part of the story.
TEXT_BEHIND = 350
# So close to the headline a text is the byline, even where a list of dates follows within `LIST` characters.
CLOSE = 60
LIST = 1200
# A longer text is no byline.
SHORT = 120
# What is looked at of a page.
MAX_TEXT = 60_000
MAX_BEHIND = 6_400
MAX_STEPS = 60_000

_NOT_SHOWN = frozenset("script style noscript template svg select option iframe textarea form button".split())
_ALWAYS_OWN = ("html", "body", "main", "article")
_FOREIGN = re.compile(
    r"(?:^|[-_\s])(?:comments?|kommentare?|comentarios|commentaires|disqus|related|side-?bar|ticker|"
    r"recommend\w{0,10}|teasers?|widgets?|(?<!post.)(?<!entry.)(?<!article.)foot(?:er)?|trending|most-?read|"
    r"popular|latest|newsletter|breadcrumbs?|menu|nav|navigation|promo|read-?more|more-?news|archives?|calendar|"
    r"copyright|similar|empfehlungen|meistgelesen)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:^|[-_\s])(?:comments?|commentlist|kommentare?|comentarios|commentaires|disqus|related|ticker|"
    r"recommend\w{0,10}|trending|most-?read|popular|similar|meistgelesen)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"updat|modif|edited|aktualis|geändert|stand:|mis à jour|mise à jour|actualiz|actualis|aggiorn|atualiz|"
    r"bijgewerkt|uppdater|opdater|oppdater|päivitetty|aktualiz|обновл|更新",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"publi|posted|veröffentlicht|erschienen|erstellt|datum|date|publicado|pubblicat|gepubliceerd|opublikowano|"
    r"опубликован|公開|配信|掲載|発表|written|created|by\b|von\b|par\b|por\b|verfasst|eingestellt|gepostet|revision",
    re.IGNORECASE,
)
_TIME_ATTRIBUTES = (
    "datetime",
    "data-datetime",
    "data-time",
    "data-timestamp",
    "data-date",
    "data-published",
    "data-utc-date",
)
_WHERE_ELEMENT = "a time element"
_WHERE_TEXT = "text beside the headline"


@dataclass(slots=True)
class PageReader:
    """Reads times for one page, and keeps those that cannot be read."""

    timezone: ZoneInfo
    now: datetime
    language: str | None
    unread: list[Unread] = field(default_factory=list)

    def declared(self, value: object, where: str) -> Moment | None:
        """Return a time that the page declares; one that cannot be read is kept in `unread`."""
        if isinstance(value, list):
            value = value[0] if value else None
        found = read_time(value, self.timezone, self.language, now=self.now, where=where)
        if not isinstance(found, Unread):
            return found
        self.unread.append(found)
        return None

    def maybe(self, value: object, where: str) -> Moment | None:
        """Return a time where a text is one."""
        found = read_time(value, self.timezone, self.language, now=self.now, where=where)
        return found if isinstance(found, Moment) else None

    def all_within(self, text: str, where: str) -> list[tuple[str, Moment]]:
        """Return the times that stand in a text, each with the words before it."""
        return list(found_times(text, self.timezone, self.language, now=self.now, where=where))

    def within(self, text: str, where: str) -> Moment | None:
        """Return the first time that stands in a text."""
        return next((moment for _, moment in self.all_within(text, where)), None)


@dataclass(frozen=True, slots=True)
class ShownTime:
    """A time on the page.

    `distance` counts the characters of visible text between it and the headline, negative before the
    headline. `marked` tells that an element declares it, `updated` and `labelled` that the words beside it
    say that it is the time of an update or of publishing.
    """

    moment: Moment
    distance: int
    marked: bool
    updated: bool
    labelled: bool

    @property
    def is_near(self) -> bool:
        return -BEFORE <= self.distance <= BEHIND


def shown_times(root: lxml.html.HtmlElement, title: str, reader: PageReader) -> list[ShownTime]:
    """Return the times that a page called `title` shows, in its order."""
    body = root.find("body")
    walk = _Walk(root if body is None else body, title, reader)
    walk.run()
    return list(walk.times())


class _Walk:
    """One way through a page in its order, counting the characters that are shown."""

    def __init__(self, body: lxml.html.HtmlElement, title: str, reader: PageReader) -> None:
        self._body = body
        self._reader = reader
        self._headline = headline_of(body, title)
        self._around = set() if self._headline is None else {self._headline, *self._headline.iterancestors()}
        self._position = 0
        self._start = self._end = 0
        self._found: list[ShownTime] = []

    def run(self) -> None:
        walk = lxml.etree.iterwalk(self._body, events=("start", "end", "comment"))
        for step, (event, element) in enumerate(walk):
            if step > MAX_STEPS or self._position > MAX_TEXT:
                break
            if self._end and self._position > self._end + MAX_BEHIND:
                break
            if event != "start":
                self._leave(element)
            elif element.tag in _NOT_SHOWN or (element not in self._around and is_foreign(element)):
                walk.skip_subtree()
            else:
                self._enter(element)

    def times(self) -> Iterator[ShownTime]:
        for time in self._found:
            behind, before = time.distance - self._end, time.distance - self._start
            distance = behind if behind >= 0 else min(before, 0)
            yield ShownTime(time.moment, distance, time.marked, time.updated, time.labelled)

    def _enter(self, element: lxml.html.HtmlElement) -> None:
        if element is self._headline:
            self._start = self._position
        marked = _marked(element, self._reader)
        if marked:
            words = _words_beside(element)
            self._note(marked, True, words)
        self._show(element.text, element)

    def _leave(self, element: lxml.html.HtmlElement) -> None:
        if element is self._headline:
            self._end = self._position
        parent = element.getparent()
        if element is not self._body and parent is not None:
            self._show(element.tail, parent)

    def _show(self, text: str | None, around: lxml.html.HtmlElement) -> None:
        shown = " ".join((text or "").split())
        if shown and around is not self._headline:
            for words, moment in _plain(shown, around, self._reader):
                self._note(moment, False, f"{words} {around.get('class') or ''}")
        self._position += len(shown) + 1 if shown else 0

    def _note(self, moment: Moment, marked: bool, words: str) -> None:
        updated = _UPDATED.search(words) is not None
        self._found.append(
            ShownTime(moment, self._position, marked, updated, _PUBLISHED.search(words) is not None)
        )


def headline_of(body: lxml.html.HtmlElement, title: str) -> lxml.html.HtmlElement | None:
    """Return the heading that a page's title repeats, else its first heading of the first rank."""
    wanted = _letters(title)
    first = None
    for heading in body.iter("h1", "h2", "h3", "h4"):
        text = _letters(_text_of(heading, 300))
        if min(len(text), len(wanted)) >= 8 and (text in wanted or wanted in text):
            return heading
        if first is None and heading.tag == "h1" and text:
            first = heading
    return first


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _text_of(element: lxml.html.HtmlElement, longest: int) -> str:
    """Return the text within an element, "" where it is longer than `longest` characters."""
    words: list[str] = []
    length = 0
    for part in element.itertext():
        added = part.split()
        words += added
        length += sum(map(len, added)) + len(added)
        if length > longest + 1:
            return ""
    return " ".join(words)


def is_foreign(element: lxml.html.HtmlElement) -> bool:
    """Tell whether an element is a box for other things than the story: comments, other stories, menus."""
    if element.tag in _ALWAYS_OWN:
        return False
    if element.tag == "nav" or (
        element.tag == "footer" and next(element.iterancestors("article"), None) is None
    ):
        return True
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(name) > 2 and _is_foreign_name(name[:200])


@lru_cache(maxsize=4096)
def _is_foreign_name(name: str) -> bool:
    return _FOREIGN.search(name) is not None


def _marked(element: lxml.html.HtmlElement, reader: PageReader) -> Moment | None:
    """Return the time of an element that is there for a time."""
    for name in _TIME_ATTRIBUTES:
        if element.get(name):
            return reader.maybe(element.get(name), _WHERE_ELEMENT)
    if element.tag == "abbr" and element.get("title"):
        return reader.maybe(element.get("title"), _WHERE_ELEMENT)
    return reader.within(_text_of(element, SHORT), _WHERE_ELEMENT) if element.tag == "time" else None


def _plain(text: str, around: lxml.html.HtmlElement, reader: PageReader) -> list[tuple[str, Moment]]:
    """Return the time in a short text, or at the beginning of a longer one as news agencies write it.

    With it come the words that may say what it is the time of. A text such as "Updated on 3 May, published on
    1 May" has two times, each with the words before it.
    """
    if around.tag == "a" or not any(char.isdigit() for char in text):
        return []
    if len(text) > SHORT:
        found = reader.all_within(text[:30], _WHERE_TEXT) if text[0].isdigit() else []
    else:
        found = reader.all_within(text, _WHERE_TEXT)
        if len(found) > 1 and all(_is_label(words) for words, _ in found):
            return found
        found = found or reader.all_within(_text_of(around, SHORT), _WHERE_TEXT)
    return [(text, moment) for _, moment in found[:1]]


def _is_label(words: str) -> bool:
    return bool(_UPDATED.search(words) or _PUBLISHED.search(words))


def _words_beside(element: lxml.html.HtmlElement) -> str:
    """Return the words that may say what a time element is: its names, its text and what stands before it."""
    words = [element.get("class"), element.get("itemprop"), _text_of(element, SHORT)]
    before, parent = element.getprevious(), element.getparent()
    if before is not None:
        words.append((before.tail or "")[-40:].strip() or _text_of(before, SHORT)[-40:])
    elif parent is not None:
        words += [(parent.text or "")[-40:], parent.get("class")]
    return " ".join(word for word in words if word)


def marked_byline(shown: list[ShownTime]) -> Moment | None:
    """Return the time of the time element that is nearest behind the headline."""
    return _nearest([time for time in shown if time.marked and not time.updated], 0, BEHIND)


def text_byline(shown: list[ShownTime], now: datetime) -> Moment | None:
    """Return the time of what is the story's byline by its place and the words beside it.

    Several days in the text behind a headline are a list of events. What stands above the headline may be
    another story's, and a date of today there is the one that many sites show to every visitor.
    """
    own = [time for time in shown if not time.updated]
    text = [time for time in own if not time.marked]
    labelled = [time for time in text if time.labelled]
    days = {time.moment.at.date() for time in text if 0 <= time.distance <= LIST}
    above = [time for time in own if time.marked or abs(time.moment.at - now) > timedelta(days=2)]
    return (
        _nearest(labelled, 0, BEHIND)
        or _nearest(text, 0, CLOSE if len(days) > 2 else TEXT_BEHIND)
        or _nearest([time for time in above if time.labelled], -BEFORE, -1)
        or _nearest(above, -CLOSE, -1)
        or _nearest(labelled, 0, MAX_TEXT)
    )


def _nearest(shown: list[ShownTime], first: int, last: int) -> Moment | None:
    near = [time for time in shown if first <= time.distance <= last]
    return min(near, key=lambda time: abs(time.distance)).moment if near else None


def without_others(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """Return a page without comments and boxes for other stories: a copy, where it has some."""
    if not any(_is_of_others(element) for element in root.iter(lxml.etree.Element)):
        return root
    copy = deepcopy(root)
    for element in [element for element in copy.iter(lxml.etree.Element) if _is_of_others(element)]:
        if element.getparent() is not None:
            element.drop_tree()
    return copy


def _is_of_others(element: lxml.html.HtmlElement) -> bool:
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    if len(name) < 4 or element.tag in _ALWAYS_OWN or not _OTHERS.search(name[:200]):
        return False
    return next(element.iter("h1"), None) is None


def only_day(shown: list[ShownTime]) -> Moment | None:
    """Return the day that a page shows where it shows no other."""
    days = {time.moment.at.date() for time in shown}
    return shown[0].moment if len(days) == 1 else None
