"""What the bot sends to Discord for a few commands, as JSON on standard output, for `render.mjs` to draw.

Nothing is staged: the shipped model answers from a library of the sample articles, and the answers become the
request bodies that discord.py would send. Only two things are given: the addresses of the articles, which the
samples lack because nobody has published them, and the time, so that a picture does not age.
"""

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from discord import AllowedMentions
from discord.http import handle_message_parameters

from bot.answer_card import answer_card
from bot.answer_layout import actions, answer_layout
from bot.buttons import Action
from bot.render import headlines_card
from index import Answer, IndexOptions, NewsIndex, Question

SAMPLES = Path(__file__).parents[2] / "config" / "samples"

# The morning after the newest sample.
NOW = datetime(2025, 10, 24, 9, 30, tzinfo=UTC)

ANSWERED = "How many North Korean troops were sent to Russia?"
OFFERED = {*Action} - {Action.WIDEN, Action.SHARE}
UNANSWERED = "Who won the 2031 Cricket World Cup?"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        pages.mkdir()
        for path in SAMPLES.glob("*.txt"):
            (pages / path.name).write_text(with_address(path), encoding="utf-8")
        index = NewsIndex.open(IndexOptions(data_dir=Path(folder) / "data", clock=lambda: NOW))
        try:
            report = index.ingest([str(pages)])
            if report.failed:
                raise SystemExit(f"Samples could not be read: {report.failed}")
            answered, unanswered = (index.ask(Question(text, as_of=NOW)) for text in (ANSWERED, UNANSWERED))
            if not answered.answered or unanswered.answered:
                raise SystemExit("The library answers what it should not, or the other way round.")
            messages = {
                "answer": ("/ask", components(answered)),
                "abstention": ("/ask", components(unanswered)),
                "latest": ("/latest", body(embed=headlines_card(index.latest(as_of=NOW)).embed())),
            }
        finally:
            index.close()
    shown = {name: {"command": command, "body": sent} for name, (command, sent) in messages.items()}
    json.dump({"now": NOW.isoformat(), "messages": shown}, sys.stdout)


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
    """Return the body of the request that answers a command, as discord.py builds it."""
    with handle_message_parameters(**parts, allowed_mentions=AllowedMentions.none()) as parameters:
        assert parameters.payload is not None  # it would be None only with files attached
        return parameters.payload


if __name__ == "__main__":
    main()
