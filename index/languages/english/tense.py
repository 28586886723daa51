"""Tells whether words speak of what is still to come. Pure; English."""

from __future__ import annotations

import re

_TO_COME = re.compile(
    r"\b(?:will|won['’]t|shall|next|plans?|planned|planning|scheduled|set to|expect(?:s|ed)?|upcoming"
    r"|going to"
    r"|gonna|must|have to|has to|should|tomorrow|deadline|due (?:on|in|by|for|out|next)"
    r"|due to (?:be|open|start|end|begin|take|arrive|return))\b",
    re.IGNORECASE,
)


def speaks_of_the_future(text: str) -> bool:
    """Tell whether a text speaks of what is to come, as "will", "is due to" and "next week" do."""
    return _TO_COME.search(text) is not None
