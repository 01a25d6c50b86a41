"""The files of an experiment as the artifacts of a run."""

import os
from collections.abc import Iterator
from pathlib import Path

from mlctl import files
from mlctl.actions.as_mlflow_run import Carried
from mlctl.domain.records import Experiment
from mlctl.params.yaml_io import dump
from mlctl.store.layout import META, SUMS
from mlctl.store.store import Store

RECORD = "mlctl_record.yaml"
"""The record as it stands: every run has it, so that git keeps the directory."""

LOGGED = "artifacts"
"""Where an experiment keeps what a script logged; in MLflow that stands at the top."""


def artifact_files(directory: Path) -> Iterator[Path]:
    """Yield the files of an experiment that are artifacts, sorted; no links, and nothing half-made."""
    for folder, folders, names in os.walk(directory):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            ours = path.parent == directory and name in (META, SUMS)
            if not ours and not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path


def listed(directory: Path) -> list[tuple[str, int, int]]:
    """Return the files of an experiment with their sizes and times: equal while nothing has changed."""
    return [
        (path.relative_to(directory).as_posix(), found.st_size, found.st_mtime_ns)
        for path in artifact_files(directory)
        for found in [path.stat()]
    ]


def copy_artifacts(store: Store, experiment: Experiment, folder: Path, *, carried: Carried) -> None:
    """Copy the files of an experiment into a folder that is there.

    Parameters
    ----------
    carried : Carried
        The experiment as MLflow has it: what goes as a model is no artifact. Where MLflow gets no model, at
        least the file comes along.
    """
    directory = store.experiment_directory(experiment)
    files.write_staged(folder / RECORD, dump(experiment.to_dict()))
    model = directory / experiment.artifact_file_paths.get("model", "")
    models = [model] if carried.made or carried.kept else []
    models += [one.artifacts for one in carried.kept if one.artifacts]
    left = [
        path for path in artifact_files(directory) if not any(one in (path, *path.parents) for one in models)
    ]
    logged = directory / LOGGED
    # What a script logged keeps its name where one of ours has the same.
    for path in sorted(left, key=lambda one: logged not in one.parents):
        base = logged if logged in path.parents else directory
        target = folder / path.relative_to(base)
        if not os.path.lexists(target):
            files.make_staged(target.parent)
            files.copy_staged(path, target)
