"""What can go wrong, named by what to do next.

Every message is one sentence that a person can act on; the faces show it as it is.
"""


class NewsError(Exception):
    """Base of all errors that the library raises on purpose."""


class UsageError(NewsError):
    """The caller asked for something impossible: change the input and ask again."""


class SourceError(NewsError):
    """A file, folder or address could not be read: the others go on without it."""


class RecordError(NewsError):
    """One record of a source is broken: it is reported and skipped, the rest is read."""


class StoreError(NewsError):
    """The database cannot be reached, or holds something this version does not understand."""


class ModelError(NewsError):
    """The embedding model is missing, damaged, or not the one the stored vectors were made with."""


class DamageError(NewsError):
    """A search index is damaged: it is made anew from the database, and others answer meanwhile."""


class BusyError(NewsError):
    """Somebody else is doing this right now: wait and try again."""


class SearchError(NewsError):
    """The search engine on another machine does not answer: ask again later, nothing is lost."""
