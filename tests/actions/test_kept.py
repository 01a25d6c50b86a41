from datetime import UTC, datetime
from pathlib import Path

from mlctl.actions.kept import keep_after_training
from mlctl.params.load import load
from mlctl.store.store import init

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)
BASE = "project: iris\nmodel: species\ndata: {source: 'sklearn:iris', target: target}\n"


def test_a_try_changes_nothing_about_a_schedule(nowhere_else):
    store, _ = init(nowhere_else / "mlstore", NOW)
    store.add_project("iris", "", NOW)
    model, _ = store.add_model("iris", "species", "", NOW)
    plain, scheduled = Path("plain.yaml"), Path("scheduled.yaml")
    plain.write_text(BASE)
    scheduled.write_text(BASE + "retrain: {schedule: '@daily'}\n")

    def keep(path, *settings):
        keep_after_training(store, model, load(path, settings), NOW)
        return store.kept_parameters(model).file

    assert keep(plain, "seed=3") == "plain.yaml"  # better than none
    assert keep(scheduled) == "scheduled.yaml"
    assert keep(plain) == "scheduled.yaml"
    assert not keep_after_training(store, model, load(scheduled, ["seed=3"]), NOW)
    assert "seed: 0" in store.kept_parameters(model).path.read_text()
