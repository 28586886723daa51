"""Chooses the stories of a digest: groups of articles that tell the same, the most told first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from index.overviews.grouping import group_alike
from index.overviews.highlights import highlights
from index.types.answer import Headline
from index.types.article import Article, Copy
from index.types.digest import Story

# Two articles tell the same story when the embeddings of their first passages have at least this cosine. In
# news of 2023, different stories of one day stay below it; reports on one earthquake or one player's trade
# reach it.
SAME_STORY = 0.55


def choose_stories(
    articles: Sequence[Article],
    vectors: Mapping[str, npt.NDArray[np.float32]],
    number: int,
    *,
    by_day: bool = False,
) -> list[list[Article]]:
    """Return at most `number` stories, each as its articles, the newest first.

    The stories that most outlets tell come first; with `by_day`, those of the newest day do, and of these the
    ones that most outlets tell. `vectors` maps the id of an article to the embedding of its
    first passage, float32 of unit length; articles without one are left out.
    """
    known = sorted((article for article in articles if article.id in vectors), key=_age)
    days = [article.published_at.date() for article in known]
    groups = group_alike(days, [vectors[article.id] for article in known], SAME_STORY, SAME_STORY)
    stories = [[known[place] for place in reversed(group)] for group in groups]
    stories.sort(key=_weight, reverse=True)
    if by_day:
        stories.sort(key=lambda story: story[0].published_at.date(), reverse=True)
    return stories[:number]


def _weight(story: Sequence[Article]) -> tuple[int, int, tuple[datetime, str]]:
    """Return what stories are sorted by: the number of outlets, of articles, and the newest article's age."""
    return len({article.source for article in story}), len(story), _age(story[0])


def story_of(articles: Sequence[Article], copies: Mapping[str, Sequence[Copy]]) -> Story:
    """Return a story as the headline of its first article, which names every other outlet that tells it once.

    `copies` maps the ids of articles to their copies.
    """
    first = articles[0]
    also_in = [Copy(article.source, article.url, article.published_at) for article in articles[1:]]
    also_in += [copy for article in articles for copy in copies.get(article.id, ())]
    others = {copy.source: copy for copy in reversed(also_in) if copy.source != first.source}
    headline = Headline(first, highlights(first), tuple(reversed(others.values())))
    return Story(headline, tuple(article.id for article in articles))


def _age(article: Article) -> tuple[datetime, str]:
    return article.published_at, article.id
