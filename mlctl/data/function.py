"""``data.function``: rows from a function in a file of the user's own.

The file is run as :mod:`mlctl.data.own_code` says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from mlctl.data.arrow_types import plain, refused
from mlctl.data.fingerprint import rows_fingerprint
from mlctl.data.frames import to_frame
from mlctl.data.own_code import OwnFile
from mlctl.data.query import RESULT
from mlctl.data.read import mark_missing, settle_types
from mlctl.data.row_values import to_array
from mlctl.data.rows_file import check_names, write_rows
from mlctl.domain.secrets import hide_secrets
from mlctl.errors import DataError, NotFoundError, UsageError
from mlctl.files.trouble import explained
from mlctl.params.model import Data

_MODULE = "mlctl_data_function"
"""What the file is called while it runs: a name that no other module has."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a function gave.

    Attributes
    ----------
    paths : tuple of str
        The files that it named; empty where it gave rows.
    rows : Path or None
        The Parquet file of the rows that it gave.
    described : dict
        ``function`` and ``function_source``, the text of the file without the passwords in its addresses; for
        rows also ``rows`` and ``fingerprint``.
    """

    paths: tuple[str, ...]
    rows: Path | None
    described: dict[str, Any] = field(repr=False)


def call_function(reference: str, base: Path, scratch: Path, target: str = "") -> Called:
    """Call a function for the data.

    Parameters
    ----------
    reference : str
        ``file.py:function``; the file is relative to ``base``, and the function takes no argument. It returns
        a pandas table, an iterator of tables, the features and the target apart (X, y), a path, or a list of
        paths, relative to ``base``.
    base : Path
        The parameters file's directory.
    scratch : Path
        Where to write ``data.parquet``.
    target : str, default=""
        What the column of a target that is given apart is called.

    Raises
    ------
    NotFoundError
        When there is no such file, or no such function in it.
    UsageError
        When the file is no Python, or the function returns something else.
    DataError
        When it returns no row, or values that are no table's.
    MlctlError
        When it raises: its lines stand in ``details``.
    """
    file, _, name = reference.rpartition(":")
    path = base.absolute() / file
    with explained("read", path):
        source = path.read_bytes()
    text = hide_secrets(source.decode("utf-8", "replace"))
    described: dict[str, Any] = {"function": reference, "function_source": text}
    own = OwnFile(path, "data.function", reference, _MODULE)
    with own.running(source) as module:
        function = getattr(module, name, None)
        if not callable(function):
            known = [key for key, value in vars(module).items() if callable(value) and key[0] != "_"]
            hint = f"it has {', '.join(known[:5])}" if known else "define it"
            raise NotFoundError(f"data.function: {file} has no function {name!r}", hint)
        given = _together(own.guarded(function), own, target)
        paths = _paths(given)
        if paths:
            return Called(paths, None, described)
        result = scratch.absolute() / RESULT  # the user's code may change the working directory
        rows = write_rows(_batches(given, own), result)
    if not rows:
        raise DataError(f"data.function: {reference} returned no row", "see what it reads")
    return Called((), result, {**described, "rows": rows, "fingerprint": rows_fingerprint(result)})


def _paths(given: Any) -> tuple[str, ...]:
    if isinstance(given, str | Path):
        return (str(given),)
    if isinstance(given, list | tuple) and given and all(isinstance(path, str | Path) for path in given):
        return tuple(map(str, given))
    return ()


def _together(given: Any, own: OwnFile, target: str) -> Any:
    """Return X and y that were given apart as one table; anything else as it is."""
    if not isinstance(given, tuple) or len(given) != 2 or _paths(given):
        return given
    features, answers = given
    if isinstance(features, pd.DataFrame) and isinstance(answers, pd.DataFrame):
        if answers.shape[1] != 1:
            return given  # an iterator of two tables
        answers = answers.iloc[:, 0]
    table = _features(features, own)
    values = np.asarray(answers)
    if values.shape != (len(table),):
        raise DataError(
            f"{own.key}: {own.word} gave X with {len(table):,} rows and y of shape {values.shape}",
            "return one answer for each row",
        )
    if target in table.columns:
        raise DataError(f"{own.key}: X has a column {target!r} as well as y", "name y's column: data.target")
    return table.assign(**{target: values})


def _features(features: Any, own: OwnFile) -> pd.DataFrame:
    if isinstance(features, pd.DataFrame):
        return features.reset_index(drop=True)
    values = np.asarray(features)
    if values.ndim != 2:
        raise _wrong(features, own.word)
    return pd.DataFrame(values, columns=[f"x{number}" for number in range(values.shape[1])])


def table_of(frame: pd.DataFrame, word: str, data: Data) -> pd.DataFrame:
    """Return a table of a person's own in the types of :mod:`mlctl.data.frames`, as one that was read.

    Raises
    ------
    DataError
        When a column's name is empty or repeats, or its values are no table's.
    """
    names = [str(name) for name in frame.columns]
    check_names(names, word)
    found, _ = to_frame(pa.Table.from_batches([_batch(frame, names, 1)]), word)
    return settle_types(mark_missing(found, data), data)


def _batches(given: Any, own: OwnFile) -> Iterator[Any]:
    tables = iter((given,)) if isinstance(given, pd.DataFrame) else _iterator(given, own.word)
    columns: list[str] | None = None
    rows = 0
    while (table := own.guarded(lambda: next(tables, None))) is not None:
        if not isinstance(table, pd.DataFrame):
            raise _wrong(table, own.word)
        names = [str(name) for name in table.columns]
        check_names(names, f"data.function: {own.word}")
        if columns not in (None, names):
            raise DataError(
                f"data.function: {own.word} gave tables with different columns",
                "give each the same columns in the same order",
            )
        columns = names
        yield _batch(table, names, rows + 1)
        rows += len(table)


def _iterator(given: Any, reference: str) -> Iterator[Any]:
    if isinstance(given, dict | str | bytes) or not hasattr(given, "__iter__"):
        raise _wrong(given, reference)
    return iter(given)


def _wrong(given: Any, reference: str) -> UsageError:
    return UsageError(
        f"data.function: {reference} gave a value of type {type(given).__name__}",
        "return a pandas DataFrame, an iterator of them, or the path of a file",
    )


def _batch(table: pd.DataFrame, names: list[str], first_row: int) -> Any:
    arrays = [_array(table.iloc[:, i], name, first_row) for i, name in enumerate(names)]
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _array(series: pd.Series, name: str, first_row: int) -> Any:
    if series.dtype == object:
        return to_array(series.astype(object).where(series.notna(), None).tolist(), name, first_row)
    try:
        array = pa.array(series, from_pandas=True)
    except (pa.lib.ArrowException, TypeError):
        array = None
    if array is None:
        raise refused(name, f"values of type {series.dtype}")
    return plain(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array, name)
