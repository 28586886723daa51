"""Values as the JSON that tools rely on: the exact names, nothing else.

Times are ISO 8601 in UTC to the second, such as 2025-06-04T23:29:00Z. What is absent is null, except `id`,
which is left out.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from index import Answer, Copy, Headline, IngestReport, Quote, ReindexReport, Status

Json = dict[str, Any]


def moment_json(moment: datetime) -> str:
    """Return the moment to the second; it must carry a time zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def answer_json(answer: Answer) -> Json:
    question = answer.question
    return ({} if question.id is None else {"id": question.id}) | {
        "question": question.text,
        "as_of": moment_json(answer.as_of),
        "since": _or_null(answer.since),
        "until": _or_null(answer.until),
        "answered": answer.answered,
        "confidence": answer.confidence,
        "quotes": [_quote_json(quote) for quote in answer.quotes],
        "took_ms": round(answer.took_ms, 1),
    }


def latest_json(
    headlines: Sequence[Headline], *, topic: str | None, source: str | None, as_of: datetime
) -> Json:
    return {
        "topic": topic,
        "source": source,
        "as_of": moment_json(as_of),
        "articles": [_headline_json(headline) for headline in headlines],
    }


def ingest_json(report: IngestReport) -> Json:
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicates": report.duplicates,
        "failed": [{"where": failure.where, "why": failure.why} for failure in report.failed],
    }


def reindex_json(report: ReindexReport) -> Json:
    return {"ingested": ingest_json(report.ingested), "embedded": report.embedded}


def status_json(status: Status) -> Json:
    return {
        "articles": status.articles,
        "passages": status.passages,
        "newest": _or_null(status.newest),
        "sources": status.sources,
        "index": status.index,
        "state": status.state,
        "model": status.model,
        "database": status.database,
        "remedy": status.remedy,
    }


def _quote_json(quote: Quote) -> Json:
    article = quote.article
    return {
        "text": quote.text,
        "start": quote.span.start,
        "end": quote.span.end,
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "link": quote.link,
        "published_at": moment_json(article.published_at),
        "updated_at": _or_null(article.updated_at),
        "score": quote.score,
        "also_in": [_copy_json(copy) for copy in quote.also_in],
    }


def _headline_json(headline: Headline) -> Json:
    article = headline.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published_at": moment_json(article.published_at),
        "updated_at": _or_null(article.updated_at),
        "highlights": list(headline.highlights),
        "also_in": [_copy_json(copy) for copy in headline.also_in],
    }


def _copy_json(copy: Copy) -> Json:
    return {"source": copy.source, "url": copy.url, "published_at": moment_json(copy.published_at)}


def _or_null(moment: datetime | None) -> str | None:
    return None if moment is None else moment_json(moment)
