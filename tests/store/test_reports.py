import pytest

from mlctl.domain.records import Experiment
from mlctl.errors import NotFoundError, UsageError
from tests.store.conftest import NOW


@pytest.fixture
def finished(store, model) -> Experiment:
    return store.new_experiment(model, None, NOW).finish(artifact_file_paths={"model": "m"})


def test_reports_only_grow(store, finished):
    directory = store.experiment_directory(finished)
    first = store.add_report(finished, "model_card", "model_card.md", "one")
    assert first.artifact_file_paths == {"model": "m", "model_card": "reports/model_card.md"}
    second = store.add_report(first, "model_card", "model_card.md", b"two")
    assert second.artifact_file_paths["model_card"] == "reports/model_card_2.md"
    assert (directory / "reports/model_card.md").read_text() == "one"
    assert (directory / "reports/model_card_2.md").read_text() == "two"
    drawn = store.add_report(second, "roc", "plots/roc.png", b"png")
    assert drawn.artifact_file_paths["roc"] == "reports/plots/roc.png"
    store.verify(finished)  # what came later is under no checksum


def test_an_experiment_that_was_removed(store, finished):
    store.remove(finished, NOW)
    with pytest.raises(NotFoundError, match="is gone"):
        store.add_report(finished, "model_card", "model_card.md", "late")


def test_verdicts_are_added_and_never_set(store, finished):
    store.keep_gate(finished, {"outcome": "keep", "gain": 0.1})
    told = store.keep_gate(finished, {"outcome": "promote", "gain": None})
    assert [gate["outcome"] for gate in told.gates] == ["keep", "promote"]
    with pytest.raises(UsageError, match="gates cannot be set"):
        store.update(finished, gates=[])
