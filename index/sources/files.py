"""Files and folders on this machine as sources, and their records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from index.errors import SourceError
from index.runtime.confined import Call, call_here
from index.sources import jsonl, story_page
from index.types.article import Article
from index.types.report import Failure

JSONL_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

STORY_SUFFIXES = (".txt",)

FEED_SUFFIXES = (".xml", ".rss", ".atom", ".opml", ".html", ".htm", ".json", ".xml.gz")


@dataclass(frozen=True, slots=True)
class Record:
    """One thing read from a source: an article or the reason why there is none, and where it stands.

    `read_bytes` is how much of the source had been read when the record was complete;
    `warning` names what was left out of an article that was read all the same.
    """

    outcome: Article | Failure
    read_bytes: int
    warning: Failure | None = None


def source_files(uri: str) -> list[Path]:
    """Return the readable files behind a path or file address, a folder's in the order of their names.

    Raises SourceError when there is nothing to read.
    """
    try:
        path = _local_path(uri)
        if not path.exists():
            raise SourceError(f"{uri} does not exist: check the spelling.")
        if path.is_file():
            return [path]
        files = sorted(file for file in path.rglob("*") if _is_readable(file, path))
    except (OSError, ValueError, RuntimeError) as error:  # too long, no address, or nobody's home folder
        raise SourceError(f"{uri} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if not files:
        raise SourceError(f"{uri} holds no .txt, .jsonl, feed or .html files: name a folder of articles.")
    return files


def open_source(path: Path, timezone: ZoneInfo, call: Call = call_here) -> Iterator[Record]:
    """Yield the records of one file; a broken record is yielded as a failure and never ends the rest.

    Times without a zone are read in `timezone`, and `call` parses what is long. Raises SourceError when the
    file as a whole is unreadable.
    """
    try:
        if path.name.endswith(JSONL_SUFFIXES):
            for line in jsonl.read(path, timezone, call):
                yield Record(line.outcome, line.read_bytes, line.warning)
        else:
            yield Record(story_page.read(path, timezone, call), path.stat().st_size)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from error


def _local_path(uri: str) -> Path:
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(uri).expanduser()


def is_address(uri: str) -> bool:
    """Tell whether something is to be fetched rather than found in a folder."""
    return uri.strip().lower().startswith(("http://", "https://"))


def _is_readable(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return (
        not hidden and path.is_file() and path.name.endswith(JSONL_SUFFIXES + STORY_SUFFIXES + FEED_SUFFIXES)
    )


def count_records(path: Path) -> int:
    """Return how many records a file holds, for a progress bar; 1 where that cannot be told."""
    return jsonl.count(path) if path.name.endswith(JSONL_SUFFIXES) else 1
