"""Files and folders, and which reader takes them."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from index.errors import SourceError
from index.sources.files import count_records, open_source, source_files
from index.types.article import Article
from index.types.report import Failure
from tests.fakes import article, record, story_page, write_jsonl

UTC_ZONE = ZoneInfo("UTC")


def outcomes(path: Path) -> list[Article | Failure]:
    return [each.outcome for each in open_source(path, UTC_ZONE)]


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a.jsonl",
        "sub/c.ndjson",
        "sub/d.jsonl.gz",
        "notes.md",
        ".hidden.txt",
        ".git/x/e.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).touch()
    names = ["a.jsonl", "b.txt", "sub/c.ndjson", "sub/d.jsonl.gz"]
    assert source_files(str(tmp_path)) == [tmp_path / name for name in names]
    assert source_files(tmp_path.as_uri()) == [tmp_path / name for name in names]


def test_a_folder_whose_own_name_has_a_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ".news"
    (folder / "below").mkdir(parents=True)
    (folder / "a.txt").touch()
    assert source_files(str(folder)) == [folder / "a.txt"]
    monkeypatch.chdir(folder / "below")
    assert [path.name for path in source_files("..")] == ["a.txt"]


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / ".page"
    path.write_text(story_page())
    assert source_files(str(path)) == [path]
    (read,) = outcomes(path)
    assert isinstance(read, Article)


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("/nowhere/at/all.txt", "/nowhere/at/all.txt does not exist: check the spelling."),
        ("http://[half", "http://[half cannot be read: Invalid IPv6 URL."),
        ("a" * 5000, "cannot be read: File name too long."),
        ("~nobody-of-this-name/news", "cannot be read: "),
        ("", ""),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    uri: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # empty
    with pytest.raises(SourceError) as caught:
        source_files(uri)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_without_articles(tmp_path: Path) -> None:
    (tmp_path / "notes.md").touch()
    with pytest.raises(SourceError, match=r"holds no \.txt, \.jsonl, feed or \.html files"):
        source_files(str(tmp_path))


def test_the_reader_is_chosen_by_name(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "news.jsonl", [article("a"), article("b")])
    (tmp_path / "page.txt").write_text(story_page())
    assert outcomes(tmp_path / "news.jsonl") == [article("a"), article("b")]
    assert [type(each) for each in outcomes(tmp_path / "page.txt")] == [Article]
    assert count_records(tmp_path / "news.jsonl") == 2
    assert count_records(tmp_path / "page.txt") == 1


@pytest.mark.parametrize("name", ["page.txt", "news.jsonl", "news.jsonl.gz"])
def test_a_file_that_is_gone_meanwhile(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=r"cannot be read: No such file or directory\."):
        outcomes(tmp_path / name)


def test_progress_is_counted_in_bytes(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join(json.dumps(record(article(f"{n}"))) for n in range(50)))
    read = [each.read_bytes for each in open_source(path, UTC_ZONE)]
    assert read == sorted(read)
    assert read[-1] == path.stat().st_size
