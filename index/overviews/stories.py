"""What a channel is sent every day or week: when that is, and which stories it holds. Pure."""

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

# Two articles tell the same story when their beginnings are so close in meaning (cosine). Looked at in news
# of 2023: other stories of a day stay below, reports on one earthquake or one trade reach it.
SAME_STORY = 0.55


def choose_stories(
    articles: Sequence[Article], vectors: Mapping[str, npt.NDArray[np.float32]], number: int
) -> list[list[Article]]:
    """Return the stories that most articles tell, of each its articles, the newest first.

    `vectors` gives each article's beginning, float32 of unit length; one without is left out.
    """
    known = sorted((each for each in articles if each.id in vectors), key=_age)
    days = [each.published_at.date() for each in known]
    groups = group_alike(days, [vectors[each.id] for each in known], SAME_STORY, SAME_STORY)
    stories = [[known[place] for place in reversed(group)] for group in groups]
    return sorted(stories, key=_weight, reverse=True)[:number]


def _weight(story: Sequence[Article]) -> tuple[int, int, tuple[datetime, str]]:
    """By how many outlets a story is told, in how many articles, and how new it is."""
    return len({each.source for each in story}), len(story), _age(story[0])


def story_of(articles: Sequence[Article], copies: Mapping[str, Sequence[Copy]]) -> Story:
    """Return a story as its first article, with each other outlet that reports it, once."""
    first = articles[0]
    told = [Copy(each.source, each.url, each.published_at) for each in articles[1:]]
    told += [copy for each in articles for copy in copies.get(each.id, ())]
    others = {copy.source: copy for copy in reversed(told) if copy.source != first.source}
    headline = Headline(first, highlights(first), tuple(reversed(others.values())))
    return Story(headline, tuple(each.id for each in articles))


def _age(article: Article) -> tuple[datetime, str]:
    return article.published_at, article.id
