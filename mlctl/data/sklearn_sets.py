"""scikit-learn's built-in sets, written out as the CSV file that they would have been."""

import csv
import importlib
import io
from pathlib import Path
from typing import Any

from mlctl.files import write_atomic


def materialise(source: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Write a set to ``folder`` as ``NAME.csv``.

    Columns are named as scikit-learn names them, the last one is ``target``. Numbers are written in the
    shortest form that reads back to the same bits, so the file's bytes are the same everywhere.

    Parameters
    ----------
    source : str
        ``sklearn:NAME`` with one of :data:`mlctl.params.sections.SKLEARN_SETS`.
    folder : Path
        A directory that exists.

    Returns
    -------
    tuple of (Path, dict)
        The file, and what is known of the set: for classification ``classes``, the names that the target's
        codes 0, 1, … stand for.
    """
    name = source.removeprefix("sklearn:")
    # Imported here: who reads CSV files should not pay for it.
    loaded = getattr(importlib.import_module("sklearn.datasets"), f"load_{name}")(as_frame=True)
    path = folder / f"{name}.csv"
    write_atomic(path, _as_csv(loaded.frame))
    names = loaded.get("target_names")
    return path, {} if names is None else {"classes": [str(label) for label in names]}


def _as_csv(frame: Any) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    # Column by column, so that each value is Python's own and an integer target stays one.
    writer.writerows(zip(*(frame[column].tolist() for column in frame.columns), strict=True))
    return text.getvalue()
