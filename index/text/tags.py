"""Language tags (BCP 47), such as "de-AT", in one form."""

from __future__ import annotations

# A longer tag names no language: those of RFC 5646 that are in use have at most 35 characters.
MAX_TAG = 35


def clean_tag(tag: str | None) -> str | None:
    """Return a tag in small letters with "-" between its parts; None of no tag."""
    cleaned = (tag or "").strip().replace("_", "-").lower()[:MAX_TAG]
    return cleaned or None


def base_code(tag: str | None) -> str | None:
    """Return the language of a tag, "de" of "de-AT"; None of no tag."""
    return (clean_tag(tag) or "").partition("-")[0] or None
