"""How long a model takes to answer: one row at a time, and a row within a batch.

Measured as a user calls it, with ``predict`` on a DataFrame. The first call is left out, for it has to load
code into the caches. The measuring takes a fraction of a second, a second or two for a slow model, or the
first call where that one is longer: a model that takes ten seconds a row is not asked twice.
"""

import statistics
import time
from dataclasses import dataclass
from typing import Any

SINGLES_S = 0.15
"""Seconds for the calls with one row."""

BATCH_S = 1.0
"""Seconds that a batch may be expected to take at worst."""

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
        Where even the first call takes longer than a batch may, all three are that call's time.
    """
    rows = [frame.iloc[[place]] for place in range(min(len(frame), MOST_CALLS))]
    first = _seconds(model, rows[0])
    if first >= BATCH_S:
        return Latency(first * 1e6, first * 1e6, first * 1e6)
    end = time.perf_counter() + SINGLES_S
    singles = [_seconds(model, rows[0])]
    while len(singles) < MOST_CALLS and time.perf_counter() < end:
        singles.append(_seconds(model, rows[len(singles) % len(rows)]))
    single = statistics.median(singles)
    return Latency(single * 1e6, _percentile(singles) * 1e6, _batch(model, frame, single) * 1e6)


def _batch(model: Any, frame: Any, single: float) -> float:
    """Return seconds for each row of the largest batch in reach; with tenfold rows goes tenfold time."""
    size, took = 1, single
    while size < min(MOST_ROWS, len(frame)) and took * _STEP <= BATCH_S:
        size = min(size * _STEP, len(frame))
        batch = frame.iloc[:size]
        took = _seconds(model, batch)
        if took < SINGLES_S / 2:  # twice where it is cheap: a first call of its shape is a little slower
            took = min(took, _seconds(model, batch))
    return took / size


def _seconds(model: Any, rows: Any) -> float:
    start = time.perf_counter()
    model.predict(rows)
    return time.perf_counter() - start


def _percentile(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
