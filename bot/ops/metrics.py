"""What is measured while newsbot runs, as Prometheus reads it. The only importer of prometheus_client."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from index import NewsError, Status

# A question takes a tenth of a second, and with a queue before it up to a minute.
BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Measurements:
    """The counts of one process. Safe to use from many threads.

    `status` and `queue_length` are asked each time that somebody looks; `status` may raise NewsError.
    """

    def __init__(self, status: Callable[[], Status], queue_length: Callable[[], int] = int) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_State(status, queue_length))
        told = "Questions, by whether they were answered."
        self._questions = Counter("newsbot_questions", told, ["answered"], registry=self._registry)
        told = "Time from question to answer, waiting included."
        self._seconds = Histogram("newsbot_answer_seconds", told, buckets=BUCKETS, registry=self._registry)
        for answered in ("true", "false"):  # so that both are there from the start
            self._questions.labels(answered)

    def asked(self, seconds: float, *, answered: bool) -> None:
        """Count a question, and how long its answer took."""
        self._questions.labels(str(answered).lower()).inc()
        self._seconds.observe(seconds)

    def exposition(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class _State(Collector):
    """What is not counted but looked up: how much there is, and what is waiting."""

    def __init__(self, status: Callable[[], Status], queue_length: Callable[[], int]) -> None:
        self._status = status
        self._queue_length = queue_length

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()  # otherwise registering would look everything up

    def collect(self) -> Iterable[GaugeMetricFamily]:
        yield GaugeMetricFamily("newsbot_queue_length", "Calls running or waiting.", self._queue_length())
        try:
            status = self._status()
        except NewsError:
            status = None
        ready = status is not None and status.can_answer
        yield GaugeMetricFamily("newsbot_ready", "Whether questions can be answered.", ready)
        if status:
            failing = len(status.failing)
            yield GaugeMetricFamily("newsbot_articles", "Articles stored.", status.articles)
            yield GaugeMetricFamily("newsbot_passages", "Passages stored.", status.passages)
            yield GaugeMetricFamily("newsbot_sources", "Sources read again and again.", status.addresses)
            yield GaugeMetricFamily("newsbot_sources_failing", "Sources that could not be read.", failing)
            degraded = GaugeMetricFamily("newsbot_degraded", "Parts that do not work.", labels=["part"])
            for fault in status.faults:
                degraded.add_metric([fault.part], 1)
            yield degraded
