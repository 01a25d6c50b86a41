"""What the data and the use of a model say: the triggers that are looked at on ``check_schedule``."""

from collections.abc import Iterable, Mapping
from typing import Any

from mlctl.domain.runs import Fired, History
from mlctl.params.retrain import NewData, Retrain, Usage

LEAST_NEW_ROWS = 100
LEAST_NEW_SHARE = 0.05
"""Of the champion's training rows; the larger of the two is the default of ``min_new_rows``."""


def fired(
    retrain: Retrain,
    history: History,
    champion: str | None,
    fetched: Mapping[str, Any],
    looked: Mapping[str, Any],
    served: int,
) -> tuple[Fired, ...]:
    """Return the triggers that fired and were not handled before.

    Parameters
    ----------
    champion : str or None
        Its version id.
    fetched : mapping
        What :mod:`mlctl.actions.retrain.fetching` found; empty where no data was fetched.
    looked : mapping
        What :mod:`mlctl.actions.retrain.looking` found; empty where there was no look.
    served : int
        Predictions of the champion.
    """
    found = [
        new_data(retrain.new_data, fetched) if retrain.new_data and fetched else None,
        degraded(retrain, history, champion, looked) if retrain.degraded and looked else None,
        drift(looked) if retrain.drift and retrain.drift.train and looked else None,
        usage(retrain.usage, champion, served) if retrain.usage else None,
    ]
    return unhandled((one for one in found if one), history)


def unhandled(found: Iterable[Fired], history: History) -> tuple[Fired, ...]:
    """Return those that no run has handled: a second start does nothing."""
    keys = history.keys
    return tuple(one for one in found if one.key not in keys)


def new_data(asked: NewData, fetched: Mapping[str, Any]) -> Fired | None:
    """Return the trigger where the data is another one, and enough rows came; or None."""
    fingerprint, came = fetched["fingerprint"], fetched.get("new_rows")
    key = f"new_data:{fingerprint}"
    if fetched.get("champion_fingerprint") is None:
        return Fired("new_data", key, "there is no champion yet")
    needed = asked.min_new_rows or least_new_rows(fetched["champion_rows"])
    if fingerprint == fetched["champion_fingerprint"] or came is None or came < needed:
        return None
    return Fired("new_data", key, f"{came:,} new rows, at least {needed:,} are asked for")


def least_new_rows(training_rows: int) -> int:
    """Return the default of ``min_new_rows``."""
    return max(LEAST_NEW_ROWS, round(LEAST_NEW_SHARE * training_rows))


def degraded(
    retrain: Retrain, history: History, champion: str | None, looked: Mapping[str, Any]
) -> Fired | None:
    """Return the trigger where the champion was found worse at enough looks in a row; or None."""
    if not looked.get("degraded") or champion is None or retrain.degraded is None:
        return None
    count = history.degraded_in_a_row(champion) + 1
    if count < retrain.degraded.checks:
        return None
    why = f"{looked['said']}; so it was at {count} checks in a row"
    return Fired("degraded", f"degraded:{looked['fingerprint']}", why)


def drift(looked: Mapping[str, Any]) -> Fired | None:
    """Return the trigger where the columns drifted; or None."""
    if not looked.get("drifted"):
        return None
    return Fired("drift", f"drift:{looked['fingerprint']}", "; ".join(looked.get("drift", ())))


def usage(asked: Usage, champion: str | None, served: int) -> Fired | None:
    """Return the trigger where the champion has served so many predictions, or so many more; or None."""
    times = served // asked.min_predictions
    if champion is None or not times:
        return None
    why = f"{served:,} predictions served, every {asked.min_predictions:,} are asked for"
    return Fired("usage", f"usage:{champion}:{times}", why)
