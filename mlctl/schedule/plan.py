"""What a ``retrain`` section asks for, as schedules."""

from mlctl.params.retrain import Retrain
from mlctl.schedule.instants import Schedule


def schedule_of(retrain: Retrain) -> Schedule | None:
    """Return when the model trains whatever happened; None where the section names no schedule."""
    if retrain.schedule is None:
        return None
    return Schedule(retrain.schedule, retrain.time_zone, retrain.start)


def checks_of(retrain: Retrain) -> Schedule | None:
    """Return when the other triggers are looked at; None where there are none."""
    if not retrain.watches:
        return None
    return Schedule(retrain.check_schedule, retrain.time_zone, retrain.start)


def rounds_per_year(retrain: Retrain) -> float:
    """Return how often a year the gate may be asked: the rate that its yearly error is divided by.

    Each look at the other triggers may become a round, so all of them are counted; drift that only warns is
    none. Without a trigger there are no planned rounds: 0.
    """
    schedule, checks = schedule_of(retrain), checks_of(retrain)
    only_warns = retrain.watches == ("drift",) and not (retrain.drift and retrain.drift.train)
    by_checks = checks.rounds_per_year() if checks and not only_warns else 0.0
    return (schedule.rounds_per_year() if schedule else 0.0) + by_checks
