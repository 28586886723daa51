"""Questions in four languages: the period, the first quote, and whether nothing is answered wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from config import MORE_SAMPLES
from index import Answer, NewsIndex, Question
from tests.fakes import ShippedName, open_news
from tests.index.languages.asked import TABLES

AS_OF = datetime(2025, 11, 1, 12, tzinfo=UTC)
# The least share of right ones in each language.
BAR = 0.85


class Asked(NamedTuple):
    """One line of a table."""

    question: str
    answer: str
    since: str
    until: str


def table(language: str) -> list[Asked]:
    lines = [[part.strip() for part in line.split("|")] for line in TABLES[language].strip().splitlines()]
    return [Asked(*[*line, "", "", ""][:4]) for line in lines]


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsIndex]:
    """All stories of all languages in one library."""
    folder: Path = tmp_path_factory.mktemp("asked")
    with open_news(folder, embedder=ShippedName(), clock=lambda: AS_OF) as opened:
        assert opened.ingest([str(MORE_SAMPLES)]).added == 40
        yield opened


@pytest.mark.parametrize("language", TABLES)
def test_questions(news: NewsIndex, language: str) -> None:
    wrong = []
    asked = table(language)
    assert len(asked) >= 40
    for one in asked:
        found = news.ask(Question(one.question))
        problem = _problem(one, found)
        if problem:
            wrong.append(f"{problem}: {one.question} → {found.confidence:.2f} {_first(found)}")
    share = 1 - len(wrong) / len(asked)
    print(f"{language}: {share:.3f} of {len(asked)} questions right", *wrong, sep="\n  ")  # noqa: T201
    assert share >= BAR, wrong


def _problem(one: Asked, found: Answer) -> str | None:
    """Return what is wrong with an answer, None where nothing is."""
    if (one.since and _day(found.since) != one.since) or (one.until and _day(found.until) != one.until):
        return f"period {_day(found.since)} – {_day(found.until)}"
    if one.answer == "-":
        return "answered" if found.answered else None
    if not found.answered:
        return "not answered"
    return None if one.answer.casefold() in _first(found).casefold() else "another quote"


def _first(found: Answer) -> str:
    return found.quotes[0].text if found.quotes else ""


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
