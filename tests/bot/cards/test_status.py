"""What is shown of the library's state: to everyone how much news there is, to others what is wrong."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.cards.base import AMBER, GREEN
from bot.cards.status import status_card
from bot.text.language import speaking
from bot.text.sizes import size_text
from index import Source, Status
from tests.discord.markdown import shown

PUBLISHED = datetime(2025, 6, 4, 23, 29, tzinfo=UTC)


def failing(number: int, title: str | None = None) -> Source:
    url = f"https://feeds{number}.example/rss?token=secret"
    return Source(
        url, PUBLISHED, title=title, error="The server said *no*: ask its people for another address."
    )


def test_the_status_tells_what_the_index_takes_up_and_what_fails() -> None:
    broken = tuple(failing(number, "Sample *Feed*" if number == 0 else None) for number in range(10))
    status = Status(
        *(50, 122, PUBLISHED, 4, "local", "ready", "model", "sqlite"),
        addresses=12,
        failing=broken,
        disk_bytes=61_400_000,
        memory_bytes=999,
    )
    everybody = status_card(status, "1.2", 0.04)
    assert shown(everybody.body).splitlines()[0] == "50 articles · 4 outlets"
    assert "newest" in everybody.body.lower()
    assert not any(
        word in " ".join(everybody.texts) for word in ("Search index", "passages", "cannot be read")
    )
    assert (everybody.title, everybody.colour) == ("Ready", GREEN)  # no amber bar beside "Ready"
    operated = shown(status_card(status, "1.2", 0.04, operator=True).body)
    assert "Search index 61 MB on disk, 999 bytes in memory" in operated
    assert "122 passages" in operated
    managed = status_card(status, "1.2", 0.04, details=True)
    assert (managed.title, managed.colour) == ("Ready, but not every source can be read", AMBER)
    told = shown(managed.body)
    assert "10 of 12 addresses cannot be read" in told
    assert "Sample *Feed*: The server said *no*: ask its people" in told
    assert "feeds7.example" in told
    assert "feeds8.example" not in told
    assert told.endswith("and 2 more")
    assert "secret" not in told


def test_a_status_fits_however_much_has_to_be_escaped() -> None:
    broken = tuple(replace(failing(i, "*" * 500), error="*" * 2000) for i in range(50))
    status = Status(50, 122, PUBLISHED, 4, "local", "ready", "model", "sqlite", failing=broken)
    assert status_card(status, "1.2", 0.04, details=True, operator=True).fits


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (4200, "4.2 kB"), (61_400_000, "61 MB"), (1_250_000_000, "1.2 GB")],
)
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


def test_sizes_are_written_as_the_language_does() -> None:
    with speaking("de"):
        assert [size_text(4200), size_text(999)] == ["4,2 kB", "999 Byte"]


def test_the_status_never_names_paths_or_the_database() -> None:
    status = Status(
        1842,
        9001,
        PUBLISHED,
        12,
        "local",
        "stale",
        "/srv/model",
        "postgresql://u:secret@db/news",
        "Run it: now.",
    )
    card = status_card(status, "1.2", 0.0423)
    assert card.footer == ""
    operated = status_card(status, "1.2", 0.0423, operator=True)
    assert operated.footer == "newsbot 1.2 · Discord answers in 42 ms"
    assert status_card(status, "1.2", float("inf"), operator=True).footer == "newsbot 1.2"
    assert card.title == "The index is out of date"
    assert shown(card.body).splitlines()[0] == "1,842 articles · 12 outlets"
    assert "Run it: now." not in shown(card.body)
    assert "Run it: now." in shown(operated.body)
    assert "secret" not in card.body
    assert "/srv" not in card.body
