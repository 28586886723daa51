"""The READMEs say what is there: links lead to files, and no setting, target, command or room is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.places import variable
from config.settings import Settings

ROOT = next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").is_file())
READMES = [ROOT / name / "README.md" for name in (".", "bot", "config", "index", "tests")]

# [text](target) and ![text](target), but not what stands in code.
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
# A file or folder in code, such as `search/base.py`: from the README's own folder, or from the root.
_PATH = re.compile(r"\w[\w./-]*/(?:[\w.-]+\.(?:py|json|yaml|opml|txt|service))?")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
# A longer line that stands in two READMEs was copied.
LONG = 60


def prose(readme: Path) -> str:
    """Return the text of a README without its blocks of code."""
    return _FENCE.sub("", readme.read_text(encoding="utf-8"))


def named(readme: Path) -> set[str]:
    """Return everything that stands in a README as inline code."""
    return set(_CODE.findall(prose(readme)))


def anchors(readme: Path) -> set[str]:
    """Return the names under which the headings of a README are linked, as GitHub makes them."""
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(readme)))
    return {heading.strip().replace(" ", "-") for heading in headings}


def leads_somewhere(link: str, readme: Path) -> bool:
    """Tell whether a relative link of a README leads to a file of the project, and to one of its headings."""
    path, _, anchor = link.partition("#")
    target = (readme.parent / path).resolve() if path else readme
    inside = target.is_relative_to(ROOT) and target.exists()
    return inside and (not anchor or anchor in anchors(target))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("readme", READMES, ids=relative)
def test_every_relative_link_leads_to_a_file_and_a_heading(readme: Path) -> None:
    links = [link for link in _LINK.findall(_CODE.sub("", prose(readme))) if "://" not in link]
    assert links
    assert [link for link in links if not leads_somewhere(link, readme)] == []


@pytest.mark.parametrize("link", ["no.md", "../README.md", "bot/README.md#none", "#none"])
def test_a_broken_link_is_noticed(link: str) -> None:
    assert not leads_somewhere(link, ROOT / "README.md")


@pytest.mark.parametrize("readme", READMES, ids=relative)
def test_every_file_and_folder_that_is_named_exists(readme: Path) -> None:
    paths = sorted(code for code in named(readme) if _PATH.fullmatch(code))
    missing = [
        path for path in paths if not any((folder / path).exists() for folder in (readme.parent, ROOT))
    ]
    assert missing == []


def test_every_setting_is_documented_and_no_other() -> None:
    table = prose(ROOT / "config" / "README.md")
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", table, re.MULTILINE)
    documented = [name for row in rows for name in _CODE.findall(row)]
    assert sorted(documented) == sorted(map(variable, Settings.model_fields))


def test_every_make_target_is_documented_and_no_other() -> None:
    phony = re.search(r"^\.PHONY:((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    targets = phony[1].replace("\\\n", " ").split()
    rows = re.findall(r"^\| `make (\w+)` \|", prose(ROOT / "tests" / "README.md"), re.MULTILINE)
    assert sorted(rows) == sorted(targets)


@pytest.mark.parametrize("room", ["bot", "index"])
def test_every_room_is_described(room: str) -> None:
    folders = {path.parent for path in (ROOT / room).glob("*/*.py")} - {ROOT / room}
    rooms = {f"{relative(folder)}/" for folder in folders}
    assert rooms
    assert sorted(rooms - named(ROOT / room / "README.md")) == []


def test_every_command_of_discord_is_named() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "bot" / "cogs").rglob("*.py"))
    names = re.findall(r"app_commands\.(?:command|Group)\(\s*name=\"(\w+)\"", code)
    assert len(names) > 10
    words = {word for span in named(ROOT / "README.md") for word in re.findall(r"/\w+", span)}
    assert sorted({f"/{name}" for name in names} - words) == []


def test_every_test_that_is_named_exists() -> None:
    """What people are kept from is shown by tests, line by line (bot/README.md, *Who may do what*)."""
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    wanted = {name for name in named(ROOT / "bot" / "README.md") if name.startswith("test_")}
    assert len(wanted) > 20
    assert sorted(wanted - set(re.findall(r"def (test_\w+)\(", tests))) == []
    section = prose(ROOT / "bot" / "README.md").split("## Who may do what")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert [row for row in rows if not re.search(r"\| `test_\w+`[^|]*\|$", row)] == []


def test_no_line_stands_in_two_readmes() -> None:
    seen: dict[str, Path] = {}
    twice = []
    for readme in READMES:
        for line in {line.strip() for line in readme.read_text(encoding="utf-8").splitlines()}:
            if len(line) >= LONG and seen.setdefault(line, readme) != readme:
                twice.append(line)
    assert twice == []
