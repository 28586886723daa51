"""What a message claims, without its markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.claim import MAX_CLAIM, Names, Parts, claim, claim_of, quoted_claim, with_names


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<@123> **The bridge** opened https://news.example/x today", "The bridge opened today"),
        ("[The bridge](https://news.example) <:smile:1> ||opened||", "The bridge opened"),
        ("# News\n> The *bridge* opened", "News The bridge opened"),
        ("<@1> @everyone <t:1:R> 😀", ""),
        ("😀😀", ""),
    ],
)
def test_only_the_words_count(content: str, expected: str) -> None:
    assert claim(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('He said "we will not close the school" again', "we will not close the school"),
        ("Look:\n> We will not close the school.\nAmazing", "We will not close the school."),
        ("„Wir schließen die Schule nicht“, sagte er", "Wir schließen die Schule nicht"),
        ("We will not close the school", "We will not close the school"),
    ],
)
def test_the_quoted_words_are_checked(content: str, expected: str) -> None:
    assert quoted_claim(Parts(content)) == expected


PREVIEW = ("The bridge in Sampletown has collapsed", "Two lanes are closed.")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (Parts("wtf https://news.example/x", embeds=[PREVIEW]), PREVIEW[0]),
        (Parts("is this real?", embeds=[PREVIEW]), PREVIEW[0]),
        (Parts("bridge closed", embeds=[PREVIEW]), PREVIEW[0]),
        (Parts("The school on Mill Road stays open", embeds=[PREVIEW]), "The school on Mill Road stays open"),
        (
            Parts(embeds=[("BREAKING", "The bridge collapsed", "Where: Sampletown")]),
            "BREAKING The bridge collapsed Where: Sampletown",
        ),
        (
            Parts("lol", forwarded=["The bridge collapsed today"], embeds=[PREVIEW]),
            "The bridge collapsed today",
        ),
        (Parts(components=["## The bridge", "collapsed **today**"]), "The bridge collapsed today"),
        (Parts(poll=["Did the bridge collapse?", "Yes", "No"]), "Did the bridge collapse? Yes No"),
        (Parts(pictures=["A collapsed bridge"]), "A collapsed bridge"),
        (Parts("wtf"), "wtf"),
        (Parts("Hi all, the bridge in Sampletown is closed"), "the bridge in Sampletown is closed"),
        (
            Parts(
                "Good morning everyone! I hope you all slept well. I was on my way to work and had no bus."
                " The bridge over the Mill River in Sampletown collapsed at 4:30 on Tuesday. What do you say?"
            ),
            "The bridge over the Mill River in Sampletown collapsed at 4:30 on Tuesday.",
        ),
        (
            Parts(
                "Guten Morgen zusammen! Ich hoffe, ihr habt gut geschlafen und hattet ein schönes Wochenende."
                " Die Brücke über die Mühle in Musterstadt ist am Dienstag um 4:30 gefallen. Was meint ihr?"
            ),
            "Die Brücke über die Mühle in Musterstadt ist am Dienstag um 4:30 gefallen.",
        ),
    ],
)
def test_the_claim_is_what_a_message_points_at_or_says(parts: Parts, expected: str) -> None:
    assert claim_of(parts) == expected


def test_a_servers_own_emoji_become_nothing() -> None:
    assert (
        with_names("Who won<:kek:1> and <a:party_2:2> who lost?", Names()).split()
        == "Who won and who lost?".split()
    )


def test_ids_become_names_or_nothing() -> None:
    names = Names({1: "Kim"}, {2: "troops"}, {3: "general"})
    said = "<@1> and <@!1> sent <@&2> to <#3>, not <@9>, on <t:1749079740:D> with </ask:5> <t:999999999999:R>"
    assert with_names(said, names).split() == (
        "Kim and Kim sent troops to general , not , on 2025-06-04 with /ask".split()
    )


@given(st.text())
def test_any_message_has_a_claim_or_none(content: str) -> None:
    for found in (claim(content), quoted_claim(Parts(content)), claim_of(Parts(content, embeds=[[content]]))):
        assert len(found) <= MAX_CLAIM
        assert "\n" not in found
