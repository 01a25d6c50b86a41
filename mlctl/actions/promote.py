"""Make a challenger the champion when the gate says so, or say why not; either way it is in the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlctl.actions.card import write_card
from mlctl.actions.contenders import check_promotable
from mlctl.actions.gate_result import GateResult, finite
from mlctl.actions.judge import gate
from mlctl.domain.records import Experiment, Model
from mlctl.errors import GateStoppedError, MlctlError, RefusedError, UsageError
from mlctl.params.model import Promote
from mlctl.store.champion import Event
from mlctl.store.store import Store

DUMMY = "dummy"


@dataclass(frozen=True, slots=True)
class Promotion:
    """What came of a promotion.

    Attributes
    ----------
    result : GateResult or None
        What the gate found; None where it was not asked, or (forced) could not be applied.
    before, after : str or None
        The champion's version id before and after: equal where nothing changed.
    promoted : bool
        Whether the challenger is the champion now because of this call.
    event : Event or None
        What was written to ``events.jsonl``; None where nothing was.
    card : str
        Path of the model card, relative to the directory that holds the store; empty where none was written.
    warnings : tuple of str
        What could not be written afterwards; the verdict stands.
    """

    result: GateResult | None
    before: str | None
    after: str | None
    promoted: bool
    event: Event | None
    card: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Request:
    """Who asks, and how; see :func:`promote`."""

    store: Store
    model: Model
    challenger: Experiment
    who: str
    now: datetime
    force: bool
    reason: str
    dry_run: bool


def promote(
    store: Store,
    challenger: Experiment,
    *,
    who: str,
    now: datetime,
    force: bool = False,
    reason: str = "",
    rounds_per_year: float | None = None,
    dry_run: bool = False,
    trust: bool = False,
    rules: Promote | None = None,
) -> Promotion:
    """Judge a challenger and, where the gate says promote or ``force`` is given, make it the champion.

    Every verdict is an event in ``events.jsonl`` and is kept in both experiments' records. A gate that could
    not be applied (the champion cannot score) is an event too, and then raised.

    Parameters
    ----------
    who : str
        Who or what asks, for the log.
    force : bool
        Promote whatever the gate says; ``reason`` is then required. The model's files have to be whole.
    rounds_per_year : float, optional
        How often a schedule asks; None for a promotion by hand.
    dry_run : bool
        Show the verdict and leave the champion; it is counted as a look at these rows.
    trust : bool
        Load models whose types mlctl does not know.
    rules : Promote, optional
        Judge by these instead of those of the challenger's parameters file.

    Raises
    ------
    BusyError
        When another champion was set while this one was being judged; nothing was changed.
    GateStoppedError
        When the gate could not be applied: the champion cannot score.
    RefusedError
        When the challenger is the dummy, or its model needs trust.
    UsageError
        When ``force`` has no reason.
    DamagedError, NotFoundError
        See :func:`mlctl.actions.judge.gate`.
    """
    model = store.model(challenger.project_name, challenger.model_name)
    request = _Request(store, model, challenger, who, now, force, reason.strip(), dry_run)
    _check(request)
    before = store.champion(model)
    if before == challenger.model_version_id:
        store.verify(challenger)
        store.settle_champion(model)
        return Promotion(None, before, before, promoted=False, event=None)
    try:
        result = gate(store, challenger, now=now, rounds_per_year=rounds_per_year, trust=trust, rules=rules)
    except GateStoppedError as stopped:
        return _stopped(request, before, stopped)
    champion = result.champion
    return _decided(request, champion.model_version_id if champion else None, result)


def _check(request: _Request) -> None:
    """Raise where nothing has to be scored to know that it cannot be done."""
    check_promotable(request.challenger)
    if request.force and not request.reason:
        raise UsageError("--force overrides the gate, and the log has to say why", 'add --reason "…"')
    if request.force and request.dry_run:
        raise UsageError("--force and --dry-run exclude each other", "leave one of them out")
    if request.challenger.rung == DUMMY and not request.force:
        raise RefusedError(
            f"{request.challenger.model_version_id} is the dummy: it is what a champion has to beat",
            "promote a rung above it: mlctl promote recommended",
        )


def _stopped(request: _Request, before: str | None, stopped: GateStoppedError) -> Promotion:
    """Put it down that the gate could not be applied; go on only where it is overridden."""
    why = [stopped.message, *(line for line in stopped.details if line not in stopped.message)]
    if not request.force:
        request.store.record_event(
            request.model, _event(request, "refuse", before, why, {"outcome": "stopped"})
        )
        raise stopped
    why[0] = why[0].replace(", and stays: ", ": ")
    return _set(request, before, None, [request.reason, *why], {"outcome": "stopped", "forced": True})


def _decided(request: _Request, before: str | None, result: GateResult) -> Promotion:
    why = [*([request.reason] if request.reason and not request.force else []), *result.verdict.reasons]
    details = {"outcome": result.verdict.outcome, "gate": result.to_dict()}
    if request.force:
        return _set(request, before, result, [request.reason, *why], details | {"forced": True})
    if result.verdict.ok and not request.dry_run:
        return _set(request, before, result, why, details)
    event = _event(request, "look" if request.dry_run else "refuse", before, why, details)
    request.store.record_event(request.model, event)
    warnings = _kept(request, result, event)
    return Promotion(result, before, before, promoted=False, event=event, warnings=warnings)


def _set(
    request: _Request, before: str | None, result: GateResult | None, why: list[str], details: dict[str, Any]
) -> Promotion:
    """Make the challenger the champion, if the one that it was held against still is."""
    event = _event(request, "promote", before, why, details)
    untold = request.store.promote(request.model, event, before)
    warnings = _kept(request, result, event)
    if untold:
        warnings = (*warnings, f"{untold}; the log counts, and promoting it again mends the pointer")
    card = ""
    try:
        card = write_card(request.store, request.challenger, request.model, result, event)
    except MlctlError as error:
        warnings = (*warnings, f"the model card could not be written: {error.message}")
    return Promotion(result, before, event.after, promoted=True, event=event, card=card, warnings=warnings)


def _event(
    request: _Request, what: str, before: str | None, why: list[str], details: dict[str, Any]
) -> Event:
    name = request.challenger.model_version_id
    after = name if what == "promote" else before
    stamp = request.store.stamp(request.now)
    return Event(stamp, request.who, what, before, after, why, {"challenger": name, **details})


def _kept(request: _Request, result: GateResult | None, event: Event) -> tuple[str, ...]:
    """Keep the verdict in both records; return what could not be done: the event stands all the same."""
    if result is None:
        return ()
    warnings = []
    pairs = [(result.challenger, "challenger", result.champion)]
    if result.champion:
        pairs.append((result.champion, "champion", result.challenger))
    for experiment, role, other in pairs:
        try:
            request.store.keep_gate(experiment, _summary(result, event, role, other))
        except MlctlError as error:
            name = experiment.model_version_id
            warnings.append(f"{name}: the verdict is in the log, not in its record: {error.message}")
    return tuple(warnings)


def _summary(result: GateResult, event: Event, role: str, other: Experiment | None) -> dict[str, Any]:
    facts = result.facts
    told: dict[str, Any] = finite(
        {
            "time": event.time,
            "what": event.what,
            "role": role,
            "against": other.model_version_id if other else None,
            "outcome": result.verdict.outcome,
            "forced": bool(event.details.get("forced")),
            "metric": facts.metric,
            "rows": result.holdout.rows,
            "gain": facts.gain,
            "lower": facts.lower,
            "error_rate": facts.error_rate,
            "reasons": list(event.why),
        }
    )
    return told
