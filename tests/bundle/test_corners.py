"""What the other tables do not reach: forecasts by the time, far-off rows, large trees, NumPy for one row."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    StackingRegressor,
    VotingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeRegressor

from mlctl.bundle.portable import portable
from mlctl.bundle.portable.orchard import Orchard
from mlctl.bundle.portable.registry import Sink
from mlctl.bundle.runtime import load
from mlctl.bundle.runtime.treetables import _Shape
from mlctl.estimators.dates import TimeToNumber
from mlctl.estimators.naive import (
    LastValueClassifier,
    LastValueRegressor,
    SeasonalLastClassifier,
    SeasonalLastRegressor,
)
from tests.bundle import tables
from tests.bundle.agreement import check, columns_of, table
from tests.bundle.files import model_of

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("days", [1, 40])
@pytest.mark.parametrize(
    "model", [LastValueRegressor(), LastValueClassifier(), SeasonalLastRegressor(), SeasonalLastClassifier()]
)
def test_forecasts_by_the_time_alone(model, days):
    random = np.random.default_rng(0)
    times = pd.Series(pd.date_range("2024-01-01", periods=days * 24, freq="h").astype("datetime64[ns]"))
    target = random.integers(0, 5, len(times))
    frame = pd.DataFrame({"when": times})
    later = pd.date_range("2023-12-30", periods=60, freq="91min").astype("datetime64[ns]")
    asked = pd.DataFrame({"when": pd.Series([*later, *(later + pd.Timedelta(days=39)), pd.NaT])})
    pipeline = make_pipeline(ColumnTransformer([("time", TimeToNumber(), ["when"])]), model)
    check(pipeline.fit(frame, target), asked.iloc[::3], "d", rows=9)
    check(pipeline, asked.iloc[-1:], "d")
    numbers = pd.DataFrame({"x0": np.arange(len(times)) / 24})
    pipeline = make_pipeline(ColumnTransformer([("time", TimeToNumber(), ["x0"])]), model)
    check(pipeline.fit(numbers, target), numbers.iloc[::7] + 0.3, rows=3)


@pytest.mark.parametrize("model", [SVC(), SVR()], ids=["svc", "svr"])
def test_kernels_of_rows_that_lie_far_from_zero_but_near_each_other(model):
    frame, target = tables.iris()
    far = frame.round() * 1000 + 1e9
    check(model.set_params(gamma=1.0).fit(far.to_numpy(), target), far.iloc[::5], rows=5)
    check(SVC(kernel="linear").fit(frame.to_numpy(), target == 1), frame.iloc[::5], rows=5)


def test_trees_of_many_leaves_and_of_categories():
    random = np.random.default_rng(0)
    frame = table(random.random((500, 5)))
    frame["x0"] = random.integers(0, 30, 500)
    target = (frame["x0"] % 7 + frame["x1"] * 5 + random.random(500)).to_numpy()
    holes = frame.mask(random.random(frame.shape) < 0.15)
    asked = holes.iloc[::3].copy()
    asked.iloc[:9, 0] = [77, -1, 2.5, 29, 30, np.nan, 255, 1e9, -5]
    for options in ({}, {"max_leaf_nodes": 200, "min_samples_leaf": 2}):
        model = HistGradientBoostingRegressor(max_iter=5, categorical_features=[0], **options)
        check(model.fit(holes.to_numpy(), target), asked, rows=12)
    many = DecisionTreeRegressor(min_samples_leaf=1).fit(holes.to_numpy(), target)
    check(many, asked, rows=5)
    check(DecisionTreeRegressor().fit(frame.to_numpy(), target), frame.iloc[::3], rows=5)
    forest = RandomForestClassifier(4, random_state=0).fit(frame.to_numpy(), target.astype(int))
    check(forest, frame.iloc[::3], rows=5)
    classes = HistGradientBoostingClassifier(max_iter=3, categorical_features=[0])
    check(classes.fit(holes.to_numpy(), target.astype(int) % 3), asked, rows=12)


def test_ensembles_whose_tables_would_be_too_large_are_walked(monkeypatch):
    monkeypatch.setattr(_Shape, "words", lambda self: 1 << 40)
    frame, target = tables.cancer()
    model = HistGradientBoostingClassifier(max_iter=4, max_leaf_nodes=5)
    check(model.fit(frame.to_numpy(), target), frame.iloc[::7], rows=3)


def test_one_row_with_numpy():
    frame, target = tables.cancer()
    frame = pd.concat([frame] * 2, ignore_index=True) + np.random.default_rng(0).normal(0, 0.01, (1138, 9))
    two = np.concatenate([target, target])
    three = (frame["mean radius"] // 6).astype(int).clip(1, 3).to_numpy()
    number = frame["mean area"].to_numpy()
    machine = make_pipeline(StandardScaler(), SVC())
    calibrated = CalibratedClassifierCV(machine, ensemble=False, cv=3)
    for model, answer in (
        (calibrated, two),
        (calibrated, three),
        (CalibratedClassifierCV(machine, method="isotonic", ensemble=False, cv=3), three),
        (VotingClassifier([("a", calibrated), ("b", GaussianNB())], voting="soft"), two),
        (MLPClassifier(hidden_layer_sizes=(90, 40), max_iter=3), two),
        (MLPClassifier(hidden_layer_sizes=(90, 40), activation="identity", max_iter=3), three),
        (MLPRegressor(hidden_layer_sizes=(90, 40), activation="logistic", max_iter=3), number),
        (SVR(), number),
        (StackingRegressor([("a", SVR()), ("b", Ridge())], cv=2, passthrough=True), number),
    ):
        check(clone(model).fit(frame.to_numpy(), answer), frame.iloc[::60], rows=9)


def test_a_network_that_counts_events():
    frame, target = tables.diabetes()
    try:
        model = MLPRegressor(loss="poisson", hidden_layer_sizes=(4,), max_iter=9).fit(
            frame.to_numpy(), target
        )
    except TypeError:
        pytest.skip("this scikit-learn has no such loss")
    check(model, frame.iloc[::9], rows=4)


def test_labels_that_are_texts_numbers_and_truths():
    frame, _ = tables.iris()
    for labels in (["é", "東"], [10, 20], [True, False]):
        target = np.array(labels, dtype=object if isinstance(labels[0], str) else None)[np.arange(150) % 2]
        model = GaussianNB().fit(frame.to_numpy(), target)
        check(model, frame.iloc[::9], rows=3)
        read = load(portable(model, columns=columns_of(frame)).to_bytes())
        assert read.classes == tuple(sorted(labels))
        assert [type(label) for label in read.classes] == [type(labels[0])] * 2


def test_operations_that_no_pipeline_here_needs():
    add = {"op": "linear", "coef": 0, "intercept": 1.0, "link": "identity"}
    one = (([1.0], "f8"),)
    only_pass = {"op": "pipeline", "steps": [{"op": "pass"}], "estimator": add}
    four = {"op": "pipeline", "steps": [{"op": "function", "function": "square"}] * 4, "estimator": add}
    zero = {"op": "pipeline", "steps": [{"op": "power", "method": "box-cox", "lambdas": 1}], "estimator": add}
    for numpy in (False, True):
        assert (
            load(model_of(only_pass, arrays=one), numpy=numpy).predict_columns({"x0": [2.0]}).values[0] == 3.0
        )
        assert (
            load(model_of(four, arrays=one), numpy=numpy).predict_columns({"x0": [2.0]}).values[0] == 65537.0
        )
        logs = load(model_of(zero, arrays=(*one, ([0.0], "f8"))), numpy=numpy)
        assert logs.predict_columns({"x0": [np.e]}).values[0] == 2.0


def test_a_calibration_of_one_step():
    constant = {"op": "constant", "classes": 2, "label": 0, "proba": 0}
    curve = {"curve": "isotonic", "x": 1, "y": 2}
    member = {"estimator": constant, "scores": "proba", "places": [1], "curves": [curve]}
    node = {"op": "calibrated", "classes": 2, "members": [member]}
    arrays = (([0.5, 0.5], "f8"), ([0.3], "f8"), ([0.75], "f8"))
    for numpy in (False, True):
        model = load(model_of(node, classes=("a", "b"), arrays=arrays), numpy=numpy)
        assert next(iter(model.predict_rows([{"x0": 1.0}]))) == ("b", (0.25, 0.75))


def test_texts_between_columns_and_encoder():
    frame, _ = tables.mixed()
    number = tables.answers()[2]
    some = frame[["colour", "town"]].fillna("?")
    fill = SimpleImputer(missing_values="?", strategy="constant", fill_value="none")
    branches = ColumnTransformer([("a", fill, ["colour"]), ("b", "passthrough", ["town"])])
    model = make_pipeline(branches, OneHotEncoder(handle_unknown="ignore"), Ridge()).fit(some, number)
    check(model, some.iloc[::9], "cc", rows=5)


def test_trees_whose_nodes_stand_in_another_order():
    class Tree:
        """The nodes of a tree in two orders: each left child is the next one, yet the sides are mixed."""

        children_left = np.array([1, 2, -1, -1, -1])
        children_right = np.array([3, 4, -1, -1, -1])
        feature = np.array([0, 1, -2, -2, -2])
        threshold = np.array([0.5, 0.25, -2.0, -2.0, -2.0])
        missing_go_to_left = np.zeros(5, dtype=np.uint8)

    orchard, sink = Orchard(), Sink()
    orchard.add(Tree, np.array([[0.0], [0.0], [10.0], [30.0], [20.0]]))
    node = {"op": "tree", "classes": 0, "gaps": False, **orchard.written(sink)}
    arrays = tuple(
        (np.frombuffer(part, dtype=f"<{entry[0]}").reshape(entry[1:]), entry[0])
        for entry, part in zip(sink.entries, sink.parts, strict=True)
    )
    model = load(model_of(node, "nn", arrays=arrays))
    asked = {"x0": [0.0, 0.0, 1.0], "x1": [0.0, 1.0, 0.0]}
    assert list(model.predict_columns(asked).values) == [10.0, 20.0, 30.0]


def test_what_was_frozen_within_a_pipeline():
    frame, target = tables.diabetes()
    scaler = StandardScaler().fit(frame.to_numpy())
    check(
        make_pipeline(FrozenEstimator(scaler), Ridge()).fit(frame.to_numpy(), target),
        frame.iloc[::20],
        rows=2,
    )


def test_a_scaler_that_clips():
    frame, target = tables.diabetes()
    try:
        scaler = MaxAbsScaler(clip=True)
    except TypeError:
        pytest.skip("this scikit-learn's scaler does not clip")
    check(make_pipeline(scaler, Ridge()).fit(frame.to_numpy(), target), frame.iloc[::20] * 3, rows=2)
