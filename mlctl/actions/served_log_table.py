"""What a server was asked, as a table: for drift, and for all that takes a table."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.actions.served_log import Log
from mlctl.errors import DataError

NAME = "served.csv"


def write_inputs(folder: Path, scratch: Path) -> tuple[Path, tuple[str, ...]]:
    """Write the inputs of a served log as CSV, which is then read as any other file is.

    Parameters
    ----------
    folder : Path
        The log's directory.
    scratch : Path
        A directory that exists.

    Returns
    -------
    tuple of (Path, tuple of str)
        The file, a row for each prediction, a column for each that was ever sent and not redacted; and the
        columns that the log was told to redact.

    Raises
    ------
    NotFoundError
        When there is no log.
    DataError
        When it holds no prediction, or none with an input.
    """
    log, path = Log(folder), scratch / NAME
    columns: dict[str, None] = {}
    rows = 0
    for prediction in log.predictions():
        columns |= dict.fromkeys(prediction.inputs)
        rows += 1
    if not rows:
        raise DataError(f"the served log {str(folder)!r} holds no prediction", "nothing was predicted yet")
    if not columns:
        raise DataError(f"the served log {str(folder)!r} holds no inputs", "all columns were redacted")
    with files.write_via(path) as place, place.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(_cells(log, columns))
    return path, tuple(sorted(log.redacted))


def _cells(log: Log, columns: Mapping[str, None]) -> Iterator[dict[str, Any]]:
    for prediction in log.predictions():  # a row that came since may have a column that is not in the header
        yield {name: _cell(value) for name, value in prediction.inputs.items() if name in columns}


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def last_version(folder: Path) -> str:
    """Return the version that made the last prediction of a served log.

    Raises
    ------
    NotFoundError, DataError
        When there is no log, or no prediction in it.
    """
    newest = max(((p.time, p.version) for p in Log(folder).predictions()), default=None)
    if newest is None:
        raise DataError(f"the served log {str(folder)!r} holds no prediction", "nothing was predicted yet")
    return newest[1]
