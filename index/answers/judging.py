"""Has the answer reader read the best candidates, and ranks them anew by what it says.

The reader reads windows: the best candidate and the sentences beside it, up to a quote's length, then the
best one elsewhere, and so on. What it says about a window tells where in it the answer stands, so that every
candidate inside gets figures of its own. Those outside all windows keep their order behind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.answers import scoring
from index.answers.candidates import Candidates
from index.answers.mentions import Indexes
from index.answers.scoring import Features, Fit, parameters
from index.reader.reader import AnswerReader
from index.reader.windows import LEAST, LEAST_SHARE, Agreement, Figures, Window, WindowReading, figures
from index.text.spans import Span

# So many windows are read at most, some 1,000 tokens. With 8 of them an answer is less often in the first
# quote (in 0.722 of the questions instead of 0.727), with 12 hardly more often (0.728); each takes 5 ms of
# one core.
WINDOWS = 10
# So many are read first, and the others only where one of them, did it certainly answer, would score more
# than the best candidate read, less NEAR. For half of the questions that the news answers, the first ones are
# enough. All 460 questions of two periods kept their first quote; of the 340 answerable ones among them, 298
# have an answer in the first three quotes instead of 299. With 0.5 it is 296, and two questions get another
# first quote.
FIRST, NEAR = 4, 1.0
UNREAD = Figures(LEAST, LEAST_SHARE, LEAST, LEAST)
CERTAIN = Figures(0.0, 0.0, 0.0, 0.0)
# A window with the places of the candidates in it.
Chosen = tuple[Window, Indexes]
_FIGURES = np.array([Features._fields.index(name) for name in Figures._fields])


@dataclass(frozen=True, slots=True)
class Read:
    """The windows that the reader read for one question, what it says of each, and on what they agree."""

    windows: Sequence[Window]
    readings: Sequence[WindowReading]
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates, best first, the weights of their scores, and what was read: None without a reader."""

    candidates: Candidates
    fit: Fit
    read: Read | None = None


def unread(candidates: Candidates) -> Judged:
    """Return the candidates as they are without a reader."""
    return Judged(candidates, parameters().plain)


def judge(reader: AnswerReader, question: str, candidates: Candidates, let_by: Callable[[], None]) -> Judged:
    """Return the candidates in the order that they have once the best are read. Raises ModelError.

    `let_by` is called before each reading: others may go first.
    """
    chosen = windows_of(candidates)
    first, rest = chosen[:FIRST], chosen[FIRST:]
    let_by()
    readings = reader.read(question, [window for window, _ in first])
    judged = _judged(candidates, first, readings)
    if rest and _may_come_near(candidates, rest, judged.candidates.scores[0]):
        let_by()
        readings += reader.read(question, [window for window, _ in rest])
        judged = _judged(candidates, chosen, readings)
    return judged


def _judged(candidates: Candidates, chosen: Sequence[Chosen], readings: Sequence[WindowReading]) -> Judged:
    """Return the candidates in the order that they have once the chosen windows are read."""
    windows = [window for window, _ in chosen]
    agreement = Agreement(windows, readings)
    features = candidates.features.copy()
    features[:, _FIGURES] = UNREAD
    for (_, rows), found in zip(chosen, figures(windows, readings, agreement), strict=True):
        features[np.ix_(rows, _FIGURES)] = found
    fit = parameters().read
    judged = replace(candidates, features=features).rescored(scoring.scores(features, fit))
    return Judged(judged, fit, Read(windows, readings, agreement))


def _may_come_near(candidates: Candidates, unread: Sequence[Chosen], best: float) -> bool:
    """Tell whether a candidate in unread windows scores nearly `best` or more if it certainly answers."""
    features = candidates.features[np.concatenate([rows for _, rows in unread])]
    features[:, _FIGURES] = CERTAIN
    return bool(scoring.scores(features, parameters().read).max() > best - NEAR)


def windows_of(candidates: Candidates, limit: int = WINDOWS) -> list[Chosen]:
    """Return at most `limit` windows that do not overlap, each with the places of the candidates in it."""
    articles = [ranked.stored.article.id for ranked in candidates.ranked]
    passages, (starts, ends) = candidates.passages, candidates.spans.T
    free = np.ones(len(candidates), np.bool_)
    windows: list[Chosen] = []
    while free.any() and len(windows) < limit:
        best = int(free.argmax())
        same = passages == passages[best]
        around = (free & same & (starts <= starts[best]) & (ends >= ends[best])).nonzero()[0]
        widest = around[np.argmax(ends[around] - starts[around])]
        start, end = int(starts[widest]), int(ends[widest])
        inside = (same & (starts >= start) & (ends <= end)).nonzero()[0]
        article = candidates.ranked[passages[best]].stored.article
        runs = [Span(int(starts[row]) - start, int(ends[row]) - start) for row in inside]
        window = Window(article.id, article.source, article.title, article.text[start:end], runs, start)
        windows.append((window, inside))
        in_article = np.array([articles[passage] == article.id for passage in passages.tolist()], np.bool_)
        free &= ~(in_article & (starts < end) & (ends > start))
    return windows
