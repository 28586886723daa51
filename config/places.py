"""Reads settings from the environment, `.env` and `newsbot.toml`. The first of these that has one wins."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

PREFIX = "NEWS_"
ENV_FILE = Path(".env")
TOML_FILE = Path("newsbot.toml")
# Settings without our prefix, because hosting platforms and other bots use the same names.
WITHOUT_PREFIX = frozenset({"discord_token", "database_url"})


class SettingsError(ValueError):
    """A setting is wrong. The message is one sentence that says which, and what to do."""


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """A value as a person wrote it, and the name to find it by, such as `threshold in newsbot.toml`."""

    value: Any
    name: str


def variable(field: str) -> str:
    """Return the environment variable of a field: `data_dir` is `NEWS_DATA_DIR`."""
    return field.upper() if field in WITHOUT_PREFIX else PREFIX + field.upper()


def find_settings(fields: Collection[str]) -> dict[str, WrittenValue]:
    """Return field → value, for the fields that were set.

    Raises SettingsError for an unknown name and a file that cannot be read.
    """
    variables = {variable(field): field for field in fields}
    in_toml = {name: (name, value) for name, value in _read_toml().items()}
    _refuse_unknown(in_toml, fields, f" in {TOML_FILE}")
    written = {field: WrittenValue(value, f"{field} in {TOML_FILE}") for field, (_, value) in in_toml.items()}
    for values, where in ((_read_env_file(), f" in {ENV_FILE}"), (os.environ, "")):
        ours = [name for name in values if name.upper().startswith(PREFIX)]
        _refuse_unknown(ours, variables, where)
        written |= {
            field: WrittenValue(values[name], name + where)
            for name, field in variables.items()
            if name in values
        }
    return written


def _refuse_unknown(names: Collection[str], known: Collection[str], where: str) -> None:
    for name in sorted(set(names) - set(known)):
        raise SettingsError(f"{name}{where} is not a setting: {_suggestion(name, known)}.")


def _suggestion(name: str, known: Collection[str]) -> str:
    """Return advice that names the known setting most like `name`, with or without the prefix."""
    bare = {setting.upper().removeprefix(PREFIX): setting for setting in known}
    close = difflib.get_close_matches(name.upper().removeprefix(PREFIX), bare, n=1, cutoff=0.5)
    if close:
        return f"perhaps {bare[close[0]]} is meant, otherwise remove it"
    return f"remove it, or use one of {', '.join(sorted(known))}"


def _read_toml() -> dict[str, Any]:
    try:
        return tomllib.loads(TOML_FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _unreadable(TOML_FILE, error) from None


def _read_env_file() -> Mapping[str, str | None]:
    try:
        return dotenv_values(ENV_FILE)
    except (OSError, ValueError) as error:
        raise _unreadable(ENV_FILE, error) from None


def _unreadable(file: Path, error: OSError | ValueError) -> SettingsError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    # The message of a decoding error quotes the bytes around it, which may be a secret.
    if isinstance(error, UnicodeDecodeError):
        reason = "it is not UTF-8 text"
    return SettingsError(f"{file} cannot be read ({reason}): mend the file or remove it.")
