"""MLflow's ``mlflow.sklearn``, for what scripts use of it: ``log_model``, ``load_model``, ``autolog``."""

import re
from dataclasses import dataclass
from typing import Any

from mlctl.domain.version_id import VersionId
from mlctl.errors import DamagedError, NotFoundError, UsageError
from mlctl.ml.model_file import load
from mlctl.tracking import autologging, opening
from mlctl.tracking.client import MlflowClient
from mlctl.tracking.context import now
from mlctl.tracking.fluent import target
from mlctl.tracking.models import ModelSignature
from mlctl.tracking.runs import record_of

_RUN = re.compile(r"runs:/([^/]+)(/.*)?")
_REGISTERED = re.compile(r"models:/([^/@]+)[/@](.+)")


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Where a model was kept; ``model_uri`` is what ``load_model`` takes."""

    run_id: str
    model_uri: str


def log_model(
    sk_model: Any,
    artifact_path: str | None = None,
    *,
    name: str | None = None,
    input_example: Any = None,
    signature: ModelSignature | None = None,
    registered_model_name: str | None = None,
    **_: Any,
) -> ModelInfo:
    """Keep a fitted estimator; the last one that is kept is the run's model, whatever it is called.

    Parameters
    ----------
    artifact_path, name : str, optional
        As MLflow has them; there is one model to an experiment.
    input_example : array or frame, optional
        Some rows as the model takes them: with them `mlctl predict`, `serve` and `build` work.
    signature : ModelSignature, optional
        Of ``infer_signature``: without ``input_example`` its rows are the example.
    registered_model_name : str, optional
        Register it under this name.
    """
    into = target()
    rows = (
        signature.inputs if input_example is None and isinstance(signature, ModelSignature) else input_example
    )
    into.log_model(sk_model, rows)
    if registered_model_name:
        MlflowClient().create_model_version(registered_model_name, "", into.experiment_id)
    return ModelInfo(into.experiment_id, f"runs:/{into.experiment_id}/{name or artifact_path or 'model'}")


def load_model(model_uri: str, *, trust: bool = False) -> Any:
    """Return a model: ``runs:/ID/…``, ``models:/NAME/VERSION``, or ``models:/NAME/latest``.

    Parameters
    ----------
    trust : bool, default=False
        Also load a model whose types mlctl does not know, or a joblib file: loading it runs its code.

    Raises
    ------
    NotFoundError, DamagedError, RefusedError
        When there is none, its checksum is not as it was, or it needs trust.
    """
    store = opening.store(now)
    record = record_of(store, _run_id(model_uri))
    file = record.artifact_file_paths.get("model")
    if not file:
        raise DamagedError(
            f"{record.model_version_id} has no model", "log one: mlflow.sklearn.log_model(model)"
        )
    if record.status == "finished":
        store.verify(record)
    return load(store.experiment_directory(record) / file, trust=trust)


def _run_id(uri: str) -> str:
    if found := _RUN.fullmatch(uri):
        return found[1]
    found = _REGISTERED.fullmatch(uri)
    if not found:
        raise UsageError(f"{uri!r} names no model", "write runs:/ID/model or models:/NAME/VERSION")
    name, version = found[1], found[2]
    for one in MlflowClient().get_latest_versions(name):
        if version in (
            "latest",
            one.version,
            one.current_stage,
            "champion" * (one.current_stage == "Production"),
        ):
            return one.run_id
    listed = opening.store(now).experiments().records
    wanted = [e for e in listed if f"registered={name}" in e.tags and _number(e.model_version_id) == version]
    if not wanted:
        raise NotFoundError(f"there is no version {version} of {name}", "see `mlctl experiment list`")
    return wanted[0].experiment_id


def _number(text: str) -> str:
    found = VersionId.parse(text)
    return str(found.number) if found else ""


def autolog(
    *, log_models: bool = True, disable: bool = False, X_test: Any = None, y_test: Any = None, **_: Any
) -> None:
    """Have every fit log itself; see :func:`mlctl.tracking.autologging.autolog`."""
    autologging.autolog(X_test=X_test, y_test=y_test, log_models=log_models, disable=disable)
