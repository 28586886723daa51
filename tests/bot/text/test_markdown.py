"""What the bot quotes must appear as it is written: laws for any text, and every trap by name."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.markdown import (
    beginning,
    block_quote,
    bold,
    cut,
    escape,
    length,
    link,
    plain,
    struck,
    timestamp,
    unescape,
)
from tests.discord.markdown import active, find, parse, shown

# Text made of what markdown is made of finds far more than text made of all of Unicode.
PIECES = st.sampled_from(
    [
        *"\\*_~`|[]()<>@#:-+.!1 \n\r\ta",
        "**",
        "__",
        "~~",
        "||",
        "```",
        "](",
        "://",
        "https",
        "1. ",
        "-# ",
        "- ",
        "> ",
    ]
)
HOSTILE = st.lists(PIECES, max_size=30).map("".join)
TEXTS = st.one_of(st.text(), HOSTILE)

ALIVE_IN_DISCORD = [
    "*a* _a_ **a** __a__ ***a***",
    "~~struck~~ ||spoiler|| `code` ``code``",
    "```python\ncode\n```",
    "# Heading",
    "  ### Heading",
    "-# small print",
    "- item",
    "* item",
    "+ item",
    "   - indented item",
    "1. first",
    "2025. The year as a list",
    "> quoted",
    ">>> everything quoted",
    "text\n- item after a line",
    "text\n\n- item after a paragraph",
    "text\n\n> quote after a paragraph",
    "[a](https://example.com)",
    "[a](https://one.example) and [b](https://two.example)",
    "https://example.com/path_with_underscores",
    "<https://example.com>",
    "steam://run/1",
    "<t:1749081600:R>",
    "<@123456789012345678> <@!123456789012345678> <@&123456789012345678>",
    "<#123456789012345678>",
    "</ask:123456789012345678>",
    "<:wave:123456789012345678> <a:wave:123456789012345678>",
    "<id:customize>",
    "@everyone and @here",
    ":smile: and :+1:",
    "¯\\_(ツ)_/¯",
    "\\*already escaped\\*",
    "2*3*4 = 24",
]


@pytest.mark.parametrize("text", ALIVE_IN_DISCORD)
def test_what_is_alive_in_discord_is_shown_as_written(text: str) -> None:
    assert active(escape(text)) == set()
    assert shown(escape(text)) == text


def test_the_model_knows_that_these_are_alive() -> None:
    quiet = [text for text in ALIVE_IN_DISCORD if not active(text)]
    assert quiet == ["\\*already escaped\\*"]  # plain, but Discord would swallow the backslashes
    assert shown("\\*already escaped\\*") == "*already escaped*"


@given(TEXTS)
@example("\\")
@example("1.\n2)")
@example("- \r- \u2028- ")
@example("](https://evil.example)")
def test_escape_is_undone_by_unescape(text: str) -> None:
    assert unescape(escape(text)) == text


@given(TEXTS)
def test_nothing_in_escaped_text_is_alive(text: str) -> None:
    assert active(escape(text)) == set()
    assert shown(escape(text)) == text


@given(TEXTS)
def test_no_backslash_stands_before_a_letter_a_digit_or_space(text: str) -> None:
    assert not re.search(r"(?<!\\)(?:\\\\)*\\(?:[0-9A-Za-z\s]|\Z)", escape(text))


def test_ordinary_prose_is_hardly_touched() -> None:
    prose = 'The board said on Monday that 35,000 tonnes (12.5%) were "saved" - a record; more will follow.'
    assert escape(prose) == prose


@given(TEXTS)
@example("first\n\nthird\n")
@example("a\r\nb\rc")
@example("> nested\n>>> deeper")
def test_a_block_quote_keeps_every_line(text: str) -> None:
    quoted = block_quote(text)
    lines = re.split(r"\r\n|\r|\n", quoted)
    assert len(lines) == len(re.split(r"\r\n|\r|\n", text))
    assert all(line.startswith("> ") for line in lines)
    assert unescape(re.sub(r"(\A|\r\n|\r|\n)> ", r"\1", quoted)) == text


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(HOSTILE.map(lambda text: text.replace("\r", "")))
    edges = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return text, list(zip(edges[::2], edges[1::2], strict=False))


@given(texts_with_spans())
@example((":a:b: c", [(0, 1), (3, 5)]))
@example(("ab", [(0, 1), (1, 2)]))
@example(("*a*\\", [(0, 3), (3, 4)]))
def test_bold_words_change_no_character(case: tuple[str, list[tuple[int, int]]]) -> None:
    text, spans = case
    marked = escape(text, spans)
    assert shown(marked) == text
    assert active(marked) <= {"bold"}
    assert all("\n" not in node.text for node in find(marked, "bold"))


def test_words_in_bold() -> None:
    text = "About 11,000 troops (12%) went.\n- Kim"
    bold_type = find(block_quote(text, [(6, 12), (21, 24), (34, 37)]), "bold")
    assert [node.text for node in bold_type] == ["11,000", "12%", "Kim"]
    touching = find(escape("one two", [(0, 3), (3, 7)]), "bold")
    assert "".join(node.text for node in touching) == "one"  # the second begins with white space
    assert find(escape("a\nb", [(0, 3)]), "bold") == []


@given(HOSTILE.map(lambda text: text.replace("\r", "")))
def test_discord_shows_a_block_quote_and_nothing_else(text: str) -> None:
    (quote,) = parse(block_quote(text))
    assert quote.kind == "quote"
    assert quote.text == text
    assert {node.kind for node in quote.inside} <= {"text", "escape"}


@given(TEXTS.filter(lambda text: "://" not in text and text.strip()))
@example("Live [updated]: storm")
@example("a ] b [ c")
@example("[x](evil.example)")
@example("ends in a backslash \\")
@example("* 0")
def test_a_link_shows_its_label_and_leads_to_its_address(label: str) -> None:
    # What follows must not be able to move the link's end, so things that could are put there.
    hostile = escape("] [x](https://evil.example) ](b)")
    markdown = (
        f"{link(label, 'https://example.com/a')} {hostile} {link(label, 'https://example.com/b')} {hostile}"
    )
    links = find(markdown, "link")
    assert [node.to for node in links] == ["https://example.com/a", "https://example.com/b"]
    assert looks(links[0].text) == looks(" ".join(UNSEEN.sub("", label).split()))
    assert {node.kind for node in links[0].inside} <= {"text"}


LOOKS_LIKE = str.maketrans("()∖∗ˍˋ∼ǀ‹∶＠", "[]\\*_`~|<:@")
UNSEEN = re.compile("[\u2060\u202a-\u202e\u2066-\u2069]")


def looks(text: str) -> str:
    """A text as it looks to somebody who takes no notice of small differences."""
    return UNSEEN.sub("", text).translate(LOOKS_LIKE)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Budget [2025] passed", "Budget (2025) passed"),
        ("a ] b [ c", "a ) b ( c"),
        ("C:\\Users", "C:∖Users"),
        ("A 5* hotel for snake_case", "A 5* hotel for snake_case"),
        ("*A* headline", "∗A∗ headline"),
        ("1. FC Köln - 3:1", "\u20601. FC Köln - 3:1"),
        ("at 10:30 or ~2", "at 10:30 or ~2"),
        ("חדשות", "\u2068חדשות\u2069"),
        ("\u202eturned", "turned"),
    ],
)
def test_a_label_has_no_backslashes_and_only_what_would_be_markup_is_replaced(label: str, shown: str) -> None:
    assert link(label, "https://example.com") == f"[{shown}](https://example.com)"


def test_the_model_shows_backslashes_in_a_label_as_discord_does() -> None:
    assert shown(r"[a\_b](https://example.com)") == r"a\_b"
    assert shown(r"a\_b") == "a_b"
    (only,) = find(r"[\*b*](https://example.com)", "link")
    assert [node.kind for node in only.inside] == ["text", "italic"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///srv/news/story.txt",
        "javascript:alert(1)",
        "",
        "story.txt",
        "https://",
        "ftp://host/a",
        "https:// a",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert link("A *headline*", url) == r"A \*headline\*"


def test_an_address_cannot_end_its_link_early() -> None:
    url = "https://example.com/wiki/Paris_(France)?q=a b&c=[d]**\\<e>|f`#:~:text=x"
    (node,) = find(f"**{link('Paris', url)}** after", "link")
    assert (
        node.to
        == "https://example.com/wiki/Paris_%28France%29?q=a%20b&c=%5Bd%5D%2A%2A%5C%3Ce%3E%7Cf%60#:~:text=x"
    )


def test_an_address_as_label_is_not_linked_because_discord_would_show_the_raw_text() -> None:
    assert active(link("https://bank.example", "https://example.com")) == set()


@given(TEXTS.filter(lambda text: UNSEEN.sub("", text).strip()))
def test_bold_type_ends_where_its_text_ends(text: str) -> None:
    (node, *rest) = parse(bold(text) + " after")
    line = " ".join(UNSEEN.sub("", text).split())
    assert (node.kind, UNSEEN.sub("", node.text)) == ("bold", line)
    assert "".join(other.text for other in rest) == " after"


def test_bold_nothing_is_nothing() -> None:
    assert bold(" \n") == ""


@given(TEXTS, st.integers(1, 60))
@example("\U0001f600" * 10, 7)
def test_a_cut_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    result = cut(text, limit)
    line = " ".join(UNSEEN.sub("", text).split())
    assert length(result) <= limit
    assert active(result) == set()
    if unescape(result) != line:
        assert result.endswith("…")
        assert line.startswith(unescape(result[:-1]))


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("ab👩‍👩‍👧 c", 5, "ab"),
        ("🇩🇪🇫🇷🇪🇸", 3, "🇩🇪"),
        ("👍🏽!", 1, ""),
        ("e\u0301a", 1, ""),
        ("plain text", 6, "plain"),
    ],
)
def test_no_emoji_and_no_letter_is_cut_in_two(text: str, limit: int, kept: str) -> None:
    assert beginning(text, limit) == kept


@pytest.mark.parametrize("named", [bold, plain, lambda text: link(text, "https://example.com")])
def test_text_from_right_to_left_moves_nothing_beside_it(named: Callable[[str], str]) -> None:
    assert "\u2068أخبار\u2069" in named("أخبار")
    assert "\u2068" not in named("News")
    assert "\u202e" not in named("News \u202e backwards")


def test_length_counts_what_discord_may_count() -> None:
    assert length("a\U0001f600") == 3


def test_a_timestamp_names_the_second() -> None:
    assert timestamp(datetime(2025, 6, 5, 12, 0, 0, 999_999, tzinfo=UTC)) == "<t:1749124800:f>"
    assert timestamp(datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC), "R") == "<t:-1:R>"


@pytest.mark.parametrize(
    ("text", "strong", "shown"),
    [
        ("it is 3. or so", (6, 8), r"it is **3\.** or so"),
        ("Note: this", (0, 5), r"**Note\:** this"),
        ("Note: this", (6, 10), "Note: **this**"),
    ],
)
def test_what_only_bold_type_makes_active_is_escaped(text: str, strong: tuple[int, int], shown: str) -> None:
    assert escape(text, [strong]) == shown


def test_what_was_said_is_struck_through_line_by_line() -> None:
    assert struck("It *was* so.\n\n  Then not. ") == "> ~~It \\*was\\* so.~~\n> \n> ~~Then not.~~"


def test_as_much_is_kept_as_has_room() -> None:
    assert cut("abcdefgh", 4) == "abc…"
    assert cut("ab cdefgh", 4) == "ab…"
    assert [length(text) for text in ("\uffff", "\U00010000")] == [1, 2]
