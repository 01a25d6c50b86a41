"""How a person reads a value: four digits of a score, a time in the unit that fits, an age."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mlctl.cli.escape import escaped


def exact(value: Any) -> str:
    """Return the value whole, for machines: every digit, nothing for what is missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return one_line(str(value))


def one_line(text: str) -> str:
    """Return the text on one line, its control characters spelled out: they would draw on the terminal."""
    return text if text.isprintable() else escaped("".join(" " if c.isspace() else c for c in text))


def score(value: Any) -> str:
    """Return a score with four digits that count.

    Examples
    --------
    >>> score(0.9733333), score(3178.25), score(0.00001234)
    ('0.9733', '3178', '1.234e-05')
    """
    if not _is_number(value):
        return "" if value is None else exact(value)
    size = abs(value)
    if 0 < size < 0.001 or size >= 1e6:
        return f"{value:.4g}"
    return f"{value:.{max(0, 4 - max(0, len(str(int(size))) - (size < 1)))}f}"


def many(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 row``, ``1,240 rows``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def spread(value: Any) -> str:
    """Return a standard deviation with two digits that count."""
    return f"{value:.2g}" if _is_number(value) else ""


def delta(value: Any) -> str:
    """Return a difference with its sign."""
    if not _is_number(value):
        return ""
    return "0" if value == 0 else f"{value:+.4f}" if 0.00005 <= abs(value) < 100 else f"{value:+.3g}"


def seconds(value: Any) -> str:
    """Return a duration in seconds in the unit that fits.

    Examples
    --------
    >>> seconds(0.0421), seconds(3.2), seconds(754), seconds(9000)
    ('42 ms', '3.2 s', '12 min 34 s', '2 h 30 min')
    """
    if not _is_number(value):
        return ""
    if value < 1:
        return micros(value * 1e6)
    if value < 120:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def micros(value: Any) -> str:
    """Return a duration in microseconds in the unit that fits."""
    if not _is_number(value):
        return ""
    for limit, unit, size in ((1e3, "µs", 1.0), (1e6, "ms", 1e3)):
        if value < limit:
            shown = value / size
            return f"{shown:.1f} {unit}" if shown < 10 else f"{shown:.0f} {unit}"
    return f"{value / 1e6:.1f} s"


def size(value: Any) -> str:
    """Return a number of bytes in the unit that fits."""
    if not _is_number(value):
        return ""
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def age(value: Any) -> str:
    """Return how long ago a stored time was."""
    try:
        passed = (datetime.now(UTC) - datetime.fromisoformat(str(value))).total_seconds()
    except (TypeError, ValueError):
        return exact(value)
    if passed < 60:
        return "now"
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if passed >= length:
            return f"{passed // length:.0f} {unit}"
    raise AssertionError  # pragma: no cover (every age of a minute or more is one of the three)


def parameter(value: Any) -> str:
    """Return a parameter as it would be written."""
    return f"{value:g}" if isinstance(value, float) else exact(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


FORMS: dict[str, Callable[[Any], str]] = {
    "text": exact,
    "score": score,
    "delta": delta,
    "seconds": seconds,
    "micros": micros,
    "size": size,
    "age": age,
    "int": exact,
    "parameter": parameter,
}
