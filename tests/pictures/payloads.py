"""What the bot sends to Discord for a few commands, as JSON on standard output, for `render.mjs` to draw.

Nothing is staged: the shipped model answers from a library of the sample articles, and the answers become the
request bodies that discord.py would send. Only three things are given: the addresses of the articles, which
the samples lack because nobody has published them, the time, so that a picture does not age, and a source
that fails.
"""

import asyncio
import json
import sys
import tempfile
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from discord import AllowedMentions
from discord.http import handle_message_parameters

from bot.cards.answer import answer_card
from bot.cards.digest import digest_card
from bot.cards.headlines import headlines_card
from bot.cards.setup import SetUp, setup_card
from bot.cards.status import status_card
from bot.cards.timeline import timeline_card
from bot.cogs.setup import SetupPanel
from bot.interactions.answer_layout import actions, answer_layout
from bot.interactions.buttons import Action
from bot.services.services import Services
from index import (
    Answer,
    Digest,
    DigestPlan,
    GuildSettings,
    IndexOptions,
    NewsIndex,
    Question,
    Schedule,
    Source,
)

SAMPLES = Path(__file__).parents[2] / "config" / "samples"

# The morning after the newest sample, and the Monday after a week with much news.
NOW = datetime(2025, 10, 24, 9, 30, tzinfo=UTC)
DIGEST_NOW = datetime(2024, 12, 9, 7, 0, tzinfo=UTC)

ANSWERED = "How many North Korean troops were sent to Russia?"
OFFERED = {*Action} - {Action.WIDEN, Action.SHARE}
TOPIC = "Election"
FAILING = Source(
    "https://tribune.example/feed.xml",
    NOW,
    title="Sample Tribune",
    error="https://tribune.example/feed.xml answers 404 (not found): look for its new address on the page.",
)
# What is set up in a server after three clicks: seven feeds of two topics beside those that all servers have.
SET_UP = SetUp(GuildSettings(language="en"), (("world", "en"), ("science", "en")), own=7, shared=8)
UNANSWERED = "Who won the 2031 Cricket World Cup?"


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
            messages = pictured(index)
            clock.now = DIGEST_NOW
            messages.append(message("digest", None, digest(index), DIGEST_NOW))
            messages.append(message("setup", None, asyncio.run(setup())))
        finally:
            index.close()
    json.dump({message["name"]: message for message in messages}, sys.stdout)


class Clock:
    """Tells `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def pictured(index: NewsIndex) -> list[dict[str, Any]]:
    """Return the messages that are drawn, except the digest."""
    answered, unanswered = (index.ask(Question(text, as_of=NOW)) for text in (ANSWERED, UNANSWERED))
    if not answered.answered or unanswered.answered:
        raise SystemExit("The library answers what it should not, or the other way round.")
    timeline = timeline_card(index.timeline(Question(TOPIC)))
    status = replace(index.status(), addresses=9, failing=(FAILING,))
    shown = status_card(status, version("newsbot"), 0.042, details=True)
    return [
        message("answer", "/ask", components(answered)),
        message("abstention", "/ask", components(unanswered)),
        message("latest", "/latest", body(embed=headlines_card(index.latest(as_of=NOW)).embed())),
        message("timeline", "/timeline", body(embeds=timeline.embeds(), files=[timeline.file])),
        message("status", "/status", body(embed=shown.embed())),
    ]


def digest(index: NewsIndex) -> dict[str, Any]:
    """Return the body of a weekly digest."""
    plan = DigestPlan(Schedule(8, "Europe/Paris", 0), number=4)
    stories = index.stories(Digest(1, "1", "2", "3", plan, DIGEST_NOW))
    return body(embed=digest_card(stories, plan)[0].embed())


async def setup() -> dict[str, Any]:
    """Return the body of the message with which a server is set up; discord.py makes views in a loop only."""
    panel = SetupPanel(cast(Services, None), SET_UP, "en")  # drawn, not pressed
    return body(embed=setup_card(SET_UP).embed(), view=panel)


def message(name: str, command: str | None, sent: dict[str, Any], now: datetime = NOW) -> dict[str, Any]:
    return {"name": name, "command": command, "now": now.isoformat(), "body": sent}


def with_address(path: Path) -> str:
    """Return a sample with the address it would have, in a domain that is reserved for examples."""
    source, headline = "Source: Sample ", path.stem.partition("-")[2]
    lines = path.read_text(encoding="utf-8").split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(source))
    outlet = lines[at].removeprefix(source).lower()
    return "\n".join([*lines[: at + 1], f"URL: https://{outlet}.example/{headline}", *lines[at + 1 :]])


def components(answer: Answer) -> dict[str, Any]:
    """Return the body of the request that answers a question."""
    card = answer_card(answer)
    rows = actions(
        answered=answer.answered, quotes=len(card.quotes), limited=False, private=False, offered=OFFERED
    )
    return body(view=answer_layout(card, "0123456789abcdef", rows))


def body(**parts: Any) -> dict[str, Any]:
    """Return the body of the request that answers a command, as discord.py builds it.

    Files are in `files`, by name, in base64.
    """
    with handle_message_parameters(**parts, allowed_mentions=AllowedMentions.none()) as parameters:
        if parameters.payload is not None:
            return parameters.payload
        fields = {field["name"]: field["value"] for field in parameters.multipart or ()}
        sent: dict[str, Any] = json.loads(fields["payload_json"])
        files = {file.filename: b64encode(file.fp.read()).decode() for file in parameters.files or ()}
        return sent | {"files": files}


if __name__ == "__main__":
    main()
