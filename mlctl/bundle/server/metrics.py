"""Counters that all workers share, as Prometheus reads them (text format 0.0.4).

The numbers lie in memory that is shared since before the workers were started: each worker adds in a stripe
of its own, without a lock, and whichever is asked sums them all.
"""

from __future__ import annotations

import mmap
import sys
from bisect import bisect_left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROUTES = ("/invocations", "/predict", "/v2/infer", "/feedback", "other")
STATUSES = (200, 400, 404, 405, 408, 413, 415, 429, 431, 500, 501, 503, 505)
BOUNDS = (
    0.0001,
    0.00025,
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
)
"""Upper ends of the histogram of answering times, in seconds."""

COUNTS = {
    "rows": ("mlctl_predictions_total", "counter", "Rows that were predicted."),
    "bad_rows": ("mlctl_refused_rows_total", "counter", "Rows that the model cannot take."),
    "feedback": ("mlctl_feedback_total", "counter", "Actual values that came back."),
    "logged": ("mlctl_logged_total", "counter", "Predictions written to the served log."),
    "log_lost": ("mlctl_log_lost_total", "counter", "Lines of the served log that could not be written."),
    "reloads": ("mlctl_reloads_total", "counter", "New versions that were taken up, one a worker."),
    "reloads_failed": ("mlctl_reload_failures_total", "counter", "New versions that could not be taken up."),
    "connections": ("mlctl_connections", "gauge", "Connections that are open."),
    "waiting": ("mlctl_waiting_requests", "gauge", "Requests that wait for their answer."),
}
_PLACES = {name: place for place, name in enumerate(COUNTS)}
_REQUESTS = len(COUNTS)
_TIMES = _REQUESTS + len(ROUTES) * len(STATUSES)
_STRIPE = _TIMES + len(BOUNDS) + 2
_ROUTE_AT = {route: _REQUESTS + place * len(STATUSES) for place, route in enumerate(ROUTES)}
_STATUS_AT = {status: place for place, status in enumerate(STATUSES)}


class Metrics:
    """The numbers of all workers.

    Parameters
    ----------
    workers : int
        How many stripes there are.
    """

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        # Shared with processes that are forked later.
        self._all = memoryview(mmap.mmap(-1, workers * _STRIPE * 8)).cast("d")
        self.use(0)

    def use(self, worker: int) -> None:
        """Add to a worker's stripe from here on; gauges of one that ended before begin again."""
        self._mine = self._all[worker * _STRIPE : (worker + 1) * _STRIPE]
        for name, (_, form, _) in COUNTS.items():
            if form == "gauge":
                self._mine[_PLACES[name]] = 0.0

    def add(self, name: str, count: float = 1) -> None:
        """Add to one of :data:`COUNTS`."""
        self._mine[_PLACES[name]] += count

    def put(self, name: str, value: float) -> None:
        """Set one of :data:`COUNTS`."""
        self._mine[_PLACES[name]] = value

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Note an answer to a request for one of :data:`ROUTES`."""
        mine = self._mine
        mine[_ROUTE_AT[route] + _STATUS_AT[status]] += 1
        mine[_TIMES + bisect_left(BOUNDS, seconds)] += 1
        mine[_STRIPE - 1] += seconds

    def total(self, name: str) -> int:
        """Return the sum of one of :data:`COUNTS` over all workers."""
        return int(self._sum(_PLACES[name]))

    def own(self, name: str) -> int:
        """Return this worker's part of one of :data:`COUNTS`."""
        return int(self._mine[_PLACES[name]])

    def text(self, labels: Mapping[str, str]) -> str:
        """Return what Prometheus reads.

        Parameters
        ----------
        labels : mapping
            Of ``mlctl_model_info``.
        """
        return "\n".join([*self._lines(labels), ""])

    def _lines(self, labels: Mapping[str, str]) -> Iterator[str]:
        yield from _titles("mlctl_model_info", "gauge", "What is served.")
        yield f"mlctl_model_info{{{_labels(labels)}}} 1"
        yield from _titles("mlctl_requests_total", "counter", "Requests that were answered.")
        for route, at in _ROUTE_AT.items():
            for status, place in _STATUS_AT.items():
                if count := self._sum(at + place):
                    told = _labels({"path": route, "status": str(status)})
                    yield f"mlctl_requests_total{{{told}}} {count:.0f}"
        yield from self._histogram()
        for name, (title, form, words) in COUNTS.items():
            yield from _titles(title, form, words)
            yield f"{title} {self._sum(_PLACES[name]):.0f}"
        yield from _titles("mlctl_resident_memory_bytes", "gauge", "Memory of the worker that answers this.")
        yield f"mlctl_resident_memory_bytes {resident_bytes():.0f}"

    def _histogram(self) -> Iterator[str]:
        name = "mlctl_request_seconds"
        yield from _titles(name, "histogram", "From the last byte of a request to its answer.")
        total = 0.0
        for place, bound in enumerate((*map(repr, BOUNDS), "+Inf")):
            total += self._sum(_TIMES + place)
            yield f'{name}_bucket{{le="{bound}"}} {total:.0f}'
        yield f"{name}_sum {self._sum(_STRIPE - 1)!r}"
        yield f"{name}_count {total:.0f}"

    def _sum(self, place: int) -> float:
        return sum(self._all[worker * _STRIPE + place] for worker in range(self._workers))


def resident_bytes() -> int:
    """Return this process's memory; where the system does not say, its largest so far."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * mmap.PAGESIZE
    except OSError:
        import resource  # noqa: PLC0415 - only where it is needed

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _titles(name: str, form: str, words: str) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} {form}"


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
