"""Editions: whose news is meant.

An edition is named by the guild (Discord server) that it belongs to. `SHARED` names the sources that the
operator has chosen for all; a guild's edition has those of them that it keeps, and sources of its own. None,
wherever an edition is asked for, means everything that is stored: that is the operator's view.
"""

from __future__ import annotations

SHARED = ""

# The number and the name of the origin of what was stored before origins were noted.
LIBRARY, LIBRARY_NAME = 0, "library"


def upload_name(edition: str) -> str:
    """Return the name of the origin of the files that are uploaded for an edition."""
    return f"upload:{edition}"
