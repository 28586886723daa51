"""Many questions from a file, one JSON line each, and one JSON line for each answer in the same order."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.json_output import Json, answer_json
from bot.terminal.answers import sentence
from bot.text.dates import parse_moment
from index import Question, UsageError

if TYPE_CHECKING:
    from index import NewsIndex

log = logging.getLogger(__name__)


def read_lines(file: str) -> list[str]:
    """Return the lines that hold something; `-` is stdin. Raises UsageError where nothing can be read."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}): give a file of JSON lines.") from None
    except ValueError:
        raise UsageError(f"{file} is not UTF-8 text: give a file of JSON lines.") from None
    return [line for line in text.split("\n") if line.strip()]


def answer_line(index: NewsIndex, line: str, build: Callable[..., Question], timezone: str) -> Json:
    """Return the answer to one line, or `{"id", "error"}`; `build` makes a Question of a text and an as_of.

    The id comes back as it was given, number or text.
    """
    identity: Json = {}
    try:
        record = _record(line)
        identity = {"id": record["id"]} if "id" in record else {}
        return identity | answer_json(index.ask(_question(record, build, timezone)))
    except Exception as error:  # the edge of one line
        log.debug("batch.failed", exc_info=True)
        return identity | {"error": sentence(error)}


def _record(line: str) -> Json:
    """Return the line's object; a null in it is as good as nothing."""
    try:
        record = json.loads(line)
    except ValueError as error:
        raise UsageError(f"The line is not JSON: {error}.") from None
    if not isinstance(record, dict):
        raise UsageError('The line is not an object: write {"id": …, "question": …}.')
    return {key: value for key, value in record.items() if value is not None}


def _question(record: Json, build: Callable[..., Question], timezone: str) -> Question:
    for key in ("question", "as_of"):
        if not isinstance(record.get(key, ""), str):
            raise UsageError(f"{key} is not a text: put it in quotation marks.")
    if "question" not in record:
        raise UsageError("The line has no question.")
    moments = {"as_of": parse_moment(record["as_of"], timezone, end=True)} if "as_of" in record else {}
    return build(record["question"], **moments)
