"""Quotas: how much a guild (Discord server) may have read for it. What is shared has none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quotas:
    """The limits for each guild.

    A guild may have `sources` of its own, and give a list (OPML) of at most `feeds`. On each day in UTC at
    most `articles` are stored for it, and at most `bytes` are read: of the documents that its sources and
    uploads are, and of the texts of the pages that these link to. Several guilds that have the same source
    share what it costs equally.
    """

    sources: int = 50
    feeds: int = 200
    articles: int = 2_000
    bytes: int = 200 * 2**20
