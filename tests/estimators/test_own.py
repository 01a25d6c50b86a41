import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier

from mlctl.errors import MlctlError, UsageError
from mlctl.estimators import own
from mlctl.estimators.own_code import packed

TEXT = """
import numpy as np
from scipy import sparse
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.preprocessing import StandardScaler
class Mean:
    def __init__(self, plus=0): self.plus = plus
    def fit(self, X, y):
        self.mean = np.mean(y) + self.plus
        return self
    def predict(self, X): return np.full(len(X), self.mean)
class Most:
    def fit(self, X, y):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.most = self.classes_[counts.argmax()]
        return self
    def predict(self, X): return np.full(len(X), self.most)
    def predict_proba(self, X): return np.tile(self.classes_ == self.most, (len(X), 1))
class Forest(RandomForestClassifier): pass
class Centre:
    def __init__(self, how=""): self.how = how
    def fit(self, X):
        self.mean = X.mean()
        return self
    def transform(self, X):
        if self.how == "rows": return np.zeros((1, 1))
        if self.how == "text": return np.array([["a"]] * len(X))
        if self.how == "flat": return X["a"] - self.mean["a"]
        if self.how == "sparse": return sparse.csr_matrix(X)
        return X - self.mean
def centre(how=""): return lambda: Centre(how)
def sparse_one(): return Centre("sparse")
def rows_one(): return Centre("rows")
def text_one(): return Centre("text")
def flat_one(): return Centre("flat")
def forest(n_estimators=5): return RandomForestClassifier(n_estimators=n_estimators)
def rows(frame): return frame
def boom(): raise ValueError("told")
def nothing(): return 3
fixed = RandomForestRegressor(n_estimators=3)
length = len
scaler = StandardScaler()
"""
SOURCE = packed({"m.py": TEXT}, "")
X = pd.DataFrame({"a": [1.0, 2, 3], "b": [4.0, 5, 9]})
Y = np.array([1, 2, 2])


def estimator(name, settings=None, task="classification"):
    return own.estimator(SOURCE, f"m:{name}", settings or {}, task, 7)


def test_what_installed_classes_make_is_used_as_it_is():
    found = estimator("forest", {"n_estimators": 2})
    assert type(found) is RandomForestClassifier
    assert (found.n_estimators, found.random_state) == (2, 7)
    assert own.kind_of(found) == "classifier"
    assert estimator("fixed", task="regression").n_estimators == 3
    assert estimator("forest", {}).random_state == 7


def test_a_class_of_ones_own_is_held_with_its_source():
    found = clone(estimator("Mean", {"plus": 1}, "regression"))
    assert isinstance(found, own.OwnRegressor)
    assert own.kind_of(found) == ""
    found = pickle.loads(pickle.dumps(found.fit(X, Y)))
    assert found.predict(X).tolist() == [pytest.approx(5 / 3 + 1)] * 3
    assert found.__sklearn_is_fitted__()


def test_a_classifier_of_ones_own():
    found = pickle.loads(pickle.dumps(estimator("Most")))
    assert hasattr(found, "predict_proba")
    found.fit(X, Y)
    assert found.classes_.tolist() == [1, 2]
    assert (found.predict(X) == 2).all()
    assert found.predict_proba(X)[0].tolist() == [0, 1]
    assert not hasattr(estimator("Mean"), "predict_proba")
    assert own.kind_of(estimator("Forest")) == "classifier"
    assert estimator("Forest").fit(X, Y).fitted_.random_state == 7


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("fixed", {"a": 1}, "fixed is an object, and takes no 'a'"),
        ("rows", {}, "rows needs frame"),
        ("forest", {"depth": 1}, "forest: got an unexpected keyword argument 'depth'"),
        ("nothing", {}, "gives a value of type int, which is not an estimator: it has no fit and no predict"),
        ("length", {"a": 1}, "length needs obj"),
    ],
)
def test_what_makes_no_estimator(name, settings, message):
    with pytest.raises(UsageError, match=message):
        estimator(name, settings)


def test_what_raises():
    with pytest.raises(MlctlError, match=r"m\.py, line \d+: ValueError: told"):
        estimator("boom")


def test_a_class_that_does_not_tell_its_arguments():
    source = packed({"n.py": "import operator\nf = operator.itemgetter"}, "")
    with pytest.raises(MlctlError, match="itemgetter"):
        own.estimator(source, "n:f", {"item": 1}, "regression", 0)


def test_a_function_of_a_table_or_a_transformer():
    assert own.is_of_rows(SOURCE, "m:rows")
    assert not own.is_of_rows(SOURCE, "m:Centre")
    assert not own.is_of_rows(SOURCE, "m:sparse_one")
    with pytest.raises(UsageError, match="not a transformer"):
        own.transformer(SOURCE, "m:nothing")


def test_a_transformer():
    found = own.transformer(SOURCE, "m:Centre").fit(X, Y)
    found = pickle.loads(pickle.dumps(found))
    assert found.transform(X)[:, 0].tolist() == [-1, 0, 1]
    assert own.transformer(SOURCE, "m:flat_one").fit(X, Y).transform(X).shape == (3, 1)
    assert sparse.issparse(own.transformer(SOURCE, "m:sparse_one").fit(X, Y).transform(X))
    assert own.transformer(SOURCE, "m:scaler").fit(X, Y).transform(X).shape == (3, 2)


@pytest.mark.parametrize(("name", "message"), [("rows_one", "gave 1 rows for 3"), ("text_one", "no number")])
def test_what_a_transformer_may_not_give(name, message):
    with pytest.raises(MlctlError, match=message):
        own.transformer(SOURCE, f"m:{name}").fit(X, Y).transform(X)
