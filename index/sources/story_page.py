"""The story page: two timestamps, headline, highlights, story, opinions.

The earlier timestamp is when the story was published, the later when it was updated. Lines `Source:` and
`URL:` may follow the timestamps; without them the source is "Story page" and the address the file's own.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from index.errors import BudgetError, RecordError
from index.runtime.confined import SMALL_BYTES, Call, call_here
from index.text.normalize import article_id, canonical_line, canonical_text
from index.types.article import MAX_LISTED_CHARS, MAX_TITLE_CHARS, Article
from index.types.report import Failure

UNNAMED_SOURCE = "Story page"
MAX_BYTES = 4 * 1024 * 1024

_TIME_FORMAT = "%b %d, %Y, %I:%M %p"
_FIELD = re.compile(r"(Source|URL):\s*(.{,500})", re.IGNORECASE)  # a longer line is a headline
_BULLET = re.compile(r"\s*[•*-]\s+(.*)")
_END = "You've reached the end"


def read(path: Path, timezone: ZoneInfo, call: Call = call_here) -> Article | Failure:
    """Return the article on the page, which `call` parses, or where and why it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RecordError("the file is larger than 4 MiB, which no story page is")
        text = path.read_bytes().decode("utf-8-sig")
        parser = call if len(text) > SMALL_BYTES else call_here
        return parser(parse, text, path.resolve().as_uri(), timezone)
    except UnicodeDecodeError:
        return Failure(str(path), "not UTF-8 text")
    except (RecordError, BudgetError) as error:
        return Failure(str(path), str(error))


def parse(page: str, url: str, timezone: ZoneInfo) -> Article:
    """Return the article on a story page; `url` is its address where the page gives none.

    Raises RecordError naming the first part that is missing.
    """
    if "\x00" in page:
        raise RecordError("a binary file, not a story page")
    lines = canonical_text(page).split("\n")
    times = _timestamps(lines, timezone)
    fields = _fields(lines[len(times) :])
    head = [line.strip() for line in lines[len(times) + len(fields) :]]
    titles = [line for line in head[: _find(head, "Story", "Highlights")] if line]
    if not titles:
        raise RecordError("there is no headline above the story")
    address = fields.get("url") or url
    return Article(
        id=article_id(address),
        url=address,
        title=_title(titles[0]),
        text=_story(page),
        source=canonical_line(fields.get("source", "")) or UNNAMED_SOURCE,
        published_at=min(times),
        updated_at=max(times) if max(times) > min(times) else None,
        highlights=_highlights(page),
    )


def _timestamps(lines: Sequence[str], timezone: ZoneInfo) -> list[datetime]:
    first = _time(lines[0], timezone)
    if first is None:
        raise RecordError("the first line is not a time such as 'Jun 4, 2025, 11:29 PM'")
    second = _time(lines[1], timezone) if len(lines) > 1 else None
    return [first] if second is None else [first, second]


def _time(line: str, timezone: ZoneInfo) -> datetime | None:
    # Some pages put a narrow no-break space before AM and PM.
    try:
        moment = datetime.strptime(" ".join(line.split()), _TIME_FORMAT).replace(tzinfo=timezone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _fields(lines: Sequence[str]) -> dict[str, str]:
    fields = {}
    for line in lines:
        found = _FIELD.fullmatch(line.strip())
        if not found:
            break
        fields[found[1].lower()] = found[2].strip()
    return fields


def _title(line: str) -> str:
    title = canonical_line(line)
    if len(title) > MAX_TITLE_CHARS:
        raise RecordError(f"the headline has {len(title):,} characters, more than {MAX_TITLE_CHARS:,}")
    return title


def _story(page: str) -> str:
    lines = canonical_text(page).split("\n")
    stripped = [line.strip() for line in lines]
    start = _find(stripped, "Story") + 1
    if start > len(lines):
        raise RecordError("there is no line 'Story'")
    stop = start + _last_section(stripped[start:])
    text = canonical_text("\n".join(lines[start:stop]))
    if not text:
        raise RecordError("the story is empty")
    return text


def _last_section(lines: Sequence[str]) -> int:
    """Return where the story stops: at the last 'Opinions' before the end mark, or at the mark."""
    end = next((i for i, line in enumerate(lines) if line.replace("\u2019", "'") == _END), len(lines))
    opinions = [i for i, line in enumerate(lines[:end]) if line == "Opinions"]
    return opinions[-1] if opinions else end


def _highlights(page: str) -> tuple[str, ...]:
    lines = canonical_text(page).split("\n")
    stripped = [line.strip() for line in lines]
    start, stop = _find(stripped, "Highlights"), _find(stripped, "Story")
    highlights = tuple(_bullets(lines[start + 1 : stop]))
    if sum(map(len, highlights)) > MAX_LISTED_CHARS:
        raise RecordError(f"the highlights have more than {MAX_LISTED_CHARS:,} characters")
    return highlights


def _bullets(lines: Sequence[str]) -> Iterator[str]:
    """Yield the bulleted texts; a line without a bullet goes on with the one before."""
    current = ""
    for line in lines:
        bullet = _BULLET.match(line)
        if bullet and current:
            yield canonical_line(current)
        current = bullet[1] if bullet else f"{current} {line}"
    if current.strip():
        yield canonical_line(current)


def _find(lines: Sequence[str], *names: str) -> int:
    """Return the index of the first line that is one of `names`, or the number of lines."""
    return next((i for i, line in enumerate(lines) if line in names), len(lines))
