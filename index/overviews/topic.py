"""Decides which articles are about a topic, and which sentence of each says most about it. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.answers.asked import Asked
from index.answers.candidates import Candidate, candidates
from index.answers.parsing import Parser
from index.answers.reading import read
from index.answers.retrieval import Ranked
from index.overviews.highlights import stands_alone
from index.overviews.matching import Comparison

# An article is about a topic when one of its passages, with the headline, holds this share of the topic's
# words (by idf), or when its cosine with the topic is this high, whatever its words are. In 1,300 articles,
# those that only share a place or a kind of event with a topic reach half of its words and a cosine of 0.5.
TOPIC_WORDS = 0.6
TOPIC_MEANING = 0.6
# A passage that holds the topic's words but has a lower cosine than this only mentions the topic. Two such
# passages of an article are about it, because the cosine says little about a rare name, which the model
# hardly knows.
MENTION = 0.25
# Where articles are about a topic, others that are closer to it in meaning than all of them are about it,
# too, if they hold this share of its words: "us election" means the American one, which no article calls so.
CLOSEST_WORDS = 1 / 3
# At most so many passages of an article are read, and so many articles, because reading more would take too
# long.
PASSAGES_OF_ARTICLE = 2
ARTICLES = 250


def on_topic(
    ranked: Sequence[Ranked], asked: Asked, parser: Parser, *, closest: bool = False
) -> list[Candidate]:
    """Return one sentence of each article that is about the topic; with `closest`, see `CLOSEST_WORDS`.

    `ranked` are the passages that may be about it, best first; `asked` is the analysed topic. Of each
    article, it is the best sentence that can be read by itself or, where none can, the best one. Those that
    can be read by themselves come first, both kinds best first.
    """
    by_article = defaultdict[str, list[Ranked]](list)
    for passage in ranked:
        by_article[passage.stored.article.id].append(passage)
    first_passages = [
        passage
        for passages in list(by_article.values())[:ARTICLES]
        for passage in passages[:PASSAGES_OF_ARTICLE]
    ]
    coverage = read(first_passages, asked, parser).coverage.tolist()
    covered = list(zip(first_passages, coverage, strict=True))
    holding = Counter(_article_id(passage) for passage, share in covered if share >= TOPIC_WORDS)
    about = [
        passage for passage, share in covered if _is_about(passage, share, holding[_article_id(passage)])
    ]
    if closest and about:
        best_meaning = max(passage.dense for passage in about)
        about += [
            passage
            for passage, share in covered
            if passage.dense > best_meaning and share >= CLOSEST_WORDS and passage not in about
        ]
    sentences = [
        candidate
        for candidate in candidates(read(about, asked, parser), asked)
        if candidate.span in candidate.ranked.stored.passage.sentences
    ]
    best: dict[str, Candidate] = {}
    for candidate in sorted(sentences, key=lambda candidate: not stands_alone(candidate.text)):
        best.setdefault(candidate.article_id, candidate)
    return list(best.values())


def about(compared: Comparison) -> npt.NDArray[np.bool_]:
    """Tell which new articles (second axis) are about which topics that are followed (first axis)."""
    new, holding = compared.new, compared.coverage >= TOPIC_WORDS
    often = np.add.reduceat(holding, new.starts, axis=-1, dtype=np.int32) > 1
    means = new.best(compared.dense) >= TOPIC_MEANING
    holds = np.logical_or.reduceat(holding & (compared.dense >= MENTION), new.starts, axis=-1)
    result: npt.NDArray[np.bool_] = means | holds | often
    return result


def _is_about(passage: Ranked, coverage: float, holding: int) -> bool:
    """Tell whether a passage is about the topic; `holding` passages of its article hold the topic's words."""
    if passage.dense >= TOPIC_MEANING:
        return True
    return coverage >= TOPIC_WORDS and (passage.dense >= MENTION or holding > 1)


def _article_id(passage: Ranked) -> str:
    return passage.stored.article.id
