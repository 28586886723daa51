"""Which articles are about a topic, and which sentence of each says most about it. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from index.answers.asked import Asked
from index.answers.candidates import Candidate, candidates
from index.answers.parsing import Parser, ReadPassage, read
from index.answers.retrieval import Ranked
from index.overviews.highlights import stands_alone

# An article is about a topic when a passage, with the headline, holds this share of the topic's words (by
# idf), or is this close in meaning (cosine) whatever its words are. Looked at in 1,300 articles: those that
# share a place or a kind of event with a topic reach half of its words and a cosine of 0.5.
TOPIC_WORDS = 0.6
TOPIC_MEANING = 0.6
# One passage that holds the words and is farther away in meaning than this only mentions the topic; two are
# about it, for a model knows little of a rare name.
MENTION = 0.25
# So many passages of an article are read, and so many articles: more would make people wait.
PASSAGES_OF_ARTICLE = 2
ARTICLES = 250


def on_topic(ranked: Sequence[Ranked], asked: Asked, parser: Parser) -> list[Candidate]:
    """Return the best sentence of each article about what is asked, best first.

    `ranked` are the passages that may be about it, best first. Of an article's sentences one counts that can
    be read alone, where there is one.
    """
    by_article = defaultdict[str, list[Ranked]](list)
    for each in ranked:
        by_article[each.stored.article.id].append(each)
    passages = [
        each for found in list(by_article.values())[:ARTICLES] for each in found[:PASSAGES_OF_ARTICLE]
    ]
    readings = read(passages, asked, parser)
    holding = Counter(_article_id(each) for each in readings if each.coverage >= TOPIC_WORDS)
    about = [each for each in readings if _is_about(each, holding[_article_id(each)])]
    found = [each for each in candidates(about, asked) if each.span in each.ranked.stored.passage.sentences]
    best: dict[str, Candidate] = {}
    for candidate in sorted(found, key=lambda candidate: not stands_alone(candidate.text)):
        best.setdefault(candidate.article_id, candidate)
    return list(best.values())


def _is_about(reading: ReadPassage, holding: int) -> bool:
    """Tell whether a passage is about the topic; `holding` passages of its article hold the topic's words."""
    if reading.ranked.dense >= TOPIC_MEANING:
        return True
    return reading.coverage >= TOPIC_WORDS and (reading.ranked.dense >= MENTION or holding > 1)


def _article_id(reading: ReadPassage) -> str:
    return reading.ranked.stored.article.id
