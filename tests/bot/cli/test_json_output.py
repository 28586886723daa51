"""The JSON contract, to the letter."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.cli.json_output import (
    answer_json,
    evaluation_json,
    ingest_json,
    latest_json,
    moment_json,
    reindex_json,
    status_json,
)
from index import (
    Answer,
    AnswerWords,
    Article,
    Copy,
    Evaluation,
    Failure,
    Fault,
    Headline,
    IngestReport,
    Miss,
    Question,
    Quote,
    ReindexReport,
    Span,
    Status,
)
from tests.fake_news import MEASURES, RELIABILITY, explanation

PUBLISHED = datetime(2025, 6, 4, 23, 29, tzinfo=UTC)
UPDATED = datetime(2025, 6, 5, tzinfo=UTC)
NOW = datetime(2025, 6, 7, 8, 9, 10, 999_999, tzinfo=UTC)
ARTICLE = Article(
    id="a1",
    url="https://news.example/story",
    title="A title",
    text="One sentence. Another one.",
    source="Sample Wire",
    published_at=PUBLISHED,
    updated_at=UPDATED,
    highlights=("First",),
)
COPY = Copy("Sample Herald", "https://herald.example/x", PUBLISHED)
COPY_JSON = {
    "source": "Sample Herald",
    "url": "https://herald.example/x",
    "published_at": "2025-06-04T23:29:00Z",
    "published_precision": "minute",
}


def an_answer(question: Question) -> Answer:
    return Answer(
        question=question,
        as_of=NOW,
        since=None,
        until=UPDATED,
        answered=True,
        confidence=0.75,
        quotes=(Quote(ARTICLE, Span(0, 13), 0.5, (COPY,), (Span(0, 3),)),),
        took_ms=12.3456,
        articles_searched=1,
        words=AnswerWords(ARTICLE, Span(0, 3), ("Sample Wire", "Sample Herald")),
    )


def test_an_answer() -> None:
    assert answer_json(an_answer(Question("Who?", id="q7"))) == {
        "id": "q7",
        "question": "Who?",
        "as_of": "2025-06-07T08:09:10Z",
        "since": None,
        "until": "2025-06-05T00:00:00Z",
        "answered": True,
        "confidence": 0.75,
        "answer": {"text": "One", "start": 0, "end": 3, "article_id": "a1", "outlets": 2},
        "quotes": [
            {
                "text": "One sentence.",
                "start": 0,
                "end": 13,
                "article_id": "a1",
                "title": "A title",
                "source": "Sample Wire",
                "language": None,
                "url": "https://news.example/story",
                "link": "https://news.example/story#:~:text=One%20sentence.",
                "published_at": "2025-06-04T23:29:00Z",
                "published_precision": "minute",
                "updated_at": "2025-06-05T00:00:00Z",
                "via": "file",
                "score": 0.5,
                "also_in": [COPY_JSON],
                "answer_spans": [[0, 3]],
                "event_since": None,
                "event_until": None,
            }
        ],
        "took_ms": 12.3,
    }


def test_no_certain_words_are_null() -> None:
    assert answer_json(replace(an_answer(Question("Who?")), words=None))["answer"] is None


def test_only_the_id_is_left_out() -> None:
    assert "id" not in answer_json(an_answer(Question("Who?")))
    assert list(answer_json(an_answer(Question("Who?", id="")))) == [
        *(
            "id",
            "question",
            "as_of",
            "since",
            "until",
            "answered",
            "confidence",
            "answer",
            "quotes",
            "took_ms",
        )
    ]


def test_stories_and_what_was_understood_are_told_where_there_are_any() -> None:
    answer = replace(
        an_answer(Question("news on 3/4/2025")),
        stories=(Headline(ARTICLE, ("First",), (COPY,)),),
        searched_for="news",
        unclear_time="3/4/2025",
    )
    found = answer_json(answer)
    assert (found["searched_for"], found["unclear_time"]) == ("news", "3/4/2025")
    (story,) = found["stories"]
    assert (story["title"], story["also_in"]) == ("A title", [COPY_JSON])


def test_the_languages_that_a_server_is_set_to_are_told_where_nothing_was_found() -> None:
    answer = an_answer(Question("Who?"))
    assert "only_languages" not in answer_json(answer)
    assert answer_json(replace(answer, only_languages=("de", "ja")))["only_languages"] == ["de", "ja"]


def test_an_explanation() -> None:
    answer = replace(an_answer(Question("Who?")), explanation=explanation(1))
    found = answer_json(answer)
    assert found.pop("explain") == {
        "why": "Answered, because it was asked.",
        "confidence": 0.75,
        "threshold": 0.5,
        "evidence": {"words": {"value": 2.0, "weight": 1.5}},
        "intercept": -1.0,
        "period": {
            "phrase": "last [week]",
            "since": "2025-05-26T00:00:00Z",
            "until": None,
            "limited": False,
        },
        "articles_searched": 1,
        "quotes": [
            {
                "dense": 0.71,
                "lexical": 0.5,
                "recency": 1.0,
                "passage_score": 1.3,
                "features": {
                    "coverage": {"value": 0.8, "weight": 3.0},
                    "asks": {"value": 0.0, "weight": -1.0},
                },
                "score": 2.4,
            }
        ],
    }
    assert found == answer_json(an_answer(Question("Who?")))
    timeless = replace(answer, explanation=replace(explanation(0), phrase=None, since=None))
    assert answer_json(timeless)["explain"]["period"] is None


def test_an_evaluation() -> None:
    answer = an_answer(Question("Who?", id="q7"))
    miss = Miss("withheld", ("11000",), 2, answer)
    evaluation = Evaluation(Path("data"), "a-model", 2, 9, 0.5, MEASURES, RELIABILITY, (miss,), "abc")
    assert evaluation_json(evaluation) == {
        "library": "data",
        "model": "a-model",
        "articles": 2,
        "passages": 9,
        "threshold": 0.5,
        "answerable": 3,
        "unanswerable": 2,
        "answer_in_quotes": {"1": 0.5, "3": 0.625, "5": 0.75},
        "answer_in_passages": {"1": 0.25, "3": 0.5, "5": 1.0},
        "mean_reciprocal_rank": 0.6,
        "auroc": 0.95,
        "answered_of_answerable": 0.9,
        "answered_of_unanswerable": 0.1,
        "exact_slices": 1.0,
        "answer_spans": 4,
        "answer_spans_right": 0.75,
        "suggested_threshold": 0.5,
        "median_ms": 12.3,
        "p99_ms": 1234.6,
        "reliability": [
            {"confidence": 0.25, "answerable": 0.2, "questions": 5},
            {"confidence": 0.85, "answerable": 0.9, "questions": 10},
        ],
        "digest": "abc",
        "baselines": {},
        "misses": [{"kind": "withheld", "accepted": ["11000"], "place": 2, "answer": answer_json(answer)}],
    }


def test_latest() -> None:
    found = latest_json([Headline(ARTICLE, ("First",), (COPY,))], topic=None, source="Sample Wire", as_of=NOW)
    assert found == {
        "topic": None,
        "source": "Sample Wire",
        "as_of": "2025-06-07T08:09:10Z",
        "articles": [
            {
                "article_id": "a1",
                "title": "A title",
                "source": "Sample Wire",
                "url": "https://news.example/story",
                "published_at": "2025-06-04T23:29:00Z",
                "published_precision": "minute",
                "updated_at": "2025-06-05T00:00:00Z",
                "via": "file",
                "highlights": ["First"],
                "also_in": [COPY_JSON],
            }
        ],
    }


def test_reports() -> None:
    report = IngestReport(1, 2, 3, 4, (Failure("a.txt:3", "no date"),))
    counts = {
        "added": 1,
        "updated": 2,
        "unchanged": 3,
        "duplicates": 4,
        "failed": [{"where": "a.txt:3", "why": "no date"}],
    }
    assert ingest_json(report) == counts
    assert reindex_json(ReindexReport(report, 9)) == {"ingested": counts, "embedded": 9}


def test_status() -> None:
    empty = Status(0, 0, None, 0, "local", "empty", "all-MiniLM-L6-v2", "sqlite")
    assert status_json(empty) == {
        "articles": 0,
        "passages": 0,
        "newest": None,
        "sources": 0,
        "index": "local",
        "state": "empty",
        "model": "all-MiniLM-L6-v2",
        "database": "sqlite",
        "remedy": None,
        "caveat": None,
        "addresses": 0,
        "failing": [],
        "disk_bytes": None,
        "memory_bytes": None,
        "faults": [],
    }
    fault = Fault("model", "It is missing.", datetime(2025, 6, 5, 1, 29, tzinfo=UTC))
    degraded = status_json(replace(empty, state="degraded", faults=(fault,)))
    assert degraded["state"] == "degraded"
    assert degraded["faults"] == [{"part": "model", "why": "It is missing.", "since": "2025-06-05T01:29:00Z"}]
    json.dumps(status_json(empty))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2025, 6, 5, 1, 29, tzinfo=timezone(timedelta(hours=2))), "2025-06-04T23:29:00Z"),
        (datetime(987, 1, 2, tzinfo=UTC), "0987-01-02T00:00:00Z"),
    ],
)
def test_moments(moment: datetime, text: str) -> None:
    assert moment_json(moment) == text
