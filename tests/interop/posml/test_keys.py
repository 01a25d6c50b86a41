import pytest

from mlctl.interop.posml.keys import flat, is_foreign, is_foreign_key, mixed


@pytest.mark.parametrize(
    ("tree", "foreign"),
    [
        ({"proj_name": "a"}, True),
        ({"mlflow.target_metric": "r2"}, True),
        ({"mlflow": {}}, True),
        ({"project": "a", "time_zone": "UTC"}, False),
        ({1: 2}, False),
        (["proj_name"], False),
        (None, False),
    ],
)
def test_a_foreign_file_is_known_by_its_keys(tree, foreign):
    assert is_foreign(tree) == foreign


def test_keys_of_the_command_line():
    assert is_foreign_key("mlflow.target_metric")
    assert is_foreign_key("target_metric")
    assert not is_foreign_key("data.target")


def test_keys_of_both_forms():
    found = mixed({"project": "a", "data": {}, "split": {}, "seed": 1, "mart_id": "b", "mlflow": {}})
    assert [problem.place for problem in found] == [("mart_id",), ("mlflow",)]
    assert "project, data, split, …; here it is data.dataset" in found[0].text
    assert mixed({"mart_id": "b"}) == []


def test_values_by_their_full_key():
    tree = {"mlflow": {"target_metric": "r2"}, "mlflow.tracking_uri": "u", "register_model": True}
    values, problems = flat(tree)
    assert values == {
        "mlflow.target_metric": "r2",
        "mlflow.tracking_uri": "u",
        "mlflow.register_model": True,
    }
    assert problems == []


def test_unknown_keys_and_keys_twice():
    _, problems = flat({"mart_ids": 1, "mlflow": {"target_metric": "a"}, "target_metric": "b", "zzz": 1})
    told = {problem.place: problem.text for problem in problems}
    assert told[("mart_ids",)] == "not a known key; did you mean mart_id?"
    assert "stands twice" in told[("target_metric",)]
    assert "known here: proj_name" in told[("zzz",)]
