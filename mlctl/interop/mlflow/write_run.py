"""The directories of one run and of one logged model in MLflow's file store."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from mlctl import files
from mlctl.errors import UsageError
from mlctl.interop.mlflow.entities import LoggedModel, Point, Run
from mlctl.interop.mlflow.write_meta import (
    Meta,
    dumped,
    input_id,
    input_meta,
    model_meta,
    output_meta,
    run_meta,
)
from mlctl.interop.mlflow.write_names import legal_key

META = "meta.yaml"
KINDS = ("metrics", "params", "tags", "artifacts")
"""Directories that every run has; MLflow finds no run where one is missing."""


def write_run(run: Run, folder: Path, home: Path) -> None:
    """Write a run, its artifacts aside.

    Parameters
    ----------
    run : Run
        Its keys are legal ones.
    folder : Path
        Where to write it: not there yet.
    home : Path
        Where it will lie, absolute: what its URIs say.

    Raises
    ------
    UsageError
        When a key is none that MLflow takes.
    """
    for kind in KINDS:
        files.make_staged(folder / kind)
    write_meta(folder, run_meta(run, home))
    write_texts(folder / "params", run.params)
    write_texts(folder / "tags", run.tags)
    write_points(folder / "metrics", run.points)
    for used in run.inputs:
        write_meta(folder / "inputs" / input_id(used, run.run_id), input_meta(used))
    for model_id in run.model_ids:
        write_meta(folder / "outputs" / model_id, output_meta(model_id))


def write_model(model: LoggedModel, folder: Path, home: Path) -> None:
    """Write a logged model, its artifacts aside; as :func:`write_run`."""
    files.make_staged(folder / "artifacts")
    write_meta(folder, model_meta(model, home))
    write_texts(folder / "params", model.params)
    write_texts(folder / "tags", model.tags)
    write_points(folder / "metrics", model.points, model.run_id)


def write_meta(folder: Path, meta: Meta) -> None:
    """Write the ``meta.yaml`` of a directory, which is made."""
    files.make_staged(folder)
    files.write_staged(folder / META, dumped(meta))


def write_texts(folder: Path, values: Mapping[str, str]) -> None:
    """Write parameters or tags: a file each, no newline at the end, for it would be part of the value."""
    files.make_staged(folder)
    for key, value in values.items():
        files.write_staged(_place(folder, key), value)


def write_points(folder: Path, points: Iterable[Point], run_id: str = "") -> None:
    """Write metrics: a file each, a line for each value.

    Three fields, since the longer form with a dataset loses the step and makes 2.x stop. Behind those of a
    logged model stands the run.
    """
    files.make_staged(folder)
    lines: dict[str, list[str]] = {}
    behind = f" {run_id}" if run_id else ""
    for point in points:
        line = f"{point.time_ms} {float(point.value)!r} {point.step}{behind}\n"
        lines.setdefault(point.key, []).append(line)
    for key, found in lines.items():
        files.write_staged(_place(folder, key), "".join(found))


def _place(folder: Path, key: str) -> Path:
    if legal_key(key) != key:
        raise UsageError(f"{key!a} is no key that MLflow takes", "it has to be mapped before it is written")
    path = folder.joinpath(*key.split("/"))
    if path.parent != folder:
        files.make_staged(path.parent)
    return path
