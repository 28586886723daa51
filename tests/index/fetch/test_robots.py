"""What of a robots.txt is kept, and that neither one of them nor many take up more than the bounds."""

from __future__ import annotations

import time

import pytest

from index.fetch import Fetched, Fetcher, FetchError, FetchOptions
from index.fetch import robots as module
from index.fetch.robots import FRESH_SECONDS, KEPT_BYTES, KEPT_SITES, MAX_BYTES, Robots
from tests.servers.news_site import NewsSite


class Sites:
    """Sites that all have the same robots.txt, and a clock."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.now = 0.0
        self.asked: list[str] = []
        self.robots = Robots("newsbot/0.1 (news reader)", self.fetch, lambda: self.now)

    def fetch(self, url: str) -> Fetched:
        self.asked.append(url)
        return Fetched(url, 200, self.text.encode(), "text/plain")

    def allows(self, path: str, host: str = "wire.example") -> bool:
        try:
            self.robots.check(f"https://{host}", f"https://{host}{path}")
        except FetchError:
            return False
        return True


def test_the_rules_for_this_program_count_before_those_for_all() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: Other\nUser-agent: NewsBot\nDisallow: /private\n"
    site = Sites(text)
    assert (site.allows("/story"), site.allows("/private/story")) == (True, False)


def test_rules_of_other_programs_are_left_out() -> None:
    site = Sites("User-agent: Other\nDisallow: /\nCrawl-delay: 9\n\nUser-agent: *\nDisallow: /a # not this\n")
    assert (site.allows("/story"), site.allows("/a")) == (True, False)
    assert site.robots.check("https://wire.example", "https://wire.example/b") == 0.0


@pytest.mark.parametrize("name", ["user-agent", "User Agent", "USERAGENT"])
def test_ways_to_write_a_group(name: str) -> None:
    site = Sites(
        f"\ufeff{name} : *\nAllow: /open\nDISALLOW : /\nCrawl-delay: 2\nSitemap: https://x.example/\n"
    )
    assert (site.allows("/open"), site.allows("/story")) == (True, False)
    assert site.robots.check("https://wire.example", "https://wire.example/open") == 2.0


def test_a_thousand_names_with_ten_thousand_rules_are_not_ten_million() -> None:
    names = "".join(f"User-agent: bot{number}\n" for number in range(10_000))
    site = Sites(names + "".join(f"Disallow: /{number}\n" for number in range(10_000)))
    began = time.process_time()
    assert site.allows("/5")
    assert time.process_time() - began < 0.5
    assert site.robots.size < 5_000


def test_a_site_with_too_many_rules_is_not_read_and_says_so() -> None:
    site = Sites("User-agent: *\n" + "".join(f"Disallow: /{number}*x\n" for number in range(20_000)))
    with pytest.raises(FetchError, match="has more rules than are read: use the site's feed instead"):
        site.robots.check("https://wire.example", "https://wire.example/story")
    assert site.robots.size < 5_000


def test_many_hosts_with_large_files_take_up_sixteen_mebibytes() -> None:
    """Files of 500 KiB from 90 hosts took up 2.9 GiB and were kept for ever. Fifteen show the bound."""
    rules = "".join(f"Disallow: /{number:0>18}\n" for number in range(4_000))
    others = "User-agent: other\n" + "Disallow: /x\n" * 29_000
    site = Sites(f"User-agent: *\n{rules}\n{others}")
    assert 480 * 1024 < len(site.text) < MAX_BYTES
    for number in range(8):
        assert site.allows("/story", f"host{number}.example")
        assert site.robots.size <= KEPT_BYTES
    assert 1 <= len(site.robots) < 8
    assert site.allows("/story", "host7.example")
    assert len(site.asked) == 8  # the newest are kept


def test_no_more_sites_are_kept_than_the_bound_and_none_that_is_old() -> None:
    site = Sites("User-agent: *\nDisallow: /private\n")
    for number in range(KEPT_SITES + 50):
        assert site.allows("/story", f"host{number}.example")
    assert len(site.robots) == KEPT_SITES
    site.now += FRESH_SECONDS + 1
    assert site.allows("/story", "new.example")
    assert len(site.robots) == 1
    assert site.robots.size < 5_000


def test_of_a_longer_file_the_beginning_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.fetch.client.MAX_BYTES", 2_000)
    with NewsSite() as site, Fetcher(FetchOptions(allow_private=True, gap_seconds=0.0)) as fetcher:
        site.serve("/robots.txt", "User-agent: *\nDisallow: /private\n" + "#" * 1_000_000, "text/plain")
        site.serve("/story", "words")
        assert fetcher.get(site.url("/story"), robots=True).body == b"words"
        with pytest.raises(FetchError, match=r"robots\.txt"):
            fetcher.get(site.url("/private"), robots=True)


def test_the_bound_is_what_the_standard_asks_for() -> None:
    assert module.MAX_BYTES >= 500 * 1024
