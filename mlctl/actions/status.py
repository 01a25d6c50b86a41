"""What the store holds, model by model."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from mlctl.actions.recommend import recommended_name
from mlctl.domain.logged import headline, primary
from mlctl.domain.records import Experiment, Model
from mlctl.domain.refs import best_first, latest_first
from mlctl.store.store import DamagedRecord, Store


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model at a glance.

    Attributes
    ----------
    counts : dict
        Number of experiments by status.
    logged : str or None
        The logged metric that the best one is the best in, where scripts logged all there is.
    """

    model: Model
    counts: dict[str, int]
    best: Experiment | None
    recommended: str | None
    champion: str | None
    latest: str
    logged: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a row of the table."""
        best = self.best
        metric, score = headline(best, self.logged) if best else (self.model.metric, None)
        return {
            "model": f"{self.model.project_name}/{self.model.model_name}",
            "experiments": sum(self.counts.values()),
            "running": self.counts.get("running", 0),
            "failed": self.counts.get("failed", 0),
            "interrupted": self.counts.get("interrupted", 0),
            "metric": metric,
            "score": score,
            "best": best.model_version_id if best else None,
            "recommended": self.recommended,
            "champion": self.champion,
            "latest": self.latest,
        }


@dataclass(frozen=True, slots=True)
class Status:
    """A store at a glance."""

    root: str
    models: tuple[ModelStatus, ...]
    projects: int
    trash: int
    damaged: tuple[DamagedRecord, ...]


def status(store: Store) -> Status:
    """Return what the store holds; a damaged record costs that record alone."""
    projects, models, experiments = store.projects(), store.models(), store.experiments()
    by_model: dict[tuple[str, str], list[Experiment]] = {}
    for experiment in experiments.records:
        by_model.setdefault((experiment.project_name, experiment.model_name), []).append(experiment)
    return Status(
        str(store.root),
        tuple(_model(store, m, by_model.get((m.project_name, m.model_name), [])) for m in models.records),
        len(projects.records),
        len(store.trash_listing()),
        (*projects.damaged, *models.damaged, *experiments.damaged),
    )


def _model(store: Store, model: Model, experiments: list[Experiment]) -> ModelStatus:
    newest = latest_first(experiments)
    ranked = best_first(experiments)
    return ModelStatus(
        model,
        dict(Counter(e.status for e in experiments)),
        ranked[0] if ranked else None,
        recommended_name(experiments),
        store.champion(model),
        newest[0].created_datetime if newest else model.created_datetime,
        primary(experiments),
    )
