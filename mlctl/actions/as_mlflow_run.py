"""An experiment of ours as a run of MLflow's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mlctl.actions.as_mlflow_values import milliseconds, scores, text
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError
from mlctl.interop.mlflow import kept
from mlctl.interop.mlflow.entities import (
    GIT_BRANCH,
    GIT_COMMIT,
    NOTE,
    RUN_NAME,
    SOURCE_NAME,
    SOURCE_TYPE,
    USER,
    DatasetInput,
    LoggedModel,
    Point,
    Run,
)
from mlctl.interop.mlflow.kept import Kept, read_kept
from mlctl.interop.mlflow.write_names import legal_keys
from mlctl.store.points import FILE, read_points
from mlctl.store.store import Store

EXPERIMENT_ID = "mlctl.experiment_id"
VERSION_ID = "mlctl.version_id"
STATUS = {"finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED", "running": "RUNNING"}


@dataclass(frozen=True, slots=True)
class Described:
    """What a run says beside its record."""

    experiment_id: str
    user: str
    inputs: tuple[DatasetInput, ...]
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """An experiment as MLflow has it.

    Attributes
    ----------
    run : Run
        Without its models.
    made : LoggedModel or None
        The one that has to be made of our model file.
    kept : tuple of LoggedModel
        Those that came from MLflow, and go back as they are.
    """

    run: Run
    made: LoggedModel | None = None
    kept: tuple[LoggedModel, ...] = ()

    @property
    def model_id(self) -> str:
        """Return the id of the model that a promotion means; empty where there is none."""
        first = (*self.kept, self.made)[0]
        return first.model_id if first else ""

    def whole(self) -> Run:
        """Return the run with its models."""
        ids = sorted(model.model_id for model in (*self.kept, self.made) if model)
        return replace(self.run, model_ids=tuple(ids))


def kept_of(store: Store, experiment: Experiment) -> Kept | None:
    """Return what an imported experiment keeps of the run that it was; None for others, and for damage."""
    path = store.experiment_directory(experiment) / kept.FILE
    try:
        return read_kept(path.read_text(encoding="utf-8"), path.parent) if path.is_file() else None
    except (MlctlError, OSError, ValueError):
        return None


def has_model(experiment: Experiment) -> bool:
    """Tell whether an experiment has a model that can be carried over."""
    return experiment.status == "finished" and bool(experiment.artifact_file_paths.get("model"))


def run_of(store: Store, experiment: Experiment, described: Described) -> Run:
    """Return a run; its metrics, parameters and tags are never empty, since git drops empty directories."""
    start = milliseconds(experiment.created_datetime)
    end = None if experiment.status == "running" else start + _lasted(experiment)
    tags = _tags(experiment, described, _told(store, experiment))
    was = described.kept.run if described.kept else None
    if was is not None:
        start, end = was.start_ms, was.end_ms if was.end_ms is not None else end
    return Run(
        run_id=experiment.experiment_id,
        experiment_id=described.experiment_id,
        name=tags[RUN_NAME],
        status=STATUS[experiment.status],
        start_ms=start,
        end_ms=end,
        user=tags[USER],
        source_name=tags[SOURCE_NAME],
        params=(was.params if was else {}) or _params(experiment),
        tags=tags,
        points=tuple(_points(store, experiment, end or start)),
        inputs=described.inputs or (was.inputs if was else ()),
    )


def _lasted(experiment: Experiment) -> int:
    total: Any = experiment.timings.get("total_s", 0.0)  # a hand may have changed the record
    return round(1000 * total) if isinstance(total, int | float) and 0 <= total < 1e9 else 0


def _told(store: Store, experiment: Experiment) -> Mapping[str, str]:
    """Return the tags that MLflow, or a script by its names, once gave."""
    path = store.experiment_directory(experiment) / kept.FILE
    try:
        tags = store.read_yaml(path).get("tags") if path.exists() else None
    except MlctlError:  # what is damaged costs the old tags alone
        return {}
    return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}


def _params(experiment: Experiment) -> Mapping[str, str]:
    named = {str(name): text(value) for name, value in experiment.parameters.items()}
    if experiment.ladder_id or not named:
        named.setdefault("rung", experiment.rung or "none")
    return {key: named[name] for name, key in legal_keys(named).items()}


def _tags(experiment: Experiment, described: Described, told: Mapping[str, str]) -> Mapping[str, str]:
    words = dict(tag.partition("=")[::2] for tag in experiment.tags)
    was = described.kept.run if described.kept else None
    user, source = (was.user, was.source_name) if was else ("", "")
    ours = {
        RUN_NAME: told.get(RUN_NAME, experiment.model_version_id),
        USER: told.get(USER, user or described.user),
        SOURCE_NAME: told.get(SOURCE_NAME, source or "mlctl"),
        SOURCE_TYPE: told.get(SOURCE_TYPE, "LOCAL"),
        EXPERIMENT_ID: experiment.experiment_id,
        VERSION_ID: experiment.model_version_id,
    }
    facts = {key: value for key, value in _facts(experiment).items() if value}
    tags = {**words, **facts, **told, **ours}
    return {key: tags[name] for name, key in legal_keys(tags).items()}


def _facts(experiment: Experiment) -> dict[str, str]:
    git, error = experiment.git, experiment.error
    notes = (f"{note.get('time', '')[:10]} {note.get('text', '')}".strip() for note in experiment.notes)
    return {
        GIT_COMMIT: str(git.get("commit") or ""),
        GIT_BRANCH: str(git.get("branch") or ""),
        NOTE: "\n\n".join(filter(None, (experiment.description, *notes))),
        "mlctl.git_dirty": "true" if git.get("dirty") else "",
        "mlctl.rung": experiment.rung,
        "mlctl.task": experiment.task,
        "mlctl.metric": experiment.metric,
        "mlctl.ladder_id": experiment.ladder_id,
        "mlctl.error": ": ".join(filter(None, (error.get("reason", ""), error.get("message", "")))),
    }


def _points(store: Store, experiment: Experiment, when: int) -> Iterable[Point]:
    logged = _logged(store, experiment)
    history = {point.metric for point in logged}
    single = [one for one in scores(experiment.evaluations) if one[0] not in history]
    if not logged and not single:
        single = [("duration_s", 0, _lasted(experiment) / 1000)]
    keys = legal_keys([*(point.metric for point in logged), *(key for key, _, _ in single)])
    for point in logged:
        yield Point(keys[point.metric], point.value, milliseconds(point.time), point.step)
    for key, step, value in single:
        yield Point(keys[key], value, when, step)


def _logged(store: Store, experiment: Experiment) -> tuple[Any, ...]:
    try:
        return read_points(store.experiment_directory(experiment) / FILE)
    except MlctlError:  # the last values stand in the record
        return ()
