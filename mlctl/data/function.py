"""``data.function``: rows from a function in a file of the user's own.

The file is run, as a script would be: with its directory first on the search path, so that it may import what
stands beside it. What it prints goes to stderr, since stdout is for results.
"""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pyarrow as pa

from mlctl.data.arrow_types import plain, refused
from mlctl.data.fingerprint import rows_fingerprint
from mlctl.data.query import RESULT
from mlctl.data.row_values import to_array
from mlctl.data.rows_file import check_names, write_rows
from mlctl.domain.secrets import hide_secrets
from mlctl.errors import DataError, MlctlError, NotFoundError, UsageError
from mlctl.files.trouble import explained

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


def call_function(reference: str, base: Path, scratch: Path) -> Called:
    """Call a function for the data.

    Parameters
    ----------
    reference : str
        ``file.py:function``; the file is relative to ``base``, and the function takes no argument. It returns
        a pandas table, an iterator of tables, a path, or a list of paths, relative to ``base``.
    base : Path
        The parameters file's directory.
    scratch : Path
        Where to write ``data.parquet``.

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
    with _running(path) as module:
        _guarded(lambda: exec(_compiled(source, path), module.__dict__), reference, path)  # noqa: S102 - it is the user's own
        function = getattr(module, name, None)
        if not callable(function):
            known = [key for key, value in vars(module).items() if callable(value) and key[0] != "_"]
            hint = f"it has {', '.join(known[:5])}" if known else "define it"
            raise NotFoundError(f"data.function: {file} has no function {name!r}", hint)
        given = _guarded(function, reference, path)
        paths = _paths(given)
        if paths:
            return Called(paths, None, described)
        target = scratch.absolute() / RESULT  # the user's code may change the working directory
        rows = write_rows(_batches(given, reference, path), target)
    if not rows:
        raise DataError(f"data.function: {reference} returned no row", "see what it reads")
    return Called((), target, {**described, "rows": rows, "fingerprint": rows_fingerprint(target)})


@contextlib.contextmanager
def _running(path: Path) -> Iterator[ModuleType]:
    module = ModuleType(_MODULE)
    module.__file__ = str(path)
    sys.modules[_MODULE] = module  # dataclasses look there for what their annotations mean
    sys.path.insert(0, str(path.parent))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield module
    finally:
        with contextlib.suppress(ValueError):  # the user's code may have put its own list there
            sys.path.remove(str(path.parent))
        del sys.modules[_MODULE]


def _compiled(source: bytes, path: Path) -> Any:
    try:
        return compile(source, str(path), "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        text = getattr(error, "msg", str(error))
        where = f"{path}, line {line}" if line else str(path)
        raise UsageError(f"data.function: {where}: {text}", "mend the file") from None


def _guarded(work: Any, reference: str, path: Path) -> Any:
    try:
        return work()
    except MlctlError:
        raise
    except (Exception, SystemExit) as error:
        failure = _failed(error, reference, path)
    # Outside of the handler: what the user's code raised may hold a password, and is not carried along.
    raise failure


def _failed(error: BaseException, reference: str, path: Path) -> MlctlError:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame, path)]
    lines = tuple(f"{Path(f.filename).name}:{f.lineno} in {f.name}: {f.line}" for f in frames)
    return MlctlError(
        f"data.function: {reference} raised {type(error).__name__}: {hide_secrets(str(error))}",
        "run the function by itself to see more",
        tuple(hide_secrets(line) for line in lines),
    )


def _is_users(frame: traceback.FrameSummary, path: Path) -> bool:
    return Path(frame.filename).is_relative_to(path.parent) and "site-packages" not in frame.filename


def _paths(given: Any) -> tuple[str, ...]:
    if isinstance(given, str | Path):
        return (str(given),)
    if isinstance(given, list | tuple) and given and all(isinstance(path, str | Path) for path in given):
        return tuple(map(str, given))
    return ()


def _batches(given: Any, reference: str, path: Path) -> Iterator[Any]:
    tables = iter((given,)) if isinstance(given, pd.DataFrame) else _iterator(given, reference)
    columns: list[str] | None = None
    rows = 0
    while (table := _guarded(lambda: next(tables, None), reference, path)) is not None:
        if not isinstance(table, pd.DataFrame):
            raise _wrong(table, reference)
        names = [str(name) for name in table.columns]
        check_names(names, f"data.function: {reference}")
        if columns not in (None, names):
            raise DataError(
                f"data.function: {reference} gave tables with different columns",
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
