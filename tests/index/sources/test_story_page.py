"""The story page, whole and broken."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from index.errors import RecordError
from index.sources import story_page as reader
from index.text.normalize import article_id
from index.types.article import Article
from index.types.report import Failure
from tests.fakes import story_page

UTC_ZONE = ZoneInfo("UTC")
SEED = Path(__file__).parents[4] / "shared" / "seed"


def parse(page: str, zone: ZoneInfo = UTC_ZONE) -> Article:
    return reader.parse(page, "file:///page.txt", zone)


def test_every_part_of_a_page() -> None:
    article = parse(story_page(highlights=("One thing.", "Another\n    thing.")))
    assert article == Article(
        id=article_id("file:///page.txt"),
        url="file:///page.txt",
        title="Port opens shore power",
        text="In Rotterdam, on March 2, 2025, two quays opened. Ships plug in.",
        source="Story page",
        published_at=datetime(2025, 3, 2, 18, 45, tzinfo=UTC),
        updated_at=datetime(2025, 3, 3, 9, 10, tzinfo=UTC),
        highlights=("One thing.", "Another thing."),
    )


@pytest.mark.parametrize(
    "times",
    [
        ("Mar 2, 2025, 6:45 PM", "Mar 3, 2025, 9:10 AM"),
        ("Mar 3, 2025, 9:10\u202fAM", "Mar 2, 2025, 6:45\u00a0PM"),
        ("  mar 3, 2025,  09:10 am ", "Mar 2, 2025, 6:45 PM\t"),
    ],
)
def test_the_earlier_time_is_the_publication(times: tuple[str, str]) -> None:
    article = parse(story_page(times=times))
    assert article.published_at == datetime(2025, 3, 2, 18, 45, tzinfo=UTC)
    assert article.updated_at == datetime(2025, 3, 3, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize("times", [("Mar 2, 2025, 12:05 AM",), ("Mar 2, 2025, 12:05 AM",) * 2])
def test_a_page_that_was_never_updated(times: tuple[str, ...]) -> None:
    article = parse(story_page(times=times))
    assert article.published_at == datetime(2025, 3, 2, 0, 5, tzinfo=UTC)
    assert article.updated_at is None


def test_times_are_read_in_the_given_zone() -> None:
    article = parse(story_page(times=("Jul 2, 2025, 12:05 AM",)), ZoneInfo("America/New_York"))
    assert article.published_at == datetime(2025, 7, 2, 4, 5, tzinfo=UTC)
    assert article.published_at.tzinfo == UTC


def test_source_and_address_lines() -> None:
    article = parse(story_page(fields=("source: Sample’s  Wire", "URL: https://wire.example/port")))
    assert article.source == "Sample’s Wire"
    assert article.url == "https://wire.example/port"
    assert article.id == article_id(article.url)
    assert article.title == "Port opens shore power"


def test_empty_fields_are_as_good_as_none() -> None:
    article = parse(story_page(fields=("Source:", "URL: ")))
    assert (article.source, article.url) == ("Story page", "file:///page.txt")


def test_typographic_apostrophes_stay_and_still_end_the_page() -> None:
    page = story_page("Russia’s answer", story="It’s Russia’s answer.").replace("You've", "You’ve")
    article = parse(page)
    assert (article.title, article.text) == ("Russia’s answer", "It’s Russia’s answer.")


def test_section_names_within_the_story_are_words() -> None:
    story = "The Story of a port.\n\nOpinions\n\nThey differ. Highlights were few.\n\nStory\n\nIt ends."
    article = parse(story_page(story=story))
    assert article.text == story
    assert article.highlights == ("Two quays supply ships with electricity.",)


def test_opinions_are_not_part_of_the_story() -> None:
    assert "I doubt it" not in parse(story_page(opinions="I doubt it, says a reader.")).text


@pytest.mark.parametrize("cut", ["Opinions", "You've reached the end"])
def test_what_comes_after_the_story_may_be_missing(cut: str) -> None:
    page = story_page()
    assert parse(page[: page.index(cut)]).text == parse(page).text


def test_a_page_without_highlights() -> None:
    page = (
        story_page().replace("Highlights\n", "").replace("  • Two quays supply ships with electricity.\n", "")
    )
    assert parse(page).highlights == ()
    assert parse(story_page(highlights=())).highlights == ()


def test_windows_line_ends() -> None:
    assert parse(story_page().replace("\n", "\r\n")) == parse(story_page())


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("", "the first line is not a time such as 'Jun 4, 2025, 11:29 PM'"),
        (story_page(times=()), "first line is not a time"),
        (story_page(times=("yesterday", "Mar 2, 2025, 6:45 PM")), "first line is not a time"),
        (story_page(times=("Mar 42, 2025, 6:45 PM",)), "first line is not a time"),
        (story_page(title=""), "no headline"),
        (story_page().replace("\nStory\n", "\n"), "no line 'Story'"),
        (story_page(story=""), "the story is empty"),
        (story_page(story="\u200b"), "the story is empty"),
        (story_page() + "\x00\x01", "a binary file"),
        (story_page(fields=("URL: http://[half",)), "not an address"),
    ],
)
def test_a_missing_part_is_named(page: str, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        parse(page)


def test_a_time_that_no_calendar_has_in_utc() -> None:
    with pytest.raises(RecordError, match="first line is not a time"):
        parse(story_page(times=("Jan 1, 0001, 1:00 AM",)), ZoneInfo("Asia/Tokyo"))


def test_a_file_is_its_own_address(tmp_path: Path) -> None:
    path = tmp_path / "a story.txt"
    path.write_bytes(b"\xef\xbb\xbf" + story_page().encode())
    article = reader.read(path, UTC_ZONE)
    assert isinstance(article, Article)
    assert article.url == path.as_uri()
    assert article.id == article_id(path.as_uri())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "not UTF-8 text"),
        (b"abc\x00def", "a binary file, not a story page"),
        (b"", "the first line is not a time such as 'Jun 4, 2025, 11:29 PM'"),
        (b"a" * (reader.MAX_BYTES + 1), "the file is larger than 4 MiB, which no story page is"),
    ],
)
def test_an_unreadable_file_is_a_failure_that_names_it(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    assert reader.read(path, UTC_ZONE) == Failure(str(path), why)


@pytest.mark.skipif(not SEED.is_dir(), reason="the real story page is not beside this checkout")
def test_the_real_page() -> None:
    (path,) = SEED.glob("*.txt")
    article = reader.read(path, UTC_ZONE)
    assert isinstance(article, Article)
    assert article.title == "Kim Jong Un pledges unconditional support for Russia's war against Ukraine"
    assert article.published_at == datetime(2025, 6, 4, 23, 29, tzinfo=UTC)
    assert article.updated_at == datetime(2025, 6, 5, tzinfo=UTC)
    assert [highlight.split()[0] for highlight in article.highlights] == ["Kim", "North", "This"]
    assert article.highlights[1] == (
        "North Korea has deployed over 14,000 troops to Russia since the conflict began, "
        "indicating an escalated military collaboration."
    )
    assert article.text.startswith("In North Korea, on June 5, 2025,")
    assert article.text.endswith("tensions in the international arena.")
