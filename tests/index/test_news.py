"""The facade: questions in, slices of stored articles out. Laws, not scores."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import (
    Answer,
    Article,
    BusyError,
    IndexOptions,
    IngestReport,
    NewsError,
    NewsIndex,
    Progress,
    Question,
    Quote,
    Span,
    Standing,
    StoreError,
    UsageError,
)
from index.embeddings.base import MODEL_CHARS, to_nobody
from index.quotes.standing import quote_state
from index.storage.articles import Store
from index.storage.database import sqlite_url
from index.text.sentences import is_whole, split_sentences
from index.types.answer import MAX_QUOTE_CHARS
from tests.fakes import (
    NOW,
    Clock,
    HashingEmbedder,
    article,
    assert_search_is_whole,
    open_news,
    story,
    story_page,
    write_jsonl,
)

ROOT = Path(__file__).parents[2]

TROOPS = article(
    "troops",
    "In Pyongyang, Kim Jong Un met a guest from Moscow. About 11,000 North Korean troops were sent to Russia "
    "in 2024. They fought in Kursk.\n\nWhat comes next\n\nNobody can tell yet. Seoul called it illegal.",
    title="Kim Jong Un pledges support for Russia",
    published_at=NOW - timedelta(days=6),
    updated_at=NOW - timedelta(days=5),
    highlights=("Troops were sent.",),
)
PORT = article(
    "port",
    "Two quays in Rotterdam can now supply ships with electricity. The port expects cleaner air. "
    + story("port"),
    title="Port of Rotterdam opens shore power",
    source="Sample Herald",
    published_at=NOW - timedelta(days=2),
)
CUP = article(
    "cup",
    "The football cup was won by Utrecht on Sunday. Rotterdam lost by a single goal. " + story("cup"),
    title="Utrecht wins the cup",
    published_at=NOW - timedelta(hours=3),
)
LIBRARY = [
    TROOPS,
    PORT,
    CUP,
    *(article(f"more{i}", published_at=NOW - timedelta(days=20 + i)) for i in range(12)),
]


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsIndex]:
    """A library that no test changes."""
    with open_news(tmp_path_factory.mktemp("news"), LIBRARY) as news:
        yield news


def check_laws(answer: Answer, library: list[Article]) -> None:
    known = {article.id: article for article in library}
    assert 0 <= answer.confidence <= 1
    assert len(answer.quotes) <= answer.question.limit
    assert answer.quotes or not answer.answered
    assert answer.took_ms >= 0
    spans = sorted((quote.article.id, quote.span) for quote in answer.quotes)
    for (id, span), (next_id, next_span) in itertools.pairwise(spans):
        assert id != next_id or span.end <= next_span.start  # nothing is quoted twice
    for quote in answer.quotes:
        stored = known[quote.article.id]
        # The language of made-up words is what they look like.
        assert replace(quote.article, language=stored.language) == stored
        assert quote.text == stored.text[quote.span.start : quote.span.end]
        assert len(quote.text) <= MAX_QUOTE_CHARS
        sentences = split_sentences(stored.text)
        starts = [span.start for span in sentences]
        first, last = starts.index(quote.span.start), [span.end for span in sentences].index(quote.span.end)
        assert 1 <= last - first + 1 <= 3
        assert all(is_whole(stored.text[start:end]) for start, end in sentences[first : last + 1])


WORDS = "Kim troops sent Russia Rotterdam harbour electricity football cup Utrecht who how many not".split()


# -- asking ----------------------------------------------------------------------------------------------


def test_a_question_is_answered_by_a_slice(news: NewsIndex) -> None:
    answer = news.ask(Question("How many North Korean troops were sent to Russia?"))
    check_laws(answer, LIBRARY)
    best = answer.quotes[0]
    assert best.article == TROOPS
    assert "About 11,000 North Korean troops were sent to Russia in 2024." in best.text
    assert best.link.startswith(f"{TROOPS.url}#:~:text=")
    assert answer.articles_searched == len(LIBRARY)
    assert (answer.as_of, answer.since, answer.until) == (NOW, None, None)


@settings(max_examples=60)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), limit=st.integers(1, 10))
def test_the_laws_of_answers(news: NewsIndex, words: list[str], limit: int) -> None:
    question = Question(" ".join(words), limit=limit)
    answer = news.ask(question)
    check_laws(answer, LIBRARY)
    assert replace(news.ask(question), took_ms=0) == replace(answer, took_ms=0)


@settings(max_examples=40)
@given(
    text=st.text(min_size=1, max_size=300).filter(lambda text: any(map(str.isalnum, text))),
)
def test_any_text_may_be_asked(news: NewsIndex, text: str) -> None:
    check_laws(news.ask(Question(text)), LIBRARY)


@pytest.mark.parametrize("text", ["Kim", "Rotterdam", "What was described by reporters?"])
def test_quotes_never_overlap_and_never_repeat_a_sentence(news: NewsIndex, text: str) -> None:
    answer = news.ask(Question(text, limit=10))
    check_laws(answer, LIBRARY)
    sentences = [q.text[start:end] for q in answer.quotes for start, end in split_sentences(q.text)]
    assert len(set(sentences)) == len(sentences) > 0


@pytest.mark.parametrize(
    "text",
    [
        "Kim",
        "?Ⅷ",
        "𝟙",
        "Rotterdam " * 200,
        "x" * 2000,
        "K" * 1000 + " and " + "R" * 900,
        "Combien de soldats ont été envoyés en Russie ?",
        "Сколько солдат отправили в Россию?",
        "有多少士兵被派往俄罗斯",
        "كم عدد الجنود",
        "How mnay Noth Koraen trops wer snt ot Rusia?",
        "What happened between 1 May 2025 and 5 June 2025?",
        "Who won on 3 June, and who in 2019?",
        "Who will win on 5 November 2040?",
        "What was decided on 30 February, tomorrow or last ſunday?",
        "Who won on frıday 999 years ago?",
        "the of and",
        "How much, when, where, who and which?",
    ],
)
@pytest.mark.parametrize("as_of", [None, NOW - timedelta(days=6), NOW - timedelta(days=9999)])
def test_bad_questions_are_answered_by_the_laws(news: NewsIndex, text: str, as_of: datetime | None) -> None:
    answer = news.ask(Question(text, as_of=as_of, limit=10))
    check_laws(answer, LIBRARY)
    assert all(quote.article.published_at <= answer.as_of for quote in answer.quotes)
    for moment in (answer.since, answer.until):
        assert moment is None or moment.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("question", "admitted"),
    [
        ("What of the football cup today?", {CUP.id}),
        ("What of the harbour of Rotterdam in the last three days?", {CUP.id, PORT.id}),
        ("What of the troops in the week since 4 June?", {CUP.id, PORT.id, TROOPS.id}),
        ("What of the cup before 5 June 2025?", {article.id for article in LIBRARY} - {CUP.id, PORT.id}),
        ("What of the cup in June 2019?", set()),
    ],
)
def test_only_the_period_in_the_question_is_quoted(
    news: NewsIndex, question: str, admitted: set[str]
) -> None:
    answer = news.ask(Question(question, limit=10))
    check_laws(answer, LIBRARY)
    assert {quote.article.id for quote in answer.quotes} <= admitted
    assert bool(answer.quotes) == bool(admitted)
    assert answer.since or answer.until


def test_a_period_given_by_the_caller_overrules_the_question(news: NewsIndex) -> None:
    question = Question("What of the football cup in June 2019?", since=NOW - timedelta(days=1), limit=10)
    answer = news.ask(question)
    assert {quote.article.id for quote in answer.quotes} == {CUP.id}
    assert (answer.since, answer.until) == (question.since, None)


def test_a_year_in_the_question_hides_nothing(news: NewsIndex) -> None:
    answer = news.ask(Question("How many North Korean troops were sent to Russia in 2024?"))
    assert (answer.since, answer.until) == (None, None)
    assert answer.quotes[0].article == TROOPS


def test_articles_of_any_sentences_may_be_asked_about(tmp_path: Path) -> None:
    library = [
        article("long", "Kim met " + "very " * 400 + "many people in Kursk. He left for Moscow at once."),
        article(
            "word", "Kim went to Kursk on Monday with " + "X" * 80 + " and three others.\n\nKursk.\n\nNo."
        ),
        article("foreign", "四千人の兵士がクルスクに送られました。Солдаты были в Курске две недели."),
        article("twice", "On 5 May 2025 and on 30 February 2040, Kim saw Kursk. " * 4),
    ]
    with open_news(tmp_path, library) as news:
        for text in ("Kursk", "Who met Kim in Kursk?", "X" * 80, "兵士", "Курске", "When did Kim see Kursk?"):
            check_laws(news.ask(Question(text, limit=10)), library)


def test_an_empty_library_abstains(tmp_path: Path) -> None:
    with open_news(tmp_path) as news:
        answer = news.ask(Question("Anything new?"))
        assert (answer.answered, answer.confidence, answer.quotes) == (False, 0.0, ())
        assert (news.latest(), news.latest("ports")) == ([], [])


def test_nothing_after_the_moment_of_asking(news: NewsIndex) -> None:
    question = "Who won the football cup, and what of Rotterdam?"
    moment = CUP.published_at
    at = news.ask(Question(question, as_of=moment, limit=10))
    before = news.ask(Question(question, as_of=moment - timedelta(microseconds=1), limit=10))
    assert CUP in [quote.article for quote in at.quotes]
    assert CUP not in [quote.article for quote in before.quotes]
    assert before.articles_searched == len(LIBRARY) - 1
    assert all(quote.article.published_at < moment for quote in before.quotes)
    later = Question(question, as_of=moment - timedelta(hours=1), until=NOW, limit=10)
    assert CUP not in [quote.article for quote in news.ask(later).quotes]


def test_a_period_and_a_source_admit_what_they_name(news: NewsIndex) -> None:
    since, until = NOW - timedelta(days=6), NOW - timedelta(days=1)
    answer = news.ask(Question("harbour of Rotterdam", since=since, until=until, limit=10))
    assert PORT.id in {quote.article.id for quote in answer.quotes} <= {PORT.id, TROOPS.id}
    assert (answer.since, answer.until, answer.articles_searched) == (since, until, 2)
    by_source = news.ask(Question("harbour of Rotterdam", source=" sample HERALD ", limit=10))
    assert [quote.article for quote in by_source.quotes] == [PORT]
    assert by_source.articles_searched == 1


@pytest.mark.parametrize(
    "ask", [lambda news, s: news.ask(Question("harbour", source=s)), lambda news, s: news.latest(source=s)]
)
def test_an_unknown_source_is_answered_with_a_suggestion(
    news: NewsIndex, ask: Callable[[NewsIndex, str], object]
) -> None:
    with pytest.raises(UsageError, match="There is no source 'Sampel Herld': did you mean 'Sample Herald'"):
        ask(news, "Sampel Herld")
    with pytest.raises(UsageError, match=r"There is no source '零': known are Sample Herald, Sample Wire\."):
        ask(news, "零")


@pytest.mark.parametrize(
    ("impossible", "why"),
    [
        ({"text": ""}, "The question is empty"),
        ({"text": " ?! … "}, "The question is empty"),
        ({"text": "a" * 2001}, "The question has 2,001 characters: keep it under 2,000."),
        ({"text": "a", "limit": 0}, "between 1 and 10, not 0"),
        ({"text": "a", "limit": 11}, "between 1 and 10, not 11"),
        ({"text": "a", "since": NOW, "until": NOW - timedelta(days=1)}, "swap the two dates"),
    ],
)
def test_an_impossible_question_is_refused(impossible: dict[str, object], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Question(**impossible)  # type: ignore[arg-type]


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="since must carry a time zone"):
        Question("a", since=NOW.replace(tzinfo=None))


@given(st.integers(-5, 30), st.integers(-5, 30))
def test_a_quote_outside_its_article_cannot_be_built(start: int, end: int) -> None:
    short = article("short", "Twelve chars")
    if 0 <= start < end <= 12:
        assert Quote(short, Span(start, end), 1.0).text == "Twelve chars"[start:end]
    else:
        with pytest.raises(ValueError, match="outside the text"):
            Quote(short, Span(start, end), 1.0)


def test_copies_are_named_beside_the_quote(tmp_path: Path) -> None:
    copy = replace(PORT, id="copy", url="https://wire.example/copy", source="Sample Wire")
    with open_news(tmp_path, [PORT, copy]) as news:
        (quote,) = news.ask(Question("Which quays supply ships with electricity?")).quotes
        assert quote.article == PORT
        assert [(copy.source, copy.url) for copy in quote.also_in] == [("Sample Wire", copy.url)]
        assert [headline.also_in for headline in news.latest()] == [quote.also_in]


# -- the latest ------------------------------------------------------------------------------------------


def test_the_latest_come_newest_first(news: NewsIndex) -> None:
    assert [headline.article for headline in news.latest(limit=4)] == [CUP, PORT, TROOPS, LIBRARY[3]]
    assert [headline.article for headline in news.latest(limit=1, as_of=NOW - timedelta(days=1))] == [PORT]
    assert [headline.article for headline in news.latest(source="sample herald")] == [PORT]


def test_highlights_are_the_sources_own_or_slices(news: NewsIndex) -> None:
    cup, port, troops = news.latest(limit=3)
    assert troops.highlights == TROOPS.highlights
    for headline in (cup, port):
        assert 1 <= len(headline.highlights) <= 3
        assert all(highlight in headline.article.text for highlight in headline.highlights)


def test_the_latest_on_a_topic(news: NewsIndex) -> None:
    on_topic = [headline.article for headline in news.latest("shore power for ships in Rotterdam")]
    assert on_topic[0] == PORT
    assert TROOPS not in on_topic
    assert on_topic == sorted(on_topic, key=lambda article: article.published_at, reverse=True)


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_limit_of_the_latest(news: NewsIndex, limit: int) -> None:
    with pytest.raises(UsageError, match=f"between 1 and 100, not {limit}"):
        news.latest(limit=limit)


def test_an_empty_topic_is_refused(news: NewsIndex) -> None:
    with pytest.raises(UsageError, match="empty"):
        news.latest(" ")


# -- writing ---------------------------------------------------------------------------------------------


def test_what_is_ingested_is_answered_at_once(tmp_path: Path) -> None:
    with open_news(tmp_path, [PORT], follow_seconds=3600) as news:
        path = write_jsonl(tmp_path / "more.jsonl", [TROOPS])
        assert news.ingest([str(path)]) == IngestReport(added=1)
        assert news.ask(Question("How many troops were sent?")).quotes[0].article == TROOPS
        changed = replace(TROOPS, text="Fourteen thousand troops were sent to Russia, it was said.")
        write_jsonl(path, [changed])
        assert news.ingest([str(path)]) == IngestReport(updated=1)
        found = [quote.article for quote in news.ask(Question("How many troops were sent?")).quotes]
        assert changed in found
        assert TROOPS not in found


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    question = Question("How many troops were sent to Russia?")
    embedder = HashingEmbedder()
    with open_news(tmp_path, LIBRARY, embedder=embedder) as news:
        answer = news.ask(question)
    embedded = embedder.embedded
    with open_news(tmp_path, embedder=embedder) as news:
        assert replace(news.ask(question), took_ms=0) == replace(answer, took_ms=0)
        assert embedder.embedded == embedded


def test_the_indexes_may_be_deleted_while_stopped(tmp_path: Path) -> None:
    question = Question("How many troops were sent to Russia?")
    embedder = HashingEmbedder()
    with open_news(tmp_path, LIBRARY, embedder=embedder) as news:
        answer = news.ask(question)
    embedded = embedder.embedded
    for path in sorted((tmp_path / "data" / "index").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    with open_news(tmp_path, embedder=embedder) as news:
        assert replace(news.ask(question), took_ms=0) == replace(answer, took_ms=0)
        assert embedder.embedded == embedded  # rebuilt from the database, nothing embedded again


def test_reindex_reads_the_remembered_folders_again(tmp_path: Path) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "one.txt").write_text(story_page())
    with open_news(tmp_path) as news:
        assert news.ingest([str(folder)]) == IngestReport(added=1)
        (folder / "two.txt").write_text(story_page("Storm hits the coast", story="A storm hit the coast."))
        steps: list[Progress] = []
        report = news.reindex(on_progress=steps.append)
        assert (report.ingested, report.embedded) == (IngestReport(added=1, unchanged=1), 0)
        assert steps[-1] == Progress("articles", 2, 2)
        assert (
            news.ask(Question("Where did the storm hit?")).quotes[0].article.title == "Storm hits the coast"
        )
        full = news.reindex(full=True)
        assert (full.ingested.unchanged, full.embedded) == (2, 2)
        assert (
            news.ask(Question("Where did the storm hit?")).quotes[0].article.title == "Storm hits the coast"
        )


def test_another_splitter_embeds_only_what_the_model_has_not_seen(tmp_path: Path) -> None:
    question = Question("How many troops were sent to Russia?")
    embedder = HashingEmbedder()
    with open_news(tmp_path, LIBRARY, embedder=embedder) as news:
        answer = news.ask(question)
    embedded = embedder.embedded
    embedder.fingerprint = embedder.fingerprint[:MODEL_CHARS] + "splitter"
    with open_news(tmp_path, embedder=embedder) as news:
        assert news.status().state == "stale"
        assert news.reindex().embedded == 0
        assert embedder.embedded == embedded
        assert replace(news.ask(question), took_ms=0) == replace(answer, took_ms=0)
        assert news.reindex(full=True).embedded == embedded


def test_a_changed_story_embeds_only_its_new_words(tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    long = article("long", story("long", 30))
    path = tmp_path / "articles.jsonl"
    with open_news(tmp_path, [long], embedder=embedder) as news:
        embedded = embedder.embedded
        write_jsonl(path, [replace(long, text=f"{long.text} Nobody was hurt.")])
        assert news.ingest([str(path)]).updated == 1
        assert embedder.embedded == embedded + 1


def test_what_was_quoted_can_be_compared_with_what_stands_now(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    with (
        open_news(tmp_path, [PORT, TROOPS]) as news,
        closing(Store.open(sqlite_url(tmp_path / "data" / "news.db"))) as store,
    ):
        quote = news.ask(Question("How many troops were sent to Russia?")).quotes[0]

        def standing() -> Standing:
            current = store.articles([TROOPS.id])[TROOPS.id].text
            (before, *_) = [text for _, text, _ in store.revisions(TROOPS.id)] or [current]
            return quote_state(before[slice(*quote.span)], quote.span.start, current)

        assert store.revision(TROOPS.id) == 1
        assert standing() == Standing("stands", quote.span, quote.text)
        now = replace(TROOPS, text=quote.text.replace("000", "500"))
        assert now.text != quote.text
        write_jsonl(path, [now])
        news.ingest([str(path)])
        assert store.revision(TROOPS.id) == 2
        assert [text for _, text, _ in store.revisions(TROOPS.id)] == [TROOPS.text]
        assert standing() == Standing("changed", Span(0, len(now.text)), now.text)
        write_jsonl(path, [replace(TROOPS, text="The report was wrong.")])
        news.ingest([str(path)])
        assert standing() == Standing("withdrawn")
        assert (store.revision("nobody"), store.revisions("nobody")) == (None, [])


def test_a_lost_folder_is_told_and_stops_nothing(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [PORT])
    with open_news(tmp_path) as news:
        news.ingest([str(path)])
        path.unlink()
        report = news.reindex()
        assert [failure.where for failure in report.ingested.failed] == [str(path)]
        assert news.status().articles == 1


class Waiting(HashingEmbedder):
    """Stops in the middle of an ingest until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = Event()
        self.go_on = Event()

    def embed_passages(self, texts, give_way=to_nobody):  # type: ignore[no-untyped-def]
        if texts:
            self.reached.set()
            assert self.go_on.wait(20)
        return super().embed_passages(texts, give_way)


def test_a_second_writer_is_refused_and_readers_go_on(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [PORT])
    embedder = Waiting()
    reports: list[IngestReport] = []
    with open_news(tmp_path, embedder=embedder) as news:
        writer = Thread(target=lambda: reports.append(news.ingest([str(path)])))
        writer.start()
        try:
            assert embedder.reached.wait(20)
            for refused in (lambda: news.ingest([str(path)]), news.reindex):
                with pytest.raises(BusyError, match="wait until that is done"):
                    refused()
            assert news.ask(Question("Rotterdam?")).quotes == ()
        finally:
            embedder.go_on.set()
            writer.join(20)
        assert reports == [IngestReport(added=1)]
        assert news.ask(Question("Rotterdam?")).quotes
        assert news.ingest([str(path)]) == IngestReport(unchanged=1)


# -- in company ------------------------------------------------------------------------------------------


def eventually(check: Callable[[], bool], seconds: float) -> float:
    """Wait until `check` holds; return how long it took. Fails after `seconds`."""
    started = time.monotonic()
    pause = Event()
    while not check():
        assert time.monotonic() - started < seconds, "did not happen in time"
        pause.wait(0.01)
    return time.monotonic() - started


def test_two_on_one_data_folder_answer_from_each_others_articles(tmp_path: Path) -> None:
    question = Question("How many North Korean troops were sent to Russia?")
    with open_news(tmp_path, [PORT]) as bot, open_news(tmp_path) as command:
        assert bot.ask(question).quotes[0].article == PORT
        command.ingest([str(write_jsonl(tmp_path / "more.jsonl", [TROOPS]))])
        eventually(lambda: bot.ask(question).quotes[0].article == TROOPS, seconds=2)
        eventually(lambda: f"{bot.status().passages} passages" in bot.status().index, seconds=2)
    assert_search_is_whole(tmp_path)


_OTHER_PROCESS = """
import sys
from pathlib import Path
from tests.fakes import open_news
with open_news(Path(sys.argv[1])) as news:
    assert news.ingest([sys.argv[2]]).added == 1
"""


def test_another_process_ingests_while_this_one_answers(tmp_path: Path) -> None:
    question = Question("How many North Korean troops were sent to Russia?")
    path = write_jsonl(tmp_path / "more.jsonl", [TROOPS])
    with open_news(tmp_path, [PORT]) as bot:
        done = subprocess.run(
            [sys.executable, "-c", _OTHER_PROCESS, str(tmp_path), str(path)],
            cwd=ROOT,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0
        eventually(lambda: bot.ask(question).quotes[0].article == TROOPS, seconds=2)


def test_many_threads_ask_while_one_ingests(tmp_path: Path) -> None:
    errors: list[BaseException] = []
    stop = Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                for quote in news.ask(Question("What was described in Rotterdam?")).quotes:
                    assert quote.text in quote.article.text
        except BaseException as error:
            errors.append(error)

    with open_news(tmp_path, [PORT]) as news:
        threads = [Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for i in range(3):
            more = [article(f"more{j}", f"Version {i}. {story(f'more{j}')}") for j in range(5)]
            news.ingest([str(write_jsonl(tmp_path / "more.jsonl", more))])
        stop.set()
        for thread in threads:
            thread.join(20)
        assert errors == []
        assert news.status().articles == 6


# -- telling ---------------------------------------------------------------------------------------------


def test_status(tmp_path: Path) -> None:
    with open_news(tmp_path) as news:
        empty = news.status()
        assert (empty.state, empty.articles, empty.passages, empty.newest) == ("empty", 0, 0, None)
        assert empty.remedy == "There are no articles yet: add some with 'newsbot ingest PATH'."
        news.ingest([str(write_jsonl(tmp_path / "a.jsonl", [PORT, CUP]))])
        ready = news.status()
        assert (ready.state, ready.articles, ready.sources, ready.remedy) == ("ready", 2, 2, None)
        assert (ready.newest, ready.database, ready.model) == (CUP.published_at, "sqlite", "hashing-0")
        assert f"{ready.passages} passages" in ready.index
        assert ready.memory_bytes is not None
        assert ready.memory_bytes >= ready.passages * HashingEmbedder().dimension * 2
        assert ready.disk_bytes
        assert news.source_names() == ["Sample Herald", "Sample Wire"]
    with open_news(tmp_path, embedder=HashingEmbedder(seed=1)) as news:
        stale = news.status()
        assert (stale.state, stale.articles) == ("stale", 2)
        assert stale.remedy == "The model or splitter has changed: run 'newsbot reindex'."


def test_the_library_runs_on_postgresql(tmp_path: Path, postgres: Callable[[], str]) -> None:
    url = postgres()
    with open_news(tmp_path, [PORT, TROOPS], database_url=url) as news:
        assert news.ask(Question("How many troops were sent to Russia?")).quotes[0].article == TROOPS
        assert news.status().database == "postgresql"
    with open_news(tmp_path / "elsewhere", database_url=url) as news:
        assert news.ask(Question("How many troops were sent to Russia?")).quotes[0].article == TROOPS


def test_opening_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        NewsIndex.open(
            IndexOptions(tmp_path, database_url="postgresql+psycopg://x:y@127.0.0.1:1/z"), HashingEmbedder()
        )
    assert issubclass(StoreError, NewsError)


def test_now_is_what_the_clock_says(tmp_path: Path) -> None:
    clock = Clock(NOW - timedelta(days=3))
    with open_news(tmp_path, [TROOPS, PORT], clock=clock) as news:
        assert [headline.article for headline in news.latest()] == [TROOPS]
        clock.advance(days=3)
        assert [headline.article for headline in news.latest()] == [PORT, TROOPS]
