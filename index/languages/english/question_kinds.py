"""Tells what a question wants: one fact, or news of all kinds, or news on one topic. Pure; English.

"What happened today?" wants an overview, "any news on Ukraine?" and the bare words "boeing starliner" want
what is reported on a topic: both are answered by a list of stories. All other questions want a fact, which
quotes answer: who and when, yes or no ("did the pope die?"), why and how, comparisons, questions about what
is to come, and those that take for granted what is not so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["fact", "overview", "topic", "bare topic"]
# More words than this are hardly the bare name of a topic.
MOST_BARE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants. `topic` are its words for the topic, "" for a fact and for an overview.

    A "bare topic" is named without a request for news, so that it may as well be a short question.
    """

    kind: Kind
    topic: str = ""


def _phrases(*phrases: str) -> str:
    return rf"(?:{'|'.join(phrase.replace('’', '[’' + chr(39) + ']?') for phrase in phrases)})"


def _words(words: str) -> str:
    """Return a pattern for one of some words, between which stands "_" in place of a space."""
    return _phrases(*(word.replace("_", " ") for word in words.split()))


_PLEASE = _phrases(
    *("please", "pls", "hey", "hi", "so", "ok", "and"), *("can you", "could you", "would you", "i want")
)
_GIVE = _words("give tell show get read send bring list")
_KIND = _words(
    "the any some an a all more most latest newest recent current breaking big biggest main major top"
    " important key world new your short quick brief sports science"
)
_NEWS = _words(
    "news headline headlines story stories update updates developments happenings events summary recap"
    " overview roundup round-up rundown digest briefing"
)
_SUM_UP = _phrases(
    *("summari[sz]e", "recap", "sum up", "tl;?dr", "outline", "go over", "catch me up", "fill me in"),
    *("brief me", "update me", "bring me up to (?:date|speed)"),
)
_IS = _words("’s ’re _is _are _was _were _has _have _has_been _have_been")
_ON = _words("on about regarding concerning from in with around of for re at by")
_ON_NEXT = rf"(?= {_ON} |\W*$)"
# Requests for news; what stands behind one is its topic.
_REQUESTS = tuple(
    re.compile(rf"^\W*(?:{_PLEASE}\W+)*+(?:{pattern})(?!\w)", re.IGNORECASE)
    for pattern in (
        rf"{_SUM_UP}(?: for me)?(?: (?:on|with))?(?: (?:{_KIND} )*+{_NEWS}"
        rf"| what{_IS}? (?:happened|happening|going on))?",
        rf"(?:{_GIVE} me |{_GIVE} )?(?:{_KIND} )*+{_NEWS}",
        rf"(?:{_GIVE} me |let me know )(?:more |all |everything )*(?=about )about",
        rf"(?:(?:is|are) there|do you have|have you got|got|have you heard|heard) (?:{_KIND} )*+{_NEWS}",
        rf"what{_IS}? (?:{_KIND} )*+{_NEWS}",
        rf"what{_IS}? (?:everyone talking about|making (?:the )?(?:news|headlines)|trending)",
        rf"what{_IS}? (?:been )?(?:happening|going on|goin on)",
        rf"what{_IS}? (?:been )?(?:(?:the )?latest|new|up){_ON_NEXT}",
        r"what (?:did|have|had|do|might) (?:i|we) (?:have )?miss(?:ed)?(?: out on)?",
        r"what (?:do|should) (?:i|we) (?:need to |have to )?know",
        r"(?:did |has |is |is there )?any ?thing (?:new|important|interesting|big|major|of note"
        r"|happen(?:ed|ing)?"
        r"|going on)(?: happen(?:ed|ing)?| going on)?",
        rf"(?:any |the |some )?(?:latest|new){_ON_NEXT}",
    )
)  # fmt: skip
# "What happened" wants an overview where nothing but a time follows, else a fact.
_HAPPENED = re.compile(
    rf"^\W*(?:{_PLEASE}\W+)*+(?:what(?: all)?(?: has| have|s)? (?:happened|went on|occurred|was reported"
    r"|has been reported|was in the news|made (?:the )?(?:news|headlines))|what (?:things"
    r"|events) happened)(?!\w)",
    re.IGNORECASE,
)
# Words before and behind a topic that name none, and the most characters that they have.
_BEFORE_TOPIC = re.compile(
    rf"(?:{_ON}|{_NEWS}|the|that|everything|all|anything|please|to me|me|is|are|was|there|now|lately"
    rf"|out there"
    r"|world|day|week|today|happened|happening|going on|while i was \w{1,12})(?!\w)\W*",
    re.IGNORECASE,
)
_AFTER_TOPIC = re.compile(
    rf"(?<![\w’'-])(?:{_NEWS}|latest|please|pls|thanks|thank you|lately|recently|right now|now|these days"
    rf"|so far"
    r"|going on|for me|to me|me|then|again)$",
    re.IGNORECASE,
)
_LONGEST_AFTER = 20
_AROUND = " ?!.,;:–-\"'“”‘’()"
# A topic that ends so was asked for: "boeing news", "ukraine latest".
_ENDS_IN_NEWS = re.compile(rf"(?<!\w)(?:{_NEWS}|latest)$", re.IGNORECASE)
# What makes words a question, also without a question mark and misspelt.
_QUESTION = re.compile(
    r"\b(?:who|whom|whose|what|wat|waht|wht|when|whne|whn|where|why|which|who['’]?s|how|hwo|is|isn['’]?t"
    r"|are|was"
    r"|wasn['’]?t|were|did|didn['’]?t|do|does|has|have|had|will|would|can|could|should|true|false|name"
    r"|explain"
    r"|compare|won|wins?|lost|died|dies|killed|said|says|fell|rose|became|resigned|beat|elected|stole|got"
    r"|made"
    r"|took)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")


def wanted(question: str, time_phrase: str = "") -> Wanted:
    """Return what a question wants; `time_phrase` are its words for a time, which are no part of a topic."""
    text = _without(" ".join(question.split()), time_phrase)
    if happened := _HAPPENED.match(text):
        return Wanted("fact" if _topic(text[happened.end() :]) else "overview")
    for request in _REQUESTS:
        if asked := request.match(text):
            return _news_on(_topic(text[asked.end() :]))
    topic = _topic(text)
    if _QUESTION.search(text) or text.endswith(("?", "？")):
        return Wanted("fact")
    if not topic:
        return Wanted("overview" if time_phrase else "fact")
    if _ENDS_IN_NEWS.search(text.rstrip(_AROUND)[-_LONGEST_AFTER:]):
        return Wanted("topic", topic)
    return Wanted("bare topic", topic) if len(_WORD.findall(topic)) <= MOST_BARE_WORDS else Wanted("fact")


def _news_on(topic: str) -> Wanted:
    if _QUESTION.search(topic):
        return Wanted("fact")  # "tell me about who won"
    return Wanted("topic", topic) if topic else Wanted("overview")


def _without(text: str, phrase: str) -> str:
    """Return a text without the words for a time, and without the ending in "today's"."""
    if not phrase:
        return text
    before, _, after = text.partition(phrase)
    return f"{before.rstrip()} {after.removeprefix(chr(39) + 's').removeprefix('’s').lstrip()}".strip()


def _topic(text: str) -> str:
    """Return the words of a topic, without those around them that name none."""
    text = text.strip(_AROUND)
    while last := _AFTER_TOPIC.search(text[-_LONGEST_AFTER:]):
        text = text[: len(text) - len(last[0])].rstrip(_AROUND)
    while first := _BEFORE_TOPIC.match(text):
        text = text[first.end() :].lstrip(_AROUND)
    return text
