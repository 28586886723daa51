"""Answers questions from a file of JSON lines, one JSON line for each answer, in the same order."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import tzinfo
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
    """Return the lines of a file that are not blank; `-` is stdin.

    Raises UsageError where the file cannot be read or is not UTF-8.
    """
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}): give a file of JSON lines.") from None
    except ValueError:
        raise UsageError(f"{file} is not UTF-8 text: give a file of JSON lines.") from None
    return [line for line in text.split("\n") if line.strip()]


def answer_line(index: NewsIndex, line: str, build: Callable[..., Question], zone: tzinfo) -> Json:
    """Return the answer to one line, or `{"id", "error"}` where it cannot be answered.

    `build` makes a Question of a text and an `as_of`; `zone` is for an `as_of` without one. The id comes back
    as it was given, as a number or a text.
    """
    identity: Json = {}
    try:
        record = _record(line)
        identity = {"id": record["id"]} if "id" in record else {}
        return identity | answer_json(index.ask(_question(record, build, zone)))
    except Exception as error:  # one bad line does not end the batch
        log.debug("batch.failed", exc_info=True)
        return identity | {"error": sentence(error)}


def _record(line: str) -> Json:
    """Return the object of a line without the keys whose value is null. Raises UsageError for other lines."""
    try:
        record = json.loads(line)
    except ValueError as error:
        raise UsageError(f"The line is not JSON: {error}.") from None
    if not isinstance(record, dict):
        raise UsageError('The line is not an object: write {"id": …, "question": …}.')
    return {key: value for key, value in record.items() if value is not None}


def _question(record: Json, build: Callable[..., Question], zone: tzinfo) -> Question:
    for key in ("question", "as_of"):
        if not isinstance(record.get(key, ""), str):
            raise UsageError(f"{key} is not a text: put it in quotation marks.")
    if "question" not in record:
        raise UsageError("The line has no question.")
    moments = {"as_of": parse_moment(record["as_of"], zone, end=True)} if "as_of" in record else {}
    return build(record["question"], **moments)
