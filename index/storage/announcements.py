"""Which feeds the pages of other sites announce as theirs: there these feeds may say what the sites may."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select

from index.storage import schema
from index.storage.database import Database
from index.text.normalize import article_id


class AnnouncementStore:
    """The announcements of one database. Safe to use from many threads; several processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sites_of(self, feeds: Sequence[str]) -> set[str]:
        """Return the sites whose pages announce a feed at one of these addresses."""
        table = schema.announcements.c
        ids = [article_id(feed) for feed in feeds]
        rows = self._database.select_in(select(table.feed, table.site), table.feed, ids)
        return {row.site for row in rows}

    def note(self, feed: str, site: str) -> None:
        """Note that a page of a site announces the feed at an address."""
        if site in self.sites_of([feed]):
            return
        with self._database.writing() as connection:
            if site not in self.sites_of([feed]):  # another process may have been quicker
                values = {"feed": article_id(feed), "site": site}
                connection.execute(insert(schema.announcements).values(values))
