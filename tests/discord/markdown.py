"""How Discord's client reads markdown, as a small model: what is text, and what is more than text.

Written after the published rules of the client's parser (simple-markdown with Discord's additions), and
stricter where clients differ: a rule that only one of them knows counts as well. Three oddities matter for
us and are kept: the link rule counts brackets without regard to backslashes, which in its label are shown
like any other character; and bold type ends at the first two asterisks.
"""

import re
from collections.abc import Set
from dataclasses import dataclass

_FLAGS = re.DOTALL
_LABEL = r"(?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*"

# In the order in which they are tried. The first three need the start of a line.
_RULES = {
    "quote": re.compile(r" *>>> (?P<rest>.*)| *> [^\n]*(?:\n *> [^\n]*)*\n?", _FLAGS),
    "heading": re.compile(r"\s*#{1,3}\s+(?P<in>[^\n]+\n?)"),
    "small": re.compile(r"\s*-#\s+(?P<in>[^\n]+\n?)"),
    "list": re.compile(r"\s*(?:[*+-]|\d+[.)])\s+(?P<in>[^\n]+\n?)"),
    "code block": re.compile(r"```.+?```", _FLAGS),
    "escape": re.compile(r"\\(?P<text>[^0-9A-Za-z\s])"),
    "address": re.compile(r"<?\w+:/{1,2}[^\s<>]+>?"),
    "link": re.compile(rf"\[(?P<in>{_LABEL})\]\(\s*<?(?P<to>(?:\([^)]*\)|[^\s\\]|\\.)*?)>?\s*\)", _FLAGS),
    "bold": re.compile(r"\*\*(?P<in>.+?)\*\*(?!\*)", _FLAGS),
    "underline": re.compile(r"__(?P<in>.+?)__(?!_)", _FLAGS),
    "italic": re.compile(
        r"\b_(?P<in>(?:__|\\.|[^\\_])+?)_\b|\*(?=\S)(?P<in2>(?:\*\*|\\.|[^\\*])+?)\*(?!\*)", _FLAGS
    ),
    "strike": re.compile(r"~~(?P<in>.+?)~~", _FLAGS),
    "spoiler": re.compile(r"\|\|(?P<in>.+?)\|\|", _FLAGS),
    "code": re.compile(r"(`+).+?\1", _FLAGS),
    "time": re.compile(r"<t:(?P<to>-?\d+(?::[dDtTfFRsS])?)>"),
    "mention": re.compile(r"<@[!&]?\d+>|<#\d+>|@everyone|@here"),
    "command": re.compile(r"</[^>\n]+:\d+>|<id:\w+>|<\d+:\w+>"),
    "emoji": re.compile(r"<a?:\w+:\d+>|:[^\s:]+:|¯\\_\(ツ\)_/¯"),
    "text": re.compile(r".[0-9A-Za-z]*?(?=[^0-9A-Za-z]|\w+:\S|$)", _FLAGS),
}
_AT_LINE_START = {"quote", "heading", "small", "list"}


@dataclass(frozen=True)
class Node:
    """`kind` is a name of the table above; `text` what is shown; `to` where it leads or which time it is."""

    kind: str
    text: str
    to: str = ""
    inside: tuple["Node", ...] = ()


def parse(markdown: str, in_quote: bool = False, in_label: bool = False) -> tuple[Node, ...]:
    nodes: list[Node] = []
    at = 0
    while at < len(markdown):
        line_start = not markdown[:at].rpartition("\n")[2].strip()
        left_out = set() if line_start and _ended_by_break(nodes) else _AT_LINE_START
        left_out = left_out | ({"quote"} if in_quote else set()) | ({"escape"} if in_label else set())
        kind, found = _first(markdown, at, left_out)
        nodes.append(_node(kind, found, in_quote))
        at = found.end()
    return tuple(nodes)


def shown(markdown: str) -> str:
    """What a reader sees, formatting aside."""
    return "".join(node.text for node in parse(markdown))


def active(markdown: str) -> set[str]:
    """The kinds of everything that is more than text."""
    return {node.kind for node in parse(markdown)} - {"text", "escape"}


def find(markdown: str, kind: str) -> list[Node]:
    """All nodes of a kind, at any depth, in reading order."""
    return [node for root in parse(markdown) for node in _walk(root) if node.kind == kind]


def _first(markdown: str, at: int, left_out: Set[str]) -> tuple[str, re.Match[str]]:
    for kind, rule in _RULES.items():
        if kind not in left_out and (found := rule.match(markdown, at)):
            return kind, found
    raise AssertionError(f"nothing matches at {at} of {markdown!r}")


def _ended_by_break(nodes: list[Node]) -> bool:
    # An escape shows something, so what follows it on the line is not at the start any more.
    text = "".join(node.text for node in nodes)
    return not text.rpartition("\n")[2].strip()


def _node(kind: str, found: re.Match[str], in_quote: bool) -> Node:
    groups = found.groupdict()
    if kind == "quote":
        content = groups["rest"] if groups["rest"] is not None else re.sub(r"(?m)^ *> ?", "", found[0])
    else:
        content = groups.get("in") or groups.get("in2")
    if content is None:
        return Node(kind, groups.get("text") or found[0], groups.get("to") or "")
    inside = parse(content, in_quote or kind == "quote", kind == "link")
    return Node(kind, "".join(node.text for node in inside), groups.get("to") or "", inside)


def _walk(node: Node) -> list[Node]:
    return [node, *(below for child in node.inside for below in _walk(child))]
