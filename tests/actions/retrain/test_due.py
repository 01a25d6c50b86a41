from datetime import UTC, datetime, timedelta

import pytest

from mlctl.actions.retrain.due import due, last_training
from mlctl.domain.runs import History, Run
from mlctl.params.retrain import Retrain
from mlctl.store.store import init

NOW = datetime(2026, 1, 9, 3, 0, 5, tzinfo=UTC)


def asked(history=None, now=NOW, trained=None, **section):
    return due(Retrain.model_validate(section), history or History(), now, lambda: trained)


def handled(kind, until):
    return History((Run("a", "t", covers={kind: [None, until.isoformat()]}, outcome="kept"),))


def test_a_model_that_was_never_trained_is_due_at_once():
    found = asked(schedule="@daily")
    assert found.fired[0].key == "schedule:2026-01-09T00:00:00.000000Z"
    assert found.fired[0].why == "@daily in UTC"
    assert found.covers["schedule"][1] == "2026-01-09T00:00:00.000000Z"
    assert asked(schedule="@once").fired[0].trigger == "schedule"


def test_a_model_that_was_trained_by_hand_counts_from_there():
    trained = datetime(2026, 1, 9, 1, tzinfo=UTC)
    assert not asked(schedule="@daily", trained=trained).anything
    assert not asked(schedule="@once", trained=trained).anything
    assert asked(schedule="0 2 * * *", trained=trained).anything


def test_from_the_start_date_on():
    assert not asked(schedule="@daily", start_date="2026-01-09 03:01").anything
    assert asked(schedule="@daily", start_date="2026-01-08", trained=NOW).anything
    assert (
        asked(schedule="@once", start_date="2026-01-09 03:00").fired[0].key
        == "schedule:2026-01-09T03:00:00.000000Z"
    )


@pytest.mark.parametrize("days", [1, 3, 30])
def test_missed_instants_are_one(days):
    before = datetime(2026, 1, 9, tzinfo=UTC)
    found = asked(handled("schedule", before), NOW + timedelta(days=days), schedule="@daily")
    assert found.covers == {
        "schedule": ["2026-01-09T00:00:00.000000Z", f"{before + timedelta(days=days):%Y-%m-%dT%H:%M:%S.%fZ}"]
    }


def test_in_the_zone_of_the_model():
    seoul = asked(schedule="0 12 * * *", time_zone="Asia/Seoul")
    assert seoul.fired[0].key == "schedule:2026-01-09T03:00:00.000000Z"
    assert asked(handled("schedule", NOW), schedule="0 12 * * *", time_zone="Asia/Seoul").until == datetime(
        2026, 1, 10, 3, tzinfo=UTC
    )


def test_the_other_triggers_are_looked_at_on_a_schedule_of_their_own():
    found = asked(new_data=None, check_schedule="@hourly")
    assert (found.fired, found.looks, found.anything) == ((), True, True)
    again = asked(
        handled("check", datetime(2026, 1, 9, 3, tzinfo=UTC)), new_data=None, check_schedule="@hourly"
    )
    assert (again.looks, again.until) == (False, datetime(2026, 1, 9, 4, tzinfo=UTC))
    both = asked(schedule="@daily", new_data=None, check_schedule="@hourly")
    assert set(both.covers) == {"schedule", "check"}


def test_nothing_that_is_ever_due():
    found = asked()
    assert (found.anything, found.until) == (False, None)


def test_when_a_model_was_last_trained(nowhere_else):
    store, _ = init(nowhere_else / "mlstore", NOW)
    store.add_project("p", "", NOW)
    model, _ = store.add_model("p", "m", "", NOW)
    assert last_training(store, "p", "m", NOW) is None
    for hours in (-2, -1, 5):
        store.new_experiment(model, None, NOW + timedelta(hours=hours), rung="svc").finish()
    store.new_experiment(model, None, NOW, rung="svc").fail("error", "no")
    assert last_training(store, "p", "m", NOW) == NOW - timedelta(hours=1)
