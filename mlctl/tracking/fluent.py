"""MLflow's functions, for the subset that scripts of scikit-learn use."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlparse

from mlctl.actions.logging_place import usable
from mlctl.errors import MlctlError, UsageError
from mlctl.tracking import active, opening
from mlctl.tracking.context import Experiment, experiment, now
from mlctl.tracking.guard import warn
from mlctl.tracking.runs import Run, RunInfo, active_as_run, stored_run

_ENDINGS = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "interrupted"}
_ELSEWHERE = ("http", "https", "sqlite", "postgresql", "mysql", "mssql", "databricks", "uc")


class _Chosen:
    """What the script chose for this process."""

    model: str | None = None


class ActiveRun(Run):
    """A run that is open; as a context it ends itself."""

    def __init__(self, target: Experiment) -> None:
        found = active_as_run(target)
        super().__init__(found.info, found.data)
        self.target = target

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.target.end_with(error)


def set_tracking_uri(uri: str | Path) -> None:
    """Choose the store, by its directory.

    The address of an MLflow server or database chooses nothing: mlctl logs into files, and says so once.
    """
    text = str(uri)
    parts = urlparse(text)
    if parts.scheme in _ELSEWHERE or parts.scheme.partition("+")[0] in _ELSEWHERE:
        warn(
            f"mlctl logs into its own store, not to {parts.scheme}://…; carry it there: mlctl push mlflow URL"
        )
        return
    path = Path(unquote(parts.path) if parts.scheme == "file" else text)
    if path.name == "mlruns":
        warn("mlctl does not write into MLflow's mlruns; carry it there: mlctl export mlflow DIR")
        return
    opening.Where.store = path if text else None


def get_tracking_uri() -> str:
    """Return where things are logged, as a ``file://`` address."""
    try:
        return opening.store(now).root.as_uri()
    except (MlctlError, OSError):
        return (opening.Where.store or Path("mlstore")).absolute().as_uri()


def set_experiment(experiment_name: str | None = None, **_: Any) -> None:
    """Choose the model that the runs are tries at: ``PROJECT/MODEL``, or a model in the directory's project.

    A name that a model cannot bear is changed as little as can be.
    """
    parts = (experiment_name or "").strip("/").split("/")
    words = [usable(part, "experiment") for part in parts]
    _Chosen.model = "/".join(words) if len(words) <= 2 else usable("_".join(words), "experiment")
    if _Chosen.model != "/".join(parts):
        warn(f"the experiment {experiment_name!r} is called {_Chosen.model!r} here")


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,  # noqa: ARG001 - its place among the arguments is MLflow's
    run_name: str | None = None,
    nested: bool = False,
    tags: Mapping[str, Any] | None = None,
    description: str | None = None,
    **_: Any,
) -> ActiveRun:
    """Begin a run: an experiment of the model that ``set_experiment`` chose.

    Raises
    ------
    UsageError
        When one is open and ``nested`` is not set, or ``run_id`` names one that has ended: what is finished
        does not change.
    """
    open_one = active.own()
    if run_id and open_one is not None and open_one.experiment_id == run_id:
        return ActiveRun(open_one)
    if run_id:
        raise UsageError(f"run {run_id} has ended: what is finished does not change", "start a new run")
    if open_one is not None and not nested:
        raise UsageError(
            f"{open_one.name or 'a run'} is still open",
            "end it with end_run(), or say start_run(nested=True)",
        )
    target = experiment(_Chosen.model, name=run_name or description or "")
    if open_one is not None:
        target.parent = open_one
        target.set_tag("parent", open_one.name)
    target.set_tags(tags or {})
    return ActiveRun(target)


def end_run(status: str = "FINISHED") -> None:
    """End the run that is open, if there is one."""
    target = active.current()
    if target is not None:
        target.end(_ENDINGS.get(status, "finished"), message=f"the script ended it as {status}")


def active_run() -> ActiveRun | None:
    """Return the run that is open, or None."""
    target = active.current()
    return None if target is None else ActiveRun(target)


def last_active_run() -> Run | None:
    """Return the run that is open, else the one that was begun last in this process; None where none was."""
    latest = active.current() or active.latest()
    if latest is None:
        return None
    if latest.ended is None or not latest.experiment_id:
        return ActiveRun(latest)
    return get_run(latest.experiment_id)


def target() -> Experiment:
    """Return what is logged into: the run that is open, else a new one; in a forked child nothing."""
    found = active.current()
    if found is not None:
        return found
    return Experiment(None) if active.is_child() else start_run().target


def get_run(run_id: str) -> Run:
    """Return a run by its id (or its model version id), as far as it has got.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    return stored_run(opening.store(now), run_id)


def log_param(key: str, value: Any) -> Any:
    """Set a parameter."""
    target().log_param(key, value)
    return value


def log_params(params: Mapping[str, Any], **_: Any) -> None:
    """Set several parameters."""
    target().log_params(params)


def log_metric(key: str, value: float, step: int | None = None, **_: Any) -> None:
    """Add a point to a metric."""
    target().log_metric(key, value, step)


def log_metrics(metrics: Mapping[str, float], step: int | None = None, **_: Any) -> None:
    """Add a point to each of several metrics."""
    target().log_metrics(metrics, step)


def log_artifact(local_path: str | Path, artifact_path: str | None = None, **_: Any) -> None:
    """Keep a copy of a file."""
    target().log_artifact(local_path, artifact_path or "")


def log_artifacts(local_dir: str | Path, artifact_path: str | None = None, **_: Any) -> None:
    """Keep a copy of all that is in a folder."""
    target().log_artifact(local_dir, artifact_path or "")


def log_text(text: str, artifact_file: str, **_: Any) -> None:
    """Keep a text as an artifact."""
    target().log_text(text, artifact_file)


def log_dict(dictionary: Any, artifact_file: str, **_: Any) -> None:
    """Keep a mapping or list as an artifact: YAML where the file is called so, else JSON."""
    target().log_dict(dictionary, artifact_file)


def log_figure(figure: Any, artifact_file: str, **_: Any) -> None:
    """Keep a figure of matplotlib as an artifact, in the form that the file's name says."""
    target().log_figure(figure, artifact_file)


def set_tag(key: str, value: Any) -> None:
    """Set a tag."""
    target().set_tag(key, value)


def set_tags(tags: Mapping[str, Any], **_: Any) -> None:
    """Set several tags."""
    target().set_tags(tags)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Return where the open run's artifacts are, as a ``file://`` address."""
    base = active_as_run(target()).info.artifact_uri
    return f"{base}/{artifact_path}" if artifact_path else base


__all__ = ["ActiveRun", "Run", "RunInfo"]
