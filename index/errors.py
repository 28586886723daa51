"""The errors of the library, one class for each way to react to them.

Every message is one sentence that says what to do. The faces (Discord bot, command line, terminal) show it as
it is.
"""


class NewsError(Exception):
    """Base of all errors that the library raises on purpose."""


class UsageError(NewsError):
    """The caller asked for something impossible: change the input and ask again."""


class QuotaError(UsageError):
    """A guild has used up what it may: remove something, give less, or wait for the next day.

    `kind` names the quota: "sources", "feeds", "articles" or "bytes". `most` is its limit.
    """

    def __init__(self, kind: str, most: int) -> None:
        super().__init__(_QUOTA_SENTENCES[kind].format(most=most, megabytes=most // 2**20))
        self.kind = kind
        self.most = most


class SourceError(NewsError):
    """A file, folder or address could not be read: reading goes on with the others."""


class RecordError(NewsError):
    """One record of a source is broken: it is reported and skipped, and the other records are read."""


class BudgetError(NewsError):
    """A document takes more time or memory than any may: it is left out, and the others are read.

    The message is the end of a sentence that begins with the document.
    """


class StoreError(NewsError):
    """The database cannot be reached, or holds something this version does not understand."""


class ModelError(NewsError):
    """The embedding model is missing, damaged, or not the one that made the stored vectors."""


class DamageError(NewsError):
    """A search index is damaged: it is rebuilt from the database, and until then other indexes answer."""


class BusyError(NewsError):
    """Another process or thread is doing this right now: wait and try again."""


class SearchError(NewsError):
    """The search engine on another machine does not answer: ask again later, nothing is lost."""


_QUOTA_SENTENCES = {
    "sources": "A server may have {most:,} sources of its own: remove one first.",
    "feeds": "A list may name {most:,} feeds: split it.",
    "articles": "The {most:,} articles a day of a server are used up: reading goes on after midnight UTC.",
    "bytes": "The {megabytes:,} MiB a day of a server are used up: reading goes on after midnight UTC.",
}
