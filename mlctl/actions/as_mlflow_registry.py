"""What was promoted, as MLflow's registry has it: a version each, and the alias ``champion``."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlctl.actions.as_mlflow_run import EXPERIMENT_ID, VERSION_ID
from mlctl.actions.as_mlflow_values import milliseconds
from mlctl.domain.records import Experiment, Model
from mlctl.interop.mlflow.entities import ModelVersion, RegisteredModel
from mlctl.interop.mlflow.write_names import registered_name

CHAMPION = "champion"
_CHANGES = ("promote", "rollback")


def registered_of(
    model: Model,
    events: Sequence[Any],
    champion: str | None,
    experiments: Sequence[Experiment],
    model_ids: Mapping[str, str],
) -> RegisteredModel | None:
    """Return a model's place in the registry; None where nothing that was promoted comes along.

    Versions are numbered by when each was first promoted, whether or not it comes along, so that a number
    always means the same experiment.

    Parameters
    ----------
    events : sequence of Event
        What became of the model, the oldest first.
    champion : str or None
        The version id of the experiment in use.
    experiments : sequence of Experiment
        Those that are carried over.
    model_ids : mapping
        Ids of the experiments whose model comes along, to that of the logged model.
    """
    promoted = _first_promotions(events)
    if champion and champion not in promoted:  # the pointer alone says so
        promoted[champion] = (0, "")
    by_version = {e.model_version_id: e for e in experiments if model_ids.get(e.experiment_id)}
    versions = [
        _version(number, by_version[name], model_ids[by_version[name].experiment_id], when, why)
        for number, (name, (when, why)) in enumerate(promoted.items(), 1)
        if name in by_version
    ]
    if not versions:
        return None
    numbers = {version.tags[VERSION_ID]: version.version for version in versions}
    created = milliseconds(model.created_datetime)
    return RegisteredModel(
        name=registered_name(model.project_name, model.model_name),
        created_ms=created,
        updated_ms=max([created, *(version.updated_ms for version in versions)]),
        description=model.description,
        tags={"mlctl.model_id": model.model_id},
        aliases={CHAMPION: numbers[champion]} if champion in numbers else {},
        versions=tuple(versions),
    )


def _first_promotions(events: Sequence[Any]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for event in events:
        if event.what in _CHANGES and event.after:
            found.setdefault(event.after, (milliseconds(event.time), "\n".join(event.why)))
    return found


def _version(number: int, experiment: Experiment, model_id: str, when: int, why: str) -> ModelVersion:
    at = when or milliseconds(experiment.created_datetime)
    return ModelVersion(
        version=number,
        run_id=experiment.experiment_id,
        model_id=model_id,
        created_ms=at,
        updated_ms=at,
        description=why,
        tags={VERSION_ID: experiment.model_version_id, EXPERIMENT_ID: experiment.experiment_id},
        source=f"models:/{model_id}",
    )
