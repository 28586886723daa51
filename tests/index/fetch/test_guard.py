"""The address guard: which addresses are public, and that nothing slips past it."""

from __future__ import annotations

import threading
import time
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fetch import Fetcher, FetchError, FetchOptions
from index.fetch.guard import is_public
from index.fetch.resolver import Resolver
from tests.servers.news_site import NewsSite

PRIVATE = (
    "0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254 "
    "172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 "
    "203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 "
    "::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: "
    "2002:a9fe:a9fe:: fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1"
).split()
PUBLIC = "1.1.1.1 8.8.8.8 93.184.216.34 2606:4700:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_not_public(address: str) -> None:
    assert not is_public(address)


# What IANA's registries of special addresses call not globally reachable, as of November 2025.
SPECIAL = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 ::1/128 ::/128 "
    "::ffff:0:0/112 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/32 2001:2::/48 2001:10::/28 2001:db8::/32 "
    "3fff::/20 5f00::/16 fc00::/7 fe80::/10"
).split()


@pytest.mark.parametrize("network", SPECIAL)
def test_no_network_that_is_set_aside_is_public(network: str) -> None:
    """3fff::/20 (RFC 9637) and 5f00::/16 (RFC 9602) are newer than Python 3.11."""
    addresses = ip_network(network)
    assert not is_public(str(addresses[0]))
    assert not is_public(str(addresses[-1]))


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_wrapping_makes_nothing_public(inner: IPv4Address) -> None:
    number = int(inner)
    mapped = IPv6Address((0xFFFF << 32) | number)
    sixtofour = IPv6Address((0x2002 << 112) | (number << 80))
    nat64 = IPv6Address((0x64_FF9B << 96) | number)
    if not is_public(str(inner)):
        assert not any(is_public(str(address)) for address in (mapped, sixtofour, nat64))


def closed_fetcher(**names: list[str]) -> Fetcher:
    def resolve(host: str, port: int) -> list[str]:
        return names[host.replace(".", "_")]

    options = FetchOptions(gap_seconds=0.0, timeout_seconds=5.0)
    return Fetcher(options, resolve=resolve) if names else Fetcher(options)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_no_spelling_of_this_machine_is_fetched(host: str) -> None:
    with NewsSite() as site, closed_fetcher() as fetcher:
        site.serve("/", "secret")
        with pytest.raises(FetchError):
            fetcher.get(site.url("/", host))
        assert site.requests == []


def test_what_is_said_about_a_private_address() -> None:
    with closed_fetcher(news_example=["10.1.2.3"]) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.get("https://news.example/feed")
    assert str(caught.value) == (
        "news.example is at 10.1.2.3, which is not on the public internet: "
        "set NEWS_FETCH_PRIVATE=true if the bot may read there."
    )


def test_one_private_address_among_public_ones_is_enough() -> None:
    with (
        closed_fetcher(news_example=["93.184.216.34", "127.0.0.1"]) as fetcher,
        pytest.raises(FetchError, match="not on the public internet"),
    ):
        fetcher.get("https://news.example/feed")


def test_a_redirect_into_this_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public site is a loopback one: its made-up public address is dialled as 127.0.0.1."""
    names = {"news_example": ["93.184.216.34"], "127_0_0_1": ["127.0.0.1"]}
    with NewsSite() as site, closed_fetcher(**names) as fetcher:
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect_to_this_machine)
        site.redirect("/go", site.url("/secret"))
        site.serve("/secret", "secret")
        with pytest.raises(FetchError, match=r"^127\.0\.0\.1 is not on the public internet: "):
            fetcher.get(site.url("/go", "news.example"))
        assert site.paths() == ["/go"]


_connect_tcp = httpcore.SyncBackend.connect_tcp


def connect_to_this_machine(self: httpcore.SyncBackend, host: str, *rest: Any) -> httpcore.NetworkStream:
    """Connect to 127.0.0.1 in place of any address."""
    return _connect_tcp(self, "127.0.0.1", *rest)


def test_the_address_that_was_checked_is_the_one_dialled() -> None:
    """A name that answers differently the second time (DNS rebinding) is not asked a second time."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    options = FetchOptions(allow_private=True, gap_seconds=0.0)
    with NewsSite() as site, Fetcher(options, resolve=resolve) as fetcher:
        site.serve("/", "here")
        assert fetcher.get(site.url("/", "news.example")).body == b"here"
    assert len(answers) == 1


def test_a_host_is_up_when_one_of_its_addresses_is() -> None:
    options = FetchOptions(allow_private=True, gap_seconds=0.0)
    with (
        NewsSite() as site,
        Fetcher(options, resolve=lambda host, port: ["::1", "127.0.0.1"]) as fetcher,
    ):
        site.serve("/", "here")
        assert fetcher.get(site.url("/", "news.example")).body == b"here"


@pytest.mark.parametrize("error", [OSError("no such host"), UnicodeError("label too long")])
def test_an_unknown_name(error: Exception) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise error

    with (
        Fetcher(FetchOptions(), resolve=resolve) as fetcher,
        pytest.raises(
            FetchError, match=r"^news\.example is not known to the name service: check the spelling\.$"
        ),
    ):
        fetcher.get("https://news.example/")


def test_a_name_server_that_answers_nothing_takes_no_longer_than_the_time_limit() -> None:
    """It took 3 seconds with a limit of 1; now the limit counts, and others are looked up meanwhile."""
    let_go = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        if host == "hangs.example":
            let_go.wait(10)
        return ["127.0.0.1"]

    options = FetchOptions(allow_private=True, gap_seconds=0.0, timeout_seconds=0.3)
    with NewsSite() as site, Fetcher(options, resolve=resolve) as fetcher:
        site.serve("/", "here")
        began = time.monotonic()
        with pytest.raises(FetchError, match=r"takes too long to answer: it is tried again later\.$"):
            fetcher.get("https://hangs.example/")
        assert 0.25 < time.monotonic() - began < 1.0
        assert fetcher.get(site.url("/", "quick.example")).body == b"here"
        let_go.set()


def test_no_more_names_are_looked_up_at_once_than_the_bound() -> None:
    let_go = threading.Event()
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        let_go.wait(10)
        return ["93.184.216.34"]

    resolver = Resolver(resolve, most=3)
    for number in range(5):
        with pytest.raises(TimeoutError):
            resolver.addresses(f"host{number}.example", 443, 0.02)
    assert len(asked) == 3
    let_go.set()
    assert resolver.addresses("another.example", 443, 5.0) == ["93.184.216.34"]
