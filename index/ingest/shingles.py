"""Measures how similar two texts are, and finds similar texts without comparing all. Pure functions.

A text is taken as the set of its shingles, which are its runs of five words (Broder, 1997, "On the
resemblance and containment of documents"). Its MinHash signature is cut into bands: two texts that share most
shingles have at least one band in common, so comparing a text with those of the same band is enough
(Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3).

The signatures are those of datasketch 2 with its default scheme, which made the stored ones. That library is
not used itself: it imports much of scipy, which costs each process that writes 0.6 s of CPU time and 60 MB.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

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

# The permutations were drawn with this seed. Another one would make bands that agree with no stored ones.
_SEED = 1

_Hashes = npt.NDArray[np.uint32]

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def bands(text: str) -> tuple[str, ...]:
    """Return the text's bands: each is its number and hash values as hexadecimal digits, without spaces.

    They are the same on every machine. A text shorter than `MIN_CHARS` has none.
    """
    if len(text) < MIN_CHARS:
        return ()
    rows = _signature(_shingles(text)).astype("<u4").reshape(BANDS, ROWS)
    return tuple(f"{i:02d}{row.tobytes().hex()}" for i, row in enumerate(rows))


def _signature(shingles: Iterable[str]) -> _Hashes:
    """Return the MinHash of a set: uint32 of shape (BANDS × ROWS,).

    Each value is the smallest hash of all shingles under one permutation of the numbers of 32 bits.
    """
    factors, offsets = _permutations()
    digests = b"".join(hashlib.sha1(shingle.encode()).digest()[:4] for shingle in shingles)
    hashes = _mixed(np.frombuffer(digests, "<u4").astype(np.uint32))
    signature = np.full(BANDS * ROWS, np.iinfo(np.uint32).max, np.uint32)
    for first in range(0, hashes.size, _PORTION):
        permuted = hashes[first : first + _PORTION, None] * factors + offsets  # modulo 2³²
        signature = np.minimum(signature, permuted.min(axis=0))
    return signature


@cache
def _permutations() -> tuple[_Hashes, _Hashes]:
    """Return (a, b) of the permutations h → a × h + b modulo 2³², each of shape (BANDS × ROWS,); a is odd."""
    random, count = np.random.RandomState(_SEED), BANDS * ROWS
    factors = random.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, random.randint(0, 1 << 32, count, dtype=np.uint32)


def _mixed(hashes: _Hashes) -> _Hashes:
    """Return the hashes with all bits mixed: the last step of MurmurHash3, which has an inverse."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))


def likeness(one: Article, other: Article) -> float:
    """Return the Jaccard similarity of two articles in [0, 1]; 0 where they cannot be one story.

    That is where they are known to be days apart, or where each gives a number that the other does not: last
    week's results and this week's are told in the same words.
    """
    dated = "seen" not in (one.published_precision, other.published_precision)
    apart = abs(one.published_at - other.published_at)
    if (dated and apart.days >= DAYS_APART) or min(len(one.text), len(other.text)) < MIN_CHARS:
        return 0.0
    numbers = [set(_NUMBER.findall(article.text[:COMPARED_CHARS])) for article in (one, other)]
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
