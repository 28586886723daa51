"""Addresses without what may be a secret: a feed that is not for everybody has its key in its address."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

HIDDEN = "…"
# The value of a parameter that is this long, and no words, is taken for a key, whatever the parameter's name.
LONG = 16

_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"']+", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)[^/?#]*@")
_PARAMETER = re.compile(r"(?P<before>[?&;](?:[^=&;#]*=)?)(?P<value>[^&;#]+)")
_SECRET = re.compile(
    r"token|secret|passw|pwd|auth(?!or)|signature|credential|session|(?:^|api|access|private|[_-])key=|\bsig=",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return a text with each web address in it as anybody may see it.

    User and password are left out, and "…" takes the place of what a parameter holds whose name tells of a
    secret, or which is `LONG` characters or longer and has no space. All else stays as it is.
    """
    return _ADDRESS.sub(lambda found: _masked(found[0]), text)


def _masked(address: str) -> str:
    place, mark, fragment = _PASSWORD.sub("", address).partition("#")
    return _PARAMETER.sub(_parameter, place) + mark + fragment


def _parameter(found: re.Match[str]) -> str:
    value = unquote_plus(found["value"])
    secret = _SECRET.search(found["before"][1:]) or (len(value) >= LONG and " " not in value)
    return found["before"] + (HIDDEN if secret else found["value"])
