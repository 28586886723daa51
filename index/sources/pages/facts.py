"""What a page says about itself: its headline, the name of its site, its authors, its addresses, its feeds.

Believed in this order: JSON-LD of its own story, OpenGraph and other meta elements, the headline that it
shows, its title. A headline comes without the site's name, which stands behind or before it in most titles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from index.fetch.addresses import MAX_URL_CHARS
from index.sources.feeds.items import FeedLink
from index.sources.markup import decoded, headline, person_names, plain_line
from index.sources.pages.json_ld import PageData, listed
from index.text.addresses import host_of
from index.text.normalize import canonical_line

Meta = Mapping[str, str]

MAX_HEADLINE = 500
MAX_NAME = 200
_FEED_TYPES = (
    *("application/rss+xml", "application/atom+xml", "application/feed+json"),
    *(
        "application/rdf+xml",
        "application/rss",
        "application/atom",
        "application/xml",
        "text/xml",
        "application/json",
    ),
)
# WordPress announces its programming interface like a feed: https://developer.wordpress.org/rest-api/
_NO_FEED = re.compile(r"/wp-json/|oembed", re.IGNORECASE)
# Between a headline and the name of its site.
_SEPARATOR = re.compile(r"(?<!\s)\s++[-–—|·•»«:/]++\s++|(?:(?<!\s)\s++)?+[|»«]\s*+|:\s++")
_WHOLE_SITE = ("WebSite", "NewsMediaOrganization", "Organization")


def meta_of(root: HtmlElement) -> dict[str, str]:
    """Return a page's meta elements: name in lower case → content, the first of each name."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name, content = element.get("property") or element.get("name"), element.get("content")
        if name and content and content.strip():
            found.setdefault(name.strip().lower(), content)
    return found


# -- headline and outlet ---------------------------------------------------------------------------------


def headlines_of(root: HtmlElement, meta: Meta, data: PageData, url: str) -> list[str]:
    """Return what a page calls its story, what is believed most first; site names are still in there."""
    shown = _shown_headlines(root, url)
    title = str(root.findtext(".//title") or "")
    told = (data.story.get("headline"), meta.get("og:title"), meta.get("twitter:title"))
    lines = [headline(value)[: 2 * MAX_HEADLINE] for value in told if isinstance(value, str)]
    lines += map(_line, (*shown, title))
    return list(dict.fromkeys(line for line in lines if line))


def outlet_of(root: HtmlElement, meta: Meta, data: PageData, url: str) -> str:
    """Return the name that the site gives itself; its host where it gives none."""
    title = _line(str(root.findtext(".//title") or ""))
    shown = _shown_headlines(root, url)
    candidates = (
        _line(meta.get("og:site_name") or ""),
        _name(data.story.get("publisher")),
        *(_name(site) for site in data.of_type(*_WHOLE_SITE)),
        _line(meta.get("application-name") or ""),
        *_names_linked_home(root, url),
        *(_beside(title, line) for line in (*shown, _line(meta.get("og:title") or ""))),
        host_of(url),
    )
    names = (host_of(name) if "://" in name else name.removeprefix("www.") for name in candidates)
    return next((name[:MAX_NAME] for name in names if name), "")


def headline_of(headlines: Sequence[str], outlet: str, url: str) -> str:
    """Return the most believed headline without the name of the site."""
    if not headlines:
        return ""
    best = headlines[0]
    for other in headlines[1:]:
        # Cut in the data ("… and the"), or run together with a kicker on the page ("HarbourMaster resigns").
        if other.startswith(best.rstrip(". …")) and best.endswith(("...", "…")):
            best = other
    names = {_letters(outlet), *(_letters(part) for part in _host_names(url))} - {""}
    return _without(best, names, [_letters(line) for line in headlines if line != best])[:MAX_HEADLINE]


def _without(headline: str, names: set[str], others: Sequence[str]) -> str:
    """Return a headline without the parts at its ends that name the site.

    A part does so if it has the site's name, or if the rest alone is another of the page's headlines.
    """
    for before, after in _cuts(headline):
        if _letters(after) in names or (_letters(before) in others and len(after) < len(before)):
            return before
        if _letters(before) in names or (_letters(after) in others and len(before) < len(after)):
            return after
    return headline


def _beside(title: str, headline: str) -> str:
    """Return what stands in a title beside the headline, which is the site's name; "" where nothing does."""
    wanted = _letters(headline)
    for before, after in _cuts(title):
        if wanted and wanted == _letters(before):
            return after
        if wanted and wanted.endswith(_letters(before)) and len(_letters(before)) > 10:
            return after  # the page shows a kicker in its headline
        if wanted and wanted == _letters(after):
            return before
    return ""


def _cuts(line: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to cut a line in two at a separator, from the first one."""
    for separator in [*_SEPARATOR.finditer(line)][:10]:
        before, after = line[: separator.start()].strip(), line[separator.end() :].strip()
        if before and after:
            yield before, after


def _host_names(url: str) -> list[str]:
    host = host_of(url)
    return [host, host.split(".")[0]] if host and not host.replace(".", "").isdigit() else []


def _letters(line: str) -> str:
    return re.sub(r"\W+", "", line).casefold()


def _shown_headlines(root: HtmlElement, url: str) -> list[str]:
    """Return the headings of the first rank that a page shows, without those that are the site's name."""
    headings = [heading for heading in [*root.iter("h1")][:5] if not _leads_home(heading, url)]
    host = _letters(host_of(url))
    lines = (_shown(heading) for heading in headings)
    return [line for line in lines if line and not (_letters(line) in host and len(line) > 2)]


def _names_linked_home(root: HtmlElement, url: str) -> list[str]:
    return [_shown(heading) for heading in [*root.iter("h1")][:5] if _leads_home(heading, url)]


def _leads_home(heading: HtmlElement, url: str) -> bool:
    link = next(heading.iter("a"), None)
    home = _joined(url, link.get("href") or "") if link is not None else None
    return home is not None and not _path(home) and not urlsplit(home).query and home != url


def _shown(heading: HtmlElement) -> str:
    """Return a heading as it is read, its parts apart from each other."""
    return canonical_line(" ".join(str(part) for part in heading.itertext()))


def _line(text: str) -> str:
    """Return a headline or name as one line; references escaped once too often are decoded."""
    return canonical_line(decoded(text))[: 2 * MAX_HEADLINE]


# -- people, language, addresses -------------------------------------------------------------------------


def authors_of(data: PageData) -> tuple[str, ...]:
    """Return the names of those who wrote a page's story."""
    return person_names(name for author in listed(data.story.get("author")) for name in _names(author))


def language_of(root: HtmlElement) -> str | None:
    """Return the page's own word for its language, in lower case."""
    return (root.get("lang") or "").strip().lower()[:20] or None


def canonical_links(root: HtmlElement, url: str) -> list[str]:
    """Return the canonical addresses that a page names, on whatever host."""
    links = (link for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical")
    joined = (_joined(url, link.get("href") or "") for link in links)
    return [address for address in joined if address]


def own_address(named: Sequence[str | None], url: str) -> str:
    """Return the first address that a page gives itself on its own host, else `url`."""
    for name in named:
        address = _joined(url, name or "")
        # Many pages name the front page in place of themselves.
        if address and host_of(address) == host_of(url) and (_path(address) or not _path(url)):
            return address
    return url


def base_of(root: HtmlElement, url: str) -> str:
    """Return the address that a page's links are relative to."""
    named = next((element.get("href") for element in root.iter("base") if element.get("href")), None)
    return _joined(url, named or "") or url


def feeds_of(root: HtmlElement, url: str) -> Iterator[FeedLink]:
    """Yield the feeds that the page at `url` announces, each once."""
    seen, base = set(), base_of(root, url)
    for link in root.iter("link"):
        kind = (link.get("type") or "").split(";")[0].strip().lower()
        feed = _joined(base, link.get("href") or "")
        announced = (
            kind in _FEED_TYPES
            and not _NO_FEED.search(feed or "")
            and "alternate" in (link.get("rel") or "").lower().split()
        )
        if feed and announced and feed not in seen:
            seen.add(feed)
            yield FeedLink(feed, plain_line(link.get("title") or "")[:MAX_NAME] or None)


def _path(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _joined(base: str, address: str) -> str | None:
    try:
        joined = urljoin(base, address.strip())
        parts = urlsplit(joined)
        # To browsers a host ends at "\\".
        named = bool(parts.hostname) and "\\" not in parts.netloc
        fits = bool(address.strip()) and len(joined) <= MAX_URL_CHARS
        return joined if fits and parts.scheme in ("http", "https") and named else None
    except ValueError:
        return None


def _name(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    return next((plain_line(name)[:MAX_NAME] for name in _names(value)), "")


def _names(value: object) -> Iterator[str]:
    """Yield the names of a person or organisation: a text, or an object with one or several."""
    for name in listed(value.get("name") if isinstance(value, dict) else value):
        if isinstance(name, str):
            yield name
