"""Compares words in their order, in time that grows with the text and no faster. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

# A quote of 350 words has "the" about so many times.
MOST_REPEATED = 20


def matcher(words: Sequence[str], wanted: Sequence[str]) -> SequenceMatcher[str]:
    """Return what tells which words agree with those that are wanted, in their order.

    Each pair of equal words is looked at, for each run that agrees anew: "a a a …" took minutes. So words
    that are wanted more than `MOST_REPEATED` times count only beside others that agree.
    """
    repeated = {word for word, count in Counter(wanted).items() if count > MOST_REPEATED}
    return SequenceMatcher(repeated.__contains__, words, wanted, autojunk=False)
