import json

import pytest

from mlctl.actions.insight_files import Insight, kept
from mlctl.domain.insight import Importance, Loss
from mlctl.store.store import init
from tests.actions import held

FOUND = Importance("accuracy_score", 900, 0.9, (Loss(("a",), 0.2, 0.01),))


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", held.NOW)[0]


def test_nothing_is_kept_at_first(store):
    assert kept(store, held.experiment(store)) == Insight()


def test_what_was_kept_is_read_back(store):
    text = json.dumps(FOUND.to_dict())
    made = store.add_report(held.experiment(store), "importance", "importance.json", text)
    assert kept(store, made) == Insight(importance=FOUND)


@pytest.mark.parametrize("text", ["", "[", "[]", "3", "{}", '{"metric": 1}'])
def test_what_cannot_be_read_counts_as_missing(store, text):
    made = store.add_report(held.experiment(store), "learning_curve", "learning_curve.json", text)
    assert kept(store, made) == Insight()


def test_a_file_that_is_gone_counts_as_missing(store):
    made = store.add_report(held.experiment(store), "importance", "importance.json", "{}")
    (store.experiment_directory(made) / made.artifact_file_paths["importance"]).unlink()
    assert kept(store, made) == Insight()
