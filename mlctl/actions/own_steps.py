"""``steps.preprocess``: a table as a person's own function makes it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlctl.data.function import table_of
from mlctl.data.read import ReadTable
from mlctl.errors import DataError, UsageError
from mlctl.estimators.own import is_of_rows
from mlctl.estimators.own_code import code_of
from mlctl.ml.own import own_code
from mlctl.params.model import Parameters, Preprocess

KEY = "steps.preprocess"


def transformer_of(parameters: Parameters, sources: Mapping[str, str]) -> tuple[str, str] | None:
    """Return source and name of the transformer that ``steps.preprocess`` means; None where it means none.

    Raises
    ------
    UsageError
        When ``preprocess`` says something as well: a transformer stands in its place.
    """
    found = _named(parameters, sources)
    if found is None or is_of_rows(*found):
        return None
    if parameters.preprocess != Preprocess():
        raise UsageError(
            f"{KEY}: {parameters.steps.preprocess} is a transformer, and stands in the place of preprocess",
            "take preprocess out, or let the transformer do what it says",
        )
    return found


def stepped(parameters: Parameters, table: ReadTable, sources: Mapping[str, str]) -> ReadTable:
    """Return the table as the person's function makes it; as it is where there is none.

    Raises
    ------
    DataError
        When it returns no table, or none with a row.
    MlctlError
        When it raises; with file and line.
    """
    found = _named(parameters, sources)
    if found is None or not is_of_rows(*found):
        return table
    return ReadTable(_applied(parameters, table.frame, found), table.notes)


def doubts(parameters: Parameters, table: ReadTable, sources: Mapping[str, str]) -> tuple[str, ...]:
    """Say what of a function of a table makes scores, or predictions later, other than they look.

    It is run on each half of the table alone: a function of one row at a time gives the same rows then.

    Parameters
    ----------
    table : ReadTable
        Before the function.
    """
    found = _named(parameters, sources)
    if found is None or not is_of_rows(*found):
        return ()
    frame, word = table.frame, parameters.steps.preprocess
    before = (
        f"{KEY}: {word} runs before the model, and is no part of it: predict, serve and bundles take rows as "
        "it returns them — a transformer (fit, transform) would travel with the model"
    )
    said = [before]
    whole = _applied(parameters, frame, found)
    if len(whole) != len(frame):
        said.append(
            f"{KEY}: {word} returned {len(whole):,} of {len(frame):,} rows: scores speak of those alone, and "
            "a row to predict cannot be left out"
        )
    differing = _differing(whole, _halves(parameters, frame, found))
    if differing:
        said.append(
            f"{KEY}: {word} is not row-wise: on half of the rows it returns something else in {differing}; "
            "what it learns from all rows leaks from those held out — make it a transformer (fit, transform)"
        )
    return tuple(said)


def _named(parameters: Parameters, sources: Mapping[str, str]) -> tuple[str, str] | None:
    return own_code(parameters.steps.preprocess, sources) if parameters.steps.preprocess else None


def _applied(parameters: Parameters, frame: pd.DataFrame, found: tuple[str, str]) -> pd.DataFrame:
    code, word = code_of(found[0]), f"{KEY}: {parameters.steps.preprocess}"
    function = code.find(found[1])
    with code.active(), code.telling(found[1]):
        given = function(frame.copy())
    if not isinstance(given, pd.DataFrame):
        raise DataError(f"{word} returned a value of type {type(given).__name__}", "return the table")
    if given.empty:
        raise DataError(f"{word} returned no row", "see what it leaves out")
    return table_of(given.reset_index(drop=True), word, parameters.data)


def _halves(parameters: Parameters, frame: pd.DataFrame, found: tuple[str, str]) -> pd.DataFrame | None:
    middle = len(frame) // 2
    parts = [frame.iloc[:middle].reset_index(drop=True), frame.iloc[middle:].reset_index(drop=True)]
    try:
        made = [_applied(parameters, part, found) for part in parts]
    except Exception:  # what it cannot do on half of the rows depends on more than one
        return None
    return pd.concat(made, ignore_index=True)


def _differing(whole: pd.DataFrame, halves: pd.DataFrame | None) -> str:
    """Name the columns that differ, at most three; empty where none does."""
    if halves is None or len(halves) != len(whole):
        return "the number of rows"
    if list(whole.columns) != list(halves.columns):
        return "its columns"
    names = [str(name) for name in whole.columns if not _same(whole[name], halves[name])]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _same(one: Any, other: Any) -> bool:
    gaps = one.isna()
    if not gaps.equals(other.isna()):
        return False
    return bool((one[~gaps].astype(object) == other[~gaps].astype(object)).all())
