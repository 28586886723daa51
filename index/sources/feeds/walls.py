"""Whether a page is the story that an entry links to, or something that stands in its place.

Sites answer a request for a story with consent forms, log-in forms, subscription offers, notices of
maintenance and their front page, often with status 200. Such a page has an article's length, but neither the
entry's headline nor its first words.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from index.sources.web_page import Page
from index.text.addresses import address_key
from index.text.length import content_length, is_dense

# Paths that a redirect leads to when the story is not shown.
_ELSEWHERE = (
    (
        re.compile(
            r"\b(?:log-?in|sign-?in|account|auth|register|subscribe|abo|paywall|anmelden|connexion)\b", re.I
        ),
        "a log-in page",
    ),
    (re.compile(r"\b(?:consent|cookies?|gdpr|privacy|datenschutz|zustimmung)\b", re.I), "a consent form"),
    (re.compile(r"\b(?:404|not-?found|error|fehler|unavailable|maintenance|gone)\b", re.I), "an error page"),
)
_WORD = re.compile(r"[^\W_]+")
# So many of the words of the shorter headline must stand in the other.
SAME_HEADLINE = 0.6
# So many of the entry's first words must stand in the page, three in a row each.
LEAD_WORDS = 30
SAME_LEAD = 0.3
RUN = 3
# A page that shows the headline above a form has less text than this, and hardly a word of the entry's text.
FORM_CHARS = 1500
STRANGE = 0.15
ENOUGH_WORDS = 8
# Words of up to so many letters stand in every text.
SHORT_WORD = 3


def why_not_the_story(title: str, text: str, page: Page, asked: str, got: str) -> str | None:
    """Return why a page is not the story of an entry, as the end of a sentence; None where it may be.

    `title` and `text` are the entry's, "" where it has none; `asked` is the address it links to, `got` the
    one that answered in the end.
    """
    if address_key(asked) != address_key(got):
        reason = _led_elsewhere(asked, got)
        if reason:
            return f"its link leads to {reason}"
    if page.why:
        return f"the page that it links to {page.why}"
    if page.is_closed:
        return "the page that it links to is declared closed to those who do not pay"
    if not page.text:
        return "the page that it links to holds no article"
    same = same_lead(text, page.text) if text else _is_about(title, page.text)
    if (title or text) and not same and not _same_headline(title, page.title):
        return "the page that it links to has neither its headline nor its words"
    if text and not same and content_length(page.text) < FORM_CHARS and _are_strangers(text, page.text):
        return "the page that it links to has its headline, and nothing of its words"
    return None


def _led_elsewhere(asked: str, got: str) -> str | None:
    """Return what a redirect led to instead of a story, where its address tells."""
    was, now = urlsplit(asked), urlsplit(got)
    if not now.path.strip("/") and not now.query and (was.path.strip("/") or was.query):
        return "the front page"
    for words, what in _ELSEWHERE:
        if words.search(now.path.replace("_", "-")) and not words.search(was.path.replace("_", "-")):
            return what
    return None


def _same_headline(one: str, other: str) -> bool:
    first, second = set(_words(one)), set(_words(other))
    fewer = min(first, second, key=len)
    return bool(fewer) and len(first & second) >= SAME_HEADLINE * len(fewer)


def same_lead(text: str, page: str, share: float = SAME_LEAD) -> bool:
    """Tell whether enough of a text's first words stand in a page in the same order."""
    lead = _words(text)[:LEAD_WORDS]
    runs = {tuple(lead[place : place + RUN]) for place in range(len(lead) - RUN + 1)}
    if not runs:
        return bool(lead) and content_length(text) > RUN and " ".join(lead) in " ".join(_words(page))
    words = _words(page)
    there = {tuple(words[place : place + RUN]) for place in range(len(words) - RUN + 1)}
    return len(runs & there) >= share * len(runs)


def _are_strangers(text: str, page: str) -> bool:
    """Tell whether hardly one of a text's longer words (of its runs, without spaces) stands in a page."""
    told, there = _longer(text), _longer(page)
    return len(told) >= ENOUGH_WORDS and len(told & there) < STRANGE * len(told)


def _longer(text: str) -> set[str]:
    words = _words(text)
    if is_dense(text):
        return {"".join(words[place : place + RUN]) for place in range(len(words) - RUN + 1)}
    return {word for word in words if len(word) > SHORT_WORD}


def _is_about(title: str, page: str) -> bool:
    """Tell whether a page holds a headline's longer words: its own headline may be another one."""
    told = {word for word in _words(title) if content_length(word) > SHORT_WORD}
    return bool(told) and len(told & set(_words(page))) >= SAME_HEADLINE * len(told)


def _words(text: str) -> list[str]:
    """Return the words of a text without case; in scripts without spaces its characters."""
    words: list[str] = []
    for word in _WORD.findall(text.casefold()):
        words += list(word) if content_length(word) > len(word) else [word]
    return words
