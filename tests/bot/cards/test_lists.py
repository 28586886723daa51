"""Lists of what people typed: what follows and quality show, a line each."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.cards.alert import follows_card
from bot.cards.quality import quality_card
from index import Follow, MissedQuestion, Quality

ARABIC = "من فاز في الانتخابات؟"
ISOLATED = f"\N{FIRST STRONG ISOLATE}{ARABIC}\N{POP DIRECTIONAL ISOLATE}"


def test_words_written_from_right_to_left_do_not_move_what_stands_beside_them() -> None:
    missed = Quality(3, 1, {}, (MissedQuestion(ARABIC, 2),))
    assert f"- {ISOLATED} (2 ×)" in quality_card(missed, 30).body
    follow = Follow(1, "1", None, None, ARABIC, datetime(2025, 6, 4, tzinfo=UTC))
    assert f"- {ISOLATED} · since <t:" in follows_card([follow], [], in_guild=False).body
