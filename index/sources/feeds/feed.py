"""RSS 0.9 to 2.0 and Atom.

`xml_repair` makes the document well-formed, feedparser reads its vocabularies, and this module decides what
an entry says: its own words and never those of its pictures, its address, its id and its time.

feedparser gets well-formed documents only: its forgiving parser puts a semicolon behind "AT&T", and took
1.1 GB of memory for a broken feed of 7.6 MB.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import feedparser
import lxml.etree

from index.errors import SourceError
from index.fetch.addresses import MAX_URL_CHARS
from index.sources.feeds import xml_repair
from index.sources.feeds.entry_text import EntryText, entry_text, plain_text
from index.sources.feeds.items import Feed, Item, rough_stamp
from index.sources.markup import decoded, headline, person_names, plain_headline, plain_line
from index.types.report import Failure

logger = logging.getLogger(__name__)

# The newest entries of one reading; older ones of a long archive come from files.
MAX_ITEMS = 500

_MEDIA = (
    "{http://search.yahoo.com/mrss}",
    "{http://search.yahoo.com/mrss/}",
    "{http://search.yahoo.com/mrss/#}",
)
_VIDEO = "{http://www.youtube.com/xml/schemas/2015}videoId"
# Elements with HTML in them that some feeds forget to escape.
_HTML_FIELDS = ("description", "encoded", "summary", "content")
# feedparser takes these for the entry's own title and text, although they describe a picture.
_OF_MEDIA = ("title", "description", "text")
_TIMES = ("pubdate", "date", "published", "issued", "updated", "modified", "created")
_MAIL_AND_NAME = re.compile(
    r"\s*+(?:[^\s@<>()]++@[^\s@<>()]++\s*+(?:\(([^()]*+)\))?+|([^<>@]*+)<[^\s@<>]++@[^\s@<>]++>)\s*+$"
)
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_NO_STORY = ("application/pdf", "audio/", "video/", "image/")


def parse(text: str, url: str) -> Feed:
    """Return the newest entries of a feed at `url`. Raises SourceError when it is none."""
    root = xml_repair.parse(text, url)
    elements = _entries(root)
    kept = _newest(elements)
    for gone in set(elements) - set(kept):
        _remove(gone)
    films = [_prepared(entry) for entry in kept]
    _unwrap_html(root)
    parsed = _parsed(root, url)
    if not parsed.get("version") and not parsed.entries:
        raise SourceError(f"{url} is no feed: check the address.")
    if len(parsed.entries) != len(films):
        films = [""] * len(parsed.entries)
    site = _site(parsed, url)
    language = _language(parsed.feed.get("language"))
    atom = str(parsed.get("version", "")).startswith("atom")
    items: list[Item] = []
    problems: list[Failure] = []
    for entry, film in zip(parsed.entries, films, strict=True):
        item = _item(entry, film, url if atom else site, atom, language)
        if isinstance(item, Item):
            items.append(item)
        else:
            problems.append(Failure(url, item))
    title = headline(str(parsed.feed.get("title") or "")) or None
    kind = "atom" if atom else "rss"
    return Feed(kind, title, tuple(items), site=site, problems=tuple(problems), found=len(elements))


# -- the document ----------------------------------------------------------------------------------------


def _entries(root: lxml.etree._Element) -> list[lxml.etree._Element]:
    """Return the elements of a feed's entries, in its order."""
    return [element for element in root.iter("{*}item", "{*}entry") if _is_entry(element)]


def _is_entry(element: lxml.etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and xml_repair.local_name(parent) in ("channel", "rss", "rdf", "feed", "items")


def _newest(entries: list[lxml.etree._Element]) -> list[lxml.etree._Element]:
    """Return the newest `MAX_ITEMS` entries in the order of the feed.

    Without times, those that stand first.
    """
    if len(entries) <= MAX_ITEMS:
        return entries
    stamps = [_rough_time(entry) for entry in entries]
    if None in stamps:
        return entries[:MAX_ITEMS]
    places = sorted(range(len(entries)), key=lambda place: stamps[place] or 0.0, reverse=True)
    return [entries[place] for place in sorted(places[:MAX_ITEMS])]


def _rough_time(entry: lxml.etree._Element) -> float | None:
    """Return an entry's time as seconds since 1970; None where it has none that is quickly read."""
    stamps = (rough_stamp(child.text or "") for child in entry if xml_repair.local_name(child) in _TIMES)
    return next((stamp for stamp in stamps if stamp is not None), None)


def _prepared(entry: lxml.etree._Element) -> str:
    """Take out of an entry what describes its pictures.

    Return the description of a film, which is its text.
    """
    film = ""
    for element in list(entry.iter()):
        namespace, _, name = str(element.tag).rpartition("}")
        if f"{namespace}}}" in _MEDIA and name in _OF_MEDIA:
            if name == "description" and element.getparent().tag.endswith("}group"):
                film = film or (element.text or "")
            _remove(element)
        elif name in ("author", "creator") and "@" in (element.text or "") and not len(element):
            element.text = _without_mail(element.text)
        elif name == "title" and _is_second_title(element, entry):
            _remove(element)
    return film if entry.find(_VIDEO) is not None else ""


def _without_mail(author: str) -> str:
    """Return the name in "desk@paper.example (Ann Lee)" or "Ann Lee <desk@paper.example>", "" where none is.

    RSS wants the first form; feedparser's own reading knows only short names of domains.
    """
    found = _MAIL_AND_NAME.match(author)
    return (found[1] or found[2] or "").strip() if found else author


def _is_second_title(element: lxml.etree._Element, entry: lxml.etree._Element) -> bool:
    """Tell whether a title of an extension, such as Dublin Core's, stands beside the entry's own."""
    return element.tag != "title" and element.getparent() is entry and entry.find("title") is not None


def _unwrap_html(root: lxml.etree._Element) -> None:
    """Make text of HTML that stands in a description without being escaped."""
    for element in root.iter(*(f"{{*}}{name}" for name in _HTML_FIELDS)):
        if len(element) and element.get("type") not in ("xhtml", "application/xhtml+xml"):
            inner = [element.text or ""]
            for child in list(element):
                inner.append(lxml.etree.tostring(child, encoding="unicode", method="html", with_tail=True))
                element.remove(child)
            element.text = "".join(inner)


def _remove(element: lxml.etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _parsed(root: lxml.etree._Element, url: str) -> Any:
    """Return what feedparser makes of a document. Raises SourceError."""
    data = lxml.etree.tostring(root, encoding="utf-8", xml_declaration=True)
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(
            io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # whatever its parser stumbles over: one feed, and it is logged
        logger.warning("feed unreadable url=%s error=%r", url, error)
        raise SourceError(f"{url} is broken beyond reading: tell its publisher.") from error


def _site(parsed: Any, url: str) -> str:
    """Return the address of the site that an RSS feed speaks for: its links are relative to it."""
    try:
        site = urljoin(url, str(parsed.feed.get("link") or "").strip())
    except ValueError:
        return url
    return site if site.startswith(("http://", "https://")) else url


# -- one entry -------------------------------------------------------------------------------------------


def _item(entry: Any, film: str, base: str, atom: bool, language: str | None) -> Item | str:
    """Return an entry, or the reason why it is left out."""
    title = _title(entry, atom)
    url = _address(entry, base)
    called = f"“{title[:100]}”" if title else f"with the id {plain_line(str(entry.get('id') or ''))[:100]!r}"
    if url is None:
        return f"the entry {called} gives no web address: it is left out"
    if len(url) > MAX_URL_CHARS:
        return f"the entry {called} has an address of {len(url):,} characters, too many: it is left out"
    text = _text(entry, film, atom)
    updated = _written(entry, "updated")
    source = entry.get("source") or {}
    return Item(
        url=url,
        title=title,
        text=text.text,
        cut=text.cut,
        published=_written(entry, "published", "created") or updated,
        updated=updated,
        authors=_authors(entry),
        topics=_lines([str(tag.get("term") or "") for tag in entry.get("tags") or []]),
        language=language,
        guid=plain_line(str(entry.get("id") or ""))[:1000] or None,
        source=headline(str(source.get("title") or ""))[:200] or None,
    )


def _title(entry: Any, atom: bool) -> str:
    value = str(entry.get("title") or "")
    kind = (entry.get("title_detail") or {}).get("type")
    return plain_headline(value) if atom and kind == "text/plain" else headline(value)


def _address(entry: Any, base: str) -> str | None:
    """Return an entry's address: its first link to a page, else its id, else the file that it brings."""
    for written in _candidates(entry):
        link = decoded(written.strip()) if "&amp;" in written else written.strip()
        if link.lower().startswith("www."):
            link = f"http://{link}"
        try:
            url = urljoin(base, "".join(link.split()))
        except ValueError:
            continue
        if link and url.lower().startswith(("http://", "https://")):
            return url
    return None


def _candidates(entry: Any) -> Iterator[str]:
    yield str(entry.get("feedburner_origlink") or "")
    links = [link for link in entry.get("links") or [] if link.get("href")]
    own = [link for link in links if link.get("rel", "alternate") == "alternate"]
    pages = [link for link in own if str(link.get("type") or "text/html") in _HTML_TYPES]
    for link in (*pages, *own):
        yield str(link["href"])
    yield str(entry.get("link") or "")
    guid = str(entry.get("id") or "").strip()
    if guid.lower().startswith(("http://", "https://", "www.")):
        yield guid
    for link in links:
        if link.get("rel") == "enclosure":
            yield str(link["href"])


def _text(entry: Any, film: str, atom: bool) -> EntryText:
    """Return the longest of an entry's texts; where it has none, that of the film that it brings."""
    texts = []
    parts = [*(entry.get("content") or []), entry.get("summary_detail") or {"value": entry.get("summary")}]
    for part in parts:
        value, kind = str(part.get("value") or ""), str(part.get("type") or "text/html")
        if kind.startswith(_NO_STORY):
            continue
        texts.append(plain_text(value) if atom and kind == "text/plain" else entry_text(value))
    best = max(texts, key=lambda text: len(text.text), default=EntryText("", False))
    return best if best.text or not film else plain_text(film)


def _written(entry: Any, *keys: str) -> str:
    """Return the first of an entry's times that is given, as it is written."""
    # Asked for where it is missing, feedparser gives the other time and a warning.
    written = (" ".join(str(entry[key]).split()) for key in keys if key in entry)
    return next((text for text in written if text), "")


def _authors(entry: Any) -> tuple[str, ...]:
    return person_names(str(author.get("name") or "") for author in entry.get("authors") or [])


def _lines(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line[:200] for line in map(plain_line, values) if line))[:20]


def _language(value: object) -> str | None:
    return plain_line(value).lower()[:20] or None if isinstance(value, str) else None
