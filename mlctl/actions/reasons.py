"""Why a challenger that is only not worse may still be worth having: newer data, simpler, faster."""

from collections.abc import Iterator

from mlctl.actions.contenders import Challenger, Contender
from mlctl.domain.choice import AS_QUICK
from mlctl.domain.ladder import simplicity
from mlctl.store.store import Store


def reasons_for(store: Store, ours: Challenger, champion: Contender) -> tuple[str, ...]:
    """Return what it has, with numbers; empty where there is nothing."""
    return (*_newer(store, ours, champion), *_simpler(ours, champion), *_faster(ours, champion))


def _newer(store: Store, ours: Challenger, champion: Contender) -> Iterator[str]:
    if ours.until is not None and champion.until is not None:
        if ours.until > champion.until:
            yield f"newer data (up to {ours.until}, the champion up to {champion.until})"
        return
    one, other = (side.experiment.training_dataset.get("dataset", "") for side in (ours, champion))
    if one == other:
        return
    project = ours.experiment.project_name
    since, before = (store.dataset(project, name).created_datetime for name in (one, other))
    if since > before:
        yield f"newer data ({one} of {since[:10]}, the champion {other} of {before[:10]})"


def _simpler(ours: Challenger, champion: Contender) -> Iterator[str]:
    one, other = ours.experiment, champion.experiment
    if simplicity(one.rung, one.rung_index) < simplicity(other.rung, other.rung_index):
        yield f"a simpler kind ({one.rung} instead of {other.rung})"


def _faster(ours: Challenger, champion: Contender) -> Iterator[str]:
    one, other = (
        side.experiment.evaluations.get("latency", {}).get("single_row_us") for side in (ours, champion)
    )
    if one and other and other >= AS_QUICK * one:
        yield f"faster answers ({one / 1000:.2g} ms a row instead of {other / 1000:.2g} ms)"
