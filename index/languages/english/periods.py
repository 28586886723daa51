"""Finds the period that a question names, seen from the moment of asking. Pure; English.

"Last week" and "in June 2025" become a first and a last moment, and quotes have to be from between them.
"Today" and "this week" reach back from the moment of asking. Days, weeks and months are those of the reader's
time zone. A year ("the 2024 election", "last year") limits nothing, because it says when something happened,
and an article about it may have been written long after. It only changes which articles count as current (see
`index.answers.recency`).

A period is a preposition and what it stands before (see `index.languages.english.stretches`): "since",
"after", "before", "until" and "by" go with every expression. Words for a time that are not understood limit
nothing, and are given back, so that an answer can say so: a wrong limit would hide the very articles that
answer.

Libraries that read times were tried on 70 such questions with one period each (plain ones, without "since"
and the like): dateparser 1.5 finds a moment within it for 41 and a wrong one for 17, timefhuman 0.1.5 for 22
and 18, recurrent 0.4.1 for 17 and 42, parsedatetime 2.6 for 13 and 44, ctparse 0.3.6 for 7 and 35; this
grammar finds the period for 66, and none that is wrong.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from index.languages.english import dates
from index.languages.english.dates import Stretch, just_before
from index.languages.english.expressions import Expression, expressions
from index.languages.english.stretches import Seen
from index.languages.english.tense import speaks_of_the_future
from index.types.options import DateOrder

# With re.IGNORECASE these letters match s and i, but their lower case is neither, so that a rule which looks
# the word up would not know it.
_LOOKALIKES = str.maketrans("ſıİ", "siI")
# "latest" and "recently" hint at this many days.
LATELY_DAYS = 30
_LATELY = re.compile(
    r"\b(?:latest|newest|most recent|recently|these days|right now|in recent (?:days|weeks|months))\b", re.I
)

_NEAR = r"(?:the |about |around |roughly |late on |early on |at )?"
_LEADS = re.compile(
    rf"(?<![\w-])(?P<lead>since|after|before|until|till|up to|by|prior to|from|in|on|at|during|over|within"
    rf"|through|throughout|for|between) {_NEAR}$",
    re.IGNORECASE,
)
# "Since the election on 5 November": the words in between say what happened then.
_FAR_LEADS = re.compile(
    r"(?<![\w’'-])(?P<lead>since|after|before|until)(?: [\w'’-]++){1,9} "
    r"(?:(?:on|in|at|during|from) (?:the )?)?$",
    re.IGNORECASE,
)
# Of "the eve of Easter" or "the run-up to the election on 5 May" the date is understood and the whole is not.
_ATTACHED = re.compile(
    r"(?<!\w)(?<!which )(?<!what )(?:(?:hours?|days?|weeks?|weekends?|months?|years?|eve|night|morning"
    r"|aftermath"
    r"|anniversary|run-?up|lead-?up|shortly|just|long|soon)"
    r" (?:of|before|after|to|since|until|following|around|prior to|leading up to) )(?:the )?$",
    re.IGNORECASE,
)
_ONWARDS = re.compile(r" (?:on|onwards?)(?!\w)", re.IGNORECASE)
# What is named like a day and is none ("Black Friday", "USA Today", "the Mail on Sunday"), what comes every
# year, and the ends of what a figure is about: "the three months ending June 30".
_NO_TIME = re.compile(
    r"(?<!\w)(?:black|super|bloody|ash|good|easter|palm|holy|maundy|cyber|giving|sheffield|ruby|spy|happy"
    r"|mail on|every|each|any|(?:ending|ended|ends|year to)(?: on)?) $",
    re.IGNORECASE,
)
_NAMED_TODAY = re.compile(r"(?<!\w)(?:usa|russia|india|psychology) $", re.IGNORECASE)
_ALWAYS = re.compile(r"\b(?:typically|usually|traditionally|annually|normally|always|ever|generally)\b", re.I)
_PAST = re.compile(r"\b(?:did|was|were|had|happened|won|said|died)\b", re.I)
# Words without a year that fit a time to come as well limit nothing where that is so near.
NEAR_AHEAD = timedelta(days=45)
_COMPARES = re.compile(r"\b(?:than|compared?|comparison|versus|vs|differ(?:s|ed|ent)?|difference)\b", re.I)
_NUMBERS = "|".join(dates.COUNTS)
# Words that name a time, behind a preposition. With a number they are a length: "in three weeks".
_TIME_WORDS = re.compile(
    r"(?<![\w’'-])(?:since|after|before|until|till|by|during|in|over)"
    rf"(?: (?!\d|(?:{_NUMBERS}|many|much|an?|per|which|what|his|her|its|their|our)\b)[\w'’-]++){{0,2}}?"
    r" (?:week|weekend|month|quarter|fortnight|decade|century)s?(?![\w-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """The time that a question is about: in UTC, both ends included, None for an open end.

    `phrase` are the question's words for it. `limits` is False where they only hint at a time: then quotes
    may be from any time.
    """

    since: datetime | None
    until: datetime | None
    phrase: str
    limits: bool = True


@dataclass(frozen=True, slots=True)
class TimeRead:
    """What a question says of time: the period that it names, and the words for a time that are not
    understood.

    With the latter, the period never limits. `words` are all words that name a time, also one to come.
    """

    period: Period | None = None
    unclear: str | None = None
    words: frozenset[str] = field(default=frozenset(), compare=False)


def period(
    question: str, as_of: datetime, zone: tzinfo = UTC, order: DateOrder | None = None
) -> Period | None:
    """Return the period that a question names, None when it names none or one in the future."""
    return read_time(question, as_of, zone, order).period


# One question's time is asked for up to three times; of 1,000 characters it takes 10 ms to read.
@lru_cache(32)
def read_time(question: str, as_of: datetime, zone: tzinfo = UTC, order: DateOrder | None = None) -> TimeRead:
    """Return what a question says of time.

    `as_of` is the moment of asking. `zone` is the reader's time zone, in which days begin and end. `order` is
    that of day and month in dates such as 3/4/2025. Of several periods, one that limits counts before one
    that only hints, and then the one that begins last; where they are compared, all of them count.
    """
    try:
        return _read(question, Seen(as_of.astimezone(zone), order))
    except (ValueError, OverflowError):  # before the year 1 or after 9999
        return TimeRead()


def _read(question: str, seen: Seen) -> TimeRead:
    text = question.translate(_LOOKALIKES)
    sentences = _Sentences(text)
    found, unclear, words = [], None, set[str]()
    for expression in expressions(text, seen):
        lead = _lead(text, expression)
        window = max(0, lead.begin - 24)
        attached = _ATTACHED.search(text[window : lead.begin])
        if _is_none(text, expression) or (expression.led and not (lead.word or attached)):
            continue
        words.update(question[lead.begin : lead.end].split())
        stretch = expression.stretch
        if attached or stretch is None:
            begin = window + attached.start() if attached else expression.begin
            unclear = unclear or question[begin : lead.end]
            continue
        named = _named(
            stretch, lead, seen.now, _is_open(stretch, lead, seen.now, sentences.tense(expression.begin))
        )
        if named:
            found.append(_in_utc(named, question[lead.begin : lead.end]))
    lately = _lately(text, question, seen)
    if not words and not lately and (rest := _TIME_WORDS.search(text)):
        unclear = question[rest.start() : rest.end()]
    if unclear is not None:
        return TimeRead(None, unclear.strip(), frozenset(words | set(unclear.split())))
    return TimeRead(_chosen(found, text) or lately, None, frozenset(words))


@dataclass(frozen=True, slots=True)
class _Lead:
    """The preposition of an expression: "" where there is none. `far` tells of words between the two.

    `article` tells of "the" before the expression. `begin` and `end` are where the words begin and end in the
    question, all of them together.
    """

    word: str
    far: bool
    article: bool
    begin: int
    end: int


def _lead(text: str, expression: Expression) -> _Lead:
    first = max(0, expression.begin - 90)
    before = text[first : expression.begin]
    near = _LEADS.search(before)
    word = near["lead"].lower() if near else ""
    if word not in _LIMITING and (far := _FAR_LEADS.search(before)):
        return _Lead(far["lead"].lower(), True, False, first + far.start(), expression.end)
    begin = first + near.start() if near else expression.begin
    article = before.endswith("the ")
    if word == "from" and (onwards := _ONWARDS.match(text, expression.end)):
        return _Lead("since", False, article, begin, onwards.end())
    return _Lead(word, False, article, begin, expression.end)


_LIMITING = ("since", "after", "before", "prior to", "until", "till", "up to", "by")


def _is_none(text: str, expression: Expression) -> bool:
    """Tell whether an expression names something else than a time."""
    before = text[max(0, expression.begin - 14) : expression.begin]
    if text[expression.begin : expression.end].lower() == "today" and _NAMED_TODAY.search(before):
        return True
    return _NO_TIME.search(before) is not None


class _Sentences:
    """The sentences of a question: which of them speak of what is to come, or of what always is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begins = [0, *(match.end() for match in re.finditer(r"[.?!] ", text))]
        self._tenses: dict[int, tuple[bool, bool]] = {}

    def tense(self, place: int) -> tuple[bool, bool]:
        """Return whether the sentence at a place is open in its time, and whether it speaks of the past."""
        number = bisect.bisect_right(self._begins, place) - 1
        if number not in self._tenses:
            end = self._begins[number + 1] if number + 1 < len(self._begins) else len(self._text)
            sentence = self._text[self._begins[number] : end]
            is_open = speaks_of_the_future(sentence) or _ALWAYS.search(sentence) is not None
            self._tenses[number] = is_open, _PAST.search(sentence) is not None
        return self._tenses[number]


def _is_open(stretch: Stretch, lead: _Lead, now: datetime, tense: tuple[bool, bool]) -> bool:
    """Tell whether an expression may as well mean a time to come, or any such time.

    Only what its own sentence says counts. "Since" and the like only go with a time that has come.
    """
    is_open, is_past = tense
    if is_open or is_past or lead.word in _LIMITING or stretch.recurs != dates.A_YEAR:
        return is_open
    # Holidays move by up to 11 days from one year to the next.
    return timedelta(days=-11) <= stretch.start + dates.A_YEAR - now <= NEAR_AHEAD


def _named(
    stretch: Stretch, lead: _Lead, now: datetime, to_come: bool
) -> tuple[datetime | None, datetime | None, bool] | None:
    """Return the first and the last moment that a preposition and a stretch name, and whether they limit.

    None where these are still to come. In a question about the future, words that fit a later time as well
    ("on Friday") are taken for that.
    """
    if stretch.start > now or (to_come and stretch.recurs):
        return None
    end = stretch.end
    if not stretch.limits and (lead.far or lead.article):  # "after the 2020 election"
        return stretch.start, end and just_before(end), False
    match lead.word:
        case "since":
            return stretch.start, None, True
        case "after":
            # What comes after a day is often reported on that day.
            starts = lead.far or stretch.is_day or end is None or end > now
            return (stretch.start if starts or end is None else end), None, True
        case "before" | "prior to" if not lead.far:
            return None, just_before(stretch.start), stretch.limits and not to_come
        case "before" | "until" | "till" | "up to" | "by":
            # "Before the court on Monday" is no limit, "before the vote on Monday" is one. Both end with the
            # reports about that day.
            last = stretch.reported_until if lead.word == "before" else end
            return None, just_before(last) if last and last <= now else now, stretch.limits and not to_come
        case _:
            reported = stretch.reported_until
            return stretch.start, reported and just_before(reported), stretch.limits
    return None


def _in_utc(named: tuple[datetime | None, datetime | None, bool], phrase: str) -> Period:
    since, until, limits = named
    # Where clocks are set back at midnight, the last moment of a day comes twice. `fold=1` means the second
    # one.
    return Period(
        since.astimezone(UTC) if since else None,
        until.replace(fold=1).astimezone(UTC) if until else None,
        phrase,
        limits,
    )


def _chosen(found: Sequence[Period], text: str) -> Period | None:
    limiting = [one for one in found if one.limits]
    if len(limiting) > 1 and _COMPARES.search(text):
        since = [one.since for one in limiting]
        until = [one.until for one in limiting]
        first = None if None in since else min(one for one in since if one)
        last = None if None in until else max(one for one in until if one)
        return Period(first, last, limiting[0].phrase, limits=bool(first or last))
    if limiting:
        return max(limiting, key=lambda one: one.since or datetime.min.replace(tzinfo=UTC))
    return found[0] if found else None


def _lately(text: str, question: str, seen: Seen) -> Period | None:
    if not (match := _LATELY.search(text)):
        return None
    since = seen.now.astimezone(UTC) - timedelta(days=LATELY_DAYS)
    return Period(since, None, question[match.start() : match.end()], limits=False)
