import os

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_diabetes, load_iris
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import ElasticNet, LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from mlctl.bundle.onnx import foreign
from mlctl.bundle.onnx.graph import FLOAT, Graph
from mlctl.bundle.onnx.registry import NotOnnx
from mlctl.bundle.onnx.session import answers
from mlctl.bundle.onnx.write import to_onnx
from mlctl.errors import MlctlError
from mlctl.ml.preprocess import Needs, build_preprocessor
from mlctl.params.model import Preprocess
from tests.bundle.onnx.asked import cells_of, columns_of, compared
from tests.bundle.test_bundle_pythons import COLUMNS, people


def piped(estimator, frame, family="linear", encode="auto", **needs):
    columns = COLUMNS if "work" in frame else columns_of(frame)
    preprocess = build_preprocessor(
        columns, Preprocess(encode=encode), Needs("x", family, target_type="binary", **needs)
    )
    return Pipeline([("preprocess", preprocess), ("estimator", estimator)])


@pytest.mark.parametrize(
    ("estimator", "needs"),
    [
        (LogisticRegression(), {}),
        (LogisticRegression(), {"encode": "target"}),
        (DecisionTreeClassifier(max_depth=5, random_state=0), {"family": "tree", "missing": True}),
        (RandomForestClassifier(5, max_depth=5, random_state=0), {"family": "tree", "missing": True}),
        (HistGradientBoostingClassifier(max_iter=5), {"family": "boosting", "missing": True}),
        (
            HistGradientBoostingClassifier(max_iter=5, categorical_features=[0]),
            {"family": "boosting", "missing": True, "native_levels": 254},
        ),
        (CalibratedClassifierCV(SVC(), ensemble=False), {}),
        (KNeighborsClassifier(), {}),
        (RidgeClassifier(), {}),
    ],
)
def test_a_table_of_everything(estimator, needs):
    frame, labels = people()
    frame["member"] = frame["member"].astype(bool)
    pipeline = piped(estimator, frame, **needs).fit(frame, labels)
    rows = frame.copy()
    rows.loc[:5, "work"] = "never seen"
    rows.loc[10:15, "age"] = np.nan
    found = compared(pipeline, rows)
    assert (found.rows, found.labels, found.differences) == (120, 0, [])
    assert found.largest < 2e-6


def test_trees_send_gaps_where_scikit_learn_sends_them():
    frame, target = load_iris(return_X_y=True, as_frame=True)
    pipeline = piped(DecisionTreeClassifier(random_state=0), frame, "tree", missing=True).fit(frame, target)
    gaps = frame.mask(np.random.default_rng(0).random(frame.shape) < 0.5)
    assert compared(pipeline, gaps).differences == []


def test_boosting_decides_in_64_bits():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"epoch": 1.7e9 + random.integers(0, 5000, 2000).astype(float), "b": random.random(2000)}
    )
    target = np.sin(frame["epoch"]) + frame["b"]
    pipeline = piped(HistGradientBoostingRegressor(max_iter=10), frame, "boosting", missing=True)
    found = compared(pipeline.fit(frame, target), frame)
    assert (found.rows, found.differences, found.largest < 1e-6) == (2000, [], True)


@pytest.mark.parametrize("estimator", [ElasticNet(), DecisionTreeRegressor(random_state=0)])
def test_a_regression(estimator):
    frame, target = load_diabetes(return_X_y=True, as_frame=True)
    found = compared(piped(estimator, frame).fit(frame, target), frame)
    assert (found.differences, 0 <= found.largest < 1e-6) == ([], True)


def test_what_the_file_says_of_itself():
    frame, target = load_iris(return_X_y=True, as_frame=True)
    frame = frame.set_axis(["label", "value", "probabilities", "mlctl/add_1"], axis=1)
    pipeline = piped(LogisticRegression(), frame).fit(frame, target)
    data = to_onnx(pipeline, columns_of(frame), name="iris_1", facts={"b": "2", "a": "1"})
    assert data == to_onnx(pipeline, columns_of(frame), name="iris_1", facts={"b": "2", "a": "1"})
    model = onnx.load_from_string(data)
    assert [each.name for each in model.graph.input] == list(frame.columns)
    assert [each.name for each in model.graph.output] == ["label_", "probabilities_"]
    assert [(each.key, each.value) for each in model.metadata_props] == [("a", "1"), ("b", "2")]
    assert {each.domain: each.version for each in model.opset_import}[""] == 17
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


class Own(ClassifierMixin, BaseEstimator):
    """An estimator that no converter knows."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self


@pytest.mark.parametrize("estimator", [DummyClassifier(), Own()])
def test_an_estimator_that_cannot_be_written_is_named(estimator):
    frame, target = load_iris(return_X_y=True, as_frame=True)
    name = type(estimator).__name__
    with pytest.raises(NotOnnx, match=rf"{name} \(of .*\) cannot be written as ONNX: skl2onnx says: "):
        to_onnx(estimator.fit(frame, target), columns_of(frame), name="x", facts={})


def test_trees_in_an_order_that_is_not_theirs(monkeypatch):
    frame, target = load_iris(return_X_y=True, as_frame=True)
    one, other = (DecisionTreeClassifier(max_depth=d, random_state=0).fit(frame, target) for d in (3, 4))
    model = foreign._converted(one, 4)
    other.tree_.feature[0] = 1
    with pytest.raises(NotOnnx, match="in an order that is not its own"):
        foreign._with_gaps(other, model)


def test_a_model_that_does_not_run():
    frame = load_iris(as_frame=True).data
    columns = columns_of(frame)
    with pytest.raises(MlctlError, match=r"ONNX Runtime .* cannot run the model: "):
        answers(b"no model", columns, cells_of(frame))
    graph = Graph()
    assert graph.cast("x", FLOAT) == "mlctl/cast_1"
