"""Who speaks: the feed, list, page or file that is read, and how much it may say about an address.

An article belongs to its address, and an address to its site. A feed may say anything about the addresses of
its own site, of the sites whose pages announce it (`rel="alternate"`; the BBC's feeds lie on another domain
than its pages), and of those for which the operator lets it speak. About any other address it brings words of
its own: an article under an id and an outlet of its own, beside that of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from index.errors import RecordError
from index.text.addresses import feed_key, host_of, site_of
from index.text.normalize import FEED_CHARS, article_id, entry_id, foreign_id
from index.types.article import Article, Authority

MAX_NAME = 150

# Is told that the pages of a site (the second) announce the feed at an address (the first).
NoteAnnounced = Callable[[str, str], None]


def note_nothing(_: str, __: str) -> None:
    """The default: what pages announce counts in this reading only."""


@dataclass(slots=True)
class Speaker:
    """What is read, and the sites that it speaks for, which grow while pages announce it.

    `addresses` are the one that answered in the end and the one that was asked for. `is_trusted` tells that
    it may speak for every site, as a file that the operator reads in.
    """

    addresses: tuple[str, ...]
    sites: set[str]
    note: NoteAnnounced = note_nothing
    is_trusted: bool = False

    @classmethod
    def at(
        cls, asked: str, answered: str, sites: Iterable[str] = (), note: NoteAnnounced = note_nothing
    ) -> Speaker:
        """Return the speaker at a web address; a redirect gives nothing to the site it leads away from."""
        own = site_of(answered)
        return cls(tuple(dict.fromkeys((answered, asked))), {*sites, own} - {""}, note)

    @classmethod
    def of_file(cls, address: str) -> Speaker:
        """Return the operator, who reads in a file: an archive may hold the articles of any site."""
        return cls((address,), set(), is_trusted=True)

    @classmethod
    def of_upload(cls, address: str) -> Speaker:
        """Return a person who hands in a file, and may speak for no site."""
        return cls((address,), set())

    @property
    def _site(self) -> str:
        return site_of(self.addresses[0])

    def speaks_for(self, url: str) -> bool:
        """Tell whether its words about an address count as those of the address's site."""
        return self.is_trusted or site_of(url) in self.sites

    @property
    def has_site(self) -> bool:
        """Whether it lies on the web itself, so that other sites may announce it."""
        return bool(self.sites)

    def authority(self, url: str) -> Authority:
        """Return how much its own words about an address count."""
        return Authority.SITE if self.speaks_for(url) else Authority.FOREIGN

    def id_about(self, url: str, id: str) -> str:
        """Return the id of its own words about an address; `id` is that of the article at the address."""
        return id if self.speaks_for(url) else foreign_id(id, self._site)

    def outlet(self, name: str | None) -> str:
        """Return what names its words about others' addresses: the name it gives, and who gives it.

        Anybody can call a feed "Reuters", so the host stands behind.
        """
        host = host_of(self.addresses[0]) or "upload"
        name = (name or "")[:MAX_NAME]
        return f"{name} ({host})" if name and name != host else host

    def own_words(self, article: Article) -> Article:
        """Return an article of a file or list as its own words.

        An id that a list from outside gives is its own affair: it names nothing that others have brought.
        """
        if self.is_trusted:
            return article
        if self.speaks_for(article.url):
            own = article.id == article_id(article.url)
            return article if own else replace(article, id=self._own_id(article.id))
        return replace(
            article,
            id=foreign_id(article.id, self._site),
            source=self.outlet(article.source),
            authority=Authority.FOREIGN,
            original=None,
        )

    def _own_id(self, id: str) -> str:
        return entry_id(self.addresses[0], f"line {id}")[FEED_CHARS:]

    def heard(self, page: str, feeds: Collection[str]) -> None:
        """Take note of the feeds that the page at an address announces: one of them speaks for its site."""
        site = site_of(page)
        announced = {key for feed in feeds if (key := _key(feed))}
        for address in self.addresses:
            if site and site not in self.sites and _key(address) in announced:
                # Under the address that is announced, and no other: one that only leads there today may
                # lead elsewhere tomorrow.
                self.note(address, site)
                self.sites.add(site)


def _key(url: str) -> str | None:
    try:
        return feed_key(url)
    except RecordError:
        return None
