"""How far a reindex is and what came of it, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cards.quotes import also_in_text
from bot.services.job import Job, Stopped
from bot.services.job_text import Outcome, outcome_text, progress_text, stopped_text
from bot.text.language import speaking
from bot.text.markdown import length
from bot.text.source_words import stored_line
from index import Copy, Failure, IngestReport, Progress
from tests.discord.markdown import shown

MAX_CONTENT = 2000


class Clock:
    """Says what a test has set."""

    def __init__(self) -> None:
        self.now = datetime(2025, 6, 7, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def a_job(what: str = "", clock: Clock | None = None) -> Job:
    clock = clock or Clock()
    return Job(what, 7, clock, clock())


def test_progress_has_a_bar_where_the_end_is_known() -> None:
    job = a_job()
    assert progress_text(job) == "**Reindexing** · starting"
    job.listen(Progress("articles", 1200, None))
    assert progress_text(job) == "**Reindexing** · 1,200 articles"
    job.listen(Progress("passages", 500, 1000))
    assert progress_text(job) == "**Reindexing** · 500 / 1,000 passages\n▰▰▰▰▰▰▰▰▱▱▱▱▱▱▱▱ 50%"
    job.listen(Progress("passages", 12, 10))
    assert "100%" in progress_text(job)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (5.0, "40 a second · less than a minute left"),
        (400.0, "30 a minute · about 27 min left"),
        (4000.0, "3 a minute · about 4 hours left"),
    ],
)
def test_how_quick_it_is_counts_from_the_first_of_a_kind(seconds: float, expected: str) -> None:
    clock = Clock()
    job = a_job(clock=clock)
    job.listen(Progress("passages", 5, 10))
    clock.pass_by(9_999)
    job.listen(Progress("articles", 0, 1000))
    assert job.rate() is None
    clock.pass_by(seconds)
    job.listen(Progress("articles", 200, 1000))
    assert progress_text(job).splitlines()[-1] == f"-# {expected}"


def test_a_job_that_is_to_stop_stops_when_it_next_tells_how_far_it_is() -> None:
    job = a_job()
    job.listen(Progress("articles", 16, 2569))
    job.why_stopped = "by <@7>"
    assert "Stopping at the next safe point" in progress_text(job)
    with pytest.raises(Stopped):
        job.listen(Progress("articles", 32, 2569))
    assert stopped_text(job).startswith("**Stopped** by <@7> (32 / 2,569 articles).")


def test_an_outcome_counts_and_keeps_places_for_the_log() -> None:
    ingested = IngestReport(5, 2, 100, 1, (Failure("/srv/news/broken.txt", "no headline"),))
    text = outcome_text(a_job(), Outcome(ingested, embedded=1204), timedelta(seconds=72.3))
    assert text.splitlines() == [
        "**Reindexed** in 1 min 12 s",
        "5 new, 2 updated, 100 unchanged, 1 duplicate",
        "1,204 passages embedded again",
        "1 could not be read: the log says which and why",
    ]


def test_one_article_is_told_in_the_singular() -> None:
    ingested = IngestReport(1, 0, 1, 1, (Failure("a.txt", "no headline"),))
    assert stored_line(ingested) == "1 added, 0 updated, 1 unchanged, 1 duplicate, 1 failed"
    with speaking("fr"):
        text = outcome_text(a_job(), Outcome(ingested, shown=ingested.failed), timedelta(seconds=1))
        assert text.splitlines()[1:3] == ["1 nouveau, 0 mis à jour, 1 inchangé, 1 doublon", "1 illisible"]
        assert stored_line(ingested) == "1 ajouté, 0 mis à jour, 1 inchangé, 1 doublon, 1 en échec"
        copies = [Copy(name, "https://x.example", Clock()()) for name in "ABCD"]
        assert also_in_text(copies).endswith(" et 1 autre")


def test_what_went_wrong_in_a_file_is_shown_in_three_lines_at_most() -> None:
    failed = tuple(Failure(f"*my*.jsonl:{number}", "x" * 5000) for number in range(1, 9))
    outcome = Outcome(IngestReport(failed=failed), shown=failed)
    text = outcome_text(a_job("*my*.jsonl" * 50), outcome, timedelta(seconds=1))
    assert length(text) < MAX_CONTENT
    lines = shown(text).splitlines()
    assert lines[0].startswith("Read *my*.jsonl")
    assert lines[2] == "8 could not be read"
    assert [line[:12] for line in lines[3:]] == [f"*my*.jsonl:{number}" for number in (1, 2, 3)]


def test_a_list_of_feeds_counts_its_new_sources() -> None:
    for listed, expected in ((1, "1 source added"), (0, "Every feed of the list is a source already.")):
        text = outcome_text(a_job("a.opml"), Outcome(IngestReport(), listed=listed), timedelta(seconds=1))
        assert text.splitlines()[1] == expected
