"""`/sources` over a real socket: the real library, and feeds over HTTP on loopback."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.source import ON_PAGE, added_card, page_card, trial_card
from bot.client import NewsBot
from bot.interactions.choices import source_choices
from bot.text.markdown import length
from config import logging_to_stderr
from index import Added, Failure, IndexOptions, IngestReport, NewsIndex, Source, SourcePage, Trial, masked
from tests.discord.server import DiscordServer, User
from tests.discord.world import message_text
from tests.fakes import NOW, HashingEmbedder, open_news
from tests.hostile import TEXTS
from tests.servers.news_documents import page, rss, rss_item
from tests.servers.news_site import NewsSite

XML = "application/rss+xml"


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


@pytest.fixture
def library(tmp_path: Path) -> Iterator[NewsIndex]:
    options = IndexOptions(data_dir=tmp_path / "news", follow_seconds=0.05, fetch_private=True)
    with NewsIndex.open(options, HashingEmbedder()) as news:
        yield news


@asynccontextmanager
async def started(tmp_path: Path, library: NewsIndex) -> AsyncIterator[tuple[DiscordServer, User]]:
    """A server with the bot in it, and who manages it. In the end, nothing may have been wrong."""
    async with DiscordServer() as server, server.running(NewsBot(lambda: library, tmp_path), commands=8):
        yield server, server.user("boss", manage_guild=True)
        server.assert_clean()


def plain(text: str) -> str:
    return text.replace("\\", "")


async def used(server: DiscordServer, command: str, user: User, **options: Any) -> str:
    """Use a command and return everything that it answers, which nobody else may see."""
    result = await server.slash(f"sources {command}", options, user=user, until=lambda it: bool(it.text))
    assert result.messages[0]["flags"] & 64
    assert server.messages() == []
    return plain(result.text)


async def test_a_source_is_tried_added_listed_and_removed(
    tmp_path: Path, library: NewsIndex, site: NewsSite
) -> None:
    url = site.serve("/feed.xml", rss(rss_item()), XML)
    async with started(tmp_path, library) as (server, boss):
        tried = await used(server, "test", boss, address=url)
        assert "The Wire" in tried
        assert "rss, 1 item, 1 article to store" in tried
        assert re.search(r"newest <t:\d+:f> · <t:\d+:R>", tried)
        assert "full text" in tried
        assert "No source is read yet" in await used(server, "list", boss)

        added = await used(server, "add", boss, address=url)
        assert "1 added, 0 updated" in added
        assert re.search(r"Added.\*\* It is read again <t:\d+:R>", added)
        assert library.status().articles == 1
        assert "is a source already" in await used(server, "add", boss, address=url)

        listed = await used(server, "list", boss)
        assert "1 source" in listed
        assert f"🟢 **[The Wire]({url})**" in listed
        assert re.search(r"1 article · read <t:\d+:R> · next <t:\d+:R>", listed)

        typed = await server.autocomplete("sources remove", {"source": "wire"}, focused="source", user=boss)
        assert [(choice["name"], choice["value"]) for choice in typed.choices] == [("The Wire", url)]
        assert "is not read any more" in await used(server, "remove", boss, source=url)
        assert library.subscriptions.all() == []
        trail = plain((await server.slash("audit", user=boss)).text)
        assert f"**source added**: `{url}`" in trail
        assert f"**source removed**: `{url}`" in trail


async def test_a_key_in_an_address_is_seen_by_nobody(
    tmp_path: Path, library: NewsIndex, site: NewsSite, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "h7Gq29XcbV04Lm8Z"
    url = site.serve(f"/feed.xml?key={key}", rss(rss_item()), XML)
    shown = url.replace(key, "…")
    with logging_to_stderr("DEBUG", hide=masked):
        async with started(tmp_path, library) as (server, boss):
            seen = [
                await used(server, "test", boss, address=url),
                await used(server, "add", boss, address=url),
                await used(server, "add", boss, address=url),
                await used(server, "list", boss),
            ]
            assert f"{shown} is a source already" in seen[2]
            site.remove(f"/feed.xml?key={key}")
            library.subscriptions.refresh(shown)
            seen.append(await used(server, "list", boss))
            assert f"{shown} answers 404" in seen[-1]
            for typed, count in (("key=…", 1), (key[:4], 0)):
                it = await server.autocomplete(
                    "sources remove", {"source": typed}, focused="source", user=boss
                )
                assert [choice["value"] for choice in it.choices] == [shown] * count
            seen.append(await used(server, "remove", boss, source=shown))
            seen.append((await server.slash("audit", user=boss)).text)
            assert shown in plain(seen[-1])
    assert library.subscriptions.all() == []
    assert key not in "\n".join(seen)
    logged = capsys.readouterr().err
    assert f"url={shown}" in logged
    assert key not in logged


async def test_what_is_wrong_with_a_source_is_listed_with_what_to_do(
    tmp_path: Path, library: NewsIndex, site: NewsSite
) -> None:
    url = site.serve("/feed.xml", rss(rss_item()), XML)
    library.subscriptions.add(url)
    site.remove("/feed.xml")
    library.subscriptions.refresh(url)
    async with started(tmp_path, library) as (server, boss):
        listed = await used(server, "list", boss)
        assert "1 source, 1 failing" in listed
        assert "🟠 failing" in listed
        assert "answers 404: there is nothing: check the address." in listed


@pytest.mark.parametrize("command", ["add", "test"])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("no address at all", "is no web address"),
        ("/nothing", "there is nothing: check the address"),
        ("/garbage", "is no feed, sitemap, list or web page"),
        ("http://169.254.169.254/latest", "169.254.169.254"),
    ],
)
async def test_a_bad_address_is_one_sentence(
    tmp_path: Path, library: NewsIndex, site: NewsSite, command: str, path: str, expected: str
) -> None:
    site.serve("/garbage", bytes(range(256)) * 99, "application/octet-stream")
    address = site.url(path) if path.startswith("/") else path
    async with started(tmp_path, library) as (server, boss):
        told = await used(server, command, boss, address=address)
        assert expected in told
        assert "\n" not in told
        assert library.subscriptions.all() == []


async def test_a_page_offers_its_feeds(tmp_path: Path, library: NewsIndex, site: NewsSite) -> None:
    link = '<link rel="alternate" type="application/rss+xml" title="All" href="/feed.xml">'
    url = site.serve("/", page(head=link))
    async with started(tmp_path, library) as (server, boss):
        told = await used(server, "add", boss, address=url)
        assert "add one of them with `/sources add`" in told
        assert site.url("/feed.xml") in told
        assert library.subscriptions.all() == []


async def test_it_is_for_those_who_manage_the_server(tmp_path: Path, library: NewsIndex) -> None:
    async with started(tmp_path, library) as (server, _):
        calls: dict[str, dict[str, Any]] = {
            "add": {"address": "https://news.example"},
            "test": {"address": "https://news.example"},
            "remove": {"source": "x"},
            "list": {},
        }
        for command, options in calls.items():
            result = await server.slash(f"sources {command}", options, force=True)
            assert result.ephemeral
            assert "Manage Server" in result.text
        assert server.commands["sources"]["default_member_permissions"] == "32"
        assert server.commands["sources"]["contexts"] in (None, [0])


async def test_two_hundred_sources_are_turned_page_by_page(tmp_path: Path, library: NewsIndex) -> None:
    outlines = "".join(
        f'<outline text="Feed {number:03}" xmlUrl="https://news.example/{number:03}/{"x" * 150}"/>'
        for number in range(200)
    )
    library.subscriptions.import_opml(f'<opml version="2.0"><body>{outlines}</body></opml>'.encode(), "x")
    seen: list[str] = []
    async with started(tmp_path, library) as (server, boss):
        shown = await server.slash("sources list", user=boss)
        (message,) = shown.messages
        for _ in range(200):
            text = message_text(server.history(message)[-1])
            seen += re.findall(r"Feed \d+", text)
            (box,) = server.history(message)[-1]["components"]
            _, further = box["components"][-1]["components"]
            if further.get("disabled"):
                break
            await server.click(server.history(message)[-1], "Next", user=boss)
        back = await server.click(server.history(message)[-1], "Previous", user=boss)
        assert back.original
    assert sorted(seen) == [f"Feed {number:03}" for number in range(200)]


async def test_the_list_turns_after_a_restart_and_only_for_those_who_manage(tmp_path: Path) -> None:
    outlines = "".join(f'<outline xmlUrl="https://news.example/{number}"/>' for number in range(30))
    with open_news(tmp_path) as library:
        library.subscriptions.import_opml(f'<opml version="2.0"><body>{outlines}</body></opml>'.encode(), "x")
    async with DiscordServer() as server:
        boss = server.user("boss", manage_guild=True)
        async with server.running(NewsBot(partial(open_news, tmp_path), tmp_path), commands=8):
            (message,) = (await server.slash("sources list", user=boss)).messages
        async with server.running(NewsBot(partial(open_news, tmp_path), tmp_path), commands=8):
            await server.click(message, "Next", user=boss)
            assert "Page 2 of 6" in message_text(server.history(message)[-1])
            boss.permissions.manage_guild = False
            refused = await server.click(
                server.history(message)[-1], "Next", user=boss, until=lambda it: bool(it.text)
            )
            assert "Manage Server" in refused.text
        server.assert_clean()


# -- how it is laid out ----------------------------------------------------------------------------------


@given(TEXTS, TEXTS, TEXTS, st.integers(0, ON_PAGE))
@settings(max_examples=50, deadline=None)
def test_pages_fit_whatever_sources_are_called(title: str, path: str, error: str, number: int) -> None:
    source = Source(f"https://news.example/{path}", NOW, title or None, error=error or None, state="failing")
    own = [replace(source, shared=False)] * (number // 2)
    card = page_card(SourcePage([*own, *[source] * (number - len(own))], number, len(own), number), 0)
    assert card.fits


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=50, deadline=None)
def test_what_was_found_fits_whatever_it_is_called(title: str, path: str, why: str) -> None:
    url = f"https://news.example/{path}"
    problems = (Failure(url, why),) * 20
    trial = Trial(url, "page", title or None, 20, 3, NOW, False, (url,) * 20, problems)
    source = Source(url, NOW, next_fetch=NOW)
    for card in (trial_card(trial), added_card(Added(trial, source, IngestReport()))):
        assert length(card.title) <= 256
        assert card.fits


def test_what_fails_comes_first(tmp_path: Path, site: NewsSite) -> None:
    with open_news(tmp_path, fetch_private=True) as library:
        urls = [site.serve(f"/{name}.xml", rss(rss_item()), XML) for name in "ab"]
        for url in urls:
            library.subscriptions.add(url)
        site.remove("/b.xml")
        library.subscriptions.refresh(urls[1])
        card = page_card(library.subscriptions.page("", 0, ON_PAGE), 0)
        assert card.body.index("answers 404") < card.body.index("a.xml")
        assert card.title == "2 sources, 1 failing"


def test_choices_are_short_enough_to_be_chosen() -> None:
    long = "https://news.example/" + "x" * 100
    sources = [Source(long, NOW, "A"), Source(long + "y", NOW, "B" * 200), Source(long + "z", NOW)]
    assert [(choice.name, choice.value) for choice in source_choices(sources, "")] == [("A", "A")]
    many = [Source(f"https://news.example/{number}", NOW) for number in range(99)]
    assert len(source_choices(many, "news")) == 25
