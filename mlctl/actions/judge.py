"""The gate: champion and challenger, both scored now on the same rows, and the verdict with its numbers."""

from dataclasses import replace
from datetime import datetime

from mlctl.actions.contenders import challenging, champion_on
from mlctl.actions.gate_result import GateResult, finite
from mlctl.actions.gate_rows import choose
from mlctl.actions.judging import Judging
from mlctl.actions.measure import settle_metric
from mlctl.domain.records import Experiment
from mlctl.errors import GateStoppedError
from mlctl.params.model import Promote
from mlctl.store.store import Store

__all__ = ["GateResult", "champion_of", "finite", "gate"]


def gate(
    store: Store,
    challenger: Experiment,
    *,
    now: datetime,
    error_rate: float | None = None,
    rounds_per_year: float | None = None,
    seed: int = 0,
    trust: bool = False,
    rules: Promote | None = None,
) -> GateResult:
    """Score champion and challenger on rows that neither was trained on, and judge; changes nothing.

    Parameters
    ----------
    error_rate : float, optional
        To spend on this look; by default what :mod:`mlctl.domain.spending` allows, by hand or scheduled.
    rounds_per_year : float, optional
        How often a schedule asks; None for a gate by hand.
    trust : bool, default=False
        Load models whose types mlctl does not know.
    rules : Promote, optional
        The ``promote`` section to judge by; that of the challenger's parameters file by default.

    Raises
    ------
    GateStoppedError
        When the champion cannot score these rows (schema, classes, damaged file): it stays.
    DamagedError
        When the challenger's model or data is damaged or missing.
    NotFoundError
        When the challenger is not finished or keeps no data.
    UsageError
        For a metric that the task lacks, or a slice that is no column.
    """
    with challenging(store, challenger, trust=trust) as ours:
        champion = champion_of(store, challenger)
        asked = rules or ours.record.parameters.promote
        metric, warnings = settle_metric(asked, ours)
        rival = champion_on(store, champion, ours, trust=trust) if champion else None
        rows = choose(ours, rival)
        judging = Judging(store, ours, rival, rows, asked, metric, now, error_rate, rounds_per_year, seed)
        found = judging.against(rival) if rival else judging.first()
    notes = (*ours.notes, *(rival.notes if rival else ()))
    return replace(found, warnings=(*warnings, *notes, *found.warnings))


def champion_of(store: Store, challenger: Experiment) -> Experiment | None:
    """Return the experiment in use, or None where there is none.

    Raises
    ------
    GateStoppedError
        When the one in use is gone, or its record cannot be read.
    """
    model = store.model(challenger.project_name, challenger.model_name)
    name = store.champion(model)
    if name is None:
        return None
    found = store.ask(lambda view, _: list(view.named([name])), model.project_name, model.model_name)
    if not found:
        raise GateStoppedError(
            f"the champion {name} is gone, or its record is damaged: nothing can be compared with it",
            "take it back (mlctl experiment restore), roll back (mlctl rollback), or replace it: "
            'mlctl promote REF --force --reason "…"',
        )
    return found[0]
