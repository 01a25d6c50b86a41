import pytest

from mlctl.actions.retrain.triggers import fired, least_new_rows, usage
from mlctl.domain.runs import Fired, History, Run
from mlctl.params.retrain import Retrain, Usage

FETCHED = {"fingerprint": "new", "champion_fingerprint": "old", "champion_rows": 10_000, "new_rows": 600}


def found(history=None, fetched=FETCHED, looked=None, served=0, champion="p_1", **section):
    asked = Retrain.model_validate(section)
    return [one.key for one in fired(asked, history or History(), champion, fetched, looked or {}, served)]


@pytest.mark.parametrize(("rows", "least"), [(0, 100), (2000, 100), (2020, 101), (100_000, 5000)])
def test_the_default_of_min_new_rows(rows, least):
    assert least_new_rows(rows) == least


@pytest.mark.parametrize(
    ("changed", "fires"),
    [
        ({}, True),
        ({"new_rows": 499}, False),
        ({"new_rows": 500}, True),
        ({"fingerprint": "old"}, False),
        ({"new_rows": None}, False),
        ({"champion_fingerprint": None, "new_rows": None}, True),
    ],
)
def test_new_data(changed, fires):
    assert found(fetched=FETCHED | changed, new_data=None) == (["new_data:new"] if fires else [])


def test_a_second_start_does_nothing():
    before = History((Run("a", "t", (Fired("new_data", "new_data:new", ""),), outcome="failed"),))
    assert found(before, new_data=None) == []
    crashed = History((Run("a", "t", (Fired("new_data", "new_data:new", ""),), outcome="crashed"),))
    assert found(crashed, new_data=None) == ["new_data:new"]


def test_only_what_is_named_is_a_trigger():
    looked = {"degraded": True, "drifted": True, "said": "worse", "drift": ["x"], "fingerprint": "f"}
    assert found(looked=looked, served=10**9) == []
    assert found(looked=looked, drift=None) == []  # it warns
    assert found(looked=looked, drift={"train": True}) == ["drift:f"]
    assert found(looked={**looked, "drifted": None}, drift={"train": True}) == []
    assert found(looked=looked, degraded={"checks": 1}) == ["degraded:f"]
    assert found(looked=looked, degraded=None) == []  # once is not enough
    assert found(looked={**looked, "degraded": None}, degraded={"checks": 1}) == []
    assert found(looked=looked, degraded={"checks": 1}, champion=None) == []


def test_use():
    asked = Usage(min_predictions=100)
    assert usage(asked, "p_1", 99) is None
    assert usage(asked, None, 500) is None
    assert usage(asked, "p_1", 250).key == "usage:p_1:2"
