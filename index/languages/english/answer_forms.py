"""Recognises the form of what a question asks for, and finds phrases of that form in a text. Pure; English.

A form is something that patterns and lists recognise in a text: a country, a person's name, a number of
points, a date, the title of a film. Companies, animals or reasons have no such form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

from index.languages.english.places import COUNTRIES, US_STATES
from index.text.spans import Span

# Splits a text into words and stems them, as the index does.
Terms = Callable[[str], list[str]]
# Takes a text and its Terms, and yields the phrases of one form in the order of the text, as offsets.
Finder = Callable[[str, Terms], Iterator[Span]]

_NUMBER_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozen|hundred|thousand|million"
    "|billion|trillion"
)
_NUMBER = re.compile(
    rf"(?<![\w.,$€£¥])(?:\d[\d,]*(?:\.\d+)?(?:\s(?:hundred|thousand|million|billion|trillion)\b)?"
    rf"|\b(?:{_NUMBER_WORD})(?:[\s-](?:{_NUMBER_WORD}))*)(?!\w)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"[$€£¥]\s?\d[\d,]*(?:\.\d+)?(?:[\s-](?:thousand|million|billion|trillion)\b|(?:m|bn|tn|k)\b)?"
    r"|(?<![\w.,])\d[\d,]*(?:\.\d+)?\s?(?:%|(?:percent|per cent)\b"
    r"|(?:(?:million|billion|thousand|trillion)\s)?(?:dollars|pounds|euros)\b)",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"(?<=\bage )\d{1,3}\b|(?<=\baged )\d{1,3}\b|\b\d{1,3}(?=[- ]years?[- ]old)|(?<=, )\d{2,3}(?=,)"
)
_DURATION = re.compile(
    rf"\b(?:\d+|{_NUMBER_WORD})[\s-](?:second|minute|hour|day|week|month|year|decade)s?\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)"
)
_DATE = re.compile(rf"\b(?:\d{{1,2}} )?{_MONTH}(?: \d{{1,2}}\b)?(?:,? (?:19|20)\d\d\b)?|{_YEAR.pattern}")
_MONTH_ALONE = re.compile(rf"\b{_MONTH}")
_TITLE = re.compile(r"(?<=[“\"‘'])[A-Z0-9][^“”\"‘\n]{0,59}?[^\s“”\"‘](?=[,.]?[”\"’'](?!\w))")
# Limited in length, so that a search takes time in proportion to the text: without the limit, "A.A.A…" of
# 40 kB took 21 seconds.
_INITIALS = r"(?:[A-Z]\.){1,10}+[A-Z]?"
_CAPITALISED = rf"(?:{_INITIALS}|[A-Z][\w'’-]{{1,40}}+)"
_NAME = re.compile(rf"\b{_CAPITALISED}(?: (?:(?:da|de|del|der|di|la|van|von|bin|al) )?{_CAPITALISED})+")
_ROLES = frozenset(
    "actor actress artist astronaut athlete author billionaire boxer candidate celebrity ceo chancellor "
    "coach comedian congressman congresswoman dancer democrat dictator director footballer golfer "
    "governor host journalist judge king lawmaker lawyer leader mayor minister model musician official "
    "player politician pope president prince princess quarterback queen rapper republican scientist "
    "senator singer skier star swimmer writer".split()
)
_WORKS = frozenset("album book film game magazine memoir movie musical novel series show sitcom song".split())
# Words written with a capital that are no part of a person's name.
_NO_PERSON = frozenset(
    "academy agency airlines america american association award awards bank board bowl bureau center "
    "chief chiefs church city club college committee company congress council county court democratic "
    "department east fbi february federal fox friday globe globes gop grammy grammys group hall "
    "hospital house institute january justice league ministry monday national nbc nba news nfl north "
    "office oscar oscars park party police prize republican republicans river saturday school senate "
    "show south stadium state states street sunday super supreme team thursday times today trust "
    "tuesday union united university usa wednesday west white world".split()
)
# Words that begin a sentence and so have a capital, but do not belong to the name after them.
_LEADING = re.compile(
    r"(?:The|A|An|And|But|When|While|After|Before|As|At|For|In|On|I['’]m|It['’]s|He['’]s|She['’]s) "
)
# The words after "how many" and "which" are read as one noun up to one of these.
_NO_NOUN = frozenset(
    "a an and are as at be can could did do does for from had has have in is of on or out the this to "
    "was were will with would".split()
)
# In "which country hosts" the next word is a verb, in "which Fox News host" the last word is the noun asked
# for. These nouns are rarely followed by another noun, so that where one comes first, it is the one asked
# for.
_NO_ADJECTIVE = frozenset("country nation year month".split())
_OWNER = re.compile(r"['’]s?$")
_WHICH = re.compile(
    r"\b(?:which|what)\b(?: of (?:these|the|his|her|its|their))?((?: [\w’'-]+){1,4})", re.IGNORECASE
)
_HOW_MANY = re.compile(r"\bhow many((?: [\w’'-]+){1,4})", re.IGNORECASE)
_WHO = re.compile(r"(?:^|[.?!,:;] |\band )(?:who|whom) ", re.IGNORECASE)


def finder_for(question: str) -> Finder | None:
    """Return the finder for the form that a question asks for, or None where it asks for no such form."""
    if counted := _HOW_MANY.search(question):
        return _counts(_nouns(counted[1]))
    for pattern, finder in _QUESTIONS:
        if pattern.search(question):
            return finder
    nouns = [noun for which in _WHICH.finditer(question) for noun in _likeliest_first(_nouns(which[1]))]
    for noun in nouns:
        if noun_finder := _finder_of(noun):
            return noun_finder
    return _persons if not nouns and _WHO.search(question) else None


def _likeliest_first(nouns: list[str]) -> list[str]:
    """Return the nouns, the one that is most likely asked for first.

    That is the last one ("host" of "Fox News host"), unless the first is in `_NO_ADJECTIVE` ("country
    hosts").
    """
    return nouns if nouns and nouns[0] in _NO_ADJECTIVE else nouns[::-1]


def _nouns(phrase: str) -> list[str]:
    """Return the words before the first of `_NO_NOUN`, in lower case.

    A word with an apostrophe such as "state's" is the last one, and comes without the apostrophe.
    """
    nouns = list(takewhile(lambda word: word not in _NO_NOUN, phrase.lower().split()))
    owner = next((i for i, noun in enumerate(nouns) if _OWNER.search(noun)), len(nouns))
    return [_OWNER.sub("", noun) for noun in nouns[: owner + 1]]


def _finder_of(noun: str) -> Finder | None:
    singular = noun.removesuffix("s") if noun != "series" else noun
    if noun in ("country", "nation"):
        return _matches(_COUNTRY)
    if noun == "state":
        return _matches(_STATE)
    if noun == "year":
        return _matches(_YEAR)
    if noun == "month":
        return _matches(_MONTH_ALONE)
    if singular in _WORKS:
        return _titles
    return _persons if singular in _ROLES else None


# -- finders ---------------------------------------------------------------------------------------------


def _one_of(names: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")


_PLACES = COUNTRIES | US_STATES
_COUNTRY, _STATE = _one_of(COUNTRIES), _one_of(US_STATES)


def _matches(pattern: re.Pattern[str]) -> Finder:
    return lambda text, _: (Span(*match.span()) for match in pattern.finditer(text))


def _counts(nouns: list[str]) -> Finder:
    """Return a finder of numbers that count one of the nouns: it is among the two words after the number."""

    def find(text: str, terms: Terms) -> Iterator[Span]:
        numbers = [match for match in _NUMBER.finditer(text) if not _YEAR.fullmatch(match[0])]
        asked = {stem for noun in nouns for stem in terms(noun)} if numbers else ()
        for match in numbers:
            if not set(terms(text[match.end() : match.end() + 40])[:2]).isdisjoint(asked):
                yield Span(*match.span())

    return find


def _titles(text: str, _: Terms) -> Iterator[Span]:
    """Yield what is in quotation marks and written like a title.

    In a title, at least six in ten words begin with something other than a small letter, and the last
    character is no question or exclamation mark, as it is in a quoted sentence.
    """
    for match in _TITLE.finditer(text):
        words = match[0].split()
        if sum(not word[0].islower() for word in words) >= 0.6 * len(words) and match[0][-1] not in "?!":
            yield Span(*match.span())


def _persons(text: str, _: Terms) -> Iterator[Span]:
    """Yield names of two to six words that are no places and hold no word of `_NO_PERSON`."""
    for match in _NAME.finditer(text):
        start = match.start() + (len(first[0]) if (first := _LEADING.match(match[0])) else 0)
        name = _OWNER.sub("", text[start : match.end()])
        words = [_OWNER.sub("", word).rstrip(".").lower() for word in name.split()]
        if name not in _PLACES and 2 <= len(words) <= 6 and not _NO_PERSON.intersection(words):
            yield Span(start, start + len(name))


_QUESTIONS: tuple[tuple[re.Pattern[str], Finder], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), finder)
    for pattern, finder in (
        (r"\bhow much\b|\b(?:what|which) percentage\b", _matches(_AMOUNT)),
        (r"\bhow old\b", _matches(_AGE)),
        (r"\bhow long\b", _matches(_DURATION)),
        (
            r"(?:^|[.?!,:;] |\band |\bsince )when\b(?! .{0,200}, )|\b(?:which|what) (?:date|day)\b",
            _matches(_DATE),
        ),
        (r"(?m:^)(?:(?!\bwhat\b).)*+what\b.*\b(?:called|titled)\b", _titles),
    )
)
