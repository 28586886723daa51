"""What is followed: what is new about it, and that nothing is sent twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Quote, Span, UsageError
from index.overviews.alerts import is_question
from index.storage.database import Database, sqlite_url
from index.storage.follows import CLAIMED_AT_ONCE, MAX_FOLLOWS, PORTIONS, FollowStore
from index.types.follow import MAX_ALERT_QUOTES, MAX_PER_DAY, Follow, Found, is_near_copy, worth_telling
from tests.fakes import Clock, article, quotes_sent

WORDS = st.text(alphabet="abc 12.", min_size=1, max_size=30)


def quote(name: str, text: str | None = None) -> Quote:
    one: Article = article(
        name, text or f"The {name} council voted in {name}ville on {name} matters {name}ward."
    )
    return Quote(one, Span(0, len(one.text)), 1.0)


ARTICLES = {cited.article.id: cited.article for cited in map(quote, ("harbour", "museum", "bridge", "copy"))}


def stored(ids: Iterable[str]) -> Mapping[str, Article]:
    """Return the articles as if they were all stored."""
    return ARTICLES


def put(book: FollowStore, follow: Follow, *quotes: Quote, most: int = MAX_ALERT_QUOTES) -> int:
    """Store alerts for a follow, whose articles are all stored; return how many."""
    articles = {cited.article.id: cited.article for cited in quotes}
    return book.put_alerts([Found(follow, quotes, most)], lambda ids: articles)


def left(book: FollowStore) -> list[list[str]]:
    """Claim what waits to be sent; return the names of the articles of each alert."""
    names = {id: article.url.rpartition("/")[2] for id, article in ARTICLES.items()}
    alerts = book.take_over(stored)
    return [sorted(names[quote.article.id] for quote in quotes) for _, quotes in alerts]


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
    assert len(chosen) <= room
    said = list(sent)
    for passage in chosen:
        assert not any(is_near_copy(passage.text, known) for known in said)
        said.append(passage.text)


@pytest.mark.parametrize(
    ("what", "expected"),
    [("Who won?", True), ("who won the election", True), ("Baltic shipping", False), ("誰が勝った？", True)],
)
def test_a_question_is_told_from_a_topic(what: str, expected: bool) -> None:
    assert is_question(what) is expected


def active(book: FollowStore) -> list[Follow]:
    """Return everything that is followed and not paused."""
    return [follow for number in range(PORTIONS) for follow, _ in book.followed(number, "")]


def test_follows_are_listed_apart_for_a_person_and_a_channel(book: FollowStore) -> None:
    mine = book.start("ann", "g", None, "Who  won?")
    here = book.start("ann", "g", "c", "Baltic shipping")
    assert (mine.what, book.of("ann"), book.of("bob", "c")) == ("Who won?", [mine], [here])
    assert book.active([mine.id, here.id, 99]) == {mine.id: mine, here.id: here}
    assert not book.stop(mine.id, "bob")
    assert not book.stop(here.id, "ann")
    assert book.stop(here.id, "bob", "c")
    assert active(book) == [mine]


def test_the_same_is_followed_once_unless_it_was_paused(book: FollowStore) -> None:
    first = book.start("ann", None, None, "Who won?")
    with pytest.raises(UsageError, match="followed already"):
        book.start("ann", None, None, "who WON?")
    book.pause(first.id, "the channel has been deleted")
    assert book.of("ann")[0].paused == "the channel has been deleted"
    assert active(book) == []
    again = book.start("ann", None, None, "who WON?")
    assert book.of("ann") == [again]


def test_so_many_may_be_followed_and_no_more(book: FollowStore) -> None:
    for number in range(MAX_FOLLOWS):
        book.start("ann", None, None, f"topic {number}")
    with pytest.raises(UsageError, match="stop one"):
        book.start("ann", None, None, "one more")
    book.start("bob", None, None, "one more")


def test_an_alert_is_claimed_once_and_given_back_where_it_could_not_be_sent(
    book: FollowStore, database: Database
) -> None:
    follow = book.start("ann", None, None, "Who won?")
    assert (put(book, follow, quote("harbour")), put(book, follow, quote("harbour"))) == (1, 0)
    assert (left(book), left(book)) == ([["harbour"]], [])
    book.release(follow.id, [quote("harbour")])
    assert put(book, follow, quote("harbour")) == 0
    assert (left(book), left(book)) == ([["harbour"]], [])
    book.sent(follow.id, [quote("harbour")])
    assert (put(book, follow, quote("harbour")), quotes_sent(database, follow.id)) == (0, 1)


def test_of_many_that_claim_at_once_one_is_given_the_alert(book: FollowStore) -> None:
    put(book, book.start("ann", None, None, "Who won?"), quote("harbour"))
    with ThreadPoolExecutor(8) as threads:
        claims = list(threads.map(lambda _: left(book), range(16)))
    assert sorted(map(len, claims)) == [0] * 15 + [1]


def test_what_a_process_left_unsent_is_taken_over_as_it_was(book: FollowStore, clock: Clock) -> None:
    follow = book.start("ann", None, None, "Who won?")
    put(book, follow, quote("harbour"), quote("museum"))
    clock.advance(seconds=1)
    put(book, follow, quote("bridge"))
    alerts = [["harbour", "museum"], ["bridge"]]
    assert (left(book), left(book)) == (alerts, [])
    for _ in range(2):  # the second time as if the one that took over had been killed, too
        clock.advance(minutes=2)
        assert put(book, follow, quote("harbour")) == 0
        assert (left(book), left(book)) == (alerts, [])


def test_a_process_claims_no_more_than_it_can_send_before_others_take_over(book: FollowStore) -> None:
    follows = [book.start(str(n), None, None, "Who won?") for n in range(CLAIMED_AT_ONCE + 5)]
    for follow in follows:
        put(book, follow, quote("harbour"))
    claimed = [book.take_over(stored) for _ in range(3)]
    assert [len(alerts) for alerts in claimed] == [CLAIMED_AT_ONCE, 5, 0]
    assert {follow.id for alerts in claimed for follow, _ in alerts} == {follow.id for follow in follows}


def test_a_quote_that_stands_no_more_is_not_sent_late(book: FollowStore) -> None:
    put(book, book.start("ann", None, None, "Who won?"), quote("harbour"), quote("museum"))
    changed = {quote("harbour").article.id: replace(quote("harbour").article, text="Nothing of it is true.")}
    assert book.take_over(lambda ids: changed) == []
    assert left(book) == []


def test_what_is_known_from_the_start_is_not_sent(book: FollowStore, database: Database) -> None:
    follow = book.start("ann", None, None, "Who won?")
    book.know(follow.id, [quote("harbour")])
    copy = Quote(article("copy", quote("harbour").text), quote("harbour").span, 1.0)
    assert put(book, follow, copy, quote("museum")) == 1
    assert left(book) == [["museum"]]
    assert quotes_sent(database, follow.id) == 0


def test_a_day_brings_so_many_quotes_and_the_next_day_more(book: FollowStore, clock: Clock) -> None:
    follow = book.start("ann", None, None, "harbour news")
    words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda my ny xi omicron".split()
    quotes = [quote(word, f"{word}1 {word}2 {word}3.") for word in words]
    articles = {cited.article.id: cited.article for cited in quotes}

    def sent() -> list[list[Quote]]:
        return [list(its) for _, its in book.take_over(lambda ids: articles)]

    assert put(book, follow, *quotes[:7], most=MAX_PER_DAY) == 3
    assert [len(its) for its in sent()] == [3, 3, 1]
    assert put(book, follow, *quotes[7:], most=MAX_PER_DAY) == 2
    assert sum(map(len, sent())) == MAX_PER_DAY - 7
    clock.advance(days=1, seconds=2)
    book.sent(follow.id, quotes[:MAX_PER_DAY])
    put(book, follow, *quotes[MAX_PER_DAY:])
    assert [[cited.text for cited in its] for its in sent()] == [
        [cited.text for cited in quotes[MAX_PER_DAY:]]
    ]


@pytest.mark.parametrize("happens", ["stopped", "paused", "article deleted", "article changed"])
def test_no_alert_is_stored_for_what_ended_while_it_was_compared(book: FollowStore, happens: str) -> None:
    follow, cited = book.start("ann", None, None, "Who won?"), quote("harbour")
    articles = {cited.article.id: cited.article}
    if happens == "stopped":
        book.stop(follow.id, "ann")
    elif happens == "paused":
        book.pause(follow.id, "the channel has been deleted")
    elif happens == "article deleted":
        articles = {}
    else:
        articles = {cited.article.id: replace(cited.article, text="It was all different.")}
    assert book.put_alerts([Found(follow, [cited], 3)], lambda ids: articles) == 0


def test_a_portion_is_finished_once_with_its_alerts_and_nothing_is_left_out(
    book: FollowStore, clock: Clock
) -> None:
    follow = book.start("ann", None, None, "Who won?")
    (portion,) = book.behind(7)
    assert (portion.number, portion.matched) == (follow.id % PORTIONS, 0)
    first, second = [Found(follow, [quote("harbour")], 3)], [Found(follow, [quote("museum")], 3)]
    assert book.finish(portion, 5, first, stored)
    assert not book.finish(portion, 5, second, stored)  # another process compared the same passages
    assert (book.behind(5), [again.matched for again in book.behind(7)]) == ([], [5])
    clock.advance(seconds=1)
    assert book.finish(book.behind(7)[0], 7, second, stored)
    assert left(book) == [["harbour"], ["museum"]]


def test_what_waits_to_be_sent_is_found_by_an_index(tmp_path: Path) -> None:
    """Every 30 seconds each process looks, and a row stays for every quote that was ever sent."""
    with Database.open(sqlite_url(tmp_path / "news.db")).reading() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT follow_id FROM follow_quotes WHERE sent_at IS NULL AND claimed_at <= 0"
        ).all()
    assert "ix_follow_quotes_unsent" in str(plan)
