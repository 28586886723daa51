"""What the bot sends to Discord, as JSON on standard output, for `render.mjs` to draw.

The shipped model answers from a library of the sample articles, and the answers become the request bodies
that discord.py would send. Given are the addresses of the articles, which the samples lack because nobody has
published them, the time, so that a picture does not age, and what the samples cannot show (`staged.py`).
"""

import asyncio
import base64
import json
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from discord import AllowedMentions, File
from discord.http import handle_message_parameters

from bot.cards.alert import alert_card
from bot.cards.answer import AnswerCard, Asked, answer_card
from bot.cards.digest import digest_card
from bot.cards.quality import quality_card
from bot.cards.setup import SetUp
from bot.cards.status import status_card
from bot.cards.stories import headlines_card, story_card
from bot.cards.timeline import timeline_card
from bot.cogs.help import help_card
from bot.cogs.quality import exported
from bot.cogs.settings import SettingsPanel
from bot.cogs.setup import SetupPanel
from bot.interactions.answer_layout import answer_layout, controls
from bot.interactions.buttons import Action
from bot.interactions.layouts import card_layout
from bot.services.services import Services
from bot.text.language import ENGLISH, speaking
from index import Answer, Digest, DigestPlan, GuildSettings, IndexOptions, NewsIndex, Question, Schedule
from tests.pictures import staged
from tests.pictures.staged import NOW

SAMPLES = Path(__file__).parents[2] / "config" / "samples"

# The Monday after a week with much news.
DIGEST_NOW = datetime(2024, 12, 9, 7, 0, tzinfo=UTC)

AGREED = "Who won the presidential election in the United States?"
ONE_OUTLET = "When did the Baltimore bridge collapse?"
UNANSWERED = "Who won the 2031 Cricket World Cup?"
TOPIC = "Election"
OFFERED = {*Action} - {Action.WIDEN, Action.SHARE}
# Named in markdown.mjs, and numbers that JavaScript reads without rounding them.
NEWS, GENERAL, EDITORS = ("100000000000000000", "200000000000000000", "300000000000000000")
SETTINGS = GuildSettings(language=ENGLISH, channels=(NEWS, GENERAL), reindex_roles=(EDITORS,), private=True)
# What is set up in a server after three clicks: seven feeds of two topics beside those that all servers have.
SET_UP = SetUp(GuildSettings(language=ENGLISH), (("world", "en"), ("science", "en")), own=7, shared=8)
SERVICES = cast(Services, None)  # panels are drawn, not pressed


def main() -> None:
    clock = Clock(NOW)
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        pages.mkdir()
        for path in SAMPLES.glob("*.txt"):
            (pages / path.name).write_text(with_address(path), encoding="utf-8")
        index = NewsIndex.open(IndexOptions(data_dir=Path(folder) / "data", clock=clock))
        try:
            report = index.ingest([str(pages)])
            if report.failed:
                raise SystemExit(f"Samples could not be read: {report.failed}")
            # discord.py makes views in a loop only.
            messages = [*asyncio.run(from_library(index)), *asyncio.run(from_staged())]
            clock.now = DIGEST_NOW
            messages.append(asyncio.run(digest(index)))
        finally:
            index.close()
    json.dump({message["name"]: message for message in messages}, sys.stdout)


class Clock:
    """Tells `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


async def from_library(index: NewsIndex) -> list[dict[str, Any]]:
    """Return the messages that the sample articles give, except the digest."""
    agreed, one = ask(index, AGREED, 2), ask(index, ONE_OUTLET, 1)
    unanswered = ask(index, UNANSWERED, 3)
    if not (agreed.words and one.words) or unanswered.answered:
        raise SystemExit("The library answers what it should not, or the other way round.")
    latest = index.latest(as_of=NOW)
    status = replace(index.status(), addresses=9, failing=(staged.FAILING,))
    timeline = timeline_card(index.timeline(Question(TOPIC)))
    return [
        message("answer", "/ask", answered(agreed)),
        message("answer-one", None, answered(one, echo=False)),
        message("nothing", "/ask", answered(unanswered)),
        message("stories", None, answered(replace(agreed, stories=tuple(latest)), echo=False)),
        message("latest", "/latest", body(view=card_layout(headlines_card(latest, NOW)))),
        message("story", None, body(view=card_layout(story_card(latest[0])))),
        message("timeline-long", "/timeline", body(view=card_layout(timeline.card))),
        message("status", "/status", body(view=card_layout(status_card(status, version("newsbot"), 0.042)))),
        message(
            "status-manager",
            "/status",
            body(
                view=card_layout(status_card(status, version("newsbot"), 0.042, details=True, operator=True))
            ),
        ),
    ]


async def from_staged() -> list[dict[str, Any]]:
    """Return the messages for which nothing has to be found."""
    with speaking("de"):
        german = message("answer-de", "/ask", answered(staged.german()), language="de")
    with speaking("ja"):
        japanese = message("answer-ja", "/ask", answered(staged.japanese()), language="ja")
    timeline = timeline_card(staged.timeline())
    if timeline.file is None:
        raise SystemExit("The timeline has no plot.")
    quality = card_layout(quality_card(staged.QUALITY, 30))
    return [
        message(
            "timeline",
            "/timeline",
            body(view=card_layout(timeline.card)),
            below=attached(timeline.file, timeline.caption),
        ),
        message(
            "quality", "/quality", body(view=quality), below=attached(exported(staged.asked_questions()))
        ),
        message("answer-differ", "/ask", answered(staged.differing())),
        message("answer-long", "/ask", answered(staged.long_answer())),
        german,
        japanese,
        message("alert", None, body(view=card_layout(alert_card(staged.FOLLOW, staged.alert_quotes())))),
        message("correction", None, drawn(staged.correction(), answered=True, quotes=1)),
        message("settings", "/settings", body(view=SettingsPanel(SERVICES, SETTINGS))),
        message("setup", None, body(view=SetupPanel(SERVICES, SET_UP, ENGLISH))),
        message("help", "/help", body(view=card_layout(help_card(manages=True)))),
    ]


async def digest(index: NewsIndex) -> dict[str, Any]:
    """Return the message of a weekly digest."""
    plan = DigestPlan(Schedule(8, "Europe/Paris", 0), number=4)
    stories = index.stories(Digest(1, "1", "2", "3", plan, DIGEST_NOW))
    card = digest_card(stories, plan, DIGEST_NOW)[0]
    return message("digest", None, body(view=card_layout(card)), DIGEST_NOW)


def ask(index: NewsIndex, question: str, limit: int) -> Answer:
    answer = index.ask(Question(question, as_of=NOW, limit=limit))
    return replace(answer, coverage=answer.coverage or staged.searched(index.status()))


def answered(answer: Answer, *, echo: bool = True) -> dict[str, Any]:
    """Return the body of the request that answers a question; with `echo`, one that Discord does not show."""
    card = answer_card(answer, Asked(echo=echo))
    quotes = 0 if answer.stories else len(answer.quotes)
    return drawn(card, answered=answer.answered, quotes=quotes)


def drawn(card: AnswerCard, *, answered: bool, quotes: int) -> dict[str, Any]:
    below = controls(answered=answered, quotes=quotes, limited=False, private=False, offered=OFFERED)
    return body(view=answer_layout(card, "0123456789abcdef", below))


def message(
    name: str,
    command: str | None,
    sent: dict[str, Any],
    now: datetime = NOW,
    language: str = ENGLISH,
    below: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a message, and `below` it the one that follows with a file."""
    shown = {"name": name, "command": command, "body": sent, "below": below}
    return {**shown, "now": now.isoformat(), "language": language}


def attached(file: File, content: str = "") -> dict[str, Any]:
    """Return a message that holds a file: a message made of components cannot show one by itself."""
    data = base64.b64encode(file.fp.read()).decode()
    return {"content": content, "file": {"name": file.filename, "alt": file.description, "data": data}}


def with_address(path: Path) -> str:
    """Return a sample with the address it would have, in a domain that is reserved for examples."""
    source, headline = "Source: Sample ", path.stem.partition("-")[2]
    lines = path.read_text(encoding="utf-8").split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(source))
    outlet = lines[at].removeprefix(source).lower()
    return "\n".join([*lines[: at + 1], f"URL: https://{outlet}.example/{headline}", *lines[at + 1 :]])


def body(**parts: Any) -> dict[str, Any]:
    """Return the body of the request that answers a command, as discord.py builds it."""
    with handle_message_parameters(**parts, allowed_mentions=AllowedMentions.none()) as parameters:
        assert parameters.payload is not None, "only a body with files has none"
        return parameters.payload


if __name__ == "__main__":
    main()
