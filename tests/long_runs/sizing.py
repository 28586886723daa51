"""What a bot of some size needs of Discord, processors and memory: the arithmetic of the README's Sizing."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from bot.cogs.background.shards import IDENTIFY_SECONDS

DAY = 86_400
# Of Discord's documentation. A shard holds 2,500 guilds at most; the number that it recommends is near this.
GUILDS_PER_SHARD = 1000
# The day has so many identifies.
IDENTIFIES = 1000
# From so many guilds on it may be more often: 5 times a day for each 1,000 guilds, 2,000 at least.
LARGE, LARGE_IDENTIFIES, IDENTIFIES_PER_GUILD = 150_000, 2000, 5 / 1000
# Requests a second of a bot, whatever its processes; what answers an interaction is not counted.
REQUESTS = 50.0
# A mention is answered by "is typing" and the message, `/ask` on its interaction alone.
MENTION_REQUESTS, INTERACTION_REQUESTS = 2, 2
# In Milvus: 384 numbers of four bytes, and 32 links of four bytes in the lowest layer of the graph (M is 16).
VECTOR_BYTES = 384 * 4 + 32 * 4
# Of a node with 64 GB, so much may be vectors: the rest is for segments that are being merged, and for words.
NODE_BYTES = 64e9 * 0.7


@dataclass(frozen=True, slots=True)
class Load:
    """What there is to do; questions, messages and articles are those of a day.

    `mentions` is the share of questions that mention the bot, `messages` are digests and alerts, `peak` is
    how much busier the busiest second is than the mean.
    """

    guilds: int
    questions: float
    passages: int
    articles: float
    mentions: float = 0.2
    messages: float = 0.0
    peak: float = 3.0


@dataclass(frozen=True, slots=True)
class Rates:
    """What was measured: seconds of one core for a question and for embedding a passage; bytes of memory."""

    question_seconds: float
    passage_seconds: float
    article_passages: float
    process_bytes: float
    guild_bytes: float


@dataclass(frozen=True, slots=True)
class Size:
    """What it takes. Seconds of a start of all shards, requests and cores in the busiest second."""

    shards: int
    identify_seconds: float
    starts_per_day: int
    questions_per_second: float
    requests_per_second: float
    interaction_requests_per_second: float
    question_cores: float
    processes: int
    process_bytes: float
    embedding_cores: float
    first_embedding_core_days: float
    vector_bytes: float
    query_nodes: int


def size(
    load: Load, rates: Rates, *, max_concurrency: int = 1, process_cores: int = 2, least_processes: int = 1
) -> Size:
    """Return what a load takes, at rates that were measured, in processes of so many cores."""
    shards = ceil(load.guilds / GUILDS_PER_SHARD)
    asked = load.questions / DAY * load.peak
    sent = load.messages / DAY * load.peak
    cores = asked * rates.question_seconds
    processes = max(least_processes, ceil(cores / process_cores))
    vectors = load.passages * VECTOR_BYTES
    return Size(
        shards=shards,
        identify_seconds=(ceil(shards / max_concurrency) - 1) * IDENTIFY_SECONDS,
        starts_per_day=identifies(load.guilds) // shards,
        questions_per_second=asked,
        requests_per_second=asked * load.mentions * MENTION_REQUESTS + sent,
        interaction_requests_per_second=asked * (1 - load.mentions) * INTERACTION_REQUESTS,
        question_cores=cores,
        processes=processes,
        process_bytes=rates.process_bytes + rates.guild_bytes * load.guilds / processes,
        embedding_cores=load.articles * rates.article_passages * rates.passage_seconds / DAY,
        first_embedding_core_days=load.passages * rates.passage_seconds / DAY,
        vector_bytes=vectors,
        query_nodes=ceil(vectors / NODE_BYTES),
    )


def identifies(guilds: int) -> int:
    """Return how many shards may identify in a day."""
    if guilds < LARGE:
        return IDENTIFIES
    return max(LARGE_IDENTIFIES, int(guilds * IDENTIFIES_PER_GUILD))


def shard_of(guild: int, shards: int) -> int:
    """Return the shard that hears of a guild."""
    return (guild >> 22) % shards
