import sys
import types

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from mlctl.errors import UsageError
from mlctl.estimators.naive import SeasonalLastClassifier
from mlctl.estimators.rule import RuleClassifier, RuleRegressor
from mlctl.ml.estimator import PlannedRung, calibrated, family, find_class, load_rule, make_estimator


class Foreign(ClassifierMixin, BaseEstimator):
    """A class of another package, which would use every core."""

    def __init__(self, n_jobs=None, depth=3):
        self.n_jobs = n_jobs
        self.depth = depth

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))


class Untagged:
    """A class that speaks none of scikit-learn's newer language."""

    def fit(self, X, y): ...

    def predict(self, X): ...

    def get_params(self, deep=True):
        return {}

    def set_params(self, **given): ...


class Picky(Foreign):
    def __init__(self, depth=3):
        if depth > 3:
            raise ValueError("too deep")
        super().__init__(depth=depth)


@pytest.fixture(autouse=True)
def package(monkeypatch):
    module = types.ModuleType("foreign_package")
    module.Foreign, module.Untagged, module.Picky, module.number = Foreign, Untagged, Picky, 7
    monkeypatch.setitem(sys.modules, "foreign_package", module)


def rung(path, kind=None, **fields):
    return PlannedRung("it", "it", kind or path, 1, "other", path, **fields)


def test_the_seed_is_given_where_it_is_taken():
    forest = rung("sklearn.ensemble.RandomForestClassifier")
    assert make_estimator(forest, {"max_depth": 3}, "classification", 7).random_state == 7
    assert make_estimator(forest, {"random_state": 1}, "classification", 7).random_state == 1
    neighbors = rung("sklearn.neighbors.KNeighborsRegressor")
    assert "random_state" not in make_estimator(neighbors, {}, "regression", 7).get_params()


def test_a_foreign_class_has_one_thread():
    assert make_estimator(rung("foreign_package.Foreign"), {}, "classification").n_jobs == 1
    assert isinstance(make_estimator(rung("foreign_package.Untagged"), {}, "regression"), Untagged)


@pytest.mark.parametrize(
    ("path", "point", "message"),
    [
        ("sklearn.svm.SVC", {"C": 0}, r"The 'C' parameter of SVC must be a float in the range"),
        ("sklearn.svm.SVC", {"kernel": "rbff"}, r"The 'kernel' parameter of SVC must be"),
        ("sklearn.svm.SVC", {"gama": 1}, "unexpected keyword argument 'gama'"),
        ("sklearn.svm.SVR", {}, "it is a regressor, and the task is classification"),
        ("foreign_package.Picky", {"depth": 9}, "too deep"),
        ("sklearn.ensemble.RandomForestClassifier", {"n_jobs": 4}, "n_jobs is not for the ladder to set"),
    ],
)
def test_what_is_refused_before_any_fit(path, point, message):
    with pytest.raises(UsageError, match=message) as caught:
        make_estimator(rung(path), point, "classification")
    assert caught.value.hint


def test_probabilities_of_svc_are_calibrated_never_its_own():
    with pytest.raises(UsageError, match="probability is not for the ladder to set"):
        make_estimator(rung("sklearn.svm.SVC", "svc"), {"probability": True}, "classification")
    wrapped = calibrated(SVC(C=3))
    assert isinstance(wrapped, CalibratedClassifierCV)
    assert (wrapped.ensemble, wrapped.estimator.C) == (False, 3)
    own = LogisticRegression()
    assert calibrated(own) is own


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("xgbooost.XGBClassifier", "there is no module 'xgbooost'", "pip install xgbooost"),
        ("sklearn.svmm.SVC", "there is no module 'sklearn.svmm'", "spelling"),
        ("sklearn.svm.SVCC", "cannot be imported", "spelling"),
        ("sklearn.svm.l1_min_c", "is no estimator", "interface"),
        ("foreign_package.number", "is no estimator", "interface"),
        ("sklearn.preprocessing.StandardScaler", "is no estimator", "interface"),
    ],
)
def test_classes_that_are_none(path, message, hint):
    with pytest.raises(UsageError, match=message) as caught:
        find_class(path)
    assert hint in caught.value.hint


@pytest.mark.parametrize("text", ["raise SystemExit(3)", "raise RuntimeError('no licence')", "def f(:"])
def test_a_module_that_cannot_be_imported_ends_nothing(text, tmp_path, monkeypatch):
    (tmp_path / "unruly_module.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match=r"unruly_module\.Class cannot be imported: [A-Z]"):
        find_class("unruly_module.Class")
    with pytest.raises(UsageError, match=r"rule 'f' cannot be used: [A-Z]"):
        load_rule(text, "f", "regression")


def test_what_foreign_code_prints_is_kept_out_of_the_data(tmp_path, monkeypatch, capsys):
    text = "print('hello')\nfrom sklearn.svm import SVC as Class\ndef f(row): return 1"
    (tmp_path / "talking_module.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    find_class("talking_module.Class")
    load_rule(text, "f", "regression")
    assert capsys.readouterr() == ("", "hello\nhello\n")


def test_which_preprocessing_a_class_gets():
    assert family("svc", "sklearn.svm.SVC") == "distance"
    assert family("sklearn.svm.SVC", "sklearn.svm.SVC") == "distance"
    bagged = "sklearn.ensemble.GradientBoostingClassifier"
    assert family(bagged, bagged) == "tree"
    single = "sklearn.tree.ExtraTreeClassifier"
    assert family(single, single) == "tree"
    assert family("foreign_package.Foreign", "foreign_package.Foreign") == "other"


def test_dummies():
    plain = rung("sklearn.dummy.DummyClassifier", "dummy")
    assert make_estimator(plain, {}, "classification").strategy == "prior"
    assert make_estimator(plain, {"strategy": "uniform"}, "classification", 5).random_state == 5
    ordered = make_estimator(plain, {"strategy": "seasonal_last"}, "classification")
    assert isinstance(ordered, SeasonalLastClassifier)
    assert plain.is_ordered({"strategy": "last"})
    assert not plain.is_ordered({})
    assert not rung("sklearn.svm.SVC").is_ordered({"strategy": "last"})
    with pytest.raises(UsageError, match="strategy: 'mean' is none for classification"):
        make_estimator(plain, {"strategy": "mean"}, "classification")


def test_rules():
    source = "def guess(row):\n    return 1\n"
    assert isinstance(load_rule(source, "guess", "classification"), RuleClassifier)
    assert isinstance(
        make_estimator(rung("", "rule", rule=(source, "guess")), {}, "regression"), RuleRegressor
    )
    with pytest.raises(UsageError, match="defines no function 'guest'") as caught:
        load_rule(source, "guest", "regression")
    assert "def guest(row)" in caught.value.hint
    with pytest.raises(UsageError, match="SyntaxError"):
        load_rule("def guess(row: return", "guess", "regression")
