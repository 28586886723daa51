"""What is followed: what is new about it, and that nothing is sent twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Question, Quote, Span, UsageError
from index.overviews.alerts import is_question
from index.storage.database import Database
from index.storage.follows import MAX_FOLLOWS, FollowStore
from index.types.follow import MAX_PER_DAY, MAX_QUOTES, is_near_copy, worth_telling
from tests.fakes import NOW, Clock, article, open_news, quotes_sent, write_jsonl

WORDS = st.text(alphabet="abc 12.", min_size=1, max_size=30)


def quote(name: str, text: str | None = None) -> Quote:
    one: Article = article(
        name, text or f"The {name} council voted in {name}ville on {name} matters {name}ward."
    )
    return Quote(one, Span(0, len(one.text)), 1.0)


def left(book: FollowStore) -> list[list[str]]:
    """Take over what was left unsent; return the names of the articles of each alert."""
    articles = {each.article.id: each.article for each in map(quote, ("harbour", "museum", "bridge"))}
    names = {id: article.url.rpartition("/")[2] for id, article in articles.items()}
    alerts = book.take_over(lambda ids: articles)
    return [sorted(names[each.article.id] for each in quotes) for _, quotes in alerts]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(database: Database, clock: Clock) -> FollowStore:
    return FollowStore(database, clock)


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("The port opened on Monday.", "On Monday the port opened.", True),
        ("The port opened.", "The port opened on Monday, officials said.", True),
        ("The storm killed 12 people.", "The storm killed 9 people.", False),
        ("The storm killed 9 people.", "The storm killed 9 people on the coast.", True),
        ("The festival was called off.", "The port opened on Monday.", False),
    ],
)
def test_a_near_copy_says_nothing_new(text: str, known: str, expected: bool) -> None:
    assert is_near_copy(text, known) is expected


@given(st.lists(WORDS), st.lists(WORDS), st.integers(0, 5))
def test_what_is_worth_telling_is_new_and_within_the_room(
    texts: list[str], sent: list[str], room: int
) -> None:
    quotes = [quote(str(i), f"{text.strip() or 'x'}.") for i, text in enumerate(texts)]
    chosen = worth_telling(quotes, sent, room)
    assert len(chosen) <= min(room, MAX_QUOTES)
    said = list(sent)
    for each in chosen:
        assert not any(is_near_copy(each.text, known) for known in said)
        said.append(each.text)


@pytest.mark.parametrize(
    ("what", "expected"),
    [("Who won?", True), ("who won the election", True), ("Baltic shipping", False), ("誰が勝った？", True)],
)
def test_a_question_is_told_from_a_topic(what: str, expected: bool) -> None:
    assert is_question(what) is expected


def test_follows_are_listed_apart_for_a_person_and_a_channel(book: FollowStore) -> None:
    mine = book.start("ann", "g", None, "Who  won?")
    here = book.start("ann", "g", "c", "Baltic shipping")
    assert (mine.what, book.of("ann"), book.of("bob", "c")) == ("Who won?", [mine], [here])
    assert book.active() == [mine, here]
    assert not book.stop(mine.id, "bob")
    assert not book.stop(here.id, "ann")
    assert book.stop(here.id, "bob", "c")
    assert book.active() == [mine]


def test_the_same_is_followed_once_unless_it_was_paused(book: FollowStore) -> None:
    first = book.start("ann", None, None, "Who won?")
    with pytest.raises(UsageError, match="followed already"):
        book.start("ann", None, None, "who WON?")
    book.pause(first.id, "the channel has been deleted")
    assert book.of("ann")[0].paused == "the channel has been deleted"
    assert book.active() == []
    again = book.start("ann", None, None, "who WON?")
    assert book.of("ann") == [again]


def test_so_many_may_be_followed_and_no_more(book: FollowStore) -> None:
    for number in range(MAX_FOLLOWS):
        book.start("ann", None, None, f"topic {number}")
    with pytest.raises(UsageError, match="stop one"):
        book.start("ann", None, None, "one more")
    book.start("bob", None, None, "one more")


def test_a_quote_is_claimed_once_and_given_back_where_it_could_not_be_sent(
    book: FollowStore, database: Database
) -> None:
    id = book.start("ann", None, None, "Who won?").id
    quotes = [quote("harbour")]
    assert book.claim(id, quotes) == quotes
    assert (book.claim(id, quotes), left(book)) == ([], [])
    book.release(id, quotes)
    assert book.claim(id, quotes) == []
    assert (left(book), left(book)) == ([["harbour"]], [])
    book.sent(id, quotes)
    assert (book.claim(id, quotes), quotes_sent(database, id)) == ([], 1)


def test_of_many_that_claim_at_once_one_is_given_the_quote(book: FollowStore) -> None:
    id = book.start("ann", None, None, "Who won?").id
    with ThreadPoolExecutor(8) as threads:
        claims = list(threads.map(lambda _: book.claim(id, [quote("harbour")]), range(16)))
    assert sorted(map(len, claims)) == [0] * 15 + [1]


def test_what_a_process_left_unsent_is_taken_over_as_it_was(book: FollowStore, clock: Clock) -> None:
    id = book.start("ann", None, None, "Who won?").id
    book.claim(id, [quote("harbour"), quote("museum")])
    clock.advance(seconds=1)
    book.claim(id, [quote("bridge")])
    clock.advance(minutes=2)
    assert book.claim(id, [quote("harbour")]) == []
    assert sorted(left(book)) == [["bridge"], ["harbour", "museum"]]
    assert left(book) == []
    clock.advance(minutes=2)
    assert sorted(left(book)) == [["bridge"], ["harbour", "museum"]]  # as if that one had been killed, too


def test_a_quote_that_stands_no_more_is_not_sent_late(book: FollowStore, clock: Clock) -> None:
    id = book.start("ann", None, None, "Who won?").id
    book.claim(id, [quote("harbour"), quote("museum")])
    clock.advance(minutes=2)
    changed = {quote("harbour").article.id: replace(quote("harbour").article, text="Nothing of it is true.")}
    assert book.take_over(lambda ids: changed) == []
    clock.advance(minutes=2)
    assert left(book) == []


def test_what_is_known_from_the_start_is_not_sent(book: FollowStore, database: Database) -> None:
    id = book.start("ann", None, None, "Who won?").id
    book.know(id, [quote("harbour")])
    copy = Quote(article("copy", quote("harbour").text), quote("harbour").span, 1.0)
    assert book.claim(id, [copy, quote("museum")]) == [quote("museum")]
    assert quotes_sent(database, id) == 0


def test_a_day_brings_so_many_quotes_and_the_next_day_more(book: FollowStore, clock: Clock) -> None:
    id = book.start("ann", None, None, "Who won?").id
    words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda my ny xi omicron".split()
    quotes = [quote(word, f"{word}1 {word}2 {word}3.") for word in words]
    sent = [one for each in quotes for one in book.claim(id, [each])]
    assert sent == quotes[:MAX_PER_DAY]
    book.sent(id, sent)
    clock.advance(days=1, seconds=1)
    assert book.claim(id, quotes[MAX_PER_DAY:]) == quotes[MAX_PER_DAY:]


def test_nothing_is_claimed_for_a_follow_that_was_stopped_meanwhile(book: FollowStore) -> None:
    id = book.start("ann", None, None, "Who won?").id
    book.stop(id, "ann")
    assert book.claim(id, [quote("harbour")]) == []


def test_new_reports_are_found_for_questions_and_topics(tmp_path: Path) -> None:
    clock = Clock()
    old = article("old", "The harbour bridge opened to traffic in May after long repairs.")
    with open_news(tmp_path, [old], clock=clock, threshold=0.0) as news:
        question = news.follows.start("ann", None, None, "When did the harbour bridge open?")
        topic = news.follows.start("ann", None, None, "harbour bridge")
        assert news.found_since(question) == news.found_since(topic) == []
        before = news.follows.seen()
        clock.advance(hours=1)
        text = "The harbour bridge closed again on Tuesday, the port authority said in Rotterdam."
        new = article(
            "new", text, title="Harbour bridge closed", published_at=clock.now - timedelta(minutes=5)
        )
        news.ingest([str(write_jsonl(tmp_path / "new.jsonl", [new]))])
        assert news.follows.seen() > before
        for follow in (question, topic):
            assert [each.article.id for each in news.found_since(follow)] == [new.id]
        assert news.ask(Question("When did the harbour bridge open?")).quotes
        assert question.started_at == NOW
