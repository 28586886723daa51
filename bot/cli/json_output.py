"""The library's values as JSON. Tools rely on these names.

Times are ISO 8601 in UTC to the second, such as 2025-06-04T23:29:00Z. A missing value is null, except `id`,
`explain`, `unclear_time`, `searched_for`, `only_languages` and `stories`, which are left out.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from index import (
    Added,
    Answer,
    AnswerWords,
    BackupReport,
    Copy,
    Evaluation,
    Evidence,
    Explanation,
    Failure,
    Figure,
    Finding,
    Headline,
    IngestReport,
    Miss,
    Quote,
    QuoteExplanation,
    Refreshed,
    ReindexReport,
    Source,
    Status,
    Timeline,
    Trial,
    public_address,
)

Json = dict[str, Any]


def moment_json(moment: datetime) -> str:
    """Return a moment as ISO 8601 to the second; it must have a time zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def answer_json(answer: Answer) -> Json:
    question = answer.question
    return (
        ({} if question.id is None else {"id": question.id})
        | {
            "question": question.text,
            "as_of": moment_json(answer.as_of),
            "since": _or_null(answer.since),
            "until": _or_null(answer.until),
            "answered": answer.answered,
            "confidence": answer.confidence,
            "answer": None if answer.words is None else _words_json(answer.words),
            "quotes": [_quote_json(quote) for quote in answer.quotes],
            "took_ms": round(answer.took_ms, 1),
        }
        | ({} if answer.unclear_time is None else {"unclear_time": answer.unclear_time})
        | ({} if answer.searched_for is None else {"searched_for": answer.searched_for})
        | ({"only_languages": list(answer.only_languages)} if answer.only_languages else {})
        | ({"stories": [_headline_json(story) for story in answer.stories]} if answer.stories else {})
        | ({} if answer.explanation is None else {"explain": _explain_json(answer, answer.explanation)})
    )


def latest_json(
    headlines: Sequence[Headline], *, topic: str | None, source: str | None, as_of: datetime
) -> Json:
    return {
        "topic": topic,
        "source": source,
        "as_of": moment_json(as_of),
        "articles": [_headline_json(headline) for headline in headlines],
    }


def timeline_json(timeline: Timeline) -> Json:
    """Return a timeline. `coverage` has the days with articles, and how many."""
    return {
        "topic": timeline.question.text,
        "as_of": moment_json(timeline.as_of),
        "since": _or_null(timeline.since),
        "until": _or_null(timeline.until),
        "articles": timeline.articles,
        "events": [
            {"day": event.day.isoformat(), "reports": event.reports, "quote": _quote_json(event.quote)}
            for event in timeline.events
        ],
        "coverage": [{"day": day.isoformat(), "articles": count} for day, count in timeline.coverage],
    }


def ingest_json(report: IngestReport) -> Json:
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicates": report.duplicates,
        "failed": _failures_json(report.failed),
    }


def reindex_json(report: ReindexReport) -> Json:
    return {"ingested": ingest_json(report.ingested), "embedded": report.embedded}


def backup_json(report: BackupReport) -> Json:
    return {
        "file": str(report.path),
        "articles": report.articles,
        "bytes": report.size,
        "deleted": report.deleted,
    }


def findings_json(findings: Sequence[Finding]) -> Json:
    return {
        "healthy": is_healthy(findings),
        "checks": [
            {
                "check": finding.check,
                "severity": finding.severity,
                "finding": finding.finding,
                "remedy": finding.remedy,
            }
            for finding in findings
        ],
    }


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Return whether no check has failed; a warning is no failure."""
    return all(finding.severity != "failure" for finding in findings)


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
        "caveat": status.caveat,
        "addresses": status.addresses,
        "failing": [{"url": source.url, "why": source.error} for source in status.failing],
        "disk_bytes": status.disk_bytes,
        "memory_bytes": status.memory_bytes,
        "faults": [
            {"part": fault.part, "why": fault.why, "since": _or_null(fault.since)} for fault in status.faults
        ],
    }


def sources_json(sources: Sequence[Source]) -> Json:
    return {"sources": [_source_json(source) for source in sources]}


def trial_json(trial: Trial) -> Json:
    return {
        "url": trial.url,
        "kind": trial.kind,
        "title": trial.title,
        "items": trial.items,
        "articles": trial.articles,
        "newest": _or_null(trial.newest),
        "full_text": trial.full_text,
        "feeds": list(trial.feeds),
        "problems": _failures_json(trial.problems),
        "newest_articles": [_evidence_json(evidence) for evidence in trial.evidence],
    }


def _evidence_json(evidence: Evidence) -> Json:
    """Return where the time, the outlet and the text of an article come from."""
    return {
        "url": public_address(evidence.url),
        "title": evidence.title,
        "published_at": moment_json(evidence.published_at),
        "published_precision": evidence.published_precision,
        "time_from": evidence.time_from,
        "outlet": evidence.outlet,
        "outlet_from": evidence.outlet_from,
        "text_from": evidence.text_from,
        "chars": evidence.chars,
    }


def added_json(added: Added) -> Json:
    """Return what was added. `source` is null for a list, whose feeds `listed` counts, and where a page only
    offers `feeds`.
    """
    return trial_json(added.trial) | {
        "source": None if added.source is None else _source_json(added.source),
        "listed": added.listed,
        "ingested": ingest_json(added.ingested),
    }


def refreshed_json(done: Sequence[Refreshed]) -> Json:
    return {
        "read": [
            _source_json(refreshed.source) | {"ingested": ingest_json(refreshed.ingested)}
            for refreshed in done
        ],
    }


def _source_json(source: Source) -> Json:
    return {
        "url": source.url,
        "title": source.title,
        "kind": source.kind,
        "state": source.state,
        "articles": source.articles,
        "newest": _or_null(source.newest),
        "last_fetch": _or_null(source.last_fetch),
        "last_ok": _or_null(source.last_ok),
        "next_fetch": _or_null(source.next_fetch),
        "failures": source.failures,
        "error": source.error,
        "notice": source.notice,
        "speaks_for": list(source.speaks_for),
    }


def _failures_json(failures: Sequence[Failure]) -> list[Json]:
    return [{"where": failure.where, "why": failure.why} for failure in failures]


def evaluation_json(evaluation: Evaluation) -> Json:
    measures = evaluation.measures
    return {
        "library": str(evaluation.library),
        "model": evaluation.model,
        "articles": evaluation.articles,
        "passages": evaluation.passages,
        "threshold": evaluation.threshold,
        "answerable": measures.answerable,
        "unanswerable": measures.unanswerable,
        "answer_in_quotes": _by_depth(measures.quotes_at),
        "answer_in_passages": _by_depth(measures.passages_at),
        "mean_reciprocal_rank": measures.mean_reciprocal_rank,
        "auroc": measures.auroc,
        "answered_of_answerable": measures.answered_of_answerable,
        "answered_of_unanswerable": measures.answered_of_unanswerable,
        "exact_slices": measures.exact_slices,
        "answer_spans": measures.answer_spans,
        "answer_spans_right": measures.answer_spans_right,
        "suggested_threshold": measures.suggested_threshold,
        "median_ms": round(measures.median_ms, 1),
        "p99_ms": round(measures.p99_ms, 1),
        "reliability": [
            {"confidence": bin.confidence, "answerable": bin.answerable, "questions": bin.questions}
            for bin in evaluation.reliability
        ],
        "digest": evaluation.digest,
        "baselines": {baseline.name: _by_depth(baseline.quotes_at) for baseline in evaluation.baselines},
        "misses": [_miss_json(miss) for miss in evaluation.misses],
    }


def _by_depth(shares: Mapping[int, float]) -> Json:
    return {str(depth): share for depth, share in shares.items()}


def _miss_json(miss: Miss) -> Json:
    return {
        "kind": miss.kind,
        "accepted": list(miss.accepted),
        "place": miss.place,
        "answer": answer_json(miss.answer),
    }


def _explain_json(answer: Answer, explanation: Explanation) -> Json:
    period = {
        "phrase": explanation.phrase,
        "since": _or_null(explanation.since),
        "until": _or_null(explanation.until),
        "limited": explanation.limited,
    }
    return {
        "why": explanation.why,
        "confidence": answer.confidence,
        "threshold": explanation.threshold,
        "evidence": _figures_json(explanation.evidence),
        "intercept": explanation.intercept,
        "period": period if explanation.phrase else None,
        "articles_searched": answer.articles_searched,
        "quotes": [_quote_explanation_json(quote) for quote in explanation.quotes],
    }


def _quote_explanation_json(quote: QuoteExplanation) -> Json:
    return {
        "dense": quote.dense,
        "lexical": quote.lexical,
        "recency": quote.recency,
        "passage_score": quote.passage_score,
        "features": _figures_json(quote.figures),
        "score": quote.score,
    }


def _figures_json(figures: Sequence[Figure]) -> Json:
    return {figure.name: {"value": figure.value, "weight": figure.weight} for figure in figures}


def _words_json(words: AnswerWords) -> Json:
    """Return the words that answer; `outlets` counts the independent outlets whose quotes agree."""
    return {
        "text": words.text,
        "start": words.span.start,
        "end": words.span.end,
        "article_id": words.article.id,
        "outlets": len(words.outlets),
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
        "language": article.language,
        "url": public_address(article.url),
        "link": quote.link,
        "published_at": moment_json(article.published_at),
        "published_precision": article.published_precision,
        "updated_at": _or_null(article.updated_at),
        "via": article.via,
        "score": quote.score,
        "also_in": [_copy_json(copy) for copy in quote.also_in],
        "answer_spans": [list(span) for span in quote.answer_spans],
        "event_since": _or_null(quote.event.since if quote.event else None),
        "event_until": _or_null(quote.event.until if quote.event else None),
    }


def _headline_json(headline: Headline) -> Json:
    article = headline.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": public_address(article.url),
        "published_at": moment_json(article.published_at),
        "published_precision": article.published_precision,
        "updated_at": _or_null(article.updated_at),
        "via": article.via,
        "highlights": list(headline.highlights),
        "also_in": [_copy_json(copy) for copy in headline.also_in],
    }


def _copy_json(copy: Copy) -> Json:
    return {
        "source": copy.source,
        "url": public_address(copy.url),
        "published_at": moment_json(copy.published_at),
        "published_precision": copy.published_precision,
    }


def _or_null(moment: datetime | None) -> str | None:
    return None if moment is None else moment_json(moment)
