"""Questions that are not one question: overviews, topics, bare words; and a figure over all kinds of them.

The figure is measured with the shipped model, over the sample articles.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index import Answer, IndexOptions, NewsIndex, Question
from tests.fakes import NOW, article, open_news
from tests.index.overviews.asked_of_samples import KINDS, Case

SAMPLES = Path(__file__).parents[3] / "config" / "samples"

STRIKE = article(
    "strike",
    "Ferry crews in Lisbon went on strike. The strike stopped every ferry in Lisbon.",
    title="Ferry strike stops Lisbon",
    published_at=NOW - timedelta(hours=3),
)
STRIKE_TOO = article(
    "strike-too",
    "Ferry crews in Lisbon went on strike. The strike stopped each ferry in Lisbon.",
    title="Lisbon ferries stand still",
    source="Other Herald",
    published_at=NOW - timedelta(hours=5),
)
PARK = article(
    "park",
    "A park with a thousand oaks opened in Ghent. Children planted the oaks of the park.",
    title="Ghent opens a park",
    published_at=NOW - timedelta(hours=1),
)
OLD = article(
    "old",
    "The museum of clocks in Basel closed. Its clocks were sold.",
    title="Museum of clocks closes",
    published_at=NOW - timedelta(days=40),
)


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsIndex]:
    with open_news(tmp_path_factory.mktemp("kinds"), [STRIKE, STRIKE_TOO, PARK, OLD]) as opened:
        yield opened


def _titles(answer: Answer) -> list[str]:
    return [story.article.title for story in answer.stories]


def test_an_overview_lists_the_most_reported_first(news: NewsIndex) -> None:
    answer = news.ask(Question("What happened today?"))
    assert answer.answered
    assert _titles(answer) == ["Ferry strike stops Lisbon", "Ghent opens a park"]
    assert [copy.source for copy in answer.stories[0].also_in] == ["Other Herald"]
    assert answer.since == NOW.replace(hour=0)
    assert answer.until is None
    assert [quote.article.title for quote in answer.quotes] == _titles(answer)
    for quote in answer.quotes:
        assert quote.text in quote.article.text


def test_an_overview_without_a_time_begins_with_the_newest_day(news: NewsIndex) -> None:
    answer = news.ask(Question("whats new"))
    assert _titles(answer)[-1] == "Museum of clocks closes"
    assert len(answer.stories) == 3
    assert (answer.since, answer.until) == (None, None)


def test_an_overview_keeps_to_its_period_and_filters(news: NewsIndex) -> None:
    assert _titles(news.ask(Question("what happened last month?"))) == ["Museum of clocks closes"]
    nothing = news.ask(Question("what happened on 3 May 2025"))
    assert (nothing.answered, nothing.stories, nothing.quotes) == (False, (), ())
    assert nothing.coverage
    given = news.ask(
        Question("what happened?", since=NOW - timedelta(days=60), until=NOW - timedelta(days=30))
    )
    assert _titles(given) == ["Museum of clocks closes"]
    assert _titles(news.ask(Question("news", source="other herald"))) == ["Lisbon ferries stand still"]
    assert news.ask(Question("news", edition="7")).answered == bool(news.latest(edition="7"))


def test_a_topic_lists_its_stories(news: NewsIndex) -> None:
    answer = news.ask(Question("any news on the ferry strike?"))
    assert _titles(answer) == ["Ferry strike stops Lisbon"]
    assert answer.answered
    assert "strike" in answer.quotes[0].text


def test_bare_words_keep_the_quotes_of_a_question(news: NewsIndex) -> None:
    answer = news.ask(Question("museum clocks"))
    assert _titles(answer) == ["Museum of clocks closes"]
    assert answer.quotes


def test_a_fact_has_no_stories(news: NewsIndex) -> None:
    assert news.ask(Question("Where did a park open?")).stories == ()


def test_what_no_article_is_about_is_not_reported(news: NewsIndex) -> None:
    answer = news.ask(Question("news about volcanoes on Iceland"))
    assert (answer.answered, answer.stories) == (False, ())


def test_words_for_a_time_that_are_not_understood_are_told(news: NewsIndex) -> None:
    for question in ("what happened on 3/4/2025?", "Where did a park open on 3/4/2025?"):
        answer = news.ask(Question(question))
        assert answer.unclear_time == "3/4/2025"
        assert (answer.since, answer.until) == (None, None)


# -- the figure ------------------------------------------------------------------------------------------

# Of all kinds of questions so many are right; of all that are answered or not, so many have the right words
# among what is shown. Whether a fact counts as answered depends on the fitted confidence as well.
RIGHT = 0.79
FOUND = 0.90


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, compiled_models: Path) -> Iterator[NewsIndex]:
    folder = tmp_path_factory.mktemp("samples")
    (folder / "models").symlink_to(compiled_models)
    with NewsIndex.open(IndexOptions(data_dir=folder)) as opened:
        assert not opened.ingest([str(SAMPLES)]).failed
        yield opened


def _judge(answer: Answer, case: Case) -> tuple[bool, bool]:
    """Return whether an answer is right, and whether what it shows is, answered or not."""
    titles, quotes = _titles(answer), [quote.text for quote in answer.quotes]
    if case.stories:
        found = all(any(words in title for title in titles) for words in case.stories)
    elif case.quotes:
        found = any(words in quote for words in case.quotes for quote in quotes)
    else:
        return not answer.answered, not answer.answered
    return found and answer.answered, found


def test_all_kinds_of_questions(samples: NewsIndex) -> None:
    right = found = asked = 0
    lines = []
    for kind, cases in KINDS.items():
        verdicts = []
        for case in cases:
            as_of = datetime.fromisoformat(case.day).replace(tzinfo=UTC)
            answer = samples.ask(
                Question(case.question, as_of=as_of if as_of.hour else as_of.replace(hour=12))
            )
            verdicts.append(_judge(answer, case))
        lines.append(
            f"{kind:16} {sum(ok for ok, _ in verdicts)} {sum(ok for _, ok in verdicts)} of {len(cases)}"
        )
        asked += len(cases)
        right += sum(ok for ok, _ in verdicts)
        found += sum(ok for _, ok in verdicts)
    lines.append(f"{asked} questions: right {right / asked:.3f}, found {found / asked:.3f}")
    sys.stdout.write("\n".join(["", *lines, ""]))
    assert asked >= 200
    assert right / asked >= RIGHT
    assert found / asked >= FOUND
