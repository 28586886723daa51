"""JSON lines, whole and broken."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from index.errors import RecordError, SourceError
from index.sources import jsonl
from index.text.normalize import article_id
from index.types.article import Article
from index.types.report import Failure
from tests.fakes import article, record

UTC_ZONE = ZoneInfo("UTC")
WHOLE = article(
    "whole",
    id="own-id",
    updated_at=datetime(2025, 6, 9, 13, tzinfo=UTC),
    highlights=("One.", "Two."),
    authors=("A. Writer",),
    topics=("ports",),
    language="en",
)


def lines(tmp_path: Path, *content: bytes | dict[str, Any], name: str = "news.jsonl") -> list[jsonl.Line]:
    path = tmp_path / name
    path.write_bytes(b"\n".join(c if isinstance(c, bytes) else json.dumps(c).encode() for c in content))
    return list(jsonl.read(path, UTC_ZONE))


def outcomes(tmp_path: Path, *content: bytes | dict[str, Any]) -> list[Article | Failure]:
    return [line.outcome for line in lines(tmp_path, *content)]


def test_everything_an_article_can_say(tmp_path: Path) -> None:
    assert outcomes(tmp_path, record(WHOLE)) == [WHOLE]


def test_only_what_is_required(tmp_path: Path) -> None:
    small = {key: value for key, value in record(WHOLE).items() if key in jsonl.REQUIRED}
    (read,) = outcomes(tmp_path, small)
    assert isinstance(read, Article)
    assert read.id == article_id(WHOLE.url)
    assert (read.updated_at, read.highlights, read.authors, read.language) == (None, (), (), None)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"url": None}, "url is missing"),
        ({"url": "http://[half"}, "'http://[half' is not an address"),
        ({"url": "\u200b"}, "url is empty"),
        ({"title": ""}, "title is empty"),
        ({"title": "\u200b"}, "title is empty"),
        ({"text": 7}, "text must be text, not int"),
        ({"text": " \n "}, "text is empty"),
        ({"source": ["a"]}, "source must be text, not list"),
        ({"source": "s" * 501}, "source has 501 characters, more than 500"),
        ({"id": {"a": 1}}, "id must be text or a number, not dict"),
        ({"id": "i" * 501}, "id has 501 characters, more than 500"),
        ({"published_at": "June 4"}, "'June 4' is not an ISO 8601 time such as 2025-06-04T23:29:00Z"),
        ({"published_at": 5}, "published_at must be text, not int"),
        ({"published_at": "0001-01-01T00:00:00+14:00"}, "is not an ISO 8601 time"),
        ({"updated_at": "soon"}, "'soon' is not an ISO 8601 time"),
        ({"highlights": "one"}, "highlights must be a list of texts"),
        ({"authors": [1]}, "authors must be a list of texts"),
        ({"language": 1}, "language must be text, not int"),
        ({"published_precision": "hour"}, 'published_precision must be "minute", "day" or "seen"'),
        ({"published_precision": ["day"]}, "published_precision must be"),
    ],
)
def test_the_first_reason_against_a_record(change: dict[str, Any], why: str) -> None:
    with pytest.raises(RecordError) as caught:
        jsonl.to_article({**record(WHOLE), **change}, UTC_ZONE)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"7", "not a JSON object"),
        (b"\xff\xfe{}", "not "),
        (b'{"url": "\xe9"}', "not UTF-8 text"),
        (b"[" * 100_000, "not JSON"),
        (b'{"n": ' + b"1" * 5000 + b"}", "not JSON"),
        (b"\x00\x01\x02", "not "),
    ],
)
def test_a_broken_line_stops_nothing(tmp_path: Path, line: bytes, why: str) -> None:
    before, broken, after = outcomes(tmp_path, record(article("a")), line, record(article("b")))
    assert (before, after) == (article("a"), article("b"))
    assert isinstance(broken, Failure)
    assert broken.where == f"{tmp_path / 'news.jsonl'}:2"
    assert broken.why.startswith(why)


def test_what_no_database_stores_is_cleaned_away(tmp_path: Path) -> None:
    dirty = {key: f"\x00\ud800{value}\x00" for key, value in record(article("a")).items()}
    dirty["published_at"] = record(article("a"))["published_at"]
    assert outcomes(tmp_path, dirty) == [article("a")]


@pytest.mark.parametrize(
    ("published", "zone", "utc"),
    [
        ("2025-06-04T23:29:00Z", "UTC", datetime(2025, 6, 4, 23, 29, tzinfo=UTC)),
        ("2025-06-05T01:29:00+02:00", "America/New_York", datetime(2025, 6, 4, 23, 29, tzinfo=UTC)),
        ("2025-06-04T23:29:00", "America/New_York", datetime(2025, 6, 5, 3, 29, tzinfo=UTC)),
        ("2025-06-04", "Asia/Tokyo", datetime(2025, 6, 4, tzinfo=UTC)),
        ("2025-06-04", "America/New_York", datetime(2025, 6, 4, 4, tzinfo=UTC)),
    ],
)
def test_times_become_utc(published: str, zone: str, utc: datetime) -> None:
    read = jsonl.to_article({**record(article()), "published_at": published}, ZoneInfo(zone))
    assert read.published_at == utc
    assert read.published_at.tzinfo == UTC


def test_an_update_before_the_publication_is_none() -> None:
    early = {**record(article()), "updated_at": "2001-01-01T00:00:00Z"}
    assert jsonl.to_article(early, UTC_ZONE).updated_at is None


def test_unknown_keys_are_warned_of(tmp_path: Path) -> None:
    (line,) = lines(tmp_path, {**record(WHOLE), "weather": 1, "mood": None})
    assert line.outcome == WHOLE
    assert line.warning == Failure(f"{tmp_path / 'news.jsonl'}:1", "unknown keys left out: mood, weather")


def test_byte_order_mark_and_blank_lines(tmp_path: Path) -> None:
    one = json.dumps(record(article("a"))).encode()
    read = lines(tmp_path, b"\xef\xbb\xbf" + one, b"", b"  \r", b"{", b"")
    assert [type(line.outcome) for line in read] == [Article, Failure]
    assert isinstance(read[1].outcome, Failure)
    assert read[1].outcome.where.endswith(":4")
    assert jsonl.count(tmp_path / "news.jsonl") == 2


def test_an_endless_line_is_one_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE_BYTES", 2000)
    long = article("long", "Long text. " * 1000)
    broken, good, last = outcomes(tmp_path, record(long), record(article("b")), b"x" * 9000)
    assert isinstance(broken, Failure)
    assert broken.why == "the line is longer than 16 MiB"
    assert good == article("b")
    assert isinstance(last, Failure)
    assert last.where.endswith(":3")
    assert jsonl.count(tmp_path / "news.jsonl") == 3


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(json.dumps(record(article(n))).encode() + b"\n" for n in "abc")))
    assert [line.outcome for line in jsonl.read(path, UTC_ZONE)] == [article("a"), article("b"), article("c")]
    assert jsonl.count(path) == 3


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign"])
def test_a_damaged_archive_says_after_which_line(tmp_path: Path, damage: str) -> None:
    texts = [json.dumps(record(article(f"{n}", f"{n * 7919} is a number. " * 50))) for n in range(200)]
    packed = bytearray(gzip.compress("\n".join(texts).encode()))
    if damage == "cut":
        del packed[len(packed) // 2 :]
    elif damage == "flipped":
        packed[len(packed) // 2] ^= 0xFF
    else:
        packed = bytearray(b"this is no gzip file")
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(packed)
    with pytest.raises(SourceError, match=r"is damaged after line \d+: .+\."):
        list(jsonl.read(path, UTC_ZONE))
    assert jsonl.count(path) == 0


@pytest.mark.parametrize(
    ("published", "told", "precision", "hour"),
    [
        ("2025-06-04T23:29:00Z", None, "minute", 23),
        ("2025-06-04T23:29:00Z", "day", "day", 0),
        ("2025-06-04T23:29:00Z", "seen", "seen", 23),
        ("2025-06-04", None, "day", 0),
        ("2025-06-04", "minute", "minute", 0),
    ],
)
def test_how_well_a_time_is_known(published: str, told: str | None, precision: str, hour: int) -> None:
    line = {**record(article()), "published_at": published}
    read = jsonl.to_article(line | ({"published_precision": told} if told else {}), ZoneInfo("UTC"))
    assert (read.published_precision, read.published_at.hour) == (precision, hour)
