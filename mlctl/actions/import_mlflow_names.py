"""What the experiments of MLflow are called here: names that mlctl refuses are changed, and that is said."""

from collections.abc import Iterable
from dataclasses import dataclass

from mlctl.actions.logging_place import usable
from mlctl.domain.names import check_name, same_name
from mlctl.interop.mlflow.entities import MlflowExperiment

_PROJECT, _MODEL = "mlctl.project", "mlctl.model"
"""Tags of an experiment that mlctl itself exported."""


@dataclass(frozen=True, slots=True)
class Named:
    """An MLflow experiment and the model that it becomes."""

    experiment: MlflowExperiment
    project: str
    model: str

    @property
    def is_other(self) -> bool:
        """Whether the model is called otherwise than the experiment."""
        own = self.experiment.tags.get(_MODEL, self.experiment.name)
        return self.model != own


def named(experiments: Iterable[MlflowExperiment], project: str | None, default: str) -> list[Named]:
    """Return the models that experiments become, oldest first: no later one changes an earlier name.

    Parameters
    ----------
    project : str or None
        As the person named it.
    default : str
        Where the store lies, of which a name is made otherwise.

    Raises
    ------
    UsageError
        When the project's name breaks a rule.
    """
    given = check_name("project", project) if project is not None else None
    taken: dict[str, list[str]] = {}
    found = []
    for one in sorted(experiments, key=lambda one: (one.created_ms, one.experiment_id)):
        owner = given or usable(one.tags.get(_PROJECT) or default, "mlflow")
        name = usable(one.tags.get(_MODEL) or one.name, f"experiment_{one.experiment_id}")
        if any(same_name(name, other) for other in taken.setdefault(owner, [])):
            name = usable(f"{name[:40]}_{one.experiment_id}", f"experiment_{one.experiment_id}")
        taken[owner].append(name)
        found.append(Named(one, owner, name))
    return found
