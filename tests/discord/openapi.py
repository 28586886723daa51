"""Discord's own description of its interface: every body that a bot sends is held to it, where it is at hand.

It is looked for as `shared/discord/openapi.json` beside one of the folders that the project lies in. Without
it the limits in `discord_limits` are all that is checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from tests.discord.limits import Json

WHERE: Final = Path("shared/discord/openapi.json")
OPENAPI: Final = next(
    (folder / WHERE for folder in Path(__file__).resolve().parents if (folder / WHERE).is_file()), None
)
JSON: Final = "application/json"
# Discord takes ids as numbers, too, and so discord.py sends some, which the description does not say.
SNOWFLAKE: Final = {"type": ["string", "integer"]}


def complaint(method: str, path: str, body: Any) -> str | None:
    """Return what Discord's description says is wrong with a request; None where it fits or is not known."""
    judges = (judge for known, pattern, judge in operations() if known == method and pattern.fullmatch(path))
    judge = next(judges, None)
    error = best_match(judge.iter_errors(body)) if judge else None
    return f"{error.json_path}: {error.message[:300]}" if error else None


@cache
def operations() -> list[tuple[str, re.Pattern[str], Validator]]:
    """Method, path and validator of every request with a body; paths without parameters come first."""
    if OPENAPI is None:
        return []
    description = json.loads(OPENAPI.read_text(encoding="utf-8"))
    found = []
    for path, operations in sorted(description["paths"].items(), key=lambda each: each[0].count("{")):
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method in ("post", "put", "patch"):
            content = operations.get(method, {}).get("requestBody", {}).get("content", {})
            if JSON in content:
                schema = _linked(content[JSON]["schema"], description["components"]["schemas"], {})
                found.append((method.upper(), pattern, Judge(schema)))
    return found


def _linked(node: Any, schemas: Json, done: dict[str, Json]) -> Any:
    """Put what is referred to in place of the references, circles included: looking it up takes most time."""
    if isinstance(node, list):
        return [_linked(each, schemas, done) for each in node]
    if not isinstance(node, dict):
        return node
    if isinstance(reference := node.get("$ref"), str):
        name = reference.rpartition("/")[2]
        if name == "SnowflakeType":
            return SNOWFLAKE
        if name not in done:
            done[name] = {}
            done[name].update(_linked(schemas[name], schemas, done))
        return done[name]
    return {key: _linked(value, schemas, done) for key, value in node.items()}


def _fits(option: Json, instance: Any) -> bool:
    """Whether an alternative is for things of the instance's type, where it names types."""
    kinds = option.get("properties", {}).get("type", {}).get("enum")
    return not kinds or instance.get("type") in kinds


def _among_fitting(keyword: str) -> Callable[[Validator, list[Json], Any, Json], Iterator[ValidationError]]:
    """Judge by the alternatives for the instance's type: trying a dozen others takes most of the time."""
    judge = Draft202012Validator.VALIDATORS[keyword]

    def among(
        validator: Validator, options: list[Json], instance: Any, schema: Json
    ) -> Iterator[ValidationError]:
        if isinstance(instance, dict):
            options = [option for option in options if _fits(option, instance)] or options
        yield from judge(validator, options, instance, schema)

    return among


Judge: Final = extend(
    Draft202012Validator, {keyword: _among_fitting(keyword) for keyword in ("anyOf", "oneOf")}
)
