"""What lies in the directory of an imported experiment: artifacts, history, what MLflow said of the run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlctl import files
from mlctl.actions.import_mlflow_run import points_text
from mlctl.interop.mlflow import kept
from mlctl.interop.mlflow.entities import LoggedModel, MlflowExperiment, Run
from mlctl.interop.mlflow.mlmodel import find_models
from mlctl.interop.mlflow.source import Source
from mlctl.store.points import FILE as POINTS

if TYPE_CHECKING:
    from mlctl.actions.import_mlflow_model import Found

_MOST_NAMED = 500
"""Artifacts that a record names one by one; beyond, their folders."""

_LACKING = (
    "an empty directory that git drops, or a copy that was cut off; an import of the whole one completes it"
)


@dataclass(frozen=True, slots=True)
class Filling:
    """Fills the directory of an experiment that a run becomes.

    Attributes
    ----------
    logged : sequence of LoggedModel
        Those of the run.
    fields : mapping
        Of the record, so far.
    wanted : sequence of str
        Names of directories that the registry names.
    trust : bool
        Models may be loaded.
    """

    source: Source
    experiment: MlflowExperiment
    run: Run
    logged: Sequence[LoggedModel]
    fields: Mapping[str, Any]
    wanted: Sequence[str]
    trust: bool

    def __call__(self, folder: Path) -> Mapping[str, Any]:
        """Put everything into the folder, and return fields of the record."""
        # Counted first: what is added while it is copied is seen by the next import.
        content = self.source.content(self.experiment, self.run.run_id)
        left = list(self._fetch(folder))
        shown = kept.kept_text(self.experiment, self.run, self.logged, content)
        files.write_staged(folder / kept.FILE, shown)
        if self.run.points:
            files.write_staged(folder / POINTS, points_text(self.run.points))
        folders = (kept.ARTIFACTS, *(f"{kept.MODELS}/{model.model_id}" for model in self.logged))
        found = self._model(folder, folders)
        lacking = [f"arrived without {name}/: {_LACKING}" for name in self.run.missing]
        warnings = [*lacking, *(f"left out: {line}" for line in left), *(found.warnings if found else ())]
        log = [f"run {self.run.run_id} of MLflow, imported from {self.source.name}", *warnings]
        files.write_staged(folder / "log.txt", "".join(f"{line}\n" for line in log))
        return self._fields(folder, found, warnings)

    def _model(self, folder: Path, folders: Sequence[str]) -> "Found | None":
        if not any(find_models(folder / name) for name in folders):
            return None
        # It imports scikit-learn and pandas, and most runs keep no model.
        from mlctl.actions.import_mlflow_model import take_model  # noqa: PLC0415

        return take_model(folder, folders, self.wanted, trust=self.trust)

    def _fetch(self, folder: Path) -> Iterator[str]:
        yield from self.source.fetch(self.run, folder / kept.ARTIFACTS)
        for model in self.logged:
            yield from self.source.fetch(model, folder / kept.MODELS / model.model_id)

    def _fields(self, folder: Path, found: "Found | None", warnings: list[str]) -> Mapping[str, Any]:
        fields = dict(found.fields) if found else {}
        size = fields.pop("size", None)
        evaluations = self.fields["evaluations"]
        fields["task"] = self.fields["task"] or fields.get("task", "")
        if size is not None:
            fields["evaluations"] = {**evaluations, "size": {"model_bytes": size}}
        paths = {
            **dict(_files(folder)),
            **(found.paths if found else {}),
            kept.NAME: kept.FILE,
            "log": "log.txt",
        }
        if self.run.points:
            paths["metrics"] = POINTS
        return {**fields, "artifact_file_paths": paths, "warnings": warnings}


def _files(folder: Path) -> Iterable[tuple[str, str]]:
    """Yield the run's own artifacts by name: every file, or the outermost folders of very many."""
    place = folder / kept.ARTIFACTS
    inner = [path for path in sorted(place.rglob("*")) if path.is_file()] if place.is_dir() else []
    if len(inner) > _MOST_NAMED:
        inner = sorted(place.iterdir())
    for path in inner:
        name = path.relative_to(folder).as_posix()
        yield name, name
