"""Hides what may be a secret in web addresses: a private feed often has its key in its address."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

HIDDEN = "…"
# A parameter's value of this many characters or more, without spaces, is taken for a key, whatever the
# parameter's name.
LONG = 16

_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"']+", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)[^/?#]*@")
_PARAMETER = re.compile(r"(?P<before>[?&;](?:[^=&;#]*=)?)(?P<value>[^&;#]+)")
_SECRET = re.compile(
    r"token|secret|passw|pwd|auth(?!or)|signature|credential|session|(?:^|api|access|private|[_-])key=|\bsig=",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return a text with the secrets in its web addresses hidden.

    User and password are left out. "…" replaces a parameter's value where the parameter's name says that it
    is a secret, or where the value has `LONG` characters or more and no space. All else stays as it is.
    """
    return _ADDRESS.sub(lambda match: _masked(match[0]), text)


def _masked(address: str) -> str:
    place, mark, fragment = _PASSWORD.sub("", address).partition("#")
    return _PARAMETER.sub(_parameter, place) + mark + fragment


def _parameter(match: re.Match[str]) -> str:
    value = unquote_plus(match["value"])
    secret = _SECRET.search(match["before"][1:]) or (len(value) >= LONG and " " not in value)
    return match["before"] + (HIDDEN if secret else match["value"])
