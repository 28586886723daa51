"""What was reported, without a question: the latest, a topic's timeline, the stories of a digest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from index.answers.candidates import Candidate, to_quote
from index.answers.engine import AnswerEngine
from index.answers.retrieval import Ranked, Retrieval
from index.english.dates import REPORTED_DAYS
from index.english.periods import period
from index.errors import UsageError
from index.overviews.highlights import highlights
from index.overviews.stories import choose_stories, story_of
from index.overviews.timeline import MAX_EVENTS, Report, coverage_of, events_of
from index.overviews.topic import on_topic
from index.storage.articles import Store
from index.text.normalize import canonical_line
from index.types.answer import Headline
from index.types.article import Article
from index.types.digest import Digest, DigestPlan, Story
from index.types.options import IndexOptions
from index.types.question import Filters, Question
from index.types.timeline import Timeline

# Articles that a digest chooses from where it has no topic: the newest so many.
STORIES_READ = 500
# A topic is what an article is about, not a word in passing: passages closer than this in meaning, or
# sharing most of the topic's words, count.
TOPIC_COSINE = 0.35
TOPIC_LEXICAL = 0.6


class Overviews:
    """Shows what is stored, all of it or of one topic. Safe to use from many threads.

    Raises UsageError for an unknown source, ModelError when a reindex is needed first.
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
    ) -> list[Headline]:
        """Return the newest articles, on a topic where one is given, with their highlights."""
        if not 1 <= limit <= 100:
            raise UsageError(f"The number of articles must be between 1 and 100, not {limit}.")
        now = as_of or self._options.clock()
        filters = Filters(until=now, source=self._engine.source_name(source))
        if topic is None:
            articles = self._store.latest(filters, limit)
        else:
            self._engine.require_current_vectors()
            text = canonical_line(Question(topic).text)
            ranked = self._engine.retrieve(text, Retrieval([filters]), now)
            about = {each.stored.article.id: each.stored.article for each in ranked if _is_about(each)}
            articles = sorted(about.values(), key=_newness, reverse=True)
        shown = articles[:limit]
        copies = self._store.copies(each.id for each in shown)
        return [Headline(each, highlights(each), tuple(copies.get(each.id, ()))) for each in shown]

    def timeline(self, question: Question, limit: int = MAX_EVENTS) -> Timeline:
        """Return what was reported of a topic, or of a question's, as at most `limit` dated events.

        A period, given or named in its words, is that of the events.
        """
        self._engine.require_current_vectors()
        as_of, zone = question.as_of or self._options.clock(), ZoneInfo(self._options.timezone)
        text, since, until = self._topic(question, as_of)
        # What happened on the last days is reported in those after them.
        read_until = min(until + timedelta(days=REPORTED_DAYS), as_of) if until else as_of
        filters = Filters(since, read_until, self._engine.source_name(question.source))
        found = self._reports(self._on_topic(text, filters))
        first = since.astimezone(zone).date() if since else date.min
        last = min(until or as_of, as_of).astimezone(zone).date()
        events = events_of(found, zone, first, last, limit)
        coverage = coverage_of(found, zone, first, last)
        return Timeline(question, as_of, since, until, tuple(events), tuple(coverage))

    def _topic(self, question: Question, as_of: datetime) -> tuple[str, datetime | None, datetime | None]:
        """Return what a timeline is about, and its period: as given, or else as the words say."""
        text = canonical_line(question.text)
        if question.since or question.until:
            return text, question.since, question.until
        about = period(text, as_of, ZoneInfo(self._options.timezone))
        if about is None or not about.limits:
            return text, None, None
        rest = text.replace(about.phrase, " ")
        return rest if any(char.isalnum() for char in rest) else text, about.since, about.until

    def _reports(self, found: Sequence[Candidate]) -> list[Report]:
        """Return the candidates as dated quotes, with the vectors of their passages.

        What is in articles of unknown time belongs to no day.
        """
        found = [each for each in found if each.ranked.stored.article.published_precision != "seen"]
        ids = {each.article_id for each in found}
        copies = self._store.copies(ids)
        vectors = self._store.vectors(ids, self._engine.fingerprint)
        return [
            Report(
                self._engine.dated(to_quote(each, copies.get(each.article_id, ()))),
                vectors[each.article_id][each.ranked.stored.passage.span].astype(np.float32),
            )
            for each in found
            if each.ranked.stored.passage.span in vectors.get(each.article_id, ())
        ]

    def stories(self, digest: Digest, known: Collection[str]) -> list[Story]:
        """Return what a digest would tell now, the stories first that most outlets report.

        A story is one of its articles, the newest; the others are named with it. The articles whose ids are
        `known` are left out.
        """
        self._engine.require_current_vectors()
        now, plan = self._options.clock(), self.check_plan(digest.plan)
        periods = [Filters(digest.since(now), now, source) for source in plan.sources or (None,)]
        found = [article for each in periods for article in self._published(each, plan.topics)]
        new = {article.id: article for article in found if article.id not in known}
        vectors = self._store.vectors(new, self._engine.fingerprint)
        beginnings = {id: spans[min(spans)].astype(np.float32) for id, spans in vectors.items()}
        chosen = choose_stories(list(new.values()), beginnings, plan.number)
        copies = self._store.copies(article.id for story in chosen for article in story)
        return [story_of(story, copies) for story in chosen]

    def stories_of(self, chosen: Sequence[Sequence[str]]) -> list[Story]:
        """Return stories by the ids of their articles; what is not stored any more is left out."""
        articles = self._store.articles(id for story in chosen for id in story)
        copies = self._store.copies(articles)
        found = ([articles[id] for id in story if id in articles] for story in chosen)
        return [story_of(story, copies) for story in found if story]

    def check_plan(self, plan: DigestPlan) -> DigestPlan:
        """Return a plan with its sources as they are spelled. Raises UsageError for an unknown one."""
        names = (self._engine.source_name(source) for source in plan.sources)
        return replace(plan, sources=tuple(dict.fromkeys(name for name in names if name)))

    def _on_topic(self, text: str, filters: Filters) -> list[Candidate]:
        """Return the best sentence of each article about a topic."""
        passages = self._engine.retrieve_topic(text, filters)
        return on_topic(passages, self._engine.asked(text), self._engine.parser)

    def _published(self, filters: Filters, topics: Sequence[str]) -> list[Article]:
        """Return the articles on any of the topics, or the newest of all."""
        if not topics:
            return self._store.latest(filters, STORIES_READ)
        about = (self._on_topic(canonical_line(topic), filters) for topic in topics)
        return [candidate.ranked.stored.article for found in about for candidate in found]


def _newness(article: Article) -> tuple[bool, datetime, str]:
    """Return what sorts articles by when they were published, those of unknown time before all others."""
    return article.published_precision != "seen", article.published_at, article.id


def _is_about(ranked: Ranked) -> bool:
    return ranked.dense >= TOPIC_COSINE or ranked.lexical >= TOPIC_LEXICAL
