"""Fetching over real sockets: what comes back, what is remembered, and every answer that must not hurt."""

from __future__ import annotations

import gzip
import itertools
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme

from index.errors import NewsError
from index.fetch import Fetched, Fetcher, FetchError, FetchOptions
from tests.servers.news_site import NewsSite

KIB = 1024


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with open_fetcher() as fetcher:
        yield fetcher


def open_fetcher(**changes: Any) -> Fetcher:
    usual = {"timeout_seconds": 5.0, "max_bytes": 64 * KIB, "allow_private": True, "gap_seconds": 0.0}
    return Fetcher(FetchOptions(**{**usual, **changes}))


def refused(fetcher: Fetcher, url: str, **how: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.get(url, **how)
    sentence = str(caught.value)
    assert isinstance(caught.value, NewsError)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert ": " in sentence, "says what to do after a colon"
    return caught.value


# -- what comes back -------------------------------------------------------------------------------------


def test_everything_an_answer_says(site: NewsSite, fetcher: Fetcher) -> None:
    url = site.serve(
        "/feed",
        "<rss/>",
        'application/rss+xml; charset="Windows-1251"',
        etag='W/"7"',
        last_modified="Tue, 03 Jun 2025 10:00:00 GMT",
        cache_control="public, max-age=600",
    )
    assert fetcher.get(f" {url}#part ") == Fetched(
        url=url,
        status=200,
        body=b"<rss/>",
        content_type="application/rss+xml",
        charset="windows-1251",
        etag='W/"7"',
        last_modified="Tue, 03 Jun 2025 10:00:00 GMT",
        moved_to=None,
        max_age=600.0,
    )
    (asked,) = site.requests
    assert asked.headers["User-Agent"].startswith("newsbot/")
    assert asked.headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    "validators", [{"etag": '"7"'}, {"last_modified": "Tue, 03 Jun 2025 10:00:00 GMT"}], ids=str
)
def test_what_is_unchanged_is_not_sent_again(
    site: NewsSite, fetcher: Fetcher, validators: dict[str, str]
) -> None:
    url = site.serve("/feed", "x" * 1000, **validators)
    first = fetcher.get(url)
    again = fetcher.get(url, etag=first.etag, last_modified=first.last_modified)
    assert (again.status, again.body, again.etag) == (304, b"", first.etag)
    assert fetcher.get(url, etag='"other"').status == 200


def test_304_without_having_asked_is_an_error(site: NewsSite, fetcher: Fetcher) -> None:
    assert refused(fetcher, site.serve("/feed", "", status=304)).status == 304


@pytest.mark.parametrize(
    ("hops", "moved"),
    [
        ((301,), True),
        ((308, 301), True),
        ((302,), False),
        ((301, 307), False),
        ((303, 301), False),
        ((), False),
    ],
    ids=str,
)
def test_only_an_all_permanent_way_is_a_move(
    site: NewsSite, fetcher: Fetcher, hops: tuple[int, ...], moved: bool
) -> None:
    end = site.serve(f"/{len(hops)}", "here")
    for number, status in enumerate(hops):
        site.redirect(f"/{number}", f"/{number + 1}", status)
    fetched = fetcher.get(site.url("/0"))
    assert (fetched.url, fetched.body) == (end, b"here")
    assert fetched.moved_to == (end if moved else None)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", lambda data: gzip.compress(data[:10]) + gzip.compress(data[10:]) + b"\x00\x00"),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("GZIP, identity", gzip.compress),
    ],
    ids=["gzip", "two members and padding", "zlib", "bare", "in capitals"],
)
def test_packed_answers(site: NewsSite, fetcher: Fetcher, encoding: str, pack: Any) -> None:
    text = b"Port opens shore power. " * 1000
    assert fetcher.get(site.serve("/page", pack(text), content_encoding=encoding)).body == text


# -- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (401, "it asks for a password"),
        (403, "it lets no program read it"),
        (404, "there is nothing: check the address"),
        (410, "it is gone for good"),
        (429, "it was asked too often"),
        (500, "it is tried again later"),
        (204, "it is tried again later"),
        (300, "it is tried again later"),
    ],
)
def test_other_answers_are_a_sentence(site: NewsSite, fetcher: Fetcher, status: int, why: str) -> None:
    error = refused(fetcher, site.serve("/feed", "", status=status))
    assert f"/feed answers {status}: {why}" in str(error)
    assert (error.status, error.gone) == (status, status == 410)


def test_the_wait_that_a_server_asks_for(site: NewsSite, fetcher: Fetcher) -> None:
    assert refused(fetcher, site.serve("/feed", "", status=503, retry_after="120")).retry_after == 120.0
    later = site.serve("/feed", "", status=429, retry_after="Fri, 31 Dec 9999 23:59:59 GMT")
    assert refused(fetcher, later).retry_after == 30 * 24 * 3600.0
    assert refused(fetcher, site.serve("/feed", "", status=503, retry_after="soon")).retry_after is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example/feed",
        "ftp://news.example/feed",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http://[half",
        "http://news.example:99999/",
        "http://news.example:port/",
        "http://reader:secret@news.example/",
        "https://" + "a" * 300 + ".example/",
        "https://news.example/" + "a" * 5000,
        "http://\x00/",
        "http://..../",
        "gopher://127.0.0.1:70/",
    ],
    ids=lambda url: url[:30],
)
def test_what_is_no_web_address(fetcher: Fetcher, url: str) -> None:
    error = refused(fetcher, url)
    assert "secret" not in str(error)
    assert len(str(error)) < 400


def test_a_redirect_may_not_leave_the_web(site: NewsSite, fetcher: Fetcher) -> None:
    for to in ("file:///etc/passwd", "ftp://x/", "http://user:pw@x/", "http://[half"):
        refused(fetcher, site.redirect("/go", to))


def test_a_redirect_in_circles(site: NewsSite, fetcher: Fetcher) -> None:
    error = refused(fetcher, site.redirect("/a", "/a", 301))
    assert "redirects more than 8 times" in str(error)
    assert len(site.requests) == 9


def test_nobody_listens(fetcher: Fetcher) -> None:
    with NewsSite() as gone:
        url = gone.url("/feed")
    assert "cannot be reached (Connection refused)" in str(refused(fetcher, url))


def slowly(piece: bytes, site: NewsSite) -> Iterator[bytes]:
    while not site.stopping.wait(0.02):
        yield piece


@pytest.mark.parametrize("kind", ["body", "headers", "silence", "gzip"])
def test_an_endless_slow_answer_ends_in_time(site: NewsSite, kind: str) -> None:
    if kind == "headers":
        head = b"HTTP/1.1 200 OK\r\n"
        url = site.raw("/slow", lambda: itertools.chain([head], slowly(b"X-A: b\r\n", site)))
    elif kind == "silence":
        url = site.raw("/slow", lambda: (b"" for _ in slowly(b"", site)))
    elif kind == "gzip":
        head = gzip.compress(b"")[:10]
        pieces = lambda: itertools.chain([head], slowly(b"\x00\x00\x00\xff\xff", site))  # noqa: E731
        url = site.stream("/slow", pieces, content_encoding="gzip")
    else:
        url = site.stream("/slow", lambda: slowly(b"x", site))
    with open_fetcher(timeout_seconds=0.5) as fetcher:
        started = time.monotonic()
        assert "takes too long to answer" in str(refused(fetcher, url))
        assert time.monotonic() - started < 3.0


@pytest.mark.parametrize("kind", ["chunks", "interim responses"])
def test_an_answer_that_takes_much_computing_ends_long_before_its_time(site: NewsSite, kind: str) -> None:
    """Each takes the computing time of a second here, for every 64 KiB that is read."""
    if kind == "chunks":
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        url = site.raw("/busy", lambda: itertools.chain([head], itertools.repeat(b"1\r\na\r\n" * 5000)))
    else:
        url = site.raw("/busy", lambda: itertools.repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2000))
    computed = map(float, itertools.count())
    options = FetchOptions(timeout_seconds=600.0, allow_private=True, gap_seconds=0.0)
    with Fetcher(options, computed=lambda: next(computed)) as fetcher:
        assert "takes too long to answer" in str(refused(fetcher, url))
    assert next(computed) < 10


def test_the_time_is_for_all_redirects_together(site: NewsSite) -> None:
    def late() -> Iterator[bytes]:
        site.stopping.wait(0.2)
        yield b"HTTP/1.1 302 Found\r\nLocation: /late\r\nContent-Length: 0\r\n\r\n"

    with open_fetcher(timeout_seconds=0.5) as fetcher:
        assert "takes too long" in str(refused(fetcher, site.raw("/late", late)))
    assert len(site.requests) <= 4


def random_bytes() -> Iterator[bytes]:
    return itertools.repeat(bytes(range(256)) * 40)


@pytest.mark.parametrize("length", [{}, {"content_length": str(100 * KIB * KIB)}], ids=["endless", "100 MB"])
def test_too_much_is_stopped_at_the_cap(site: NewsSite, fetcher: Fetcher, length: dict[str, str]) -> None:
    error = refused(fetcher, site.stream("/garbage", random_bytes, **length))
    assert "/garbage is larger than 0.0625 MiB: give the address of a feed or an article." in str(error)


def bomb(encoding: str, size: int) -> bytes:
    packer = zlib.compressobj(9, wbits={"gzip": 31, "deflate": 15}[encoding])
    zeros = bytes(KIB * KIB)
    return b"".join(packer.compress(zeros) for _ in range(size // len(zeros))) + packer.flush()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_stopped_at_the_cap(site: NewsSite, fetcher: Fetcher, encoding: str) -> None:
    packed = bomb(encoding, 200 * KIB * KIB)
    assert len(packed) < 300 * KIB
    url = site.serve("/bomb", packed, content_encoding=encoding)
    assert "is larger than 0.0625 MiB" in str(refused(fetcher, url))


@pytest.mark.parametrize(
    ("encoding", "body", "why"),
    [
        ("br", b"\x0b\x02\x80hello\x03", "is packed as br, which was not asked for"),
        ("gzip, gzip", b"", "is packed as gzip, gzip"),
        ("gzip", b"not packed at all", "is packed in a damaged way"),
        ("gzip", gzip.compress(b"cut off" * 100, mtime=0)[:-20], "broke off in the middle"),
    ],
)
def test_packed_badly(site: NewsSite, fetcher: Fetcher, encoding: str, body: bytes, why: str) -> None:
    assert why in str(refused(fetcher, site.serve("/page", body, content_encoding=encoding)))


@pytest.mark.parametrize(
    "pieces",
    [
        [b"220 mail.example ESMTP\r\n"],
        [b""],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"],
        [b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 300_000 + b"\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"],
    ],
    ids=["mail server", "nothing", "cut off", "huge header", "broken chunks"],
)
def test_what_is_no_http(site: NewsSite, fetcher: Fetcher, pieces: Iterable[bytes]) -> None:
    assert "broke off the conversation" in str(refused(fetcher, site.raw("/odd", lambda: pieces)))


# -- TLS -------------------------------------------------------------------------------------------------


def tls_site(authority: trustme.CA, name: str) -> NewsSite:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return NewsSite(context)


def test_certificates() -> None:
    ours, theirs = trustme.CA(), trustme.CA()
    trusted = ssl.create_default_context()
    ours.configure_trust(trusted)
    options = FetchOptions(allow_private=True, gap_seconds=0.0, timeout_seconds=5.0)
    with Fetcher(options, certificates=trusted) as fetcher:
        with tls_site(ours, "127.0.0.1") as good:
            assert fetcher.get(good.serve("/", "safe")).body == b"safe"
        with tls_site(theirs, "127.0.0.1") as unknown:
            assert "shows a certificate that is not valid" in str(refused(fetcher, unknown.url("/")))
        with tls_site(ours, "other.example") as other:
            assert "certificate that is not valid (IP address mismatch" in str(
                refused(fetcher, other.url("/"))
            )
        with NewsSite() as plain:
            url = plain.url("/").replace("http:", "https:")
            assert "offers no safe connection" in str(refused(fetcher, url))


def test_the_name_is_checked_although_an_address_is_dialled() -> None:
    authority = trustme.CA()
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    dialled = []

    def resolve(host: str, port: int) -> list[str]:
        dialled.append(host)
        return ["127.0.0.1"]

    options = FetchOptions(allow_private=True, timeout_seconds=5.0)
    with (
        tls_site(authority, "news.example") as site,
        Fetcher(options, certificates=trusted, resolve=resolve) as fetcher,
    ):
        site.serve("/", "safe")
        assert fetcher.get(site.url("/", "news.example")).body == b"safe"
        assert site.requests[0].headers["Host"] == f"news.example:{site.port}"
    assert dialled == ["news.example"]


# -- robots.txt ------------------------------------------------------------------------------------------


def test_robots_are_asked_for_pages_only(site: NewsSite, fetcher: Fetcher) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain")
    page, closed = site.serve("/page", "open"), site.serve("/private/page", "closed")
    assert fetcher.get(closed).body == b"closed"
    assert "/robots.txt" not in site.paths()
    assert fetcher.get(page, robots=True).body == b"open"
    assert "is closed to programs by the site's robots.txt" in str(refused(fetcher, closed, robots=True))
    assert site.paths().count("/robots.txt") == 1


def test_a_redirect_is_no_way_around_robots(site: NewsSite, fetcher: Fetcher) -> None:
    site.serve("/robots.txt", "User-agent: newsbot\nDisallow: /private\n", "text/plain")
    site.serve("/private", "closed")
    refused(fetcher, site.redirect("/page", "/private"), robots=True)
    assert "/private" not in site.paths()


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_site_without_robots_is_open(site: NewsSite, fetcher: Fetcher, status: int) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /", "text/plain", status=status)
    assert fetcher.get(site.serve("/page", "open"), robots=True).body == b"open"


def test_a_broken_robots_closes_the_site_for_now(site: NewsSite, fetcher: Fetcher) -> None:
    site.serve("/robots.txt", "", status=503, retry_after="60")
    page = site.serve("/page", "open")
    error = refused(fetcher, page, robots=True)
    assert (error.status, error.retry_after) == (503, 60.0)
    refused(fetcher, page, robots=True)
    assert site.paths() == ["/robots.txt"]


def test_robots_are_asked_again_after_an_hour(site: NewsSite) -> None:
    now = [0.0]
    site.serve("/robots.txt", "User-agent: *\nDisallow: /page", "text/plain")
    page = site.serve("/page", "open")
    options = FetchOptions(allow_private=True, gap_seconds=0.0)
    with Fetcher(options, clock=lambda: now[0], now=lambda: datetime(2025, 6, 4, tzinfo=UTC)) as fetcher:
        refused(fetcher, page, robots=True)
        site.serve("/robots.txt", "", "text/plain")
        refused(fetcher, page, robots=True)
        now[0] = 3601.0
        assert fetcher.get(page, robots=True).body == b"open"


# -- what is kept for the next time, and what one reading may take ------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        {"etag": "caf\u00e9"},
        {"etag": "no quotes"},
        {"last_modified": "h\u00f6ute"},
        {"last_modified": "soon"},
    ],
)
def test_validators_that_http_does_not_allow_are_neither_kept_nor_sent(
    site: NewsSite, fetcher: Fetcher, sent: dict[str, str]
) -> None:
    """A server that sent such a one could not be read again: every later request failed."""
    url = site.serve("/feed", "words", **sent)
    first = fetcher.get(url)
    assert (first.etag, first.last_modified) == (None, None)
    assert fetcher.get(url, etag=sent.get("etag"), last_modified=sent.get("last_modified")).body == b"words"
    asked = site.requests[-1].headers
    assert "If-None-Match" not in asked
    assert "If-Modified-Since" not in asked


def drip(site: NewsSite) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        while not site.stopping.wait(0.05):
            yield b"x"

    return pieces


def test_all_that_one_reading_fetches_has_one_time_limit(site: NewsSite) -> None:
    url = site.stream("/slow", drip(site))
    with open_fetcher(timeout_seconds=5.0) as fetcher:
        began = time.monotonic()
        with fetcher.reading(0.3):
            for _ in range(3):
                error = refused(fetcher, url)
                assert "is left for the next reading" in str(error)
                assert error.may_pass
            assert fetcher.seconds_left <= 0
        assert time.monotonic() - began < 1.0
        assert fetcher.get(site.serve("/", "words")).body == b"words"


def test_no_page_is_asked_for_of_a_host_that_took_too_long(site: NewsSite) -> None:
    url = site.stream("/slow", drip(site))
    with open_fetcher(timeout_seconds=0.2) as fetcher:
        assert "takes too long" in str(refused(fetcher, url, robots=True))
        error = refused(fetcher, site.serve("/other", "words"), robots=True)
        assert "was not asked" in str(error)
        assert error.may_pass
        assert fetcher.get(site.url("/other")).body == b"words"  # a source that somebody has added is asked
