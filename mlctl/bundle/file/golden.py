"""Rows that a bundle is tested with wherever it comes to, and what scikit-learn answers to them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]
Answer = tuple[Any, tuple[float, ...] | None] | None
"""The value and its probabilities; None where the row is refused."""

LEAST, MOST = 50, 200
CELLS = 3000
"""So many cells in all, where that allows :data:`LEAST` rows: a bundle stays small."""

_UNSEEN = "☃ unseen"
_LARGE, _SMALL = 1e300, 1e-300


def most_rows(columns: int) -> int:
    """Return how many rows are kept with so many columns."""
    return max(LEAST, min(MOST, CELLS // max(1, columns)))


def chosen(
    rows: Sequence[Row], kinds: Mapping[str, str], gaps: Sequence[float | None]
) -> list[tuple[str, Row]]:
    """Choose rows, and make those that no data has: gaps, unseen levels, extremes.

    Parameters
    ----------
    rows : sequence of dict
        Held-out rows, at least one.
    kinds : mapping
        Column to its kind, of all columns.
    gaps : sequence
        For each row, by how much the best class is better than the second best; None where that is not known.

    Returns
    -------
    list of (str, dict)
        Why each was taken, and the row: at most :func:`most_rows`.
    """
    most = most_rows(len(kinds))
    made = list(_made(rows, kinds))
    close = sorted((gap, place) for place, gap in enumerate(gaps) if gap is not None)[: most // 10]
    ties = [("nearly a tie", rows[place]) for _, place in close]
    odd = _spread([*ties, *made], most - min(most // 3, len(rows)))
    held = [("held out", row) for row in _spread(rows, most - len(odd))]
    return [*held, *odd]


def golden(
    chosen_rows: Sequence[tuple[str, Row]], answer: Callable[[Row], Answer], names: Sequence[str]
) -> Row:
    """Return what ``golden.json`` holds; :mod:`mlctl.bundle.main.selftest` reads it.

    Parameters
    ----------
    answer : callable
        Takes a row and returns what scikit-learn answers.
    names : sequence of str
        The columns.
    """
    rows = [[row[name] for name in names] for _, row in chosen_rows]
    answers = [answer(row) for _, row in chosen_rows]
    return {"columns": list(names), "rows": rows, "why": [why for why, _ in chosen_rows], "answers": answers}


def _spread(rows: Sequence[Any], count: int) -> list[Any]:
    """Return so many of the rows, evenly out of all."""
    if count >= len(rows):
        return list(rows)
    return [rows[place * len(rows) // count] for place in range(count)]


def _made(rows: Sequence[Row], kinds: Mapping[str, str]) -> list[tuple[str, Row]]:
    made = [("nothing but gaps", dict.fromkeys(kinds))]
    for place, (name, kind) in enumerate(kinds.items()):
        base = rows[place % len(rows)]
        made += [(f"{what} {name}", {**base, name: value}) for what, value in _odd(kind, name, rows)]
    return made


def _odd(kind: str, name: str, rows: Sequence[Row]) -> list[tuple[str, Any]]:
    odd: list[tuple[str, Any]] = [("missing", None)]
    if kind == "number":
        known = [float(row[name]) for row in rows if row[name] is not None] or [0.0]
        low, high = min(known), max(known)
        odd += [("smallest", low), ("largest", high), ("beyond", high + 10 * (high - low) + 1)]
        odd += [("huge", _LARGE), ("tiny", -_SMALL)]
    elif kind == "boolean":
        odd += [("true", True), ("false", False)]
    elif kind == "date":
        odd += [("early", "1900-01-01"), ("late", "2199-12-31T23:59:59")]
    else:
        odd.append(("unseen", _UNSEEN))
    return odd
