"""How alike two texts are, and bands by which likely ones are found without comparing all. Pure.

A text is the set of its runs of five words (Broder, 1997, "On the resemblance and containment of
documents"). MinHash signatures cut into bands put two texts that share most of these into one bucket of at
least one band (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3). The only importer of
datasketch.
"""

from __future__ import annotations

import re

from index.types.article import Article

WORDS = 5
# 21 bands of 6: of texts with a likeness of 0.85 one pair in ten thousand is missed, while unlike ones
# (0.3) meet in one of 65.
BANDS, ROWS = 21, 6
SAME_STORY = 0.85
# Agencies' reports are taken over within hours; the same words much later are an anniversary or a template.
DAYS_APART = 3
# Two stories may share a text as short as "This is a developing story."
MIN_CHARS = 300

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def bands(text: str) -> tuple[str, ...]:
    """Return what stands for the text in each band, the same on every machine; none for a short text."""
    if len(text) < MIN_CHARS:
        return ()
    # Here, because it brings scipy along, which questions can do without.
    from datasketch import MinHash

    signature = MinHash(num_perm=BANDS * ROWS, seed=1)
    signature.update_batch([each.encode() for each in sorted(_shingles(text))])
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
    numbers = set(_NUMBER.findall(one.text)), set(_NUMBER.findall(other.text))
    if not (numbers[0] <= numbers[1] or numbers[1] <= numbers[0]):
        return 0.0
    mine, theirs = _shingles(one.text), _shingles(other.text)
    return len(mine & theirs) / max(1, len(mine | theirs))


def _shingles(text: str) -> set[str]:
    words = _WORD.findall(text.casefold())
    return {" ".join(words[i : i + WORDS]) for i in range(max(1, len(words) - WORDS + 1))}
