"""What may be seen of an address."""

from pathlib import Path

import pytest

from index import UsageError, masked
from tests.fakes import open_news

KEY = "h7Gq29XcbV04Lm8Z"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"https://a.example/feed?key={KEY}&page=2", "https://a.example/feed?key=…&page=2"),
        ("https://a.example/feed?api_key=x1&q=y", "https://a.example/feed?api_key=…&q=y"),
        ("https://a.example/feed?accessToken=x1", "https://a.example/feed?accessToken=…"),
        ("https://a.example/feed?sig=x1#top", "https://a.example/feed?sig=…#top"),
        (f"https://a.example/feed?u={KEY}", "https://a.example/feed?u=…"),
        (f"https://a.example/feed?{KEY}", "https://a.example/feed?…"),
        (f"https://ann:{KEY}@a.example/feed", "https://a.example/feed"),
        (f"https://{KEY}@a.example:81/feed", "https://a.example:81/feed"),
        ("https://a.example/feed?q='x'&token=x1", "https://a.example/feed?q='x'&token=…"),
        ("https://a.example/feed?q=<b>&token=x1", "https://a.example/feed?q=<b>&token=…"),
        *(
            (f"https://a.example/feed?{name}=x1&page=2", f"https://a.example/feed?{name}=…&page=2")
            for name in ("jwt", "url_sig", "userkey", "feedKey", "PHPSESSID", "pass", "hmac", "bearer")
        ),
        ("https://a.example/feed?f=x?token=x1", "https://a.example/feed?f=…"),
        ("https://ann:it's@a.example/feed", "https://a.example/feed"),
    ],
)
def test_a_secret_is_hidden_alone_and_within_a_sentence(address: str, shown: str) -> None:
    assert masked(address) == shown
    assert (
        masked(f"{address} takes too long: it is tried again.")
        == f"{shown} takes too long: it is tried again."
    )


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("'https://a.example/feed?token=x1' is no feed.", "'https://a.example/feed?token=…' is no feed."),
        ("where='https://a.example/?token=x1' why='x'", "where='https://a.example/?token=…' why='x'"),
        ("<https://a.example/feed?token=x1>: gone", "<https://a.example/feed?token=…>: gone"),
    ],
)
def test_marks_around_an_address_stay(sentence: str, shown: str) -> None:
    assert masked(sentence) == shown


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/feed.xml",
        "https://a.example/2025/06/a-long-headline-of-many-words?page=2&lang=en",
        "https://a.example/search?q=harbour+strike+in+rotterdam&author=ann",
        "https://a.example/search?keyword=harbour&monkey=1",
        "https://a.example/feed?compass=n&design=1&keyboard=2&bypass=3",
        "There is no source 'harbour': the list of sources shows what there is.",
        "/data/news.jsonl?key=no-address",
        "",
    ],
)
def test_all_else_stays(text: str) -> None:
    assert masked(text) == text


def test_a_source_is_found_by_the_address_that_is_shown(tmp_path: Path) -> None:
    urls = [
        f"https://a.example/feed?key={KEY}",
        "https://b.example/feed?key=1",
        "https://b.example/feed?key=2",
    ]
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    with open_news(tmp_path) as news:
        news.subscriptions.import_opml(
            f'<opml version="2.0"><body>{outlines}</body></opml>'.encode(), "x.opml"
        )
        assert news.subscriptions.find("https://a.example/feed?key=…").url == urls[0]
        with pytest.raises(UsageError, match="2 sources are shown as"):
            news.subscriptions.remove("https://b.example/feed?key=…")
        assert news.subscriptions.remove(urls[1]).url == urls[1]
        assert news.subscriptions.remove("https://b.example/feed?key=…").url == urls[2]
