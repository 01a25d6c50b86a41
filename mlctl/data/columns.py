"""What each feature column is: a number, a category, text, a date, a boolean, or nothing to learn from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.frames import family
from mlctl.domain.columns import Column, ColumnKind

WORDS = 3.0
"""Mean words from which text with many distinct values is prose."""

TEXT_SHARE, TEXT_LEVELS = 0.2, 20
"""Prose has more distinct values than this share of its rows, and than this many."""

KEY_SHARE, KEY_ROWS = 0.95, 20
"""Short text that is so nearly all distinct, over at least so many rows, names the rows."""

_LOOK_AT = 1000
_CJK = "\u3040-\u30ff\u3400-\u9fff"
# Chinese and Japanese put no space between words; two characters are about one.
_WORD = re.compile(f"[{_CJK}]{{1,2}}|[^\\s{_CJK}]+")
_ID_NAME = re.compile(
    r"(?i:id|idx|index|key|uuid|guid|rows?|row[ _.-]?(id|no|nr|num|number|index)|unnamed.*|"
    r".*[ _.-](id|idx|uuid|guid|key))|.*[a-z](Id|ID|Key)"
)
_AMBIGUOUS_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2,4}( .*)?")


@dataclass(frozen=True, slots=True)
class Judged:
    """A column with what examination wants to know of it besides.

    Attributes
    ----------
    faults : frozenset of str
        Of ``empty``, ``constant``, ``key`` (drop it), ``key-like`` (say it), ``levels`` (very many),
        ``infinite``, ``number-text``, ``date-text``.
    odd : tuple of str
        Values, or a number of them, for the finding's text.
    """

    column: Column
    faults: frozenset[str]
    odd: tuple[str, ...] = ()


def judge(series: pd.Series, asked: str | None = None, *, keep: bool = False) -> tuple[Judged, Any]:
    """Tell what a column is.

    Parameters
    ----------
    series : pandas.Series
        A named column of one of the types of :mod:`mlctl.data.frames`.
    asked : str or None
        What ``data.types`` says of it. The column already is of that type; a category stays one however many
        levels it has, and nothing that was asked for is dropped as a key.
    keep : bool, default=False
        True for the time column, which may number the rows.

    Returns
    -------
    tuple of (Judged, numpy.ndarray of uint64)
        What it is, and for each row bits that are equal for equal values only.
    """
    found, bits = _JUDGES[family(series)](series, asked)
    column, faults = found.column, set(found.faults)
    if column.distinct == 0:
        faults = {"empty"}
    elif column.distinct == 1 and not column.missing:
        faults = {"constant"}
    if asked or keep:
        faults -= {"key", "key-like", "number-text", "date-text"}
    return Judged(column, frozenset(faults), found.odd), bits


def _number(series: pd.Series, asked: str | None) -> tuple[Judged, Any]:
    values = series.to_numpy()
    if values.dtype.kind == "i":
        facts = _facts(_distinct(values), 0, "holds whole numbers", integer=True)
        column = _column(series, "number", asked, facts)
        return Judged(column, frozenset(_numbering(column, values))), values.view("uint64")
    known = values[~np.isnan(values)]
    infinite = int(np.isinf(known).sum())
    integer = bool((known == np.floor(known)).all())
    facts = _facts(_distinct(known), len(values) - len(known), "holds numbers", integer=integer)
    faults = frozenset({"infinite"} if infinite else ())
    # Adding zero makes -0.0 and 0.0 one value, as they compare.
    bits = (values + 0.0).view("uint64")
    return Judged(_column(series, "number", asked, facts), faults, (f"{infinite:,}",)), bits


def _numbering(column: Column, values: Any) -> set[str]:
    """Tell whether integers number the rows: all different, and named or ordered so."""
    if column.distinct != len(values) or len(values) < KEY_ROWS:
        return set()
    if _ID_NAME.fullmatch(column.name):
        return {"key"}
    steps = np.diff(values)
    return {"key-like"} if (steps > 0).all() or (steps < 0).all() else set()


def _distinct(known: Any) -> int:
    # Sorting is quicker than hashing here: NumPy sorts numbers with the processor's vector instructions.
    ordered = np.sort(known)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + (len(ordered) > 0)


def _date(series: pd.Series, asked: str | None) -> tuple[Judged, Any]:
    values = series.to_numpy().view("int64")
    known = values[series.notna().to_numpy()]
    facts = _facts(_distinct(known), len(values) - len(known), "holds dates")
    return Judged(_column(series, "date", asked, facts), frozenset()), values.view("uint64")


def _boolean(series: pd.Series, asked: str | None) -> tuple[Judged, Any]:
    codes, levels = pd.factorize(series)
    facts = _facts(len(levels), int((codes < 0).sum()), "holds true and false")
    bits = codes.astype("int64").view("uint64")
    return Judged(_column(series, "boolean", asked, facts), frozenset()), bits


def _text(series: pd.Series, asked: str | None) -> tuple[Judged, Any]:
    codes, levels = pd.factorize(series)
    distinct, missing = len(levels), int((codes < 0).sum())
    # Spread over the distinct values: files are often sorted.
    sample = [str(level) for level in levels[:: max(1, distinct // _LOOK_AT)]]
    kind, reason, key = _kind_of_text(sample, distinct, len(codes) - missing)
    if asked in {"category", "text"}:
        kind, key = "category" if asked == "category" else "text", False
    faults = _text_faults(sample, kind, distinct)
    if key and faults <= {"levels"}:  # numbers and dates that were not read as such name nothing
        faults = {"key"}
    column = _column(series, kind, asked, _facts(distinct, missing, reason))
    return Judged(column, frozenset(faults), _odd(sample, faults)), codes.astype("int64").view("uint64")


def _facts(distinct: int, missing: int, reason: str, *, integer: bool = False) -> dict[str, Any]:
    return {"distinct": distinct, "missing": missing, "reason": reason, "integer": integer}


def _column(series: pd.Series, kind: ColumnKind, asked: str | None, facts: dict[str, Any]) -> Column:
    reason = "data.types says so" if asked else facts["reason"]
    return Column(str(series.name), kind, **{**facts, "reason": reason})


def _kind_of_text(sample: list[str], distinct: int, rows: int) -> tuple[ColumnKind, str, bool]:
    words = sum(len(_WORD.findall(value)) for value in sample) / max(1, len(sample))
    if words >= WORDS and distinct > TEXT_SHARE * rows and distinct > TEXT_LEVELS:
        return "text", f"{distinct:,} distinct texts of {words:.0f} words on average", False
    key = rows >= KEY_ROWS and distinct >= KEY_SHARE * rows and words < WORDS
    return "category", f"text with {distinct:,} levels", key


def _text_faults(sample: list[str], kind: ColumnKind, distinct: int) -> set[str]:
    if kind == "text":
        return set()
    faults = {"levels"} if distinct > 1000 else set()
    if len(sample) >= 5 and sum(map(_is_number, sample)) >= 0.9 * len(sample):
        faults.add("number-text")
    if sum(_AMBIGUOUS_DATE.fullmatch(value) is not None for value in sample) >= 0.9 * max(1, len(sample)):
        faults.add("date-text")
    return faults


def _odd(sample: list[str], faults: set[str]) -> tuple[str, ...]:
    if "number-text" in faults:
        return tuple(repr(value) for value in sample if not _is_number(value))[:3]
    return (repr(sample[0]),) if sample else ()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


_JUDGES: Mapping[str, Any] = {"number": _number, "date": _date, "boolean": _boolean, "text": _text}
