"""One row and many rows, within one process: what the model itself takes, with no server around it."""

import gc
import json
import sys
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mlctl.bundle.bench.load import spread
from mlctl.bundle.main.bundle import GOLDEN, Bundle, opened
from mlctl.bundle.main.command import load_model

BATCH = 10_000
LEAST_CALLS = 20
MOST_CALLS = 200_000
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Rows:
    """What was found.

    Attributes
    ----------
    latency : dict
        Seconds of a call with one row: ``p50``, ``p95``, ``p99``, ``p999``, ``max``.
    calls : int
        How many there were.
    batch_rows : int
        Rows of the batch.
    batch_rate : float
        Rows a second in a batch.
    """

    latency: dict[str, float]
    calls: int
    batch_rows: int
    batch_rate: float


def measure(model: Any, rows: Sequence[Mapping[str, Any]], seconds: float) -> Rows:
    """Time a model with rows in turn; the collector of garbage rests meanwhile.

    Parameters
    ----------
    model : Served
        Has ``predict_row`` and ``predict_rows``.
    rows : sequence of mapping
        At least one.
    seconds : float
        For the single rows, and again for batches; at least :data:`LEAST_CALLS` calls and one batch are made.
    """
    for place in range(WARM_UP):
        model.predict_row(rows[place % len(rows)])
    gc.collect()
    gc.disable()
    try:
        times = _singles(model.predict_row, rows, seconds)
    finally:
        gc.enable()
    return Rows(spread(sorted(times)), len(times), *_batch(model, rows, seconds))


def _singles(predict: Callable[[Any], Any], rows: Sequence[Any], seconds: float) -> Sequence[float]:
    times, now = array("d"), time.perf_counter()
    end = now + seconds
    while (now < end or len(times) < LEAST_CALLS) and len(times) < MOST_CALLS:
        row = rows[len(times) % len(rows)]
        begin = time.perf_counter()
        predict(row)
        now = time.perf_counter()
        times.append(now - begin)
    return times


def _batch(model: Any, rows: Sequence[Any], seconds: float) -> tuple[int, float]:
    """Return the rows of the largest batch that fits the time, and rows a second of its quickest run."""
    size, took = 1, _seconds(model, rows[:1])
    while size < BATCH and took * 10 < seconds:
        size = min(BATCH, size * 10)
        took = _seconds(model, [rows[place % len(rows)] for place in range(size)])
    batch = [rows[place % len(rows)] for place in range(size)]
    end = time.perf_counter() + seconds
    while time.perf_counter() + took < end:
        took = min(took, _seconds(model, batch))
    return size, size / took


def _seconds(model: Any, rows: Sequence[Any]) -> float:
    begin = time.perf_counter()
    list(model.predict_rows(rows))
    return time.perf_counter() - begin


def rows_of(bundle: Bundle) -> list[dict[str, Any]]:
    """Return a bundle's own rows that it answers."""
    told = bundle.json(GOLDEN)
    pairs = zip(told["rows"], told["answers"], strict=True)
    return [dict(zip(told["columns"], cells, strict=True)) for cells, answer in pairs if answer is not None]


def main() -> None:
    """Measure a bundle's model: ``PATH TRUST SECONDS``, where TRUST is 0 or 1."""
    path, trust, seconds = sys.argv[1:]
    bundle = opened(path)
    found = measure(load_model(bundle, trust=trust == "1"), rows_of(bundle), float(seconds))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")


if __name__ == "__main__":
    main()
