"""A question and the filters that narrow the search for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from index.errors import UsageError
from index.text.tags import base_code
from index.types.article import Article, Hit

MAX_QUESTION_CHARS = 2000

# The quotes of an answer: so many where fewer are not enough, and the most that can be asked for.
QUOTES, MAX_QUOTES = 3, 10

# As the language of a question: news in any, also where the edition is set to show some only.
ANY_LANGUAGE = "any"


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article must satisfy: `since <= published_at <= until`, its source, its origins, its language.

    None admits all. An article of unknown time was only seen at its `published_at`: it satisfies no `since`.
    At least one of its origins must be among `origins`, which are those of an edition. Neither an article nor
    a hit tells its origins, so `admit` does not look at them: whoever searches or reads from the store does.
    The same holds for the language of a hit. `languages` are codes such as "de", which admits "de-at", too.
    Filters are applied inside the search, so that a narrow filter returns fewer passages
    than were asked for only when fewer exist.
    """

    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    origins: frozenset[int] | None = None
    languages: frozenset[str] | None = None

    def admit(self, found: Article | Hit) -> bool:
        """Return whether an article, or the article of a passage that was found, satisfies the filters.

        Neither says where it came in, so `origins` are not looked at: the search and the database do that.
        """
        return (
            (self.since is None or (self.since <= found.published_at and not _is_undated(found)))
            and (self.until is None or found.published_at <= self.until)
            and (self.source is None or found.source == self.source)
            and (self.languages is None or _is_in(self.languages, found))
        )


def _is_in(languages: frozenset[str], found: Article | Hit) -> bool:
    """Tell whether an article is in one of the languages; a search says nothing about that."""
    return not isinstance(found, Article) or base_code(found.language) in languages


def _is_undated(found: Article | Hit) -> bool:
    """Tell whether the time of an article is unknown; a search does not say so of what it hits."""
    return isinstance(found, Article) and found.published_precision == "seen"


@dataclass(frozen=True, slots=True)
class Question:
    """What a person wants to know. `as_of` is the moment of asking; None means now.

    Articles published after `as_of` are never used. `limit` is the most quotes to return; up to
    `QUOTES`, only those that bear on the question are returned. `explain` asks for the figures behind the
    answer. `edition` says whose news is searched (see `index.types.edition`). `language` is the code of the
    language that the news has to be in, or ANY_LANGUAGE; with None, the edition's setting counts. Raises
    UsageError where the question cannot be searched, and ValueError for a time without a zone.
    """

    text: str
    as_of: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    limit: int = QUOTES
    id: str | None = None
    explain: bool = False
    edition: str | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        if not any(char.isalnum() for char in self.text):
            raise UsageError("The question is empty: ask something about the news.")
        if len(self.text) > MAX_QUESTION_CHARS:
            raise UsageError(
                f"The question has {len(self.text):,} characters: keep it under {MAX_QUESTION_CHARS:,}."
            )
        if not 1 <= self.limit <= MAX_QUOTES:
            raise UsageError(f"The number of quotes must be between 1 and {MAX_QUOTES}, not {self.limit}.")
        for name in ("as_of", "since", "until"):
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name} must carry a time zone")
        if self.since and self.until and self.since > self.until:
            raise UsageError("The start of the period lies after its end: swap the two dates.")
