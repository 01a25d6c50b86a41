from datetime import UTC, datetime

import pytest

from mlctl.params.retrain import Retrain
from mlctl.schedule.instants import Schedule
from mlctl.schedule.plan import checks_of, rounds_per_year, schedule_of

START = datetime(2026, 1, 8, 15, tzinfo=UTC)


def test_the_schedules_of_a_section():
    retrain = Retrain(
        schedule="@weekly",
        time_zone="Asia/Seoul",
        start_date="2026-01-09",
        check_schedule="0 5 * * *",
        usage={},
    )
    assert schedule_of(retrain) == Schedule("@weekly", "Asia/Seoul", START)
    assert checks_of(retrain) == Schedule("0 5 * * *", "Asia/Seoul", START)


def test_without_triggers_nothing_is_due():
    assert schedule_of(Retrain()) is checks_of(Retrain()) is None
    assert checks_of(Retrain(schedule="@daily")) is None


@pytest.mark.parametrize(
    ("section", "rounds"),
    [
        ({}, 0),
        ({"schedule": "@monthly"}, 12),
        ({"schedule": "@monthly", "new_data": {}, "check_schedule": "@weekly"}, 12 + 365.25 / 7),
        ({"degraded": {}}, 365.25),
        ({"drift": {}}, 0),
        ({"drift": {"train": True}}, 365.25),
        ({"drift": {}, "usage": {}}, 365.25),
    ],
)
def test_the_gate_may_be_asked_at_each_look(section, rounds):
    assert rounds_per_year(Retrain(**section)) == pytest.approx(rounds)
