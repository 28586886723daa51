"""Hides what may be a secret in web addresses: a private feed often has its key in its address.

`masked` is for sentences and lists: what is hidden is shown as "…". `public_address` is for links: it leaves
out what is secret, so that the link still leads to a page.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote, unquote_plus

HIDDEN = "…"
# A parameter's value of this many characters or more, without spaces, is taken for a key, whatever the
# parameter's name.
LONG = 16

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,19}://\S+", re.IGNORECASE)
# What an address in a sentence may stand in, and what may come behind it.
_QUOTED, _BEHIND = "<>\"'", "<>\"'.,:;!?()[]{}"
# Addresses within addresses: how often one is decoded, and what stands before their parameters.
MOST_ENCODED = 3
_INNER = re.compile(r"[?&;#]")
_PASSWORD = re.compile(r"(?<=://)[^/?#]*@")
# The place of an address ends at "#". Behind it only "name=value" is a parameter, all else is an anchor.
_PARAMETER = re.compile(
    r"(?P<before>[?&;](?P<name>[^=&;#]*=)?)(?P<value>[^&;#]+)"
    r"|(?P<anchor_before>(?<=[#&])(?P<anchor_name>[^=&;#]+=))(?P<anchor_value>[^&;#]+)"
)
_SECRET = re.compile(
    r"token|secret|passw|passcode|passphrase|pwd|auth(?!or)|signature|credential|session|sess_?id|jwt|bearer|hmac"
    r"|(?:^|api|access|private|user|feed|rss|app|client|member|subscription|license|[_-])key="
    r"|(?:\b|[_-])(?:sig|pass|pw|otp)=",
    re.IGNORECASE,
)
# So many letters and digits in a row are no word of a headline, and a UUID has fewer: they look like a key.
_RUN = re.compile(rf"[A-Za-z0-9]{{{LONG},}}")
# Parameters by which sites name their pages. Without them a link would lead elsewhere.
_NAMES_PAGE = re.compile(
    r"(?:(?:article|story|post|page|doc|document|item|content|news|video|object|resource)[_-]?)?"
    r"(?:id|guid|uuid|url|slug|name|no|nr)=|(?:article|story|post|page|p|v|u|q|query|title)=",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return a text with the secrets in its web addresses hidden.

    User and password are left out. "…" replaces a parameter's value where the parameter's name says that it
    is a secret, or where the value has `LONG` characters or more and no space. Invisible characters of an
    address, such as marks of direction, are written as "%…". All else stays as it is.
    """
    return _ADDRESS.sub(lambda match: _masked_word(match[0]), text)


def public_address(address: str) -> str:
    """Return an address as it may be linked to in public.

    It has no user, no password, and no parameter that looks secret: by its name, or because its value has
    `LONG` letters and digits or more in a row and does not name the page. Invisible characters are written as
    "%…", so that the address reads as it is.
    """
    parts = _visible(_PASSWORD.sub("", address)).split("#", 1)
    parts = [_without_secrets(part, mark) for part, mark in zip(parts, ("?", ""), strict=False)]
    return "#".join(part for number, part in enumerate(parts) if part or not number)


def _masked_word(word: str) -> str:
    """Return an address masked, with the quotation marks and what else stands behind it in a sentence.

    Within an address such a mark ends nothing: what comes behind it may be a secret.
    """
    behind = len(word.rstrip(_BEHIND))
    end = next((place for place in range(behind, len(word)) if word[place] in _QUOTED), len(word))
    return _masked(word[:end]) + word[end:]


def _masked(address: str) -> str:
    return _PARAMETER.sub(_parameter, _visible(_PASSWORD.sub("", address)))


def _parameter(match: re.Match[str]) -> str:
    if match["anchor_value"] is not None:
        before, value = match["anchor_before"], match["anchor_value"]
        secret = bool(_SECRET.search(unquote(before))) or _holds_secret(value)
    else:
        before, value = match["before"], match["value"]
        plain = unquote_plus(value)
        secret = bool(_SECRET.search(unquote(before[1:]))) or (len(plain) >= LONG and " " not in plain)
        secret = secret or _holds_secret(value)
    return before + (HIDDEN if secret else value)


def _without_secrets(part: str, query_mark: str) -> str:
    """Return a part of an address, up to "#" or behind it, without the parameters that look secret."""
    path, mark, query = part.partition(query_mark) if query_mark else ("", "", part)
    path = re.sub(r";[^;/?]*", lambda match: "" if _is_secret(match[0][1:]) else match[0], path)
    kept = re.sub(r"[^&;]+", lambda match: "" if _is_secret(match[0]) else match[0], query)
    if kept != query:
        kept = re.sub(r"[&;](?=[&;]|$)|^[&;]+", "", kept)
    return f"{path}{mark if kept or not query else ''}{kept}"


def _is_secret(parameter: str) -> bool:
    name, separator, value = parameter.partition("=")
    if not separator:
        name, value = "", parameter
    named = unquote(name) + separator
    if (separator and _SECRET.search(named)) or _holds_secret(value):
        return True
    return any(map(_is_key, _RUN.findall(unquote(value)))) and not _NAMES_PAGE.fullmatch(named)


def _holds_secret(value: str) -> bool:
    """Tell whether a value has a parameter or a password that looks secret in it.

    That is often another address, as of what a proxy is to fetch, encoded once or more.
    """
    for _ in range(MOST_ENCODED):
        value = unquote(value)
    names = (part.partition("=")[:2] for part in _INNER.split(value)[1:])
    return bool(_PASSWORD.search(value)) or any(end and _SECRET.search(name + end) for name, end in names)


def _is_key(run: str) -> bool:
    """Tell whether a run of letters and digits has both: a number alone, or a long word, is no key."""
    return not run.isalpha() and not run.isdigit()


def _visible(address: str) -> str:
    """Return an address in which characters that are not seen, or change the order of others, are encoded."""
    if address.isascii() and address.isprintable():
        return address
    hidden = ("Cc", "Cf", "Zl", "Zp", "Zs", "Cs", "Co", "Cn")
    return "".join(
        quote(char, safe="", errors="replace") if unicodedata.category(char) in hidden else char
        for char in address
    )
