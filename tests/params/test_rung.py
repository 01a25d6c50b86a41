import pytest

from mlctl.params.ladder_form import read_rung
from mlctl.params.rung import Range, Rung


@pytest.mark.parametrize(
    "typed",
    [
        "svc",
        {"svc": {"C": 1.0, "kernel": "rbf", "class_weight": None}},
        {"decision_tree": {"max_depth": [3, 5, 8]}},
        {"svc": {"C": {"low": 0.1, "high": 10, "log": True}}},
        {"k_nearest_neighbors": {"n_neighbors": {"low": 1, "high": 20}}},
        {"mlp": {"hidden_layer_sizes": {"value": [50, 20]}}},
        {"svc": {"class_weight": {"value": {0: 1.0, 1: 5.0}}}},
        {"package.module.Class": {"x": 1}},
        "package.module.Class",
        {"rule": "rules.py:by_hour"},
    ],
)
def test_a_rung_is_written_as_it_is_typed(typed):
    rung = read_rung(typed, None)
    assert rung.model_dump() == typed
    assert read_rung(rung.model_dump(), None) == rung


def test_two_whole_numbers_make_a_range_of_whole_numbers():
    assert Range(1, 20).integer
    assert not Range(1, 20.0).integer
    assert not Range(1, 20).log


def test_a_rung_has_nothing_but_its_kind():
    assert Rung(kind="svc") == Rung(kind="svc", fixed={}, search={}, rule=None)
