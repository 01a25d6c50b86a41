"""What changed in the data since a model was last trained: said at every training, and never in its way.

Training is how a change is taken in, so what validation would refuse is a warning here.
"""

from datetime import datetime
from typing import Any

from mlctl.data.validate import validate
from mlctl.domain.records import Dataset
from mlctl.domain.refs import latest_first
from mlctl.errors import MlctlError, NotFoundError
from mlctl.params.model import Parameters
from mlctl.store.store import Store


def since_last(store: Store, parameters: Parameters, frame: Any, now: datetime) -> tuple[str, ...]:
    """Return a line for each thing that validation against the last training's data finds.

    Parameters
    ----------
    frame : pandas.DataFrame
        The new data, as it was read.
    """
    last = _last(store, parameters)
    if last is None:
        return ()
    target = parameters.data.target
    try:
        found = validate(frame, last.schema, target=target, task=parameters.task, now=now, rows=last.rows)
    except MlctlError as error:  # a schema that a person edited out of its form must not stop a training
        return (f"{last.dataset}: its schema cannot be used: {error.message}",)
    # Copies of rows are told of by every examination, whatever the last data had.
    issues = (issue for issue in (*found.refusals, *found.warnings) if issue.code != "duplicates")
    return tuple(f"since {last.dataset}: {issue.message}" for issue in issues)


def _last(store: Store, parameters: Parameters) -> Dataset | None:
    experiments = latest_first(store.experiments(parameters.project, parameters.model).records)
    names = (e.training_dataset.get("dataset") for e in experiments if e.status == "finished")
    name = next((name for name in names if name), None)
    try:
        return store.dataset(parameters.project, name) if name else None
    except NotFoundError:
        return None
