"""Measures how similar two texts are, and finds similar texts without comparing all. Pure functions.

A text is taken as the set of its shingles, which are its runs of five words (Broder, 1997, "On the
resemblance and containment of documents"). Its MinHash signature is cut into bands: two texts that share most
shingles have at least one band in common, so comparing a text with those of the same band is enough
(Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3). The only importer of datasketch.
"""

from __future__ import annotations

import re

from index.types.article import Article

# Words in a shingle.
WORDS = 5
# 21 bands of 6 hash values. Of pairs of texts with a likeness of 0.85, one in ten thousand shares no band and
# is missed. Of pairs with a likeness of 0.3, one in 65 shares a band and is compared in vain.
BANDS, ROWS = 21, 6
# From this likeness on, two texts tell the same story.
SAME_STORY = 0.85
# Outlets publish agencies' reports within hours; the same words much later are an anniversary or a template.
DAYS_APART = 3
# Two different stories may share a text as short as "This is a developing story."
MIN_CHARS = 300

# Characters that are compared; what two texts of this length have in common tells as much as all of them.
COMPARED_CHARS = 200_000
# Shingles that are hashed at once: each has 126 hash values of 8 bytes.
_PORTION = 1000

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def bands(text: str) -> tuple[str, ...]:
    """Return the text's bands: each is its number and hash values as hexadecimal digits, without spaces.

    They are the same on every machine. A text shorter than `MIN_CHARS` has none.
    """
    if len(text) < MIN_CHARS:
        return ()
    # Imported here, because datasketch imports scipy, which answering questions does not need.
    from datasketch import MinHash

    signature = MinHash(num_perm=BANDS * ROWS, seed=1)
    shingles = [shingle.encode() for shingle in sorted(_shingles(text))]
    for first in range(0, len(shingles), _PORTION):
        signature.update_batch(shingles[first : first + _PORTION])
    rows = signature.hashvalues.astype("<u4").reshape(BANDS, ROWS)
    return tuple(f"{i:02d}{row.tobytes().hex()}" for i, row in enumerate(rows))


def likeness(one: Article, other: Article) -> float:
    """Return the Jaccard similarity of two articles in [0, 1]; 0 where they cannot be one story.

    That is where they are known to be days apart, or where each gives a number that the other does not: last
    week's results and this week's are told in the same words.
    """
    dated = "seen" not in (one.published_precision, other.published_precision)
    apart = abs(one.published_at - other.published_at)
    if (dated and apart.days >= DAYS_APART) or min(len(one.text), len(other.text)) < MIN_CHARS:
        return 0.0
    numbers = [set(_NUMBER.findall(each.text[:COMPARED_CHARS])) for each in (one, other)]
    if not (numbers[0] <= numbers[1] or numbers[1] <= numbers[0]):
        return 0.0
    mine, theirs = _shingles(one.text), _shingles(other.text)
    return len(mine & theirs) / max(1, len(mine | theirs))


def agreement(one: Article, other: Article) -> float:
    """Return the share of an article's shingles that another has too, in [0, 1]; 0 where a number differs.

    An excerpt agrees with the whole story in full, the story with its excerpt in part.
    """
    if not set(_NUMBER.findall(one.text)) <= set(_NUMBER.findall(other.text)):
        return 0.0
    mine = _shingles(one.text)
    return len(mine & _shingles(other.text)) / max(1, len(mine))


def _shingles(text: str) -> set[str]:
    words = _WORD.findall(text[:COMPARED_CHARS].casefold())
    return {" ".join(words[i : i + WORDS]) for i in range(max(1, len(words) - WORDS + 1))}
