from datetime import UTC, datetime

from mlctl.store.store import init

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


def test_slots(nowhere_else):
    store, _ = init(nowhere_else / "mlstore", NOW)
    taken = [store.retraining.take_slot(2, f"m{number}", NOW) for number in range(2)]
    assert store.retraining.take_slot(2, "m3", NOW) is None
    third = store.retraining.take_slot(3, "m3", NOW)
    assert "m3" in (store.root / "slots" / "3.lock").read_text()
    taken[0].close()
    again = store.retraining.take_slot(2, "m4", NOW)
    assert again
    for held in (taken[1], third, again):
        held.close()
