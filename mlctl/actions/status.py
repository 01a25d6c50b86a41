"""What the store holds, model by model."""

from dataclasses import dataclass
from typing import Any

from mlctl.actions.recommend import recommended_name
from mlctl.actions.shortlist import front
from mlctl.domain.logged import headline, primary
from mlctl.domain.records import Experiment, Model
from mlctl.domain.refs import best_first
from mlctl.store.index_view import View
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
    """Return what the store holds; a damaged record costs that record alone.

    The index is asked model by model: of each, only the records that the table tells of are read.
    """
    projects, models = store.projects(), store.models()
    champions = {_place(m): store.champion(m) for m in models.records}

    def question(
        whole: View, damaged: tuple[DamagedRecord, ...]
    ) -> tuple[dict[tuple[str, str], ModelStatus], tuple[DamagedRecord, ...]]:
        views = dict(whole.by_model())
        told = {_place(m): _model(views.get(_place(m)), m, champions[_place(m)]) for m in models.records}
        return told, damaged

    found, damaged = store.ask(question)
    return Status(
        str(store.root),
        tuple(found.values()),
        len(projects.records),
        len(store.trash_listing()),
        (*projects.damaged, *models.damaged, *damaged),
    )


def _place(model: Model) -> tuple[str, str]:
    return model.project_name, model.model_name


def _model(view: View | None, model: Model, champion: str | None) -> ModelStatus:
    if view is None:
        return ModelStatus(model, {}, None, None, champion, model.created_datetime)
    few = front(view, champion)
    told = tuple(view.all()) if few is None else few
    ranked = best_first(told)
    newest = next(view.newest(1), None)
    return ModelStatus(
        model,
        dict(view.statuses()),
        ranked[0] if ranked else None,
        recommended_name(told),
        champion,
        newest.created_datetime if newest else model.created_datetime,
        primary(told),
    )
