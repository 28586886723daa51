"""A store of any size, made from a real one: its passages again and again, each with other words and noise.

A generated passage has the sentence lengths of a real one, seven of ten of its words, and its vector with
noise; so a question finds by words and by meaning what it would find in that much real news.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from random import Random

import numpy as np
import numpy.typing as npt

from index.storage.articles import Store
from index.storage.rows import NewArticle
from index.text.passages import Passage
from index.text.spans import Span
from index.types.article import Article, IndexedPassage

# Of a real article.
PASSAGES = 16
# Words that are replaced by others, drawn as often as they occur.
REPLACED = 0.3
# Length of the noise, beside 1 for the vector: cosine 0.78 to the real one.
NOISE = 0.8
DAYS = 1000
WRITTEN_AT_ONCE = 250
ORIGINS = 2000


@dataclass(frozen=True, slots=True)
class Real:
    """Real passages: their words by sentence, their vectors of shape (passages, dimension), all words."""

    sentences: list[list[list[str]]]
    vectors: npt.NDArray[np.float32]
    words: npt.NDArray[np.object_]
    newest: datetime
    fingerprint: str

    @classmethod
    def of(cls, store: Store, fingerprint: str) -> Real:
        passages = [passage for batch in store.all_indexed_passages(fingerprint, 2000) for passage in batch]
        sentences = [_sentences(passage) for passage in passages]
        words = [word for passage in sentences for sentence in passage for word in sentence]
        newest = store.newest()
        assert newest is not None
        return cls(
            sentences,
            np.stack([passage.vector for passage in passages]).astype(np.float32),
            np.array(words, dtype=np.object_),
            newest,
            fingerprint,
        )


def _sentences(passage: IndexedPassage) -> list[list[str]]:
    parts = (part.split() for part in passage.text.replace("? ", ". ").split(". "))
    return [words for words in parts if words]


def noisy(
    vectors: npt.NDArray[np.float32], random: np.random.Generator, noise: float = NOISE
) -> npt.NDArray[np.float16]:
    """Return unit vectors near the given ones, float16 of the same shape."""
    added = random.standard_normal(vectors.shape, dtype=np.float32)
    added *= noise / np.sqrt(vectors.shape[1])
    added += vectors
    added /= np.linalg.norm(added, axis=1, keepdims=True)
    return added.astype(np.float16)


def fill(store: Store, real: Real, passages: int, seed: int = 1) -> None:
    """Write generated articles until the store holds so many passages."""
    new = articles(real, passages - store.count_passages(), seed)
    while batch := list(islice(new, WRITTEN_AT_ONCE)):
        store.write(batch, [], [], [], datetime.now(UTC))


def articles(real: Real, passages: int, seed: int) -> Iterator[NewArticle]:
    """Yield articles of `PASSAGES` passages, the last one shorter; the same ones for the same seed."""
    random = np.random.default_rng(seed)
    for start in range(0, passages, PASSAGES):
        chosen = random.integers(0, len(real.sentences), min(PASSAGES, passages - start))
        yield _article(f"{seed}-{start}", real, chosen, random)


def _article(name: str, real: Real, chosen: Sequence[int], random: np.random.Generator) -> NewArticle:
    texts = [_reworded(real.sentences[place], real.words, random) for place in chosen]
    parts: list[str] = []
    cut: list[Passage] = []
    at = 0
    for text in texts:
        ends: list[Span] = []
        for sentence in text:
            ends.append(Span(at, at + len(sentence)))
            parts += [sentence, " "]
            at += len(sentence) + 1
        cut.append(Passage(Span(ends[0].start, ends[-1].end), tuple(ends)))
    key = hashlib.sha256(name.encode()).hexdigest()
    article = Article(
        id=key[:16],
        url=f"https://news.example/{key[:16]}",
        title=" ".join(texts[0][0].split()[:9]),
        text="".join(parts).rstrip(),
        source=f"Outlet {int(40 * random.random() ** 3)}",  # some write much more than others
        published_at=real.newest - timedelta(days=DAYS * float(random.random())),
    )
    vectors = noisy(real.vectors[chosen], random)
    return NewArticle(article, key, key, cut, vectors, real.fingerprint)


def _reworded(
    sentences: Sequence[Sequence[str]], words: npt.NDArray[np.object_], random: np.random.Generator
) -> list[str]:
    reworded = []
    for sentence in sentences:
        kept = random.random(len(sentence)) >= REPLACED
        other = words[random.integers(0, len(words), len(sentence))]
        mixed = [word if keep else new for word, keep, new in zip(sentence, kept, other, strict=True)]
        reworded.append(" ".join(mixed).rstrip(".") + ".")
    return reworded


def received(passages: Iterator[Sequence[IndexedPassage]]) -> Iterator[list[IndexedPassage]]:
    """Yield the same batches, as if each article had come in from some of `ORIGINS` origins."""
    for batch in passages:
        yield [replace(passage, origins=origins_of(passage.title)) for passage in batch]


@lru_cache(1000)
def origins_of(title: str) -> tuple[int, ...]:
    """Return the origins of an article: one, or more for three in ten. Some origins bring much more."""
    random = Random(zlib.crc32(title.encode()))
    number = 1 + (random.random() < 0.3) + (random.random() < 0.1)
    return tuple({int(ORIGINS * random.random() ** 3) for _ in range(number)})


def edition(share: float, counts: Mapping[int, int], passages: int, seed: int = 1) -> frozenset[int]:
    """Return origins that bring about this share of so many passages.

    `counts` is origin → number of its passages. Below one in a hundred the origins that bring least are
    taken, otherwise any.
    """
    order = sorted(counts, key=lambda origin: (counts[origin], origin))
    if share >= 0.01:
        Random(seed).shuffle(order)
    taken: list[int] = []
    left = share * passages
    for origin in order:
        if share == 1 or counts[origin] <= left or not taken:
            taken.append(origin)
            left -= counts[origin]
    return frozenset(taken)
