import importlib
import inspect

import pytest

from mlctl.domain.estimator_parameters import PARAMETERS
from mlctl.domain.kinds import KINDS

CHANGED = {
    "sklearn.linear_model.LogisticRegression": {"multi_class"},  # deprecated in 1.6, since gone
    "sklearn.linear_model.LinearRegression": {"tol"},  # later than 1.6, the oldest that is supported
    "sklearn.neural_network.MLPRegressor": {"loss"},  # the same
}


def class_of(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("path", sorted(PARAMETERS))
def test_the_table_is_what_scikit_learn_has(path):
    installed = set(inspect.signature(class_of(path)).parameters)
    if path.startswith("sklearn.dummy."):
        assert installed >= PARAMETERS[path]
    else:
        assert installed ^ PARAMETERS[path] <= CHANGED.get(path, set())


def test_every_class_of_a_kind_is_in_the_table():
    assert {path for kind in KINDS.values() for path in kind.classes.values()} == set(PARAMETERS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_defaults_and_searched_values_are_accepted(kind):
    for task, path in kind.classes.items():
        defaults, search = kind.defaults.get(task, {}), kind.search.get(task, {})
        assert {*defaults, *search} <= PARAMETERS[path]
        estimator = class_of(path)(**defaults)
        for name, values in search.items():
            for value in values:
                estimator.set_params(**{name: value})._validate_params()


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_seeded_kind_takes_random_state(kind):
    takes = {"random_state" in PARAMETERS[path] for path in kind.classes.values()}
    assert (True in takes) == kind.seeded
