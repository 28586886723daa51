"""Which addresses lead to one page: tracking, schemes, slashes and AMP aside, and nothing else."""

from __future__ import annotations

import pytest

from index.errors import RecordError
from index.text.addresses import address_key, clean_address, site_of

PAGE = "https://kurier.example/2025/bridge"


@pytest.mark.parametrize(
    "written",
    [
        f"{PAGE}?utm_source=rss&utm_medium=feed",
        f"{PAGE}?at_medium=RSS&at_campaign=x",
        f"{PAGE}?xtor=RSS-17",
        f"{PAGE}?partner=rss&emc=rss",
        f"{PAGE}?smid=tw",
        f"{PAGE}?from=rss",
        f"{PAGE}?ref=homepage",
        f"{PAGE}?fbclid=A&gclid=B",
        f"{PAGE}#ref=rss",
        f"{PAGE}#xtor=RSS-3",
        f"{PAGE}#comments",
        f"{PAGE}#:~:text=bridge",
        f"{PAGE}?",
    ],
)
def test_tracking_goes(written: str) -> None:
    assert clean_address(written) == PAGE
    assert address_key(written) == address_key(PAGE)


@pytest.mark.parametrize(
    "written",
    [
        "http://kurier.example/2025/bridge",
        "https://www.kurier.example/2025/bridge/",
        "https://KURIER.example:443/2025/bridge",
        "https://kurier.example/2025/bridge/amp/",
        "https://amp.kurier.example/2025/bridge",
        "https://kurier.example/2025/bridge?amp=1",
    ],
)
def test_one_page_under_other_addresses(written: str) -> None:
    assert address_key(written) == address_key(PAGE)


@pytest.mark.parametrize(
    "written",
    [
        f"{PAGE}?id=7",
        f"{PAGE}?gallery=7",
        f"{PAGE}?eid=7",
        f"{PAGE}?pid=7",
        f"{PAGE}?ref=4711",
        f"{PAGE}?glossary=a",
        f"{PAGE}?page=2",
        f"{PAGE}?view=rss",
        f"{PAGE}#entry-12",
        f"{PAGE}#comment-12",
        f"{PAGE}#!/story/4",
        "https://kurier.example/2025/Bridge",
        "https://kurier.example:8443/2025/bridge",
        "https://sport.kurier.example/2025/bridge",
        "https://kurier.example/2025/bridge.html",
        "https://kurier.example/2025/champ",
    ],
)
def test_other_pages_stay_others(written: str) -> None:
    assert clean_address(written) == written
    assert address_key(written) != address_key(PAGE)


@pytest.mark.parametrize("host", [r"kurier.example\2025\.forger.example", r"kurier.example\@forger.example"])
def test_an_address_in_which_browsers_read_another_host_is_none(host: str) -> None:
    with pytest.raises(RecordError, match="is not an address"):
        clean_address(f"https://{host}/bridge")


def test_what_is_kept_stays_as_it_is_written() -> None:
    assert (
        clean_address("HTTPS://A.example/x?q=a%20b&utm_source=x&r=%C3%A9")
        == "https://a.example/x?q=a%20b&r=%C3%A9"
    )
    assert address_key("file:///a/b/") == "file:///a/b/"


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.bbc.co.uk/news/1", "bbc.co.uk"),
        ("feeds.bbci.co.uk", "bbci.co.uk"),
        ("https://ann.github.io/feed.xml", "ann.github.io"),
        ("https://github.io/", "github.io"),
        ("https://ann.substack.com/p/1", "ann.substack.com"),
        ("https://www.bob.wordpress.com/feed", "bob.wordpress.com"),
        ("https://www.substack.com/", "substack.com"),
        ("https://mysubstack.com/", "mysubstack.com"),
        ("http://News.Example.COM:8080/", "example.com"),
        ("https://münchen.de/", "xn--mnchen-3ya.de"),
        ("https://www.xn--mnchen-3ya.de./", "xn--mnchen-3ya.de"),
        ("https://straße.de/", "xn--strae-oqa.de"),
        ("https://ｎews.example/", "ｎews.example"),
        ("http://127.0.0.1:8080/1", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("localhost:80", "localhost"),
        ("https://evil.example@reuters.com/", "reuters.com"),
        ("file:///news/1.txt", ""),
        ("http://[no address", ""),
        ("", ""),
    ],
)
def test_the_site_is_what_one_owner_registered(address: str, site: str) -> None:
    assert site_of(address) == site
