"""Language tags (BCP 47), such as "de-AT", in one form."""

from __future__ import annotations

import re

# A longer tag names no language: those of RFC 5646 that are in use have at most 35 characters.
MAX_TAG = 35
_TAG = re.compile(r"[a-z]{2,3}(?![a-z0-9])(?:-[a-z0-9]{1,8}(?![a-z0-9]))*")


def clean_tag(tag: str | None) -> str | None:
    """Return a tag in small letters with "-" between its parts; None of no tag, as of "German".

    What stands behind the tag is left out: "en-us" of "en_US.UTF-8".
    """
    found = _TAG.match((tag or "").strip().replace("_", "-").lower())
    return found[0] if found and len(found[0]) <= MAX_TAG else None


def base_code(tag: str | None) -> str | None:
    """Return the language of a tag, "de" of "de-AT"; None of no tag."""
    return (clean_tag(tag) or "").partition("-")[0] or None
