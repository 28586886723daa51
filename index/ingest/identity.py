"""Which stored article an article that was read is: pure functions of what is known and what was read.

Two entries of a feed with different ids are two articles, also at one address. The same id under a new
address is an article that moved, if it moved within its site. Ids that a feed uses again for another story
are told from that by the story itself. An id is no claim to what another site has brought: whatever id is
given, an article of another site, or of stronger words than these, is another article.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from index.sources.feeds.walls import same_lead
from index.text.addresses import site_of
from index.text.normalize import FEED_CHARS, article_id, canonical_line, foreign_id
from index.types.article import Article, Authority

# Of the first words of a story so many stay when it is written anew, three in a row each. Two notices of one
# office share a few of them.
SAME_STORY_LEAD = 0.6


@dataclass(frozen=True, slots=True)
class KnownIdentities:
    """What is stored about the articles of one batch.

    `articles` are those stored under any of their ids, `others` maps further ids to those of articles,
    `feeds` an article's id to the feeds that have an entry for it, `places` an article's id to its address.
    """

    articles: Mapping[str, Article]
    others: Mapping[str, str]
    feeds: Mapping[str, Collection[str]]
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Identified:
    """An article under the id that it is stored by. `moved` tells that its address there is an older one.

    `ids` are those under which it is to be known as well.
    """

    article: Article
    moved: bool
    ids: tuple[str, ...]


def identify(article: Article, known: KnownIdentities) -> Identified:
    """Return an article under the id of the stored article that it is, or under an id of its own."""
    own = _own(article, known)
    before = known.others.get(article.entry) if article.entry else None
    if before is None or before == own:
        id = own if before == own or not _is_another_entry(article, own, known) else _entry_own_id(article)
        return _identified(article, id, False, known)
    stored = known.articles.get(before)
    if own in known.articles or stored is None or not _has_moved(article, stored):
        return _identified(article, own, False, known)
    return _identified(article, before, True, known)


def _own(article: Article, known: KnownIdentities) -> str:
    """Return the id that is the article's by its address; another one where that is taken by another site."""
    id = known.others.get(article.id, article.id)
    for other in (id, article.id, article_id(article.url)):
        if not _is_taken(other, article, known):
            return other
    return foreign_id(article.id, site_of(article.url))


def _is_taken(id: str, article: Article, known: KnownIdentities) -> bool:
    place = known.places.get(id)
    return place is not None and site_of(place) != site_of(article.url)


def _has_moved(article: Article, stored: Article) -> bool:
    """Tell whether an entry is a stored story at a new address, and its words may say so."""
    within = site_of(article.url) == site_of(stored.url)
    may_say = article.authority >= stored.authority > Authority.FOREIGN
    return within and may_say and is_same_story(article, stored)


def is_same_story(article: Article, stored: Article) -> bool:
    """Tell whether two versions are of one story: by headline, first words, or the minute of publishing."""
    if canonical_line(article.title).casefold() == canonical_line(stored.title).casefold():
        return True
    to_the_minute = article.published_precision == stored.published_precision == "minute"
    if to_the_minute and article.published_at == stored.published_at and article.source == stored.source:
        return True
    one, other = article.text, stored.text
    return same_lead(one, other, SAME_STORY_LEAD) or same_lead(other, one, SAME_STORY_LEAD)


def _is_another_entry(article: Article, id: str, known: KnownIdentities) -> bool:
    """Tell whether the article at the same address is another entry of the same feed."""
    stored = known.articles.get(id)
    if stored is None or article.entry is None or article.entry[:FEED_CHARS] not in known.feeds.get(id, ()):
        return False
    return not is_same_story(article, stored)


def _entry_own_id(article: Article) -> str:
    return (article.entry or article.id)[-16:]


def _identified(article: Article, id: str, moved: bool, known: KnownIdentities) -> Identified:
    names = [article.entry] if article.entry else []
    if moved or article.id in known.others:
        names.append(article.id)
    news = tuple(name for name in names if name != id and known.others.get(name) != id)
    return Identified(replace(article, id=id), moved, news)
