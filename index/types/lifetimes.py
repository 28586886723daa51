"""How long is kept what is no article: questions, trails, revisions, guilds that the bot left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """In days. What is older is deleted.

    `questions`: asked questions with their answers and people's verdicts, and which quotes a follow was sent.
    `trail`: entries of guilds' audit trails. `revisions`: what an article said before it was changed. `left`:
    all that is stored of a guild, after the bot was removed from it. `deletions`: who had their data deleted,
    as a hash; a backup that is older than this, once restored, brings back what was deleted.
    """

    questions: int = 90
    trail: int = 365
    revisions: int = 90
    left: int = 30
    deletions: int = 365
