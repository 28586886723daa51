"""Answers question after question in the terminal."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.text import Text

from bot.terminal.answers import answer_view, error_view, latest_view, sentence, show
from bot.terminal.progress import working
from bot.text.conversation import Meaning, Said, completed, understand
from index import Question, UsageError

if TYPE_CHECKING:
    from index import NewsIndex

log = logging.getLogger(__name__)

GREETING = "Ask about the news, or type /help. Ctrl-D leaves."
HELP = """\
Ask a question: the answer is quoted from stored articles, word for word.
  /latest [topic]   the newest articles, on a topic if you name one
  /help             this text
  /quit             leave (or Ctrl-D)"""


def chat(
    index: NewsIndex, console: Console, zone: tzinfo, read_line: Callable[[str], str] | None = None
) -> None:
    """Answer lines until /quit or the end of the input. An error ends one reply, not the loop."""
    read = read_line or _line_reader()
    show(console, Text(GREETING, "dim"))
    before = ""  # the question that was answered last
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while (line := read("\n> ").strip()) not in ("/quit", "/exit"):
            if line:
                question = _question(line, before)
                show(console, "", _reply(index, console, zone, line, question))
                before = question or before
    show(console, "")


def _line_reader() -> Callable[[str], str]:
    """Return `input`, with history and editing where the platform has readline. A pipe gets no prompt."""
    if not sys.stdin.isatty():
        return lambda _: input()
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401
    return input


def _question(line: str, before: str) -> str | None:
    """Return the question of a line, completed where it leans on the one before; None where it is none."""
    understood = understand(Said(line, goes_on=bool(before)))
    if line.startswith("/") or understood.meaning not in (Meaning.ANSWER, Meaning.CONTINUE):
        return None
    goes_on = understood.meaning is Meaning.CONTINUE
    return completed(understood.words, before) if goes_on else understood.words


def _reply(
    index: NewsIndex, console: Console, zone: tzinfo, line: str, question: str | None
) -> RenderableType:
    try:
        with working(console, "Searching …"):
            if question is not None:
                return _answer(index, question, zone)
            return _command(index, line, zone) if line.startswith("/") else Text(HELP)
    except KeyboardInterrupt:
        return Text("Interrupted.", "dim")
    except Exception as error:  # shown as the reply
        log.debug("chat.failed", exc_info=True)
        return error_view(sentence(error))


def _answer(index: NewsIndex, line: str, zone: tzinfo) -> RenderableType:
    # The question is echoed only where the lines come from a pipe: in a terminal it is right above.
    return answer_view(index.ask(Question(line)), zone, echo=not sys.stdin.isatty())


def _command(index: NewsIndex, line: str, zone: tzinfo) -> RenderableType:
    name, _, topic = line.partition(" ")
    match name:
        case "/latest":
            return latest_view(index.latest(topic.strip() or None), zone, datetime.now(UTC))
        case "/help":
            return Text(HELP)
    raise UsageError(f"There is no command {name}: /help lists them.")
