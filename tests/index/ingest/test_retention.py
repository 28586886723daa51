"""What is kept, and that what is not is gone from the database and from the search."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import IngestReport, Question
from index.ingest import writer
from index.ingest.retention import Retention
from tests.fakes import NOW, Clock, HashingEmbedder, article, open_news, story, write_jsonl

DAYS = [article(f"day{i}", story(f"place {i}"), published_at=NOW - timedelta(days=i)) for i in range(1, 9)]
MOMENTS = st.none() | st.integers(0, 400).map(lambda days: NOW - timedelta(days=days))


def test_everything_is_kept_by_default() -> None:
    assert Retention().horizon(NOW, NOW) is None


@given(st.none() | st.integers(1, 400), st.none() | st.integers(1, 99), MOMENTS)
def test_both_limits_hold(days: int | None, number: int | None, nth: object) -> None:
    horizon = Retention(days, number).horizon(NOW, nth)  # type: ignore[arg-type]
    limits = [NOW - timedelta(days=days)] if days else []
    limits += [nth] if number and nth else []  # type: ignore[list-item]
    assert horizon == max(limits, default=None)


@pytest.mark.parametrize("options", [{"keep_days": 3}, {"keep_articles": 3}])
def test_older_articles_are_deleted_everywhere(tmp_path: Path, options: dict[str, int]) -> None:
    question = Question("What was described in place 7?", limit=10)
    with open_news(tmp_path, DAYS) as news:
        assert any(quote.article == DAYS[6] for quote in news.ask(question).quotes)
    embedder = HashingEmbedder()
    with open_news(tmp_path, embedder=embedder, **options) as news:
        assert news.ingest([str(tmp_path / "articles.jsonl")]) == IngestReport(unchanged=8)
        assert [headline.article for headline in news.latest(limit=100)] == DAYS[:3]
        found = {quote.article.id for quote in news.ask(question).quotes}
        assert found <= {each.id for each in DAYS[:3]}
        assert f"{news.status().passages:,} passages" in news.status().index
        assert news.ingest([str(tmp_path / "articles.jsonl")]) == IngestReport(unchanged=8)
        assert embedder.embedded == 0


def test_news_push_out_the_oldest(tmp_path: Path) -> None:
    clock = Clock()
    with open_news(tmp_path, DAYS[:3], keep_days=5, clock=clock) as news:
        clock.advance(days=3)
        news.ingest([str(write_jsonl(tmp_path / "new.jsonl", [article("new", published_at=NOW)]))])
        assert [headline.article.id for headline in news.latest()] == [
            article("new").id,
            DAYS[0].id,
            DAYS[1].id,
        ]


def test_an_index_that_was_away_while_the_log_was_trimmed_is_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "KEEP_CHANGES", 2)
    embedder = HashingEmbedder()
    with open_news(tmp_path, DAYS[:2], embedder=embedder, follow_seconds=3600) as away:
        with open_news(tmp_path, DAYS[2:], embedder=embedder) as news:
            expected = news.status()
        away.ingest([])  # after which it follows
        # Only the files may be cut in another way.
        assert replace(away.status(), disk_bytes=None) == replace(expected, disk_bytes=None)
        assert any(
            quote.article == DAYS[7] for quote in away.ask(Question("What of place 8?", limit=10)).quotes
        )
