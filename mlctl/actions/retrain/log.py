"""The runs of a store's models, as their journals tell."""

from dataclasses import dataclass
from typing import Any

from mlctl.actions.locate import only_model
from mlctl.domain.runs import Run
from mlctl.store.journal import Journal
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Logged:
    """A run, and whose it is.

    Attributes
    ----------
    outcome : str
        ``running``, ``interrupted`` or ``crashed`` for one that is not over.
    log : str
        Where its log is; empty where that was removed.
    """

    project: str
    model: str
    run: Run
    outcome: str
    log: str

    def to_dict(self) -> dict[str, Any]:
        """Return a row."""
        told = self.run.to_dict()
        return {
            "project": self.project,
            "model": self.model,
            **told,
            "outcome": self.outcome,
            "challenger": told.get("challenger"),
            "champion": told.get("champion"),
            "log": self.log or None,
        }


def runs(store: Store, project: str | None, model: str | None) -> tuple[Logged, ...]:
    """Return the runs of one model, or of all, the newest first.

    Raises
    ------
    NotFoundError
        When there is no such model.
    """
    if model:
        chosen = only_model(store, project, model)
        journals = [store.retraining.journal(chosen.project_name, chosen.model_name)]
    else:
        wanted = store.models(project).records
        journals = [store.retraining.journal(m.project_name, m.model_name) for m in wanted]
    found = [logged for journal in journals for logged in _logged(journal)]
    return tuple(sorted(found, key=lambda logged: logged.run.began, reverse=True))


def _logged(journal: Journal) -> list[Logged]:
    return [
        Logged(
            journal.project,
            journal.model,
            run,
            run.outcome or _state(journal, run),
            journal.shown_log(run.run),
        )
        for run in journal.history().runs
    ]


def _state(journal: Journal, run: Run) -> str:
    if run.is_down:
        return "interrupted" if run.was_paused else "crashed"
    return "running" if journal.is_held() else "crashed"
