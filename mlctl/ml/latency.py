"""How long a model takes to answer: one row at a time, and a row within a batch.

Measured as a user calls it, with ``predict`` on a DataFrame. The first call is left out, for it has to load
code into the caches. The measuring takes about :data:`BUDGET` seconds, or the first call where that one is
longer: a model that takes ten seconds a row is not asked twice.
"""

import statistics
import time
from dataclasses import dataclass
from typing import Any

BUDGET = 0.3
"""Seconds for all calls together."""

MOST_CALLS = 200
MOST_ROWS = 1_000
"""Rows of the largest batch: beyond it the time for a row hardly changes."""

_STEP = 10


@dataclass(frozen=True, slots=True)
class Latency:
    """Times in microseconds.

    Attributes
    ----------
    single_row_us : float
        Median time of a call with one row.
    single_row_p95_us : float
        The time that 95 of 100 such calls stay within.
    batch_row_us : float
        Time for each row of a batch.
    """

    single_row_us: float
    single_row_p95_us: float
    batch_row_us: float


def measure(model: Any, frame: Any) -> Latency:
    """Time a fitted model.

    Parameters
    ----------
    model : estimator
        As read back from its file.
    frame : DataFrame
        At least one row to ask about; the single rows are taken in turn.

    Returns
    -------
    Latency
        Where even the first call outlasts the budget, all three are that call's time.
    """
    rows = [frame.iloc[[place]] for place in range(min(len(frame), MOST_CALLS))]
    first = _seconds(model, rows[0])
    if first >= BUDGET:
        return Latency(first * 1e6, first * 1e6, first * 1e6)
    end = time.perf_counter() + BUDGET / 2
    singles = [_seconds(model, rows[0])]
    while len(singles) < MOST_CALLS and time.perf_counter() < end:
        singles.append(_seconds(model, rows[len(singles) % len(rows)]))
    single = statistics.median(singles)
    return Latency(single * 1e6, _percentile(singles) * 1e6, _batch(model, frame, single) * 1e6)


def _batch(model: Any, frame: Any, single: float) -> float:
    """Return seconds for each row of the largest batch that the budget allows; batches grow tenfold."""
    size, took = 1, single
    while size < min(MOST_ROWS, len(frame)) and took * _STEP < BUDGET / 2:
        size = min(size * _STEP, len(frame))
        batch = frame.iloc[:size]
        took = min(_seconds(model, batch), _seconds(model, batch))
    return took / size


def _seconds(model: Any, rows: Any) -> float:
    start = time.perf_counter()
    model.predict(rows)
    return time.perf_counter() - start


def _percentile(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
