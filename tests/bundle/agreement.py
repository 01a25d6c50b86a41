"""Compare the portable form with scikit-learn: every label, and every number within 1e-9.

Labels may differ only where scikit-learn's own two best candidates are within 1e-12 of each other. What
raises in scikit-learn has to raise here, row by row.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

from mlctl.bundle.portable import portable
from mlctl.bundle.runtime import InputError, Model, load
from mlctl.domain.columns import Column

TOLERANCE, TIE = 1e-9, 1e-12
LETTERS = {"n": "number", "b": "boolean", "c": "category", "t": "text", "d": "date"}


@dataclass(frozen=True)
class Expected:
    """What scikit-learn answers to some rows, or that it raises."""

    values: Any = None
    probabilities: Any = None
    raises: bool = False


def columns_of(frame: pd.DataFrame, kinds: str = "") -> list[Column]:
    """Return a frame's columns, numbers unless one letter each says otherwise."""
    letters = kinds or "n" * frame.shape[1]
    return [
        Column(str(name), LETTERS[letter], 9, 0) for name, letter in zip(frame.columns, letters, strict=True)
    ]


def table(values: Any) -> pd.DataFrame:
    """Return an array as a frame with named columns."""
    array = np.asarray(values)
    return pd.DataFrame(array, columns=[f"x{place}" for place in range(array.shape[1])])


def expected(model: Any, frame: Any) -> Expected:
    """Return scikit-learn's answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            values = model.predict(frame)
            proba = model.predict_proba(frame) if hasattr(model, "predict_proba") else None
        except (ValueError, TypeError):
            return Expected(raises=True)
    return Expected(values, proba)


def check(model: Any, frame: pd.DataFrame, kinds: str = "", *, rows: int = 40) -> int:
    """Compare both runtimes with scikit-learn, on the whole table and on its first rows one by one.

    Parameters
    ----------
    model : estimator
        Fitted; takes such a frame.
    frame : pandas.DataFrame
        The rows, as ``conform`` returns them.
    kinds : str
        One letter a column: ``n`` number, ``b`` boolean, ``c`` category, ``t`` text, ``d`` date.
    rows : int
        How many are asked one by one.

    Returns
    -------
    int
        How many labels differ where two candidates are equally good.
    """
    plain, table, either = _loaded(model, kinds, tuple(columns_of(frame, kinds)))
    fed = frame if hasattr(model, "feature_names_in_") else frame.to_numpy()
    want = expected(model, fed) if len(frame) else Expected([], None)
    ties = sum(_whole(model, loaded, want, frame) for loaded in (plain, table))
    return ties + _one_by_one(model, (plain, either), fed, frame, rows)


@lru_cache(maxsize=1)
def _loaded(model: Any, kinds: str, columns: tuple[Column, ...]) -> tuple[Model, Model, Model]:
    """Write a model once for all tables; return it without NumPy, with it, and as it chooses."""
    written = portable(model, columns=columns).to_bytes()
    plain, table, either = (load(written, numpy=numpy, missing=()) for numpy in (False, True, None))
    return plain, table, either


def _whole(model: Any, loaded: Model, want: Expected, frame: pd.DataFrame) -> int:
    faults: list[InputError] = []
    got = loaded.predict_columns(lists(frame), bad=faults)
    if want.raises:
        assert faults, "scikit-learn refuses the table, and the portable form does not"
        return 0
    assert not faults, str(faults[0])
    assert list(got.rows) == list(range(len(frame)))
    return compare(model, want, list(got.values), got.probabilities)


def _one_by_one(model: Any, loaded: Any, fed: Any, frame: pd.DataFrame, rows: int) -> int:
    ties = 0
    for place, row in enumerate(dicts(frame.iloc[:rows])):
        one = fed[place : place + 1] if isinstance(fed, np.ndarray) else fed.iloc[[place]]
        want = expected(model, one)
        for got in [answered(each, row) for each in loaded]:
            refused = isinstance(got, InputError)
            assert refused == want.raises, f"row {place}: {got}"
            if not refused:
                probabilities = None if got.probabilities is None else [got.probabilities]
                ties += compare(model, want, [got.value], probabilities)
    return ties


def answered(loaded: Model, row: dict[str, Any]) -> Any:
    """Return the answer to a row, or the error that refuses it."""
    try:
        return loaded.predict_row(row)
    except InputError as error:
        return error


def compare(model: Any, want: Expected, values: Sequence[Any], probabilities: Any) -> int:
    """Compare answers; return the number of labels that differ by a tie."""
    if not len(want.values):
        assert not len(values)
        return 0
    if not is_classifier(model):
        near(values, want.values)
        return 0
    assert (probabilities is None) == (want.probabilities is None)
    if want.probabilities is not None:
        near(probabilities, want.probabilities)
    different = [place for place, (a, b) in enumerate(zip(values, want.values, strict=True)) if a != b]
    for place in different:
        assert want.probabilities is not None, f"row {place}: {values[place]} is not {want.values[place]}"
        best = np.sort(want.probabilities[place])[::-1]
        assert best[0] - best[1] <= TIE * best[0], f"row {place}: {values[place]} is not {want.values[place]}"
    assert all(type(value) is not np.str_ for value in values)
    return len(different)


def near(got: Any, want: Any) -> None:
    """Assert that numbers agree within 1e-9, relative above 1 and absolute below; NaN with NaN."""
    got, want = np.asarray(got, dtype=np.float64), np.asarray(want, dtype=np.float64)
    assert got.shape == want.shape
    with np.errstate(invalid="ignore"):
        apart = np.abs(got - want) / np.maximum(1.0, np.abs(want))
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    apart = np.where(same, 0.0, apart)
    assert not len(apart) or apart.max() <= TOLERANCE, f"numbers differ by {apart.max()}"


def lists(frame: pd.DataFrame) -> dict[str, Any]:
    """Return a frame's columns as the runtime takes them: arrays, texts with None for missing."""
    return {str(name): _cells(frame[name]) for name in frame.columns}


def dicts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as mappings of Python's own values."""
    plain = {}
    for name, column in lists(frame).items():
        if hasattr(column, "dtype") and column.dtype.kind == "M":
            column = frame[name].astype("datetime64[us]").dt.to_pydatetime()
            column = [None if pd.isna(value) else value.isoformat() for value in column]
        plain[name] = list(column.tolist() if hasattr(column, "tolist") else column)
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def _cells(column: pd.Series) -> Any:
    if column.dtype.kind in "iufM":
        return column.to_numpy()
    return [None if pd.isna(value) else value for value in column.tolist()]
