"""Lists of follows, digests, sources and faults: all that there may be fits into one message."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.cards.alert import follows_card
from bot.cards.digest import digests_card
from bot.cards.quality import quality_card
from bot.cards.source import ON_PAGE, page_card, trial_card
from bot.cards.status import status_card
from bot.text.language import speaking
from index import (
    Delivery,
    Digest,
    DigestPlan,
    Failure,
    Fault,
    Follow,
    MissedQuestion,
    Quality,
    Schedule,
    Source,
    SourcePage,
    Status,
    Trial,
)

NOON = datetime(2025, 6, 4, 12, tzinfo=UTC)
ARABIC = "من فاز في الانتخابات؟"
ISOLATED = f"\N{FIRST STRONG ISOLATE}{ARABIC}\N{POP DIRECTIONAL ISOLATE}"


def test_words_written_from_right_to_left_do_not_move_what_stands_beside_them() -> None:
    missed = Quality(3, 1, {}, (MissedQuestion(ARABIC, 2),))
    assert f"- {ISOLATED} (2 ×)" in quality_card(missed, 30).body
    follow = Follow(1, "1", None, None, ARABIC, NOON)
    assert f"- {ISOLATED} · since <t:" in follows_card([follow], [], in_guild=False).body


@pytest.mark.parametrize("language", ["en", "fr", "ja"])
@pytest.mark.parametrize("char", ["*", "語", "a"])
def test_as_many_as_there_may_be_fit_into_one_message(language: str, char: str) -> None:
    why = "the thread is closed, and I may not open it again"
    follows = [Follow(n, "1", "1", "2", str(n) + char * 500, NOON, why) for n in range(10)]
    plan = DigestPlan(Schedule(22, "America/New_York", 2, (23, 8)), (char * 100,) * 5, (char * 100,) * 5, 10)
    delivery = Delivery("1" * 19, apart=True, publish=True)
    digests = [
        Digest(n, "1" * 19, "1" * 19, "1" * 19, plan, NOON, stopped=why, delivery=delivery) for n in range(13)
    ]
    with speaking(language):
        assert follows_card(follows, follows, in_guild=True).fits
        assert digests_card(digests).fits


@pytest.mark.parametrize("language", ["en", "fr", "ja"])
@pytest.mark.parametrize("char", ["*", "語", "a"])
@pytest.mark.parametrize("secret", ["", "?token=secret"])
def test_a_page_of_sources_fits_into_one_message(language: str, char: str, secret: str) -> None:
    found = [
        Source(
            f"https://news.example/{n}{'x' * 250}{secret}",
            NOON,
            title=str(n) + char * 200,
            state="failing",
            articles=123456,
            last_fetch=NOON,
            next_fetch=NOON,
            error=char * 500,
            shared=n > 2,
        )
        for n in range(ON_PAGE)
    ]
    with speaking(language):
        assert page_card(SourcePage(tuple(found), 2000, 1000, 1000), 77).fits


@pytest.mark.parametrize("language", ["en", "fr", "ja"])
@pytest.mark.parametrize("char", ["*", "語", "a"])
def test_what_is_wrong_fits_into_one_message(language: str, char: str) -> None:
    failing = tuple(Source(f"https://{n}.example", NOON, error=char * 500) for n in range(20))
    faults = tuple(Fault(f"part {n}", char * 400, NOON) for n in range(12))
    status = Status(
        *(50, 122, NOON, 4, "local", "degraded", "model", "sqlite"),
        addresses=20,
        failing=failing,
        faults=faults,
    )
    feeds = tuple(f"https://news.example/{n}{char * 400}" for n in range(20))
    problems = tuple(Failure(url, char * 400) for url in feeds)
    trial = Trial(
        "https://news.example",
        "page",
        char * 400,
        0,
        0,
        None,
        full_text=False,
        feeds=feeds,
        problems=problems,
    )
    with speaking(language):
        assert status_card(status, "1.0", 0.1, details=True, operator=True).fits
        assert trial_card(trial).fits
