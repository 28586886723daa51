"""Sitemaps and news sitemaps (https://www.sitemaps.org/protocol.html): addresses, some with headlines.

What stands under an address in the namespaces of images and videos is about those, not about the page. The
package ultimate-sitemap-parser is not used, because it fetches by itself, past the guarded client.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin, urlsplit

import lxml.etree

from index.errors import SourceError
from index.fetch.addresses import MAX_URL_CHARS
from index.sources.feeds import xml_repair
from index.sources.feeds.items import Child, Feed, Item, rough_stamp
from index.sources.markup import headline
from index.types.report import Failure

# The protocol's own limit.
MAX_ENTRIES = 50_000
MAX_ITEMS = 500
# What is kept of the time of a sitemap's last change, with the source: no time is longer.
MAX_TIME_CHARS = 100

_NEWS = "{http://www.google.com/schemas/sitemap-news/"
# Words in the path of pages that are no story, in the languages that most feeds are written in.
_NO_STORY = frozenset(
    "about about-us impressum imprint datenschutz privacy privacy-policy cookie-policy cookies terms "
    "terms-of-use "
    "terms-of-service agb kontakt contact contact-us contacto contatti contato mentions-legales aviso-legal "
    "legal "
    "login log-in signin sign-in register subscribe subscription abo newsletter newsletters jobs careers "
    "advertise "
    "tag tags schlagwort etiqueta etiquette topic topics thema themen tema temas author authors autor "
    "autoren auteur "
    "auteurs autore autores profile category categories kategorie categorie categoria section sections "
    "rubrik "
    "search suche archive archives archiv feed feeds rss sitemap faq help hilfe".split()
)


def parse(text: str, url: str) -> Feed:
    """Return the newest entries, or the further sitemaps that it names.

    Raises SourceError when it is no sitemap.
    """
    root = xml_repair.parse(text, url)
    name = xml_repair.local_name(root)
    if name == "sitemapindex":
        return Feed("sitemap", None, (), children=_children(root, url))
    if name != "urlset":
        raise SourceError(f"{url} is no sitemap: check the address.")
    items: list[Item] = []
    problems: list[Failure] = []
    outlet = None
    for entry in root.iterchildren("{*}url"):
        if len(items) + len(problems) >= MAX_ENTRIES:
            problems.append(Failure(url, f"holds more than {MAX_ENTRIES:,} addresses: the rest is left out"))
            break
        fields = _fields(entry)
        outlet = outlet or fields.get("name")
        item = _item(fields, url)
        if isinstance(item, Item):
            items.append(item)
        else:
            problems.append(Failure(url, item))
    if not items and xml_repair.is_cut(text):
        raise SourceError(f"{url} is not well-formed XML: it breaks off before its first address.")
    items.sort(key=stamp, reverse=True)
    title = headline(outlet or "")[:200] or None
    return Feed("sitemap", title, tuple(items[:MAX_ITEMS]), problems=tuple(problems), found=len(items))


def _children(root: lxml.etree._Element, url: str) -> tuple[Child, ...]:
    """Return the sitemaps of an index, those that were changed last at the front.

    Without such times the one named last comes first: most software appends to its index.
    """
    children = []
    for entry in list(root.iterchildren("{*}sitemap"))[:MAX_ENTRIES]:
        fields = _fields(entry)
        address = _web_address(url, fields.get("loc", ""))
        if address and len(address) <= MAX_URL_CHARS:
            children.append(Child(address, fields.get("lastmod", "")[:MAX_TIME_CHARS]))
    places = enumerate(children)
    ordered = sorted(places, key=lambda place: (rough_stamp(place[1].changed) or 0.0, place[0]), reverse=True)
    return tuple(child for _, child in ordered)


def _fields(entry: lxml.etree._Element) -> dict[str, str]:
    """Return the texts that are about an address itself, by the names of their elements."""
    own = {
        xml_repair.local_name(child): (child.text or "").strip()
        for child in entry
        if not len(child) and not _is_foreign(child)
    }
    news = {
        xml_repair.local_name(child): (child.text or "").strip()
        for child in entry.iter()
        if str(child.tag).startswith(_NEWS)
    }
    return {name: text for name, text in (news | own).items() if text}


def _is_foreign(element: lxml.etree._Element) -> bool:
    """Tell whether an element is of an extension, and not of sitemaps."""
    namespace = str(element.tag).rpartition("}")[0]
    return (
        bool(namespace)
        and "sitemaps.org/schemas/sitemap/" not in namespace
        and "google.com/schemas/sitemap/" not in namespace
    )


def _item(fields: dict[str, str], base: str) -> Item | str:
    """Return an entry, or the reason why it is left out."""
    written = fields.get("loc", "")
    url = _web_address(base, written)
    if url is None:
        return f"{written[:200]!r} is no web address: it is left out"
    title = headline(fields.get("title", ""))
    return Item(
        url=url,
        title=title,
        published=fields.get("publication_date", ""),
        updated=fields.get("lastmod", ""),
        language=fields.get("language", "").lower()[:20] or None,
        is_story=bool(title or fields.get("publication_date")),
    )


def is_story_address(url: str) -> bool:
    """Tell whether the path of an address could be a story's: not a front page, a tag, an author or the "
    "imprint."""
    parts = urlsplit(url)
    words = [
        re.sub(r"\.(?:html?|php|aspx?)$", "", unquote(part).lower()) for part in parts.path.split("/") if part
    ]
    if not words:
        return bool(parts.query)
    return words[-1] not in _NO_STORY and not (len(words) > 1 and words[-2] in _NO_STORY and len(words) <= 3)


def _web_address(base: str, link: str) -> str | None:
    try:
        url = urljoin(base, "".join(link.split()))
    except ValueError:
        return None
    return url if link and url.startswith(("http://", "https://")) else None


def stamp(item: Item) -> float:
    """Return about when an entry was published or changed, in seconds since 1970; 0 where it does not say."""
    return rough_stamp(item.published) or rough_stamp(item.updated) or 0.0
