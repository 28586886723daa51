"""When a page was published: where pages say so, and the dates on it that are of something else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import lxml.html
import pytest

from index.sources.times.dates import Times
from index.sources.times.page import page_times

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 3, 9, 18, tzinfo=UTC)
TITLE = "Cable car to the old fort runs again"
STORY = "<p>" + "The cabins carry forty people an hour to the walls above the river mouth. " * 6 + "</p>"


def times(
    body: str, head: str = "", data: dict[str, Any] | None = None, url: str = "https://a.example/x"
) -> Times:
    html = f"<html lang='en'><head><title>{TITLE} | The Signal</title>{head}</head><body>{body}</body></html>"
    root = lxml.html.fromstring(html)
    meta = {
        (element.get("property") or element.get("name") or "").lower(): element.get("content") or ""
        for element in root.iter("meta")
    }
    return page_times(root, data or {}, meta, url, UTC_ZONE, NOW)


def read(found: Times) -> str:
    moment = found.published
    if moment is None:
        return ""
    return f"{moment.at:%Y-%m-%d}" if moment.precision == "day" else f"{moment.at:%Y-%m-%dT%H:%M}"


def article(byline: str = "", before: str = "", after: str = "") -> str:
    return f"{before}<main><article><h1>{TITLE}</h1>{byline}{STORY}{after}</article></main>"


@pytest.mark.parametrize(
    "byline",
    [
        '<time datetime="2025-10-14T09:31:00+02:00">this morning</time>',
        '<span itemprop="datePublished" content="2025-10-14T07:31:00Z">this morning</span>',
        '<abbr class="published" title="2025-10-14T07:31:00Z">this morning</abbr>',
        '<span class="when" data-timestamp="1760427060">this morning</span>',
        "<p>Published: 14 October 2025, 07:31</p>",
        "<div>By Ines Prado <span>|</span> <span>14 Oct 2025 07:31</span></div>",
        "<p>A lead of one sentence tells what happened to the cable car.</p><p>14.10.2025 - 07:31 Uhr</p>",
    ],
)
def test_the_byline_tells_the_minute(byline: str) -> None:
    assert read(times(article(byline))) == "2025-10-14T07:31"


@pytest.mark.parametrize(
    "name",
    [
        "article:published_time",
        "og:published_time",
        "parsely-pub-date",
        "DC.date.issued",
        "dcterms.created",
        "pubdate",
    ],
)
def test_a_meta_element_tells_the_minute(name: str) -> None:
    for attribute in ("name", "property"):
        head = f'<meta {attribute}="{name}" content="2025-10-14T07:31:00Z">'
        assert read(times(article(), head)) == "2025-10-14T07:31"


def test_json_ld_goes_before_everything_else() -> None:
    head = '<meta property="article:published_time" content="2025-10-11T08:00:00Z">'
    byline = '<time datetime="2025-10-12T08:00:00Z">12 October</time>'
    data = {"datePublished": "2025-10-14T07:31:00Z", "dateModified": "2025-10-15T10:00:00Z"}
    found = times(article(byline), head, data)
    assert read(found) == "2025-10-14T07:31"
    assert found.updated is not None
    assert f"{found.updated.at:%Y-%m-%dT%H:%M}" == "2025-10-15T10:00"
    assert found.published is not None
    assert found.published.where == "JSON-LD datePublished"


@pytest.mark.parametrize(
    "byline",
    [
        "<p>Updated on 16 October 2025, 12:00 • Published on 14 October 2025, 07:31</p>",
        "<p>Mis à jour le 16 octobre 2025 à 12h00 - Publié le 14 octobre 2025 à 07h31</p>",
        "<p>更新日時：2025年10月16日 12:00 公開日時：2025年10月14日 7:31</p>",
        "<p>Published 14 October 2025, 07:31 | Updated 16 October 2025, 12:00</p>",
    ],
)
def test_a_line_with_both_times_tells_them_apart(byline: str) -> None:
    found = times(article(byline))
    assert read(found) == "2025-10-14T07:31"
    assert found.updated is not None
    assert f"{found.updated.at:%Y-%m-%dT%H:%M}" == "2025-10-16T12:00"


def test_the_finer_time_of_the_day_is_taken_from_wherever_it_stands() -> None:
    byline = "<p>14 October 2025, 07:31</p>"
    assert read(times(article(byline), data={"datePublished": "2025-10-14"})) == "2025-10-14T07:31"
    assert read(times(article(byline), data={"datePublished": "2025-10-11"})) == "2025-10-11"


def test_what_json_ld_says_wrongly_is_kept_as_unread() -> None:
    found = times(article("<p>14 October 2025</p>"), data={"datePublished": "{{ page.date }}"})
    assert (read(found), [time.text for time in found.unread]) == ("2025-10-14", ["{{ page.date }}"])


@pytest.mark.parametrize(
    "other",
    [
        '<div class="news-ticker"><time datetime="2026-03-08T08:00:00Z">8 March</time> Ferry late</div>',
        '<div class="item"><time datetime="2026-03-08T08:00:00Z">8 March</time>Ferry is late once more</div>',
        '<nav><time datetime="2026-03-08T08:00:00Z">8 March</time></nav>',
        '<div class="top">Monday, 9 March 2026</div>',
        '<ul id="related"><li>Published 8 March 2026: Ferry late</li></ul>',
    ],
)
def test_dates_of_other_things_are_not_the_storys(other: str) -> None:
    body = article("<p class='by'>By I. Prado, 14 October 2025</p>", before=other)
    assert read(times(body)) == "2025-10-14"
    assert read(times(article(before=other))) in ("", "2026-03-08") or "ticker" not in other


def test_a_date_of_today_above_the_headline_is_not_believed() -> None:
    assert read(times(article(before="<div>Monday, 9 March 2026</div>"))) != "2026-03-09T18:00"


def test_comments_do_not_date_a_story() -> None:
    comments = '<section class="comments"><time datetime="2026-01-05T10:00:00Z">5 Jan</time> Nice!</section>'
    assert read(times(article(after=comments))) == ""


def test_a_list_of_events_is_no_byline() -> None:
    events = "".join(
        f"<p>Then</p><p>{'The tour of the walls. ' * 4}</p><p>{day} May 2026</p>" for day in (3, 9, 17)
    )
    assert read(times(article("<p>Tours</p>" + events))) == ""
    assert (
        read(times(article("<p>Tours</p>" + events, after="<p>Posted on 2 March 2026</p>"))) == "2026-03-02"
    )


def test_the_day_in_the_address() -> None:
    assert read(times(article(), url="https://a.example/2025/10/14/cable-car.html")) == "2025-10-14"
    assert read(times(article(), url="https://a.example/cable-car-20251399")) == ""


def test_an_update_beside_the_headline_is_none_of_publishing() -> None:
    byline = (
        '<span>Published</span> <time datetime="2025-10-14T07:31:00Z">14 Oct</time>'
        '<span>Updated</span> <time datetime="2025-10-15T10:00:00Z">15 Oct</time>'
    )
    found = times(article(byline))
    assert read(found) == "2025-10-14T07:31"
    assert found.updated is not None
    assert found.updated.at == datetime(2025, 10, 15, 10, tzinfo=UTC)


def test_a_page_without_a_date_has_none() -> None:
    assert times(article()) == Times()


def test_a_page_that_is_all_dates_is_read_in_time() -> None:
    body = "<div>" + "<span>14.10.2025 07:31 </span>" * 20_000 + "</div>"
    assert read(times(body)) in ("2025-10-14T07:31", "2025-10-14")
