"""JSON-LD as pages have it, and which of the things that a page describes is its own story."""

import json
import time
from typing import Any

import lxml.html
import pytest

from index.sources.pages.json_ld import PageData, is_closed, read_json_ld, types_of

URL = "https://paper.example/2025/03/shore-power"
HEADLINE = "Port opens shore power for container ships"
STORY = {"@type": "NewsArticle", "headline": HEADLINE, "datePublished": "2025-03-02T18:45:00Z"}
OTHER = {
    "@type": "NewsArticle",
    "headline": "Council raises the price of parking downtown",
    "url": "/parking",
}


def page(*scripts: str, title: str = HEADLINE) -> PageData:
    tags = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    html = f"<html><head><title>{title} | Paper</title>{tags}</head><body><h1>{title}</h1></body></html>"
    return read_json_ld(lxml.html.document_fromstring(html), URL)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("<!-- ", " -->"),
        ("//<![CDATA[\n", "\n//]]>"),
        ("/* <![CDATA[ */", "/* ]]> */"),
        ("<![CDATA[", "]]>"),
        ("\ufeff \n", ";"),
        ("", "}"),
        ('{"@type": "WebSite", "name": "Paper"},', ""),
        ('[{"@type": "WebSite"}, ', "]"),
        ('{"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, ', "]}"),
        ('{"@type": "WebPage", "mainEntity": ', "}"),
        ('{"@type": "WebPage", "mainEntity": {"@graph": [', "]}}"),
        ("{/* by hand */ ", "}"),
    ],
)
def test_the_story_is_found_in_all_wrappings(before: str, after: str) -> None:
    story = json.dumps(STORY)
    inner = story[1:-1] if before.startswith("{/*") else story
    assert page(f"{before}{inner}{after}").story == STORY


@pytest.mark.parametrize(
    "script",
    [
        json.dumps(STORY).replace("ships", "ships\n\t"),
        json.dumps(STORY)[:-1] + ", }",
        json.dumps(STORY)[:-1] + ', "keywords": [1, 2, ], }',
        json.dumps(STORY)[:-1] + ', "description": "a "berth" for all"}',
        json.dumps(STORY)[:-1] + ', "wordCount": , "id": 1}',
        json.dumps(STORY)[:-1],
        json.dumps(STORY).replace('"', "&quot;"),
        json.dumps(STORY) + ', "@type": "Thing"}',
    ],
)
def test_the_mistakes_of_templates_are_forgiven(script: str) -> None:
    found = page(script).story
    assert found["headline"].split() == HEADLINE.split()
    assert found["datePublished"] == STORY["datePublished"]


@pytest.mark.parametrize(
    "types",
    [
        "Article",
        "http://schema.org/NewsArticle",
        "schema:BlogPosting",
        ["Thing", "ReportageNewsArticle"],
        "Report",
    ],
)
def test_types_of_stories(types: Any) -> None:
    assert page(json.dumps({**STORY, "@type": types})).story


@pytest.mark.parametrize("types", ["JobPosting", "WebPage", "Product", None, 7, ["ItemList"]])
def test_types_of_other_things(types: Any) -> None:
    assert page(json.dumps({**STORY, "@type": types})).story == {}


@pytest.mark.parametrize(
    "own",
    [
        {"url": URL},
        {"mainEntityOfPage": f"{URL}/"},
        {"mainEntityOfPage": {"@id": "https://m.paper.example/2025/03/shore-power#article"}},
        {"@id": "/2025/03/shore-power"},
        {"headline": f"{HEADLINE} at two quays"},
    ],
)
def test_the_story_of_this_page_is_told_from_others(own: dict[str, Any]) -> None:
    told = {**STORY, "headline": "Clean air at last", **own}
    nameless = {"@type": "Article", "headline": "Ten places to visit"}
    assert page(json.dumps([OTHER, nameless, told, OTHER])).story == told


def test_the_address_counts_more_than_the_headline() -> None:
    copied = {**STORY, "url": "/2024/old"}
    told = {**STORY, "headline": "Clean air at last", "url": URL}
    assert page(json.dumps([copied, told])).story == told


def test_of_several_stories_that_are_not_this_page_none_is_taken() -> None:
    nameless = {"@type": "Article", "headline": "Ten places to visit this summer"}
    assert page(json.dumps([OTHER, nameless])).story == {}
    assert page(json.dumps(OTHER)).story == {}


def test_an_only_story_with_another_wording_of_the_headline_is_this_page() -> None:
    told = {**STORY, "headline": "Clean air at last"}
    assert page(json.dumps(told)).story == told


def test_a_front_page_named_as_address_says_nothing() -> None:
    told = {**STORY, "headline": "Clean air at last", "mainEntityOfPage": "https://paper.example/"}
    assert page(json.dumps(told)).story == told


def test_headlines_without_spaces_are_compared_by_characters() -> None:
    told = {"@type": "NewsArticle", "headline": "港に新しい電源が開通した", "url": "/x"}
    other = {"@type": "NewsArticle", "headline": "駐車場の料金値上げへ", "url": "/y"}
    assert page(json.dumps([other, told]), title="港に新しい電源が開通").story == told


def test_items_of_a_list_are_other_pages() -> None:
    items = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": STORY}]}
    assert page(json.dumps(items)).story == {}


def test_a_reference_is_replaced_by_what_it_names() -> None:
    person = {"@type": "Person", "@id": "#jane", "name": "Jane Doe"}
    graph = {"@graph": [{**STORY, "author": [{"@id": "#jane"}], "publisher": {"@id": "#gone"}}, person]}
    found = page(json.dumps(graph)).story
    assert found["author"] == [person]
    assert found["publisher"] == {"@id": "#gone"}


def test_objects_by_type() -> None:
    site = {"@type": ["WebSite", "Thing"], "name": "Paper"}
    found = page(json.dumps([site, STORY]))
    assert list(found.of_type("WebSite")) == [site]
    assert types_of(site) == {"WebSite", "Thing"}


@pytest.mark.parametrize("value", [False, "false", "False", "http://schema.org/False", 0])
def test_a_declared_wall(value: Any) -> None:
    assert is_closed({"isAccessibleForFree": value})


@pytest.mark.parametrize("described", [{}, {"isAccessibleForFree": True}, {"isAccessibleForFree": "true"}])
def test_no_declared_wall(described: dict[str, Any]) -> None:
    assert not is_closed(described)


@pytest.mark.parametrize(
    "script",
    ["", "null", "7", '"text"', "[]", "{", "var page = 1;", "[" * 100_000, "{" * 100_000, "<!--" * 1000],
)
def test_what_says_nothing(script: str) -> None:
    assert page(script).story == {}


def test_a_good_script_beside_a_bad_one() -> None:
    assert page("{{{{", "}", json.dumps(STORY)).story == STORY


@pytest.mark.parametrize(
    "part", ["//", "<!--", '{"a":', "[", '{"a": "b "c" d"},', " ", ",", '{"@graph": [{}]} ']
)
def test_long_scripts_cost_no_more_than_their_length(part: str) -> None:
    started = time.perf_counter()
    page(part * (1_000_000 // len(part)))
    assert time.perf_counter() - started < 5
