"""Addresses of articles: which two lead to the same page, and how one is written.

`clean_address` is what is shown and fetched: the address without parameters that only tell a publisher where
a reader came from. `address_key` goes further and is only compared: http and https, www, a slash at the end
and the AMP form of a page are the same page. `site_of` says who owns an address.

Names of tracking parameters come from the package detrack, whose list is kept by its author. courlan's was
tried on the same parameters: it also removes `gallery`, `glossary`, `eid`, `uid` and `session`, which name
pages. News sites have some of their own (`smid`, `xtor`, `ito`), which stand below.

Sites are told apart by the public suffix list (https://publicsuffix.org), from the package publicsuffixlist.
It brings the list of the day of its release, asks no network, needs no other package and is typed. tldextract
brings requests and fetches the list unless it is told not to; publicsuffix2's list is of 2019.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit, urlunsplit

import detrack
import idna
from publicsuffixlist import PublicSuffixList

from index.errors import RecordError

# Names on detrack's list that name pages on some sites: ?pid=4711, ?r=12.
_NAME_PAGES = frozenset("_ r pid sid si nd next otc continue ts".split())
# And those that do so where their value is a number.
_DOUBTFUL = frozenset("ref source origin social newsletter context".split())
_NAMES = frozenset(name.lower() for name in detrack.DEFAULT_PATTERNS) - _NAME_PAGES | frozenset(
    "smid smtyp emc ito ocid cmp cmpid ncid sr_share spm dicbo traffic_source __twitter_impression igshid "
    "mc_cid mc_eid mkt_tok wt_mc wtmc xtor xtref xtcr rss_source sref feedtype maca".split()
)
_PREFIXES = (*(prefix.lower() for prefix in detrack.PREFIXES), "ns_", "wt_", "_hs", "itm_")
# Whatever the parameter is called, this value tells that the link stood in a feed: from=rss, partner=rss.
_FROM_A_FEED = re.compile(r"rss|rss[-_.].*|feed|feeds|newsfeed|rssfeed", re.IGNORECASE)
# These ask for another form of the page, so their value is no trace of a reader.
_FORMS = frozenset("feed format output type view tab category cat section topic q s search".split())
# Fragments that are no place of a story: a browser's text fragment, the comments, the top of the page. A
# single comment is a place: what its author says is not the story.
_NO_PLACE = re.compile(
    r":~:.*|(?!comments?[-=/]\d)(?:comments?|respond|disqus_thread|rss|feed|top|start)(?:[-=/].*)?",
    re.IGNORECASE,
)
# Below these everybody may have a site of their own, though the public suffix list does not say so: one who
# writes there spoke for all others.
_BLOG_HOSTS = frozenset(
    "beehiiv.com canalblog.com dreamwidth.org exblog.jp ghost.io hashnode.dev jimdofree.com "
    "jimdosite.com kinja.com livejournal.com medium.com micro.blog mystrikingly.com over-blog.com "
    "posthaven.com seesaa.net skyrock.com squarespace.com strikingly.com substack.com svbtle.com "
    "tistory.com tumblr.com typepad.com weebly.com wordpress.com write.as".split()
)
_AMP_HOST = "amp."
_AMP_PATH = re.compile(r"(?:/amp|\.amp)(?=(?:\.html?)?/?$)|^/amp(?=/.)", re.IGNORECASE)
_AMP_PARTS = frozenset(("amp", "amp=1", "amp=true", "outputtype=amp", "output=amp"))
_DEFAULT_PORTS = {"http": 80, "https": 443}


def clean_address(raw: str) -> str:
    """Return an address without tracking parameters, its scheme and host in lower case.

    All else stays as it is written. A fragment stays, too, unless it only tracks or leads to the comments:
    the entries of a live report often differ in nothing else. Raises RecordError when it is no address, also
    where browsers would read another host in it: to them "\\" ends the host as "/" does.
    """
    try:
        parts = urlsplit(raw)
    except ValueError as error:
        raise RecordError(f"{raw[:200]!r} is not an address") from error
    if "\\" in parts.netloc:
        raise RecordError(f"{raw[:200]!r} is not an address")
    fragment = "" if _only_tracks(parts.fragment) else parts.fragment
    query = "&".join(part for part in parts.query.split("&") if part and not _is_tracking(part))
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, query, fragment))


def address_key(raw: str) -> str:
    """Return what two addresses of one page have in common; it looks like an address, and may lead nowhere.

    Raises RecordError when `raw` is no address.
    """
    parts = urlsplit(clean_address(raw))
    if parts.scheme not in _DEFAULT_PORTS:
        return urlunsplit(parts)
    path = _AMP_PATH.sub("", parts.path)
    query = "&".join(part for part in parts.query.split("&") if part.lower() not in _AMP_PARTS)
    return urlunsplit(("https", _plain_host(parts.netloc), path.rstrip("/"), query, parts.fragment))


def feed_key(raw: str) -> str:
    """Return what two addresses of one feed have in common, for comparing only.

    Of a feed all parameters count: by "source" or "ref" an aggregator may tell the feeds of its users apart.
    Raises RecordError when `raw` is no address.
    """
    parts, query = urlsplit(address_key(raw)), urlsplit(raw).query
    return urlunsplit((*parts[:3], query, ""))


def host_of(url: str) -> str:
    """Return the host of an address without "www.", "" where it has none."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


@lru_cache(maxsize=4096)
def site_of(url_or_host: str) -> str:
    """Return the site of an address or a host: the part of the host that one owner registered.

    That is one name below a public suffix, where those of the list's private part count: news.example.co.uk
    belongs to example.co.uk, and ann.github.io to nobody but Ann. So it is with `_BLOG_HOSTS`. A host that is
    a number, or has no such part, is a site of its own. Names are in their ASCII form. "" where there is no
    host, as of a file.
    """
    try:
        host = urlsplit(url_or_host if "//" in url_or_host else f"//{url_or_host}").hostname or ""
    except ValueError:
        return ""
    name = _ascii(host.rstrip("."))
    if _is_number(name):
        return name
    site = _suffixes().privatesuffix(name) or name
    *_, below = name.removesuffix(site).rstrip(".").split(".")
    return f"{below}.{site}" if site in _BLOG_HOSTS and below not in ("", "www") else site


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _ascii(host: str) -> str:
    """Return a host as it is asked for, where it can be written so.

    That is the standard of 2008 (RFC 5891), by which httpx asks: by Python's own codec, which follows that of
    2003, straße.de is strasse.de, which belongs to somebody else.
    """
    try:
        return host if host.isascii() else idna.encode(host).decode("ascii")
    except idna.IDNAError:
        return host


@cache
def _suffixes() -> PublicSuffixList:
    """Return the list, which takes an eighth of a second to read, when it is needed first."""
    return PublicSuffixList()


def _plain_host(host: str) -> str:
    """Return a host without "www.", "amp." and the port that its scheme implies."""
    name, _, port = host.partition(":")
    if port and port.isascii() and port.isdigit() and int(port[:6]) in _DEFAULT_PORTS.values():
        host = name
    shorter = host.removeprefix("www.").removeprefix(_AMP_HOST)
    return shorter if "." in shorter else host


def _is_tracking(part: str) -> bool:
    """Tell whether one "name=value" of a query only tells where a reader came from."""
    name, _, value = part.partition("=")
    name = unquote(name).lower()
    if name in _DOUBTFUL and any(char.isdigit() for char in value):
        return False
    if name in _NAMES or name.startswith(_PREFIXES):
        return True
    return name not in _FORMS and bool(_FROM_A_FEED.fullmatch(unquote(value)))


def _only_tracks(fragment: str) -> bool:
    if not fragment or _NO_PLACE.fullmatch(fragment):
        return True
    parts = fragment.split("&")
    return all("=" in part and _is_tracking(part) for part in parts)
