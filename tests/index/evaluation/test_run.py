"""`newsbot evaluate` from the files of a folder to the figures, on made-up news."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli import session
from bot.cli.maintenance import EVALUATE_HELP
from index import Article, Evaluation, NewsIndex, Progress, Question, UsageError
from index.evaluation.matching import normalise
from index.evaluation.metrics import ANSWERED, rank
from tests.command_line import forget_settings, newsbot
from tests.fakes import NOW, HashingEmbedder, article, open_news, record, story, write_jsonl

PLACES = {"Arlen": "42 boats", "Bexhill": "17 trams", "Corby": "9 libraries", "Dunmore": "310 trees"}
NEWS = [
    article(
        name,
        f"The council of {name} bought {bought} on Monday. {story(name)}",
        title=f"{name} spends its savings",
        published_at=NOW - timedelta(days=age),
    )
    for age, (name, bought) in enumerate(PLACES.items(), 1)
]


def question(number: int, text: str, *accepted: str) -> dict[str, Any]:
    return {
        "id": f"q{number}",
        "question": text,
        "as_of": NOW.isoformat(),
        "answerable": bool(accepted),
        "accepted": list(accepted),
    }


QUESTIONS = [
    *(
        question(number, f"What did the council of {name} buy?", bought)
        for number, (name, bought) in enumerate(PLACES.items())
    ),
    question(8, "What did the council of Arlen buy?", "500 zeppelins"),
    question(9, "Zzyzx quark entanglement?"),
]


def write_questions(folder: Path, questions: list[dict[str, Any]] = QUESTIONS) -> Path:
    folder.mkdir(exist_ok=True)
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    (folder / "questions.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_questions(tmp_path / "made-up")
    write_jsonl(folder / "articles.jsonl", NEWS)
    return folder


def without_times(evaluation: Evaluation) -> Evaluation:
    misses = [replace(miss, answer=replace(miss.answer, took_ms=0)) for miss in evaluation.misses]
    measures = replace(evaluation.measures, median_ms=0, p99_ms=0)
    return replace(evaluation, measures=measures, misses=tuple(misses))


def open_own(tmp_path: Path, *articles: Article, **options: Any) -> NewsIndex:
    return open_news(tmp_path, articles, threshold=0.0, **options)


# -- through the library ---------------------------------------------------------------------------------


def test_the_figures(tmp_path: Path, folder: Path) -> None:
    with open_own(tmp_path, *NEWS) as news:
        found = news.evaluate(folder)
    measures = found.measures
    assert (measures.answerable, measures.unanswerable) == (5, 1)
    assert measures.quotes_at[3] == measures.passages_at[5] == 0.8
    assert measures.quotes_at[1] <= measures.mean_reciprocal_rank <= measures.quotes_at[5]
    assert measures.answered_of_answerable == measures.answered_of_unanswerable == 1.0
    assert measures.exact_slices == 1.0
    assert measures.auroc == 1.0
    assert 0 < measures.median_ms <= measures.p99_ms
    assert (found.articles, found.threshold) == (4, 0.0)
    assert [(miss.kind, miss.place, miss.accepted) for miss in found.misses] == [
        ("not quoted", 0, ("500 zeppelins",)),
        ("false alarm", 0, ()),
    ]
    assert "42 boats" in found.misses[0].answer.quotes[0].text


def test_an_answer_that_is_not_stood_behind_is_a_miss(tmp_path: Path, folder: Path) -> None:
    with open_news(tmp_path, NEWS, threshold=1.0) as news:
        found = news.evaluate(folder)
    assert [miss.kind for miss in found.misses] == ["withheld"] * 4 + ["not quoted"]
    assert found.misses[0].place >= 1
    assert found.measures.answered_of_answerable == 0.0


def test_two_runs_give_the_same_answers(tmp_path: Path, folder: Path) -> None:
    with open_own(tmp_path, *NEWS) as news:
        first, again = news.evaluate(folder), news.evaluate(folder)
    assert without_times(first) == without_times(again)
    with open_own(tmp_path / "other", *reversed(NEWS)) as news:
        assert news.evaluate(folder).digest == first.digest
    with open_news(tmp_path, threshold=1.0) as news:
        assert news.evaluate(folder).digest != first.digest


def test_articles_that_are_stored_already_are_not_read_again(tmp_path: Path, folder: Path) -> None:
    embedder = HashingEmbedder()
    seen: list[Progress] = []
    with open_own(tmp_path, *NEWS, article("more"), embedder=embedder) as news:
        before = embedder.embedded
        found = news.evaluate(folder, seen.append)
        assert (found.library, found.articles) == (tmp_path / "data", 5)
    assert embedder.embedded == before
    assert seen == [Progress("questions", done, 6) for done in range(1, 7)]


def test_others_get_a_library_of_their_own(tmp_path: Path, folder: Path) -> None:
    embedder = HashingEmbedder()
    seen: list[Progress] = []
    with open_own(tmp_path, article("mine"), *NEWS[1:], embedder=embedder) as news:
        found = news.evaluate(folder, seen.append)
        embedded = embedder.embedded
        assert news.evaluate(folder).digest == found.digest
        assert news.status().articles == 4
    assert embedder.embedded == embedded
    assert found.articles == 4
    assert found.library.parent == tmp_path / "data" / "evaluation"
    assert found.library.name.startswith("made-up-")
    assert [progress.what for progress in seen if progress.done] == ["articles"] + ["questions"] * 6
    other = HashingEmbedder(seed=1)
    with open_news(tmp_path, embedder=other) as news:  # needs a reindex, which an evaluation need not await
        assert news.evaluate(folder).library != found.library


def test_copies_count_as_stored(tmp_path: Path, folder: Path) -> None:
    copy = replace(article("copy"), text=NEWS[0].text)
    write_jsonl(folder / "articles.jsonl", [*NEWS, copy])
    with open_own(tmp_path, *NEWS, copy) as news:
        assert news.evaluate(folder).library == tmp_path / "data"


def test_compressed_articles_and_none_at_all(tmp_path: Path, folder: Path) -> None:
    plain = folder / "articles.jsonl"
    lines = "not JSON\n" + "".join(json.dumps(record(new)) + "\n" for new in NEWS)
    (folder / "articles.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    plain.unlink()
    with open_own(tmp_path, article("mine")) as news:
        assert news.evaluate(folder).articles == 4
        (folder / "articles.jsonl.gz").unlink()
        assert news.evaluate(folder).articles == 1


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (None, "name the folder that holds"),
        ("nonsense", "cannot be read as evaluation questions"),
        ("[1]", "cannot be read as evaluation questions"),
        ('{"id": "a"}', "cannot be read as evaluation questions"),
        ("", "needs answerable and unanswerable questions"),
        (json.dumps(QUESTIONS[0]), "needs answerable and unanswerable questions"),
        (json.dumps({**QUESTIONS[0], "as_of": "2025-06-01T00:00:00"}), "cannot be read"),
        (json.dumps({**QUESTIONS[0], "question": " "}), "The question is empty"),
    ],
)
def test_questions_that_cannot_be_used(tmp_path: Path, lines: str | None, part: str) -> None:
    if lines is not None:
        (tmp_path / "questions.jsonl").write_text(lines)
    with open_news(tmp_path) as news, pytest.raises(UsageError, match=part):
        news.evaluate(tmp_path)


def test_articles_that_cannot_be_used(tmp_path: Path, folder: Path) -> None:
    (folder / "articles.jsonl").write_text("nonsense\n")
    with open_news(tmp_path) as news, pytest.raises(UsageError, match="holds no article"):
        news.evaluate(folder)


def test_how_answers_are_compared() -> None:
    assert normalise("The U.S. paid $1.5 billion — an  “É” a.") == "us paid $1.5 billion e"
    assert rank(["Forty boats", "He bought 42 Boats."], ["42 boats"]) == 2
    assert rank(["142 boats"], ["42 boats"]) == 0


# -- why ------------------------------------------------------------------------------------------------


def test_an_explanation_adds_up(tmp_path: Path) -> None:
    asked = Question("What did the council of Arlen buy on Monday?", explain=True)
    with open_own(tmp_path, *NEWS) as news:
        answer = news.ask(asked)
        assert news.ask(replace(asked, explain=False)).explanation is None
    why = answer.explanation
    assert why is not None
    assert why.why.startswith("Answered, because the confidence of")
    assert (why.threshold, why.phrase, why.limited) == (0.0, "on Monday", True)
    assert why.since is not None
    assert len(why.quotes) == len(answer.quotes)
    for quote, explained in zip(answer.quotes, why.quotes, strict=True):
        assert explained.score == quote.score
        assert sum(value * weight for _, value, weight in explained.figures) == pytest.approx(quote.score)
        assert {"coverage", "vote", "redundancy", "lead"} <= {figure.name for figure in explained.figures}
        assert 0 <= explained.recency <= 1


def test_why_there_is_no_answer(tmp_path: Path) -> None:
    def why(text: str, **limits: Any) -> str:
        answer = news.ask(Question(text, explain=True, **limits))
        assert not answer.answered
        assert answer.explanation is not None
        return answer.explanation.why

    with open_news(tmp_path, NEWS, threshold=1.0) as news:
        assert "is below the threshold of 1.00" in why("What did Arlen buy?")
    with open_own(tmp_path) as news:
        assert "no stored article lies within" in why("Who won in May 2021?")
        assert "no stored article lies within" in why("What?", as_of=NOW - timedelta(days=900))


# -- through the command ---------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command line over a library that is made in the test's own folder."""
    forget_settings(tmp_path, monkeypatch)
    monkeypatch.setattr(session, "open_index", lambda settings: open_own(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("command")
def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digests = []
    for _ in range(2):
        assert newsbot("evaluate", str(folder), "--json") == 0
        out, err = capsys.readouterr()
        found = json.loads(out)
        digests.append(found["digest"])
        assert err == ""
    assert digests[0] == digests[1]
    assert (found["answerable"], found["unanswerable"], found["exact_slices"]) == (5, 1, 1.0)
    assert [miss["answer"]["id"] for miss in found["misses"]] == ["q8", "q9"]
    assert newsbot("evaluate", str(folder)) == 0
    shown = capsys.readouterr().out
    assert "500 zeppelins" in shown
    assert digests[0] in shown


@pytest.mark.usefixtures("command")
def test_the_command_without_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot("evaluate", str(tmp_path)) == 2
    assert "name the folder that holds questions.jsonl" in capsys.readouterr().err
    (tmp_path / "questions.jsonl").write_text("")
    assert newsbot("evaluate", str(tmp_path / "questions.jsonl")) == 2
    assert "name the folder that holds questions.jsonl" in capsys.readouterr().err


@pytest.mark.usefixtures("command")
def test_the_command_explains(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot("ingest", str(folder / "articles.jsonl")) == 0
    assert newsbot("ask", "What did Arlen buy?", "--as-of", "2025-06-10", "--explain") == 0
    shown = capsys.readouterr().out
    assert "Answered, because the confidence of" in shown
    assert "passage: dense" in shown


def test_the_help_names_the_share_that_the_suggested_threshold_lets_through() -> None:
    assert f"lets {ANSWERED} of the answerable through" in EVALUATE_HELP
