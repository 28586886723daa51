"""Shows stored news without a question: the latest articles, the timeline of a topic, a digest's stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from index.answers.candidates import Candidate, to_quote
from index.answers.engine import AnswerEngine
from index.answers.retrieval import Ranked, Retrieval
from index.errors import UsageError
from index.languages.english.dates import REPORTED_DAYS
from index.overviews.highlights import highlights, lead
from index.overviews.stories import choose_stories, story_of
from index.overviews.timeline import MAX_EVENTS, Report, coverage_of, events_of
from index.overviews.topic import on_topic
from index.storage.articles import Store
from index.text.normalize import canonical_line
from index.text.tags import base_code
from index.types.answer import Headline, Quote
from index.types.article import Article, Copy
from index.types.digest import Digest, DigestPlan, Story
from index.types.options import IndexOptions
from index.types.question import ANY_LANGUAGE, Filters, Question
from index.types.timeline import Timeline

# A digest without a topic chooses its stories from this many of the newest articles.
STORIES_READ = 500
# The languages of an edition are those of this many of the newest articles.
LANGUAGES_READ = 1000
# An article is on a topic when the cosine of one of its passages is at least TOPIC_COSINE, or its BM25 score
# at least the share TOPIC_LEXICAL of the best one. Lower values let in articles that only mention the topic
# in passing.
TOPIC_COSINE = 0.35
TOPIC_LEXICAL = 0.6


@dataclass(frozen=True, slots=True)
class Listed:
    """A story of a list: its headline, and a quote that says what it is, None where nothing can be quoted."""

    headline: Headline
    lead: Quote | None


class Overviews:
    """Shows what is stored, all of it or on one topic. Safe to use from many threads.

    Its methods raise UsageError for an unknown source, and ModelError when the stored vectors belong to
    another embedding model, so that a reindex is needed first.
    """

    def __init__(self, options: IndexOptions, store: Store, engine: AnswerEngine) -> None:
        self._options = options
        self._store = store
        self._engine = engine

    def latest(
        self,
        topic: str | None = None,
        *,
        source: str | None = None,
        limit: int = 5,
        as_of: datetime | None = None,
        edition: str | None = None,
        language: str | None = None,
    ) -> list[Headline]:
        """Return the newest articles with their highlights, newest first; with a `topic`, those on it.

        `edition` says whose news they are (see `index.types.edition`). `limit` is from 1 to 100. `as_of`
        takes the place of the current time. Raises UsageError, ModelError.
        """
        if not 1 <= limit <= 100:
            raise UsageError(f"The number of articles must be between 1 and 100, not {limit}.")
        now = as_of or self._options.clock()
        filters = self._engine.filters(edition, source, until=now, language=language)
        if topic is None:
            articles = self._store.latest(filters, limit)
        else:
            self._engine.require_current_vectors()
            text = canonical_line(Question(topic).text)
            ranked = self._engine.retrieve(text, Retrieval([filters]), now)
            about = {
                passage.stored.article.id: passage.stored.article for passage in ranked if _is_about(passage)
            }
            articles = sorted(about.values(), key=_newness, reverse=True)
        shown = articles[:limit]
        copies = self._store.copies((article.id for article in shown), filters.origins)
        return [
            Headline(article, highlights(article), tuple(copies.get(article.id, ()))) for article in shown
        ]

    def headline(self, id: str, edition: str | None = None) -> Headline | None:
        """Return one article with its highlights; None where it is not stored, or not seen in the edition."""
        origins = self._engine.filters(edition).origins
        article = self._store.articles([id], origins).get(id)
        if article is None:
            return None
        return Headline(article, highlights(article), tuple(self._store.copies([id], origins).get(id, ())))

    def timeline(self, question: Question, limit: int = MAX_EVENTS) -> Timeline:
        """Return what was reported about the topic of `question`, as at most `limit` dated events.

        Where the question has a period, or its words name one, only events from that period are shown.
        """
        self._engine.require_current_vectors()
        as_of, zone = question.as_of or self._options.clock(), ZoneInfo(self._options.timezone)
        text, since, until = self._topic(question, as_of)
        # What happens on the last days of a period is reported in the days after it.
        read_until = min(until + timedelta(days=REPORTED_DAYS), as_of) if until else as_of
        filters = self._engine.filters(
            question.edition, question.source, since, read_until, question.language
        )
        reports = self._reports(self._on_topic(text, filters), filters.origins)
        first = since.astimezone(zone).date() if since else date.min
        last = min(until or as_of, as_of).astimezone(zone).date()
        events = events_of(reports, zone, first, last, limit)
        coverage = coverage_of(reports, zone, first, last)
        return Timeline(question, as_of, since, until, tuple(events), tuple(coverage))

    def _topic(self, question: Question, as_of: datetime) -> tuple[str, datetime | None, datetime | None]:
        """Return what a timeline is about, and its period: as given or, without one, as the words name it.

        Words that name the period are no part of the topic, unless there are no others.
        """
        text = canonical_line(question.text)
        if question.since or question.until:
            return text, question.since, question.until
        about = self._engine.read_time(text, as_of).period
        if about is None or not about.limits:
            return text, None, None
        rest = text.replace(about.phrase, " ")
        return rest if any(char.isalnum() for char in rest) else text, about.since, about.until

    def _reports(self, candidates: Sequence[Candidate], origins: frozenset[int] | None) -> list[Report]:
        """Return the candidates as dated quotes, with the vectors of their passages.

        What is in articles of unknown time belongs to no day.
        """
        candidates = [
            candidate
            for candidate in candidates
            if candidate.ranked.stored.article.published_precision != "seen"
        ]
        ids = {candidate.article_id for candidate in candidates}
        copies = self._store.copies(ids, origins)
        vectors = self._store.vectors(ids, self._engine.fingerprint)
        return [
            Report(
                self._engine.dated(to_quote(candidate, copies.get(candidate.article_id, ()))),
                vectors[candidate.article_id][candidate.ranked.stored.passage.span].astype(np.float32),
            )
            for candidate in candidates
            if candidate.ranked.stored.passage.span in vectors.get(candidate.article_id, ())
        ]

    def stories(self, digest: Digest, known: Collection[str]) -> list[Story]:
        """Return the stories that a digest would show now; those that most outlets tell come first.

        A story shows its newest article and names the other outlets. Articles whose ids are in `known`,
        because they were shown before, are left out.
        """
        plan, since = self.check_plan(digest.plan, digest.guild), digest.since(self._options.clock())
        return self._told(digest.guild, since, plan.number, plan.topics, plan.sources, known)

    def stories_since(self, since: datetime, edition: str | None, number: int) -> list[Story]:
        """Return the stories that most outlets have told since a time, at most `number` of them."""
        return self._told(edition, since, number)

    def languages(self, edition: str | None) -> tuple[str, ...]:
        """Return the languages of the newest articles of an edition, as codes, the most frequent first.

        Those that a setting leaves out are among them. Articles whose language is not known are not counted.
        """
        newest = self._store.latest(self._engine.filters(edition, language=ANY_LANGUAGE), LANGUAGES_READ)
        codes = [base_code(article.language) for article in newest]
        return tuple(code for code, _ in Counter(filter(None, codes)).most_common())

    def _told(
        self,
        edition: str | None,
        since: datetime,
        number: int,
        topics: Sequence[str] = (),
        sources: Sequence[str] = (),
        known: Collection[str] = (),
    ) -> list[Story]:
        self._engine.require_current_vectors()
        now = self._options.clock()
        periods = [self._engine.filters(edition, source, since, now) for source in sources or (None,)]
        articles = [article for filters in periods for article in self._published(filters, topics)]
        new = {article.id: article for article in articles if article.id not in known}
        vectors = self._store.vectors(new, self._engine.fingerprint)
        beginnings = {id: spans[min(spans)].astype(np.float32) for id, spans in vectors.items()}
        chosen = choose_stories(list(new.values()), beginnings, number)
        shown = (article.id for story in chosen for article in story)
        copies = self._store.copies(shown, periods[0].origins)
        return [story_of(story, copies) for story in chosen]

    def listed(self, topic: str | None, filters: Filters, number: int, *, by_day: bool) -> list[Listed]:
        """Return at most `number` stories of what the filters admit, on a topic or on anything.

        Those that most outlets report come first or, with `by_day`, the newest, and those of a day by
        outlets. Articles of unknown time are left out.
        """
        if topic is None:
            leads: dict[str, Candidate] = {}
            articles = self._store.latest(filters, STORIES_READ)
        else:
            found = self._on_topic(topic, filters, closest=True)
            leads = {candidate.article_id: candidate for candidate in found}
            articles = [candidate.ranked.stored.article for candidate in leads.values()]
        dated = {article.id: article for article in articles if article.published_precision != "seen"}
        vectors = self._store.vectors(dated, self._engine.fingerprint)
        beginnings = {id: spans[min(spans)].astype(np.float32) for id, spans in vectors.items()}
        stories = choose_stories(list(dated.values()), beginnings, number, by_day=by_day)
        copies = self._store.copies((article.id for story in stories for article in story), filters.origins)
        return [
            Listed(story_of(story, copies).headline, self._lead(story[0], leads.get(story[0].id), copies))
            for story in stories
        ]

    def _lead(
        self, article: Article, candidate: Candidate | None, copies: Mapping[str, Sequence[Copy]]
    ) -> Quote | None:
        """Return what an article says of the topic, or else its first sentence that can be read by itself."""
        also_in = tuple(copies.get(article.id, ()))
        if candidate:
            return self._engine.dated(to_quote(candidate, also_in))
        span = lead(article.text)
        return span and self._engine.dated(Quote(article, span, 0.0, also_in))

    def stories_of(self, chosen: Sequence[Sequence[str]], edition: str | None) -> list[Story]:
        """Return stories by the ids of their articles.

        Articles that have been deleted, or that the edition no longer has, are left out.
        """
        origins = self._engine.filters(edition).origins
        articles = self._store.articles((id for story in chosen for id in story), origins)
        copies = self._store.copies(articles, origins)
        stored = ([articles[id] for id in story if id in articles] for story in chosen)
        return [story_of(story, copies) for story in stored if story]

    def check_plan(self, plan: DigestPlan, edition: str | None) -> DigestPlan:
        """Return a plan with its sources as they are stored. Raises UsageError for an unknown source."""
        names = (self._engine.filters(edition, source).source for source in plan.sources)
        return replace(plan, sources=tuple(dict.fromkeys(name for name in names if name)))

    def _on_topic(self, text: str, filters: Filters, *, closest: bool = False) -> list[Candidate]:
        """Return one sentence of each article about a topic, see `on_topic`."""
        passages = self._engine.retrieve_topic(text, filters)
        return on_topic(passages, self._engine.asked(text), self._engine.parser, closest=closest)

    def _published(self, filters: Filters, topics: Sequence[str]) -> list[Article]:
        """Return the articles on any of the topics or, without topics, the `STORIES_READ` newest ones."""
        if not topics:
            return self._store.latest(filters, STORIES_READ)
        about = (self._on_topic(canonical_line(topic), filters) for topic in topics)
        return [candidate.ranked.stored.article for candidates in about for candidate in candidates]


def _newness(article: Article) -> tuple[bool, datetime, str]:
    """Return what sorts articles by when they were published, those of unknown time before all others."""
    return article.published_precision != "seen", article.published_at, article.id


def _is_about(ranked: Ranked) -> bool:
    """Tell whether a passage is on the topic that it was found for, rather than a mention of it."""
    return ranked.dense >= TOPIC_COSINE or ranked.lexical >= TOPIC_LEXICAL
