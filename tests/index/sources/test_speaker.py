"""Who speaks for which site, and under which ids and names others' words go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.sources.speaker import Speaker
from index.text.normalize import article_id
from index.types.article import Authority
from tests.fakes import article

WIRE = article("one")
OTHER = Speaker.at("https://feeds.other.example/list", "https://feeds.other.example/list")


def at(*addresses: str, **how: object) -> Speaker:
    return Speaker.at(*(f"https://{address}" for address in addresses), **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("speaker", "authority"),
    [
        (at("wire.example/rss", "wire.example/rss"), Authority.SITE),
        (at("wire.example/rss", "feeds.wire.example/rss"), Authority.SITE),
        (at("wire.example/r?to=evil", "evil.example/rss"), Authority.FOREIGN),
        (at("evil.example/rss", "evil.example/rss"), Authority.FOREIGN),
        (at("evil.example/rss", "evil.example/rss", sites=["wire.example"]), Authority.SITE),
        (at("ann.github.io/rss", "ann.github.io/rss", sites=["bob.github.io"]), Authority.FOREIGN),
        (Speaker.of_file("file:///news/feed.xml"), Authority.SITE),
        (Speaker.of_upload("file:///feed.xml"), Authority.FOREIGN),
    ],
)
def test_a_speaker_counts_on_its_own_site(speaker: Speaker, authority: Authority) -> None:
    assert speaker.authority(WIRE.url) == authority


def test_others_words_have_an_id_and_a_name_of_their_own() -> None:
    told = OTHER.own_words(WIRE)
    assert told.id not in (WIRE.id, article_id(WIRE.url))
    assert (told.source, told.authority, told.url) == (
        "Sample Wire (feeds.other.example)",
        Authority.FOREIGN,
        WIRE.url,
    )
    assert OTHER.outlet(None) == OTHER.outlet("feeds.other.example") == "feeds.other.example"
    assert Speaker.of_upload("file:///words.jsonl").own_words(WIRE).source == "Sample Wire (upload)"


def test_an_id_that_a_list_gives_is_its_own_affair() -> None:
    one, two = (at(f"wire.example/{name}", f"wire.example/{name}") for name in ("one", "two"))
    claimed = replace(WIRE, id=article_id("https://wire.example/another"))
    assert len({one.own_words(claimed).id, two.own_words(claimed).id, claimed.id, WIRE.id}) == 4
    assert one.own_words(WIRE).id == WIRE.id
    assert Speaker.of_file("file:///news.jsonl").own_words(claimed).id == claimed.id


def test_only_the_address_that_is_announced_is_noted() -> None:
    noted: list[tuple[str, str]] = []
    speaker = at("a.example/r", "b.example/feed", note=lambda *pair: noted.append(pair))
    speaker.heard("https://www.wire.example/1", ["https://else.example/feed", "no address [at all"])
    assert not speaker.speaks_for(WIRE.url)
    speaker.heard("https://www.wire.example/1", ["http://b.example/feed/"])
    assert speaker.speaks_for(WIRE.url)
    assert noted == [("https://b.example/feed", "wire.example")]


def test_a_feed_of_an_aggregator_does_not_speak_as_another_one_of_its_feeds() -> None:
    """The names are those by which links to pages tell where a reader came from."""
    for name in ("source", "ref", "origin", "newsletter", "email"):
        forger, wire = (f"feeds.example/rss?{name}={user}" for user in ("forger", "wire"))
        for address, speaks in ((forger, False), (wire, True)):
            speaker = at(address, address)
            speaker.heard("https://www.wire.example/1", [f"http://{wire}"])
            assert speaker.speaks_for(WIRE.url) == speaks
