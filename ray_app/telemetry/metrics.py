"""The one way in which figures leave a process, under the same names in bulk and online.

In a process that is connected to Ray they go through ``ray.util.metrics`` to the agent of its node, which Prometheus
scrapes; a process that serves a ``/metrics`` of its own (``expose``) keeps them in prometheus-client's registry, too.
Anywhere else recording costs two look-ups. Which figures there are stands in ``catalog``. Recording never raises for a
label's value: one that is not known, or one too many, is counted as "other".
"""

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

OTHER = "other"
"""Stands for values of a label that it does not admit."""

MOST_VALUES = 32
"""Values that a label without a list of its own may take in one process: names from settings, engines and readers."""

_REPEAT_S = 5.0
"""Gauges are told again this often: Ray's agents drop one that was silent for two of their intervals (2 x 10 s)."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label, and what keeps its values few.

    Attributes:
        values: all there can be, or empty where settings name them.
        bound: what bounds them, for people.
    """

    name: str
    bound: str
    values: frozenset[str] = frozenset()


class Sink(Protocol):
    """Where figures go."""

    def add(self, metric: "Counter", amount: float, labels: Mapping[str, str]) -> None:
        """Counts."""
        ...

    def set(self, metric: "Gauge", value: float, labels: Mapping[str, str]) -> None:
        """Takes a gauge's value."""
        ...

    def observe(self, metric: "Histogram", value: float, labels: Mapping[str, str]) -> None:
        """Takes one observation."""
        ...


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure, by the name that it has in Prometheus.

    Attributes:
        told_by: which processes tell it, for people.
    """

    name: str
    help: str
    told_by: str
    labels: tuple[Label, ...] = ()
    _seen: dict[str, set[str]] = field(default_factory=dict, compare=False, repr=False)

    def _bounded(self, given: Mapping[str, str]) -> dict[str, str]:
        if given.keys() != {label.name for label in self.labels}:
            raise TypeError(f"{self.name} has the labels {[label.name for label in self.labels]}, not {list(given)}")
        return {label.name: self._admitted(label, str(given[label.name])) for label in self.labels}

    def _admitted(self, label: Label, value: str) -> str:
        if label.values:
            return value if value in label.values else OTHER
        seen = self._seen.setdefault(label.name, set())
        if value not in seen and len(seen) >= MOST_VALUES:
            return OTHER
        seen.add(value)
        return value


@dataclass(frozen=True, kw_only=True)
class Counter(Metric):
    """Only grows; its name ends in ``_total``."""

    def add(self, amount: float = 1.0, /, **labels: str) -> None:
        """Adds to it; nothing happens for zero, which Ray refuses."""
        if amount > 0:
            bounded = self._bounded(labels)
            for sink in _sinks():
                sink.add(self, amount, bounded)


@dataclass(frozen=True, kw_only=True)
class Gauge(Metric):
    """A value that goes up and down."""

    def set(self, value: float, /, **labels: str) -> None:
        """Sets it; the process goes on telling it until it ends."""
        bounded = self._bounded(labels)
        for sink in _sinks():
            sink.set(self, value, bounded)


@dataclass(frozen=True, kw_only=True)
class Histogram(Metric):
    """Observations by size; ``buckets`` are upper bounds, the same in every process.

    Ray hands on how many fell into each bucket and no more: the ``_sum`` that Prometheus gets of it is made of the
    buckets' middles (a batch of 1 counts as 0.5). So the true sum is told as a counter of its own, ``exact``.
    """

    buckets: tuple[float, ...]

    @cached_property
    def exact(self) -> Counter:
        """The sum of all observations."""
        return Counter(
            name=f"{self.name}_exact_total", help=f"Sum: {self.help}", told_by=self.told_by, labels=self.labels
        )

    def observe(self, value: float, /, **labels: str) -> None:
        """Takes one observation."""
        bounded = self._bounded(labels)
        for sink in _sinks():
            sink.observe(self, value, bounded)
            if value > 0:
                sink.add(self.exact, value, bounded)


class RaySink:
    """To the agent of this process's node; there each name is preceded by ``ray_``."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._gauges: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        self._lock = threading.Lock()
        self._repeating = False

    def add(self, metric: Counter, amount: float, labels: Mapping[str, str]) -> None:
        """Counts."""
        self._of(metric).inc(amount, dict(labels))

    def set(self, metric: Gauge, value: float, labels: Mapping[str, str]) -> None:
        """Takes a gauge's value, and goes on telling it."""
        self._of(metric).set(value, dict(labels))
        with self._lock:
            self._gauges[metric.name, tuple(labels.items())] = value
            if not self._repeating:
                self._repeating = True
                threading.Thread(target=self._repeat, daemon=True, name="gauges").start()

    def observe(self, metric: Histogram, value: float, labels: Mapping[str, str]) -> None:
        """Takes one observation."""
        self._of(metric).observe(value, dict(labels))

    def _repeat(self) -> None:
        pause = threading.Event()
        while not pause.wait(_REPEAT_S) and in_ray():
            with self._lock:
                known = list(self._gauges.items())
            for (name, labels), value in known:
                self._made[name].set(value, dict(labels))
        with self._lock:
            self._repeating = False

    def _of(self, metric: Metric) -> Any:  # noqa: ANN401 -- one of Ray's three kinds
        with self._lock:
            if metric.name not in self._made:
                self._made[metric.name] = self._make(metric)
            return self._made[metric.name]

    def _make(self, metric: Metric) -> Any:  # noqa: ANN401
        from ray.util import metrics

        keys = tuple(label.name for label in metric.labels)
        match metric:
            case Counter():
                return metrics.Counter(metric.name, metric.help, keys)
            case Histogram():
                return metrics.Histogram(metric.name, metric.help, list(metric.buckets), keys)
        return metrics.Gauge(metric.name, metric.help, keys)


class PrometheusSink:
    """To prometheus-client's registry in this process, which its ``/metrics`` shows."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def add(self, metric: Counter, amount: float, labels: Mapping[str, str]) -> None:
        """Counts."""
        self._of(metric, labels).inc(amount)

    def set(self, metric: Gauge, value: float, labels: Mapping[str, str]) -> None:
        """Takes a gauge's value."""
        self._of(metric, labels).set(value)

    def observe(self, metric: Histogram, value: float, labels: Mapping[str, str]) -> None:
        """Takes one observation."""
        self._of(metric, labels).observe(value)

    def _of(self, metric: Metric, labels: Mapping[str, str]) -> Any:  # noqa: ANN401 -- one of the client's kinds
        with self._lock:
            if metric.name not in self._made:
                self._made[metric.name] = self._make(metric)
            made = self._made[metric.name]
        return made.labels(**labels) if labels else made

    def _make(self, metric: Metric) -> Any:  # noqa: ANN401
        import prometheus_client

        keys = [label.name for label in metric.labels]
        match metric:
            case Counter():
                return prometheus_client.Counter(metric.name, metric.help, keys)
            case Histogram():
                return prometheus_client.Histogram(metric.name, metric.help, keys, buckets=metric.buckets)
        return prometheus_client.Gauge(metric.name, metric.help, keys)


_RAY, _OWN = RaySink(), PrometheusSink()
_exposed = threading.Event()


def expose() -> None:
    """Keeps figures in prometheus-client's registry from now on: this process serves a ``/metrics``."""
    _exposed.set()


def in_ray() -> bool:
    """Tells whether this process is connected to Ray; never imports it."""
    ray = sys.modules.get("ray")
    return ray is not None and hasattr(ray, "is_initialized") and bool(ray.is_initialized())


def _sinks() -> tuple[Sink, ...]:
    own: tuple[Sink, ...] = (_OWN,) if _exposed.is_set() else ()
    return (_RAY, *own) if in_ray() else own
