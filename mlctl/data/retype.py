"""Columns made what the parameters file says they are: ``data.types`` and ``data.dates``.

Also how a new file is read as the training file was: its columns are given the kinds that training settled.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.frames import TEXT, as_moments, family
from mlctl.errors import DataError

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_TRUE = {"true", "t", "yes", "y", "on", "1", "1.0"}
_FALSE = {"false", "f", "no", "n", "off", "0", "0.0"}


def retype(series: pd.Series, kind: str, date_form: str | None) -> pd.Series:
    """Return the column as the kind that was asked for.

    Parameters
    ----------
    series : pandas.Series
        A column, named, of one of the types of :mod:`mlctl.data.frames`.
    kind : {"number", "category", "text", "date", "boolean", "drop"}
        What it is to be; ``drop`` leaves it.
    date_form : str or None
        The strptime form of its dates; with it the kind is a date.

    Raises
    ------
    DataError
        Naming the first value, with its row, that is no such thing.
    """
    if date_form is not None:
        return _dates(series, date_form)
    return _RETYPE[kind](series) if series.notna().any() else series


def dates_in_text(series: pd.Series) -> pd.Series | None:
    """Return the dates of a text column that holds nothing but ISO dates; else None."""
    known = series.dropna()
    # One look spares most columns the whole pass.
    if known.empty or not _ISO.fullmatch(known.iloc[0]) or not known.map(_is_iso).all():
        return None
    return _moments(
        series, pd.to_datetime(series, format="ISO8601", errors="coerce", utc=True), "an ISO date"
    )


def _is_iso(value: str) -> bool:
    return _ISO.fullmatch(value) is not None


def _number(series: pd.Series) -> pd.Series:
    if family(series) == "number":
        return series
    if family(series) == "date":
        raise _refused(series, series.notna(), "a number")
    numbers = pd.to_numeric(series, errors="coerce").astype("float64")
    return _whole(series, numbers, "a number")


def _text(series: pd.Series) -> pd.Series:
    if family(series) == "text":
        return series
    spell = repr if family(series) == "number" else str
    values = [np.nan if pd.isna(value) else spell(_plain(value)) for value in series.tolist()]
    return pd.Series(values, index=series.index, name=series.name, dtype=TEXT)


def _plain(value: Any) -> Any:
    """Drop the ``.0`` that a missing value elsewhere in the column has given to its integers."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _boolean(series: pd.Series) -> pd.Series:
    if family(series) == "boolean":
        return series
    words = series.astype("str").str.strip().str.lower()
    known = words.isin(_TRUE | _FALSE)
    wrong = series.notna() & ~known
    if wrong.any():
        raise _refused(series, wrong, "true or false")
    values = words.isin(_TRUE)
    return values if known.all() else values.astype(object).where(known, None)


def _date(series: pd.Series) -> pd.Series:
    if family(series) == "date":
        return series
    if family(series) == "text":
        found = pd.to_datetime(
            series.where(series.str.match(_ISO, na=False)), format="ISO8601", errors="coerce", utc=True
        )
        slashed = pd.to_datetime(series, format="%Y/%m/%d", errors="coerce", utc=True)
        return _moments(series, found.fillna(slashed), "an ISO date", "set data.dates to its strptime form")
    raise _refused(series, series.notna(), "a date", "set data.dates to its strptime form")


def _dates(series: pd.Series, form: str) -> pd.Series:
    if family(series) == "date":
        return series
    try:
        found = pd.to_datetime(_text(series), format=form, errors="coerce", utc=True)
    except ValueError as error:
        raise DataError(f"data.dates: {series.name}: {form!r} is no strptime form: {error}") from error
    return _moments(series, found, f"a date of the form {form!r}", f"correct data.dates.{series.name}")


def _moments(series: pd.Series, found: pd.Series, wanted: str, hint: str = "") -> pd.Series:
    whole = _whole(series, found, wanted, hint).dt.tz_localize(None)
    unit = np.datetime_data(whole.dtype)[0]
    moments, _ = as_moments(whole.fillna(pd.Timestamp(0)).to_numpy().view("int64"), unit)
    return pd.Series(moments, index=series.index, name=series.name).where(whole.notna())


def _whole(series: pd.Series, found: pd.Series, wanted: str, hint: str = "") -> pd.Series:
    wrong = found.isna() & series.notna()
    if wrong.any():
        raise _refused(series, wrong, wanted, hint)
    return found


def _refused(series: pd.Series, wrong: pd.Series, wanted: str, hint: str = "") -> DataError:
    row = int(np.argmax(wrong.to_numpy()))
    count = int(wrong.sum())
    others = f" (and so {count - 1:,} more)" if count > 1 else ""
    return DataError(
        f"column {series.name!r}: {str(series.iloc[row])!r} in row {row + 1:,} is not {wanted}{others}",
        hint or "name the marks for missing values in data.missing, or correct data.types",
    )


_RETYPE: dict[str, Callable[[pd.Series], pd.Series]] = {
    "number": _number,
    "category": _text,
    "text": _text,
    "boolean": _boolean,
    "date": _date,
    "drop": lambda series: series,
}
