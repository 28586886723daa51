"""JSON lines: one article an object, a line each; read as they come, plain or gzipped.

Required keys: `url`, `title`, `text`, `source`, `published_at`. Optional: `updated_at`, `highlights`,
`authors`, `topics`, `language`, `id`, `published_precision`. Other keys are left out with a warning.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, cast, get_args
from zoneinfo import ZoneInfo

from index.errors import BudgetError, RecordError, SourceError
from index.fetch.addresses import MAX_URL_CHARS
from index.runtime.confined import SMALL_BYTES, Call, call_here
from index.sources.times.dates import day_moment
from index.sources.times.text import is_day
from index.text.normalize import article_id, canonical_line, canonical_text
from index.types.article import (
    MAX_LISTED_CHARS,
    MAX_TEXT_CHARS,
    MAX_TITLE_CHARS,
    Article,
    ArticleTimes,
    Precision,
)
from index.types.report import Failure

REQUIRED = ("url", "title", "text", "source", "published_at")
OPTIONAL = ("updated_at", "highlights", "authors", "topics", "language", "id", "published_precision")
# Longer than any article; an endless line must not fill the memory.
MAX_LINE_BYTES = 16 * 1024 * 1024
# Lines of together about so many bytes are parsed at once, so that their articles come soon.
PORTION_BYTES = 256 * 1024
# Names and ids are database keys, which PostgreSQL keeps below 2,704 bytes.
MAX_NAME_CHARS = 500

_MADE_FROM_ADDRESS = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line, and how many bytes of the file had been read by then."""

    outcome: Article | Failure
    read_bytes: int
    warning: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Written:
    """A line as it stands in its file: its number, its bytes, and how much of the file was read by then."""

    number: int
    line: bytes
    read_bytes: int


def read(path: Path, timezone: ZoneInfo, call: Call = call_here) -> Iterator[Line]:
    """Yield every non-blank line of `path`; `call` parses them.

    Raises SourceError where the file itself is damaged.
    """
    with path.open("rb") as raw:
        lines = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if path.name.endswith(".gz") else raw
        number, portion, size = 0, list[_Written](), 0
        damage = None
        try:
            for line in _lines_of(lines):
                number += 1
                if line.strip():
                    portion.append(_Written(number, line, raw.tell()))
                    size += len(line)
                if size >= PORTION_BYTES:
                    yield from _parsed(portion, path, timezone, call)
                    portion, size = [], 0
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            damage = error
        yield from _parsed(portion, path, timezone, call if size > SMALL_BYTES else call_here)
        if damage:
            raise SourceError(f"{path} is damaged after line {number}: {damage}.") from damage


def _parsed(portion: Sequence[_Written], path: Path, timezone: ZoneInfo, call: Call) -> Sequence[Line]:
    if not portion:
        return []
    try:
        return call(_parse_lines, portion, str(path), timezone)
    except BudgetError as error:
        first, last = portion[0], portion[-1]
        where = f"{path}:{first.number}" + (f"-{last.number}" if last is not first else "")
        return [Line(Failure(where, f"{error}: leave it out, or shorten it"), last.read_bytes)]


def _parse_lines(portion: Sequence[_Written], path: str, timezone: ZoneInfo) -> list[Line]:
    return [
        parse_line(written.line, f"{path}:{written.number}", timezone, written.read_bytes)
        for written in portion
    ]


def _lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield every line, cut off at one byte more than `MAX_LINE_BYTES`."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE_BYTES + 1)
        yield line


def parse_line(line: bytes, where: str, timezone: ZoneInfo, read_bytes: int = 0) -> Line:
    """Return what becomes of one line; `where` is for the people who have to mend it."""
    try:
        record = _load(line)
        unknown = sorted(set(record) - set(REQUIRED) - set(OPTIONAL))
        warning = Failure(where, f"unknown keys left out: {', '.join(unknown)}") if unknown else None
        return Line(to_article(record, timezone), read_bytes, warning)
    except RecordError as error:
        return Line(Failure(where, str(error)), read_bytes)


def _load(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise RecordError("the line is longer than 16 MiB")
    try:
        record = json.loads(line)
    except UnicodeDecodeError as error:
        raise RecordError("not UTF-8 text") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a ValueError, too
        raise RecordError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise RecordError("not a JSON object")
    return record


def to_article(record: dict[str, Any], timezone: ZoneInfo) -> Article:
    """Return the article that a JSON object describes; raise RecordError with the first reason why not."""
    url = _name(canonical_line(_text(record, "url")), "url", MAX_URL_CHARS)
    own_id = article_id(url)
    times = _times(record, timezone)
    return Article(
        id=_id(record, own_id) or own_id,
        url=url,
        title=_name(canonical_line(_text(record, "title")), "title", MAX_TITLE_CHARS),
        text=_story(record),
        source=_name(canonical_line(_text(record, "source")), "source"),
        published_at=times.published_at,
        published_precision=times.published_precision,
        updated_at=times.updated_at,
        highlights=_lines(record, "highlights"),
        authors=_lines(record, "authors"),
        topics=_lines(record, "topics"),
        language=_name(canonical_line(_text(record, "language")), "language")
        if record.get("language")
        else None,
    )


def _times(record: dict[str, Any], timezone: ZoneInfo) -> ArticleTimes:
    written = _text(record, "published_at")
    published = parse_time(written, timezone)
    precision = _precision(record) or ("day" if is_day(written.strip()) else "minute")
    if precision == "day":
        day = date.fromisoformat(written.strip()) if is_day(written.strip()) else published.date()
        published = day_moment(day, timezone)
    updated = parse_time(_text(record, "updated_at"), timezone) if record.get("updated_at") else None
    return ArticleTimes(published, precision, updated if updated and updated > published else None)


def _precision(record: dict[str, Any]) -> Precision | None:
    """Return how well a line says that its time is known; None where it does not say."""
    told = record.get("published_precision")
    if told is not None and told not in get_args(Precision):
        raise RecordError('published_precision must be "minute", "day" or "seen"')
    return cast(Precision | None, told)


def parse_time(value: str, timezone: ZoneInfo) -> datetime:
    """Read an ISO 8601 time; one without a zone is in `timezone`. Returns UTC, raises RecordError."""
    try:
        moment = datetime.fromisoformat(value.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RecordError(f"{value!r} is not an ISO 8601 time such as 2025-06-04T23:29:00Z") from error


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        raise RecordError(f"{key} is missing")
    if not isinstance(value, str):
        raise RecordError(f"{key} must be text, not {type(value).__name__}")
    return _required(value, key)


def _story(record: dict[str, Any]) -> str:
    text = _required(canonical_text(_text(record, "text")), "text")
    if len(text) > MAX_TEXT_CHARS:
        raise RecordError(
            f"text has {len(text):,} characters, more than {MAX_TEXT_CHARS:,}: make several articles of it"
        )
    return text


def _required(value: str, key: str) -> str:
    if not value.strip():
        raise RecordError(f"{key} is empty")
    return value


def _id(record: dict[str, Any], own_id: str) -> str | None:
    """Return the id that a line gives; one that looks as if it were made of an address is that of its own."""
    value = record.get("id")
    if value is None or value == "":
        return None
    if not isinstance(value, str | int):
        raise RecordError(f"id must be text or a number, not {type(value).__name__}")
    id = _name(canonical_line(str(value)), "id")
    return own_id if _MADE_FROM_ADDRESS.fullmatch(id) else id


def _name(value: str, key: str, most: int = MAX_NAME_CHARS) -> str:
    if len(value) > most:
        raise RecordError(f"{key} has {len(value):,} characters, more than {most:,}")
    return _required(value, key)


def _lines(record: dict[str, Any], key: str) -> tuple[str, ...]:
    value = record.get(key) or []
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise RecordError(f"{key} must be a list of texts")
    lines = tuple(line for line in map(canonical_line, value) if line)
    if (chars := sum(map(len, lines))) > MAX_LISTED_CHARS:
        raise RecordError(f"{key} have {chars:,} characters, more than {MAX_LISTED_CHARS:,}")
    return lines


def count(path: Path) -> int:
    """Return how many lines are not blank; 0 for a file that cannot be read, which reading will report."""
    try:
        with path.open("rb") as raw:
            lines = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if path.name.endswith(".gz") else raw
            return sum(1 for line in _lines_of(lines) if line.strip())
    except (OSError, EOFError, zlib.error):
        return 0
