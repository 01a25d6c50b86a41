"""The step ``gate``: the recommended experiment against the champion, on rows that neither was trained on."""

from typing import Any

from mlctl.actions.promote import Promotion, promote
from mlctl.actions.retrain.child import Bench
from mlctl.domain.records import Model
from mlctl.params.retrain import Retrain
from mlctl.schedule.plan import rounds_per_year

WHO = "retrain"


def step(bench: Bench) -> dict[str, Any]:
    """Put the candidate to the gate, and promote it or keep the champion.

    Raises
    ------
    RefusedError
        When the gate could not be applied.
    """
    order = bench.order
    model = bench.store.model(order.project, order.model)
    trained = bench.found("train")
    champion, name = bench.store.champion(model), trained["challenger"]
    if name is None:
        return {"outcome": "kept", "before": champion, "after": champion, "why": trained["reasons"]}
    records = bench.store.experiments(order.project, order.model).records
    challenger = next(e for e in records if e.model_version_id == name)
    settings = bench.loaded.parameters.retrain or Retrain()
    promotion = promote(
        bench.store,
        challenger,
        who=WHO,
        now=order.now(),
        rounds_per_year=rounds_per_year(settings) or None,
        trust=order.trust,
    )
    return _told(promotion, bench, model, name)


def _told(promotion: Promotion, bench: Bench, model: Model, challenger: str) -> dict[str, Any]:
    told: dict[str, Any] = {"before": promotion.before, "after": promotion.after}
    if promotion.event is None:
        return {**told, **_champion_already(bench, model, challenger)}
    outcome = {"keep": "kept"}.get(found := str(promotion.event.details.get("outcome")), found)
    why = list(promotion.event.why)
    facts = promotion.result.facts if promotion.result else None
    numbers = {} if facts is None else {k: getattr(facts, k) for k in ("gain", "lower", "error_rate")}
    warnings = list(promotion.warnings)
    done = "promoted" if promotion.promoted else outcome
    return {**told, "outcome": done, "why": why, "gate": numbers, "warnings": warnings}


def _champion_already(bench: Bench, model: Model, challenger: str) -> dict[str, Any]:
    """Tell whether it was this run that promoted it, before it was cut off."""
    ours = [
        event
        for event in bench.store.events(model)
        if (event.what, event.after, event.who) == ("promote", challenger, WHO)
        and event.time >= bench.order.began
    ]
    if not ours:
        return {"outcome": "kept", "why": [f"{challenger} is the champion already"]}
    return {"outcome": "promoted", "before": ours[-1].before, "why": list(ours[-1].why)}
