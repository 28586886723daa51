"""The picture of imports: `python -m tests.layout [FOLDER]` measures how a checkout is laid out.

The rooms of `index` and `bot` stand in groups. A module imports only from its own room and from rooms of the
groups before its own; rooms of one group do not see each other. Every import counts: those in functions and
those under TYPE_CHECKING, too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "config", "index")

# From the lowest group to the highest; a room is a folder, or a file at the top of its package.
GROUPS: Mapping[str, Sequence[frozenset[str]]] = {
    "index": [
        frozenset({"errors", "clock"}),
        frozenset({"text"}),
        frozenset({"types", "fetch"}),
        frozenset({"languages", "runtime"}),
        frozenset({"sources", "embeddings", "storage"}),
        frozenset({"search", "migrations", "reader"}),
        frozenset({"ingest", "answers"}),
        frozenset({"quotes", "overviews", "evaluation", "status"}),
        frozenset({"doctor", "news"}),
        frozenset({"training"}),
        frozenset({"__init__"}),
    ],
    "bot": [
        frozenset({"__init__"}),
        frozenset({"text", "plots", "ops"}),
        frozenset({"cards", "terminal"}),
        frozenset({"interactions"}),
        frozenset({"services"}),
        frozenset({"cogs", "command_tree"}),
        frozenset({"client"}),
        frozenset({"run"}),
        frozenset({"cli"}),
        frozenset({"__main__"}),
    ],
}


class Import(NamedTuple):
    """One module of ours that imports another."""

    module: str
    imported: str

    def __str__(self) -> str:
        return f"{path_of(self.module)} imports {self.imported}"


def path_of(module: str) -> str:
    """Return a module's name as the path of its file."""
    return f"{module.replace('.', '/')}.py"


@cache
def modules(root: Path = ROOT) -> dict[str, Path]:
    """Return name → file of every module of ours; a package's name is that of its `__init__`."""
    files = sorted(file for package in PACKAGES for file in (root / package).rglob("*.py"))
    return {".".join(file.relative_to(root).with_suffix("").parts): file for file in files}


@cache
def imports(root: Path = ROOT) -> tuple[Import, ...]:
    """Return every import of one of our modules by another."""
    known = modules(root)
    return tuple(
        Import(module, imported)
        for module, file in known.items()
        for imported in sorted(set(_imported(file, known)))
        if imported != module
    )


def _imported(file: Path, known: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from a import b` may name a module a.b or something in a.
            names = [
                inner if (inner := f"{node.module}.{alias.name}") in known else node.module
                for alias in node.names
            ]
        else:
            continue
        yield from (name if name in known else f"{name}.__init__" for name in names if _is_ours(name, known))


def _is_ours(name: str, known: Mapping[str, Path]) -> bool:
    return name in known or f"{name}.__init__" in known


def room_of(module: str) -> str:
    """Return the folder, or the file at the top of its package, in which a module lives."""
    return module.split(".")[1]


def against_order(root: Path = ROOT) -> list[str]:
    """Return the imports that run against the order of the groups, as sentences that name file and import."""
    return [str(found) for found in imports(root) if not _is_allowed(found)]


def _is_allowed(found: Import) -> bool:
    package, other = found.module.split(".")[0], found.imported.split(".")[0]
    if package != other or package not in GROUPS:
        return True
    room, imported = room_of(found.module), room_of(found.imported)
    return room == imported or _group(package, imported) < _group(package, room)


def _group(package: str, room: str) -> int:
    """Return the place of a room's group, from 0; that above all others for a room in no group."""
    groups = GROUPS[package]
    return next((place for place, group in enumerate(groups) if room in group), len(groups))


def without_group(root: Path = ROOT) -> list[str]:
    """Return the modules whose room stands in no group."""
    named = {package: frozenset[str]().union(*groups) for package, groups in GROUPS.items()}
    parts = {module: module.split(".") for module in modules(root)}
    return [
        path_of(module)
        for module, (package, room, *_) in parts.items()
        if package in named and room not in named[package]
    ]


def circles(root: Path = ROOT) -> list[list[str]]:
    """Return the groups of modules that import each other in a circle, largest first.

    After Tarjan (1972, "Depth-First Search and Linear Graph Algorithms"): strongly connected components.
    """
    graph = _graph(root)
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        stack.append(module)
        for imported in graph[module]:
            if imported not in order:
                visit(imported)
            if imported in stack:
                lowest[module] = min(lowest[module], lowest[imported])
        if lowest[module] == order[module]:
            place = stack.index(module)
            component = stack[place:]
            del stack[place:]
            if len(component) > 1:
                found.append(sorted(component))

    for module in graph:
        if module not in order:
            visit(module)
    return sorted(found, key=len, reverse=True)


def _graph(root: Path) -> dict[str, list[str]]:
    """Return module → the modules of its own package that it imports, packages' own files left out."""
    graph: dict[str, list[str]] = {module: [] for module in modules(root)}
    for module, imported in imports(root):
        if module.split(".")[0] == imported.split(".")[0] and not imported.endswith("__init__"):
            graph[module].append(imported)
    return graph


def floors(root: Path, package: str) -> int:
    """Return how many modules of a package stand above each other at most, a circle counting as one."""
    graph, circle_of = _graph(root), {}
    for circle in circles(root):
        circle_of |= dict.fromkeys(circle, circle[0])
    height: dict[str, int] = {}

    def above(module: str) -> int:
        name = circle_of.get(module, module)
        if name not in height:
            members = [other for other in graph if circle_of.get(other, other) == name]
            below = {inner for other in members for inner in graph[other]} - set(members)
            height[name] = 1 + max((above(inner) for inner in below), default=0)
        return height[name]

    return max(above(module) for module in graph if module.startswith(f"{package}."))


def function_lengths(root: Path = ROOT) -> list[int]:
    """Return the lines of code of every function, without its docstring, comments and blank lines."""
    lengths = []
    for file in modules(root).values():
        text = file.read_text(encoding="utf-8")
        code = [bool(line.strip()) and not line.lstrip().startswith("#") for line in text.splitlines()]
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[1].lineno if ast.get_docstring(node) and node.body[1:] else node.lineno + 1
                lengths.append(1 + sum(code[first - 1 : node.end_lineno]))
    return sorted(lengths)


def folder_sizes(root: Path = ROOT) -> dict[str, int]:
    """Return folder → how many modules lie in it, `__init__` left out."""
    sizes: dict[str, int] = {}
    for file in modules(root).values():
        if file.stem != "__init__":
            folder = file.parent.relative_to(root).as_posix()
            sizes[folder] = sizes.get(folder, 0) + 1
    return sizes


def file_lengths(root: Path = ROOT) -> dict[str, int]:
    """Return file → its number of lines."""
    return {
        file.relative_to(root).as_posix(): len(file.read_text(encoding="utf-8").splitlines())
        for file in modules(root).values()
    }


def _most(sizes: Mapping[str, int]) -> str:
    name = max(sizes, key=lambda key: sizes[key])
    return f"{sizes[name]} ({name})"


def picture(root: Path) -> str:
    """Return the whole picture as text, a figure a line."""
    lengths, rounds = function_lengths(root), circles(root)
    figures = {
        "modules": str(len(modules(root))),
        "floors of imports, index / bot": f"{floors(root, 'index')} / {floors(root, 'bot')}",
        "circles (modules in them)": f"{len(rounds)} ({sum(map(len, rounds))})",
        "imports against the order": str(len(against_order(root))),
        "modules in no group": str(len(without_group(root))),
        "most files in a folder": _most(folder_sizes(root)),
        "largest file, lines": _most(file_lengths(root)),
        "functions": str(len(lengths)),
        "lines of a function, median": str(lengths[len(lengths) // 2]),
        "lines of a function, 99th percentile": str(lengths[len(lengths) * 99 // 100]),
    }
    width = max(map(len, figures))
    return "\n".join(f"{name:<{width}}  {figure}" for name, figure in figures.items())


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT
    sys.stdout.write(f"{picture(folder)}\n")
    broken = against_order(folder) if not without_group(folder) else []
    sys.stdout.write("".join(f"  {sentence}\n" for sentence in broken))
