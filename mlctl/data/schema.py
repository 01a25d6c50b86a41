"""What is remembered of each column of a dataset, as plain values that a person can read and edit.

Each column is a mapping:

===========  ====================================================================================
column       the name
role         ``target``, ``feature``, ``time``, ``group``, ``key`` or ``dropped``
type         the family: ``number``, ``boolean``, ``date`` or ``text``
nullable     whether values may be missing
missing      the share of rows without a value, 0 to 1
constant     whether there is at most one value
key          whether every row has a value of its own
quantiles    for numbers: at 0, 0.1, 1, 50, 99, 99.9 and 100 %, of the finite values
range        for dates: the first and the last, ISO 8601
categories   for text and booleans with 50 or fewer values: each with its count, the commonest first
distinct     for text: the number of values
===========  ====================================================================================
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.frames import family

QUANTILES = (0.0, 0.001, 0.01, 0.5, 0.99, 0.999, 1.0)
CATEGORIES = 50
"""At most so many categories are listed."""


def infer(frame: pd.DataFrame, roles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Describe every column of a table.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`mlctl.data.read.read` returns it.
    roles : mapping
        Column to role; a column that is not named is a ``feature``.

    Returns
    -------
    list of dict
        One a column, in the frame's order, of Python's own values.
    """
    return [_describe(frame[name], roles.get(name, "feature")) for name in frame.columns]


def _describe(series: pd.Series, role: str) -> dict[str, Any]:
    kind = family(series)
    missing = int(series.isna().sum())
    facts = _FACTS[kind](series)
    distinct = facts.pop("values")
    return {
        "column": series.name,
        "role": role,
        "type": kind,
        "nullable": missing > 0,
        "missing": round(missing / len(series), 6),
        "constant": distinct <= 1,
        "key": distinct == len(series),
        **facts,
    }


def _number(series: pd.Series) -> dict[str, Any]:
    values = series.to_numpy()
    known = np.sort(values[np.isfinite(values)])
    facts = _ordered(known)
    return facts if not len(known) else {**facts, "quantiles": _quantiles(known)}


def _quantiles(ordered: Any) -> list[int | float]:
    at = np.array(QUANTILES) * (len(ordered) - 1)
    low, part = ordered[np.floor(at).astype(int)], at % 1
    values = low * (1 - part) + ordered[np.ceil(at).astype(int)] * part
    # Twelve digits: what a person reads, and no trace of the interpolation's last bit.
    return [int(value) if value.is_integer() else float(f"{value:.12g}") for value in values.tolist()]


def _ordered(known: Any) -> dict[str, Any]:
    return {"values": int(np.count_nonzero(known[1:] != known[:-1])) + (len(known) > 0)}


def _date(series: pd.Series) -> dict[str, Any]:
    known = np.sort(series.dropna().to_numpy())
    ends = [pd.Timestamp(known[end]).isoformat() for end in (0, -1)]
    return {**_ordered(known), "range": ends}


def _text(series: pd.Series) -> dict[str, Any]:
    codes, levels = pd.factorize(series)
    facts = {"values": len(levels), "distinct": len(levels)}
    return facts if len(levels) > CATEGORIES else {**facts, "categories": _counted(codes, levels)}


def _boolean(series: pd.Series) -> dict[str, Any]:
    codes, levels = pd.factorize(series)
    return {"values": len(levels), "categories": _counted(codes, levels)}


def _counted(codes: Any, levels: Any) -> dict[str, int]:
    counts = np.bincount(codes[codes >= 0], minlength=len(levels)).tolist()
    pairs = sorted(zip(map(str, levels), counts, strict=True), key=lambda pair: (-pair[1], pair[0]))
    return dict(pairs)


_FACTS = {"number": _number, "date": _date, "text": _text, "boolean": _boolean}
