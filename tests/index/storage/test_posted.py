"""Posted answers on a real database: kept, found, judged, corrected, counted and forgotten."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from index import NewsIndex, PostedAnswer, PostedQuote, Question
from tests.fakes import NOW, article, open_news, write_jsonl

TEXT = "The council opened the bridge on Monday. About 300 people came to see it. It cost nine million euros."


def an_answer(id: str = "a1", *quotes: PostedQuote, **changes: object) -> PostedAnswer:
    answer = PostedAnswer(
        id=id,
        person="alice",
        guild="g1",
        channel="c1",
        message=f"m-{id}",
        private=False,
        typed="Who opened the bridge?",
        question="Who opened the bridge?",
        as_of=NOW,
        since=None,
        until=NOW,
        source=None,
        answered=True,
        confidence=0.75,
        posted_at=NOW,
        card={"heading": "Who?"},
        quotes=quotes,
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def library(tmp_path: Path) -> NewsIndex:
    return open_news(tmp_path, [article("bridge", TEXT)])


def quoted(news: NewsIndex, text: str = "About 300 people came to see it.") -> PostedQuote:
    found = news.ask(Question("How many people came?")).quotes[0]
    return PostedQuote(found.article.id, found.article.text.index(text), text)


def publish(news: NewsIndex, tmp_path: Path, text: str) -> None:
    changed = article("bridge", text, updated_at=NOW - timedelta(hours=1))
    news.ingest([str(write_jsonl(tmp_path / "again.jsonl", [changed]))])


def test_what_was_kept_is_found_by_id_and_by_message(tmp_path: Path) -> None:
    with library(tmp_path) as news:
        answer = an_answer("a1", quoted(news), language="de")
        news.posted.remember(answer)
        assert news.posted.find("a1") == answer
        assert news.posted.find_message("m-a1") == answer
        assert news.posted.find("a2") is None
        (excerpt,) = news.excerpts(answer)
        assert excerpt.before.strip() == "The council opened the bridge on Monday."
        assert excerpt.after.strip() == "It cost nine million euros."


def test_a_quote_that_its_publisher_changes_is_to_be_corrected_once(tmp_path: Path) -> None:
    with library(tmp_path) as news:
        news.posted.remember(an_answer("a1", quoted(news)))
        assert news.review_posted() == 0
        publish(news, tmp_path, TEXT.replace("300", "450"))
        assert news.review_posted() == 1
        (answer,) = news.posted.to_correct(10)
        (quote,) = answer.quotes
        assert (quote.state, quote.new_text) == ("changed", "About 450 people came to see it.")
        assert quote.text == "About 300 people came to see it."
        assert quote.changed_at == NOW - timedelta(hours=1)
        news.posted.corrected("a1")
        assert news.posted.to_correct(10) == []
        assert news.review_posted() == 0


def test_a_quote_that_stands_is_left_alone(tmp_path: Path) -> None:
    with library(tmp_path) as news:
        news.posted.remember(an_answer("a1", quoted(news)))
        publish(news, tmp_path, TEXT.replace("nine", "ten"))
        assert news.review_posted() == 1
        assert news.posted.to_correct(10) == []
        assert news.review_posted() == 0


def test_a_quote_that_is_taken_out_is_withdrawn(tmp_path: Path) -> None:
    with library(tmp_path) as news:
        news.posted.remember(an_answer("a1", quoted(news)))
        publish(news, tmp_path, TEXT.replace(" About 300 people came to see it.", ""))
        news.review_posted()
        (answer,) = news.posted.to_correct(10)
        assert [(quote.state, quote.new_text) for quote in answer.quotes] == [("withdrawn", None)]


def test_an_article_replaced_between_search_and_posting_is_compared(tmp_path: Path) -> None:
    with library(tmp_path) as news:
        quote = quoted(news)
        publish(news, tmp_path, TEXT.replace("300", "450"))
        news.posted.remember(an_answer("a1", quote))
        assert news.review_posted() == 1
        assert news.posted.to_correct(1)


def test_quality_counts_by_guild_and_time(tmp_path: Path) -> None:
    with library(tmp_path) as news:
        posted = news.posted
        posted.remember(an_answer("a1", quoted(news)))
        for id, typed in (("a2", "Who won?"), ("a3", "who  WON"), ("a4", "And the cup?")):
            posted.remember(an_answer(id, typed=typed, answered=False))
        posted.remember(an_answer("a5", guild="g2"))
        posted.remember(an_answer("a6", posted_at=NOW - timedelta(days=40)))
        posted.give_feedback("a1", "bob", "wrong", NOW)
        posted.give_feedback("a1", "bob", "helpful", NOW)
        posted.give_feedback("a5", "bob", "outdated", NOW)
        month = NOW - timedelta(days=30)
        quality = posted.quality("g1", month)
        assert (quality.asked, quality.answered, quality.feedback) == (4, 1, {"helpful": 1})
        assert [(question.question, question.times) for question in quality.missed] == [
            ("Who won?", 2),
            ("And the cup?", 1),
        ]
        assert posted.quality(None, month).asked == 5
        exported = posted.asked("g1", month)
        assert {answer.question for answer in exported} == {
            "Who opened the bridge?",
            "Who won?",
            "who  WON",
            "And the cup?",
        }
        (first,) = [answer for answer in exported if answer.answered]
        assert first.quotes == ("About 300 people came to see it.",)
        assert first.feedback == {"helpful": 1}


def test_a_person_is_told_everything_and_forgotten_entirely(tmp_path: Path) -> None:
    with library(tmp_path) as news:
        posted = news.posted
        posted.remember(an_answer("a1", quoted(news)))
        posted.remember(an_answer("a2", person="bob"))
        posted.give_feedback("a1", "bob", "helpful", NOW)
        posted.give_feedback("a2", "alice", "wrong", NOW)
        of_alice = news.privacy.export("alice")
        assert [row["id"] for row in of_alice["posted_answers"]] == ["a1"]
        assert [(row["answer_id"], row["verdict"], row["given_at"]) for row in of_alice["feedback"]] == [
            ("a2", "wrong", NOW.isoformat())
        ]
        assert news.privacy.delete("alice") == 2
        assert posted.find("a1") is None
        of_alice = news.privacy.export("alice")
        assert of_alice["posted_answers"] == of_alice["feedback"] == []
        assert news.privacy.export("bob")["feedback"] == []  # it was about what is gone
        assert posted.find("a2") is not None
