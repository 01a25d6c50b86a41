from pathlib import Path

import pytest

from mlctl.actions.performance_sources import Asked, joined
from mlctl.errors import MlctlError
from mlctl.store.store import find
from tests.actions.logged import feedback, prediction, table, write


@pytest.fixture
def store(shop_once):
    return find(shop_once, explicit=None, environ={})


def test_the_target_of_a_model_names_the_column(store):
    write(Path("log"), prediction(1, "yes"), feedback(1, "no"))
    assert joined(store, Asked(Path("log"))).pairs["shop_nogit_3"][0].actual == "no"
    both = table(Path("truth.csv"), "customer,other,buys", [(1, "x", "yes")])
    for asked in ({}, {"project": "shop"}, {"model": "buys"}):
        found = joined(store, Asked(Path("log"), both, "customer", **asked))
        assert found.pairs["shop_nogit_3"][0].actual == "yes"
    named = joined(store, Asked(Path("log"), both, "customer", target="other"))
    assert named.pairs["shop_nogit_3"][0].actual == "x"
    with pytest.raises(MlctlError, match="which column"):
        joined(store, Asked(Path("log"), both, "customer", model="other"))
