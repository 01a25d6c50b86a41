import importlib
import inspect
import pkgutil

from sklearn.base import BaseEstimator

import mlctl.estimators
from mlctl.estimators import TRUSTED


def test_what_is_trusted_is_all_of_ours_but_what_runs_a_persons_code():
    modules = [
        importlib.import_module(f"mlctl.estimators.{m.name}")
        for m in pkgutil.iter_modules(mlctl.estimators.__path__)
    ]
    ours = {
        f"{module.__name__}.{name}"
        for module in modules
        for name, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, BaseEstimator)
        and found.__module__ == module.__name__
        and not name.startswith("_")
    }
    assert {name for name in ours if ".rule." not in name and ".own." not in name} == set(TRUSTED)
