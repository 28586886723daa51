"""What can be done with an answer: every button, now and after a restart, on a loopback Discord."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.client import NewsBot
from bot.interactions.buttons import Action
from bot.interactions.cooldowns import PERSON_QUESTIONS
from index import Answer, PostedAnswer, Question
from tests.bot.test_client import QUESTION, QUOTE, opener
from tests.discord.interactions import Interaction
from tests.discord.limits import walk
from tests.discord.server import DiscordServer
from tests.fake_news import TROOPS, FakeNews

UNANSWERED = "Who won the cricket?"
MANY = "That was a lot of questions."


class Listening(FakeNews):
    """Keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        return super().ask(question)


@asynccontextmanager
async def started(tmp_path: Path, news: FakeNews | None = None) -> AsyncIterator[DiscordServer]:
    bot = NewsBot(opener(news or Listening()), tmp_path)
    async with DiscordServer() as server, server.running(bot, commands=4):
        yield server
        server.assert_clean()


def labels(message: dict[str, Any]) -> list[str]:
    return [part["label"] for part in walk(message["components"]) if part["type"] == 2]


async def kept(news: FakeNews, server: DiscordServer) -> list[PostedAnswer]:
    """What is kept of alice's questions, once it is there: it is written after the answer was sent."""
    while not (rows := news.privacy.export(server.alice.id)["posted_answers"]):
        await asyncio.sleep(0.01)
    return [answer for row in rows if (answer := news.posted.find(row["id"]))]


async def chosen(server: DiscordServer, message: dict[str, Any], option: str, **more: Any) -> Interaction:
    """Choose an option of the menu "…"."""
    return await server.click(message, "…", values=[option], **more)


def offered(message: dict[str, Any]) -> list[str]:
    """The labels of the options of all menus."""
    return [option["label"] for part in walk(message["components"]) for option in part.get("options", [])]


async def asked(server: DiscordServer, question: str = QUESTION, **options: Any) -> dict[str, Any]:
    result: Interaction = await server.slash("ask", {"question": question, **options})
    (message,) = result.messages
    return message


async def test_an_answer_offers_what_can_be_done_with_it(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        answer, private = await asked(server), await asked(server, private=True)
        assert labels(answer) == labels(private) == ["Sources", "Follow-up"]
        feedback = ["Helpful", "Wrong", "Outdated"]
        assert offered(answer) == ["More quotes", "Timeline", "Follow", *feedback, "Remove"]
        assert offered(private) == ["More quotes", "Timeline", "Follow", "Share", *feedback]
        nothing = await asked(server, UNANSWERED)
        assert labels(nothing) == ["Closest reports", "Tell me when there is something"]
        assert offered(nothing) == []
        limited = await asked(server, UNANSWERED, since="2025-01-01")
        assert labels(limited)[1] == "Search all dates"


async def test_the_closest_reports_are_shown_when_they_are_asked_for(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        message = await asked(server, UNANSWERED)
        assert QUOTE not in str(message)
        result = await server.click(message, "Closest reports")
        assert result.ephemeral
        assert "Related, but no answer" in result.text
        assert QUOTE in result.text


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.FOLLOW_UP])
async def test_buttons_of_messages_of_older_versions_still_answer(tmp_path: Path, action: Action) -> None:
    news = Listening()
    async with started(tmp_path, news) as server:
        message = await asked(server, private=action is Action.SHARE)
        (answer,) = await kept(news, server)
        # As a message of an older version has it: a button for everything, in a row of the box.
        button = {"type": 2, "style": 2, "label": "Old", "custom_id": f"answer:{action}:{answer.id}"}
        server.world.messages[message["id"]]["components"][0]["components"][-1] = {
            "type": 1,
            "id": 90,
            "components": [button | {"id": 91, "disabled": False}],
        }
        result = await server.click(
            server.world.messages[message["id"]], "Old", until=lambda it: bool(it.text)
        )
        assert "does nothing any more" not in result.text
        assert "went wrong" not in result.text


async def test_sources_show_each_passage_on_a_page(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        message = await asked(server, "Which troops did the port of Rotterdam electricity ships?")
        first = await server.click(message, "Sources")
        assert first.ephemeral
        assert "They fought in Kursk." in first.text
        (page,) = first.messages
        second = await server.click(page, "On to 2 of 2")
        assert "Rotterdam" in second.text
        back = await server.click(second.messages[0], "Back to 1 of 2")
        assert "Kursk" in back.text


@pytest.mark.parametrize(("question", "button"), [(QUESTION, "More quotes"), (UNANSWERED, "Closest reports")])
async def test_a_button_that_asks_again_counts_as_a_question(
    tmp_path: Path, question: str, button: str
) -> None:
    async with started(tmp_path) as server:
        message = await asked(server, question)
        press = chosen if button == "More quotes" else DiscordServer.click
        for _ in range(PERSON_QUESTIONS - 1):
            assert MANY not in (await press(server, message, button)).text
        assert MANY in (await press(server, message, button)).text


async def test_sharing_and_the_newest_stories_count_as_questions(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        message = await asked(server, private=True)
        for _ in range(PERSON_QUESTIONS - 1):
            assert MANY not in (await chosen(server, message, "Share")).text
        refused = await chosen(server, message, "Share", until=lambda it: MANY in it.text)
        assert len(server.messages()) == PERSON_QUESTIONS - 1
        assert MANY in (await server.slash("latest", until=lambda it: bool(it.text))).text
        assert MANY in refused.text


async def test_more_quotes_are_those_that_were_not_shown(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        message = await asked(server, UNANSWERED, limit=1)
        result = await chosen(server, await asked(server), "More quotes")
        assert result.ephemeral
        assert "no further quotes" in result.text
        assert QUOTE not in result.text
        assert "More quotes" not in offered(message)


async def test_buttons_work_after_a_restart(tmp_path: Path) -> None:
    news = Listening()
    async with DiscordServer() as server:
        async with server.running(NewsBot(opener(news), tmp_path), commands=4):
            message = await asked(server)
            await kept(news, server)
        async with server.running(NewsBot(opener(news), tmp_path), commands=4):
            result = await server.click(message, "Sources")
            assert "Kursk" in result.text
            timeline = await chosen(server, message, "Timeline")
            assert QUOTE in timeline.text
            followed = await chosen(server, message, "Follow")
            assert "Following" in followed.text
        server.assert_clean()


@pytest.mark.parametrize("question", [QUESTION, UNANSWERED])
async def test_what_was_asked_is_followed_by_whoever_presses(tmp_path: Path, question: str) -> None:
    async def press(**more: Any) -> Interaction:
        if question == QUESTION:
            return await chosen(server, message, "Follow", **more)
        return await server.click(message, "Tell me when there is something", **more)

    news = Listening()
    async with started(tmp_path, news) as server:
        message = await asked(server, question)
        bob = server.user("bob")
        result = await press(user=bob)
        assert result.ephemeral
        assert question.rstrip("?") in result.text
        ((follow,),) = [news.follows.of(bob.id)]
        assert (follow.what, follow.person, follow.channel) == (question, bob.id, None)
        again = await press(user=bob, until=lambda it: "already" in it.text)
        assert again.ephemeral


@pytest.mark.parametrize("verdict", ["Helpful", "Wrong", "Outdated"])
async def test_feedback_is_kept_and_can_be_changed(tmp_path: Path, verdict: str) -> None:
    news = Listening()
    async with started(tmp_path, news) as server:
        message = await asked(server)
        await chosen(server, message, "Helpful")
        result = await chosen(server, message, verdict)
        assert result.ephemeral
        assert verdict.lower() in result.text
        person = server.alice.id
        assert [row["verdict"] for row in news.privacy.export(person)["feedback"]] == [verdict.lower()]


async def test_sharing_shows_a_private_answer_to_everybody(tmp_path: Path) -> None:
    news = Listening()
    async with started(tmp_path, news) as server:
        message = await asked(server, private=True)
        assert server.messages() == []
        result = await chosen(server, message, "Share")
        assert not result.ephemeral
        assert QUOTE in result.text
        assert server.alice.mention in result.text
        (shared,) = server.messages()
        assert shared["mentions"] == []
        assert "Share" not in offered(shared)
        assert "Kursk" in (await server.click(shared, "Sources")).text


async def test_all_dates_are_searched_on_demand(tmp_path: Path) -> None:
    news = Listening()
    async with started(tmp_path, news) as server:
        message = await asked(server, UNANSWERED, since="2025-06-01", until="2025-06-02")
        result = await server.click(message, "Search all dates")
        assert "1970" not in result.text
        assert news.asked[-1].since is not None
        assert news.asked[-1].since.year == 1970
        assert news.asked[-1].until is None
        assert "Search all dates" not in labels(result.messages[0])


async def test_a_form_asks_on_in_the_context_of_the_answer(tmp_path: Path) -> None:
    news = Listening()
    async with started(tmp_path, news) as server:
        message = await asked(server)
        form = await server.click(message, "Follow-up")
        result = await server.submit_modal(form, {"Your question": "and what did they do?"})
        assert f"continues: {QUESTION}" in result.text
        assert "-# and what did they do?" in result.text
        assert "North Korean troops" in news.asked[-1].text
        assert labels(result.messages[0])[0] == "Sources"


async def test_a_reply_that_mentions_the_bot_asks_on(tmp_path: Path) -> None:
    news = Listening()
    async with started(tmp_path, news) as server:
        message = await asked(server)
        said = await server.say("and where did they fight?", reply_to=message)
        assert f"continues: {QUESTION}" in said.text
        assert "troops" in news.asked[-1].text
        (reply,) = said.replies
        again = await server.say("and why?", reply_to=reply)
        assert "continues: and where did they fight?" in again.text


async def test_an_answer_that_is_not_kept_says_so(tmp_path: Path) -> None:
    news = Listening()
    async with started(tmp_path, news) as server:
        message = await asked(server)
        (answer,) = await kept(news, server)
        assert answer.message == message["id"]
        while not news.privacy.export(server.alice.id)["visits"]:  # written after the answer was kept
            await asyncio.sleep(0.01)
        assert news.privacy.delete(server.alice.id) == 2
        result = await server.click(message, "Sources")
        assert result.ephemeral
        assert "ask the question again" in result.text


async def test_what_goes_wrong_behind_a_button_has_an_id_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Listening):
        def excerpts(self, answer: PostedAnswer) -> Any:
            raise RuntimeError("boom")

    async with started(tmp_path, Broken()) as server:
        message = await asked(server)
        result = await server.click(message, "Sources", until=lambda it: bool(it.text))
        found = re.search(r"`([0-9a-f]{8})`", result.text)
        assert found
        assert f"id={found[1]}" in caplog.text
        assert labels(server.messages()[0]) == labels(message)


async def test_others_can_offer_an_action(tmp_path: Path) -> None:
    bot = NewsBot(opener(Listening()), tmp_path)
    seen: list[str] = []

    async def follow(interaction: Any, posted: PostedAnswer) -> None:
        seen.append(posted.typed)
        await interaction.edit_original_response(content="Followed.")

    async with DiscordServer() as server, server.running(bot, commands=4):
        bot.services.answers.offer(Action.FOLLOW, follow)
        result = await chosen(server, await asked(server), "Follow")
        assert result.text == "Followed."
        assert seen == [QUESTION]
        server.assert_clean()


async def test_a_queue_tells_its_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.services import library, workers
    from tests.bot.test_client import SlowNews

    monkeypatch.setattr(library, "THREADS", 1)
    monkeypatch.setattr(workers, "QUEUE_SECONDS", 0.1)
    news = SlowNews()
    news.seconds = 0.5
    async with started(tmp_path, news) as server:
        users = [server.user(f"user{number}") for number in range(3)]
        sent = [
            await server.slash("ask", {"question": QUESTION}, user=user, until=lambda it: it.deferred)
            for user in users
        ]
        await sent[2].wait(lambda it: "in the queue" in it.text)
        await sent[2].wait(lambda it: QUOTE in it.text)


async def test_a_time_is_offered_as_it_is_typed(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        found = await server.autocomplete("ask", {"question": "x", "since": "3"}, focused="since")
        assert [choice["value"] for choice in found.choices] == ["3 days ago", "3 weeks ago", "3 months ago"]
        found = await server.autocomplete("ask", {"question": "x", "until": "y"}, focused="until")
        assert [choice["value"] for choice in found.choices] == ["yesterday"]


@pytest.mark.parametrize(
    "question",
    [
        "<@1> @everyone @here who?",
        "# ```py\nprint(1)``` **bold** ||spoiler|| [a](https://evil.example) troops",
        "tr\u200bo\u200bo\u200bps \u202e gnihtemos \u2066x\u2069 troops",
        "😀" * 900 + " troops",
        "troops " + "*" * 1900,
        "<t:1:R> </ask:1> <#1> <:a:1> troops",
    ],
)
async def test_bad_questions_are_shown_as_they_are_and_ping_nobody(tmp_path: Path, question: str) -> None:
    async with started(tmp_path) as server:
        result = await server.slash("ask", {"question": question})
        assert result.text
        assert all(message["mentions"] == [] for message in result.messages)
        assert not any(message.get("mention_everyone") for message in result.messages)
        said = await server.say(question)
        assert said.text
        assert [reply["mentions"] for reply in said.replies] == [[]]


async def test_a_post_that_cannot_be_stored_is_an_answer_with_buttons_and_is_stored_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.cogs.background import upkeep
    from index import StoreError

    news = Listening()
    monkeypatch.setattr(upkeep, "ANSWERS_SECONDS", 0.1)

    def refuse(answer: PostedAnswer) -> None:
        raise StoreError("The disk is full.")

    async with started(tmp_path, news) as server:
        with monkeypatch.context() as broken:
            broken.setattr(news.posted, "remember", refuse)
            message = await asked(server)
            assert QUOTE in str(message)
            assert TROOPS.title[:8] in str(server.messages())
            await server.wait_for(lambda: "answer.unstored" in caplog.text, what=lambda: caplog.text)
            assert "Kursk" in (await server.click(message, "Sources")).text
            assert "continues" in (await server.say("and where?", reply_to=message)).text
        first, second = await asyncio.wait_for(stored_twice(news, server), 5)
        assert (first.message, first.typed) == (message["id"], QUESTION)
        assert second.typed == "and where?"


async def stored_twice(news: FakeNews, server: DiscordServer) -> list[PostedAnswer]:
    """Return alice's two answers in their order, once both are stored."""
    while len(found := await kept(news, server)) < 2:
        await asyncio.sleep(0.01)
    return sorted(found, key=lambda posted: posted.posted_at)


async def test_of_many_answers_that_cannot_be_stored_the_newest_are_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.services import answers
    from index import StoreError

    news = Listening()
    monkeypatch.setattr(answers, "UNSTORED", 1)
    monkeypatch.setattr(news.posted, "remember", lambda answer: (_ for _ in ()).throw(StoreError("Full.")))
    async with started(tmp_path, news) as server:
        old, new = await asked(server), await asked(server)
        await server.wait_for(lambda: "answer.forgotten" in caplog.text)
        assert "no longer kept" in (await server.click(old, "Sources")).text
        assert "Kursk" in (await server.click(new, "Sources")).text
