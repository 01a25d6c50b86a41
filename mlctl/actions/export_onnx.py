"""``mlctl build --export onnx``: a model as ONNX, held against scikit-learn before it is written.

ONNX computes in 32-bit floats, so it is an export and no tier of the bundle. What it answers to the held-out
and the golden rows is compared row by row; a row that differs is refused unless the person allows as many.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from mlctl import __version__, files
from mlctl.actions.build_source import Source, source_of
from mlctl.actions.recorded import recorded
from mlctl.bundle.onnx.agreement import TOLERANCE, Agreement, agreement, coarsest
from mlctl.bundle.runtime.errors import InputError
from mlctl.bundle.runtime.schema import Column as Plain
from mlctl.bundle.runtime.schema import Schema
from mlctl.data.extras import extra
from mlctl.domain.records import Experiment
from mlctl.errors import RefusedError
from mlctl.store.store import Store

REPORT = "export_onnx"
LIBRARIES = ("onnx", "skl2onnx", "onnxruntime")


@dataclass(frozen=True, slots=True)
class Exported:
    """A model written as ONNX.

    Attributes
    ----------
    path : Path
        Where it is.
    version : str
        The model version id.
    size : int
        Bytes.
    sha256 : str
        Of the file.
    rows, golden, refused : int
        Rows compared; how many of them are golden ones; golden rows that scikit-learn refuses.
    tolerance : float
        How far numbers may be apart; of a regression relative.
    largest : float
        The largest difference found.
    differing, allowed : int
        Rows that differ, which is 0 unless the person allowed some.
    first : str
        The first of them in words, and the likely reason.
    inputs : mapping of str to str
        Column to the form in which the model takes it.
    libraries : mapping of str to str
        What wrote and ran it, with versions.
    """

    path: Path
    version: str
    size: int
    sha256: str
    rows: int
    golden: int
    refused: int
    tolerance: float
    largest: float
    differing: int
    allowed: int
    first: str
    inputs: Mapping[str, str]
    libraries: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document; the path is the file's name alone, for records name no place outside."""
        return {**asdict(self), "path": self.path.name}


def export_onnx(
    store: Store,
    experiment: Experiment,
    output: Path | None,
    *,
    allowed: int = 0,
    trust: bool = False,
    now: datetime,
) -> Exported:
    """Write a model as ONNX, check it, and record that in the experiment's reports.

    Parameters
    ----------
    output : Path or None
        Default: the model version id, in the working directory.
    allowed : int, default=0
        So many rows may differ.

    Raises
    ------
    MlctlError
        When the libraries are not installed, or the file cannot be written.
    RefusedError
        When a part of the model cannot be written, or more rows differ; nothing is written then.
    """
    # mlctl.bundle.onnx has switched the telemetry of onnxruntime off before this imports it.
    libraries = {name: str(extra("onnx", name, "build --export onnx").__version__) for name in LIBRARIES}
    with recorded(store, experiment, trust=trust) as record:
        source = source_of(record, experiment, trust=trust)
        # By name: it imports what may not be installed.
        data = import_module("mlctl.bundle.onnx.write").to_onnx(
            source.fitted, source.columns, name=experiment.model_version_id, facts=_facts(source)
        )
        found = _checked(source, data)
        first = _first(source, found)
        if len(found.differences) > allowed:
            raise _refusal(found, first, allowed)
        done = _exported(source, data, found, first, allowed, output, libraries)
    files.write_atomic(done.path, data)
    told = {"schema_version": 1, "export_datetime": store.stamp(now), **done.to_dict()}
    store.add_report(experiment, REPORT, "onnx.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return done


_LARGEST = 3.4e38
"""The largest number of a 32-bit float (IEEE 754)."""

_FORMS = {
    "number": "64-bit floats, NaN for a gap",
    "boolean": "64-bit floats 0 and 1, NaN for a gap",
    "category": "text, empty for a gap",
    "text": "text, empty for a gap",
    "date": "64-bit integers: microseconds since 1970-01-01 UTC, the smallest for a gap",
}


def _exported(
    source: Source,
    data: bytes,
    found: Agreement,
    first: str,
    allowed: int,
    output: Path | None,
    libraries: Mapping[str, str],
) -> Exported:
    version = source.experiment.model_version_id
    return Exported(
        path=output or Path(f"{version}.onnx"),
        version=version,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        rows=found.rows,
        golden=len(source.golden["rows"]) - found.refused,
        refused=found.refused,
        tolerance=TOLERANCE,
        largest=found.largest,
        differing=len(found.differences),
        allowed=allowed,
        first=first,
        inputs={column.name: _FORMS[column.kind] for column in source.columns},
        libraries=libraries,
    )


def _facts(source: Source) -> dict[str, str]:
    experiment = source.experiment
    return {
        "project": experiment.project_name,
        "model": experiment.model_name,
        "version": experiment.model_version_id,
        "rung": experiment.rung,
        "classes": json.dumps(list(source.face.classes), ensure_ascii=False, default=str),
        "inputs": json.dumps(
            {column.name: _FORMS[column.kind] for column in source.columns}, ensure_ascii=False
        ),
        "mlctl": __version__,
    }


def _checked(source: Source, data: bytes) -> Agreement:
    """Ask the model for the held-out rows and the golden ones, and compare."""
    rows, wanted = _told(source)
    plain = [
        Plain(column.name, column.kind, source.record.parameters.data.dates.get(column.name))
        for column in source.columns
    ]
    schema = Schema(plain, source.schema["missing"])
    cells = [_cells(schema, row) for row in rows]
    wanted = [None if row is None else answer for row, answer in zip(cells, wanted, strict=True)]
    filled = [row or [None] * len(plain) for row in cells]
    outputs = import_module("mlctl.bundle.onnx.session").answers(data, source.columns, filled)
    values = [_value(each, source.face.classes) for each in outputs[0].ravel().tolist()]
    chances = outputs[1].tolist() if len(outputs) > 1 else [None] * len(values)
    return agreement(wanted, list(zip(values, chances, strict=True)))


def _told(source: Source) -> tuple[list[Any], list[Any]]:
    both = [[*source.held[key], *source.golden[key]] for key in ("rows", "answers")]
    return both[0], both[1]


def _cells(schema: Schema, row: Sequence[Any]) -> Sequence[Any] | None:
    """Return a row's cells, or None for one that the schema refuses."""
    try:
        cells: Sequence[Any] = schema.cells(row)
    except InputError:
        return None
    return cells


def _value(value: Any, classes: Sequence[Any]) -> Any:
    """Return a label as scikit-learn has it: ONNX has whole numbers for True and False."""
    return next((each for each in classes if each == value), value)


def _first(source: Source, found: Agreement) -> str:
    """Return the first difference in words, with the likely reason."""
    if not found.differences:
        return ""
    first = found.differences[0]
    held = len(source.held["rows"])
    where = f"held-out row {first.row + 1:,}"
    if first.row >= held:
        where = f"golden row {first.row + 1 - held:,} ({source.golden['why'][first.row - held]})"
    return f"{where}: {first.what}; {_beyond(source, first.row) or _reason(source, first.close)}"


def _beyond(source: Source, row: int) -> str:
    """Say where a row has a number that no 32-bit float can be."""
    cells = _told(source)[0][row]
    for column, cell in zip(source.columns, cells, strict=True):
        if isinstance(cell, int | float) and abs(cell) > _LARGEST:
            return f"likely because column {column.name!r} is {cell:g} there, and 32-bit floats end at 3.4e38"
    return ""


def _reason(source: Source, close: bool) -> str:
    if close:
        return "likely a near-tie: scikit-learn's own best two labels there are within 1e-4"
    columns = {
        name: [row[place] for row in source.held["rows"]] for place, name in enumerate(source.held["columns"])
    }
    worst = coarsest(columns)
    if worst is None:
        return "likely because ONNX computes in 32-bit floats"
    name, size, step = worst
    return (
        f"likely because ONNX computes in 32-bit floats: first of all column {name!r}, whose values up to "
        f"{size:,.6g} are kept to steps of {step:.2g}"
    )


def _refusal(found: Agreement, first: str, allowed: int) -> RefusedError:
    count = len(found.differences)
    more = f", and {allowed:,} may" if allowed else ""
    return RefusedError(
        f"{count:,} of {found.rows:,} rows have other answers in ONNX than in scikit-learn{more}: {first}",
        f"build the bundle, which is exact; or accept the difference knowingly: --allow-difference {count}",
    )
