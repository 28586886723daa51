"""Cooldowns count with a clock that nobody sets, and forget those who ask no more."""

from __future__ import annotations

import time

import pytest
from discord import app_commands

from bot.interactions.cooldowns import GUILD_SECONDS, PERSON_QUESTIONS, PERSON_SECONDS, Cooldowns


def test_a_clock_that_is_set_back_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who had asked five questions would have waited for 400 days."""
    cooldowns = Cooldowns()
    for _ in range(PERSON_QUESTIONS):
        cooldowns.take_turn(1, None)
    now, began = time.time(), time.monotonic()
    monkeypatch.setattr(time, "time", lambda: now - 400 * 86_400)
    with pytest.raises(app_commands.CommandOnCooldown) as caught:
        cooldowns.take_turn(1, None)
    assert 0 < caught.value.retry_after <= PERSON_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: began + PERSON_SECONDS + 1)
    cooldowns.take_turn(1, None)


def test_those_who_ask_no_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    cooldowns = Cooldowns()
    for person in range(1, 501):
        cooldowns.take_turn(person, person)
    assert len(cooldowns) == 1000
    later = time.monotonic() + GUILD_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    cooldowns.take_turn(1, 1)
    assert len(cooldowns) == 2
