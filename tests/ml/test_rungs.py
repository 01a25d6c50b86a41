import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_diabetes, load_iris

from mlctl.domain.columns import Column
from mlctl.domain.ladder import KINDS
from mlctl.errors import UsageError
from mlctl.estimators import TRUSTED
from mlctl.ml.metrics import score
from mlctl.ml.model_file import KNOWN
from mlctl.ml.rungs import build_pipeline, plan
from mlctl.ml.splits import make_split
from mlctl.params.model import Preprocess, Split
from mlctl.params.rung import Range, Rung

NONE = Preprocess.model_validate("none")
AUTO = Preprocess()
RULES = {"rules.py:guess": "def guess(row):\n    return 'yes' if row['n'] > 0 else 'no'\n"}


def kinds(planned):
    return [rung.kind for rung in planned]


def numbers(frame):
    return [Column(name, "number", frame[name].nunique(), 0) for name in frame]


def split(data, **options):
    target = data.target.to_numpy()
    task = "classification" if target.dtype.kind == "i" else "regression"
    return target, make_split(Split(method="random", **options), target, task=task, identity=data.data)


# --- the facts ---


@pytest.mark.parametrize(
    ("seed", "row", "train", "test"),
    [
        (2023, [-1.17088947, 0.11301185, -1.34354813, -1.48656219], 116 / 120, 1.0),
        (2022, None, 118 / 120, 29 / 30),
    ],
)
def test_iris_with_svc(seed, row, train, test):
    iris = load_iris(as_frame=True)
    target, parts = split(iris, train_size=0.8, random_state=seed)
    svc = plan((Rung(kind="svc"),), "classification", rows=120)[1]
    options = Preprocess(scale="standard", clip=False)
    model = build_pipeline(svc, svc.points[0], numbers(iris.data), options, "classification", n_classes=3)
    model.fit(iris.data.iloc[parts.train], target[parts.train])
    if row:
        assert model[0].transform(iris.data.iloc[parts.train[:1]])[0] == pytest.approx(row, abs=5e-9)
    for rows, accuracy in ((parts.train, train), (parts.test, test)):
        found = score("classification", target[rows], model.predict(iris.data.iloc[rows]), classes=(0, 1, 2))
        assert found["accuracy_score"] == accuracy


def test_iris_with_neighbors():
    iris = load_iris(as_frame=True)
    target, parts = split(iris, test_size=0.2, random_state=2022)
    ladder = tuple(Rung(kind="k_nearest_neighbors", fixed={"n_neighbors": k}) for k in (2, 3, 4))
    found = []
    for rung in plan(ladder, "classification", rows=120)[1:]:
        model = build_pipeline(rung, rung.points[0], numbers(iris.data), NONE, "classification", n_classes=3)
        model.fit(iris.data.iloc[parts.train], target[parts.train])
        found.append(model.score(iris.data.iloc[parts.test], target[parts.test]))
    assert found == [29 / 30, 29 / 30, 28 / 30]


@pytest.mark.parametrize(
    ("alpha", "l1_ratio", "rmse", "mae", "r2"),
    [
        (0.05, 0.05, 78.5925, 66.3100, 0.06607),
        (0.01, 0.01, 71.4037, 60.0913, 0.22911),
        (0.01, 0.75, 65.2900, 53.7593, 0.35547),
        (0.01, 1.0, 63.2469, 51.0518, 0.39518),
        (0.05, 1.0, 63.2042, 51.2585, 0.39599),
    ],
)
def test_diabetes_with_elastic_net(alpha, l1_ratio, rmse, mae, r2):
    diabetes = load_diabetes(as_frame=True)
    target, parts = split(diabetes, test_size=0.25, random_state=40)
    fixed = {"alpha": alpha, "l1_ratio": l1_ratio, "random_state": 42}
    rung = plan((Rung(kind="elastic_net", fixed=fixed),), "regression", rows=331)[1]
    model = build_pipeline(rung, rung.points[0], numbers(diabetes.data), NONE, "regression")
    model.fit(diabetes.data.iloc[parts.train], target[parts.train])
    found = score("regression", target[parts.test], model.predict(diabetes.data.iloc[parts.test]))
    assert round(found["root_mean_squared_error"], 4) == rmse
    assert round(found["mean_absolute_error"], 4) == mae
    assert round(found["r2_score"], 5) == r2


# --- planning ---


def test_the_default_climb():
    planned = plan("auto", "classification", rows=120)
    assert kinds(planned)[:4] == ["dummy", "logistic_regression", "decision_tree", "hist_gradient_boosting"]
    assert set(kinds(planned)[4:]) >= {"svc", "k_nearest_neighbors", "random_forest"}
    assert [rung.conditional for rung in planned] == [False] * 4 + [True] * (len(planned) - 4)
    assert [rung.kind for rung in planned if rung.probe] == ["hist_gradient_boosting"]
    assert [rung.index for rung in planned] == list(range(len(planned)))
    assert not any(rung.skip for rung in planned)
    assert all(1 <= len(rung.points) <= 12 for rung in planned)
    assert kinds(plan("auto", "regression", rows=120))[1] == "ridge"


def test_what_is_too_slow_for_many_rows_is_passed_over():
    skipped = {rung.kind: rung.skip for rung in plan("auto", "classification", rows=26_048) if rung.skip}
    assert set(skipped) == {"svc", "k_nearest_neighbors"}
    assert skipped["svc"] == (
        "26,048 rows: svc's time grows with the square of the rows; name it in ladder or use --all-rungs"
    )
    everything = plan("auto", "regression", rows=26_048, all_rungs=True)
    assert not any(rung.skip or rung.conditional for rung in everything)
    assert sum(rung.probe for rung in everything) == 1
    named = plan((Rung(kind="svc"),), "classification", rows=26_048)
    assert named[1].skip == ""


def test_neighbours_that_a_small_table_has():
    for rows, counts in ((300, [5, 15, 50]), (40, [5, 15]), (8, [5])):
        planned = {rung.kind: rung for rung in plan("auto", "regression", rows=rows)}
        assert [p["n_neighbors"] for p in planned["k_nearest_neighbors"].points] == counts


def test_a_written_ladder_is_climbed_as_written_after_the_dummy():
    planned = plan((Rung(kind="svc"), Rung(kind="decision_tree")), "classification", rows=10**6)
    assert kinds(planned) == ["dummy", "svc", "decision_tree"]
    assert not any(rung.conditional or rung.probe or rung.skip for rung in planned)
    assert [len(rung.points) for rung in planned] == [1, 1, 1]
    dummy = Rung(kind="dummy", fixed={"strategy": "uniform"})
    planned = plan((Rung(kind="svc"), dummy), "classification", rows=100)
    assert kinds(planned) == ["dummy", "svc"]
    assert planned[0].points == ({"strategy": "uniform"},)


def test_namesakes_are_told_apart():
    planned = plan((Rung(kind="svc"), Rung(kind="svc", fixed={"C": 2.0})), "classification", rows=100)
    assert [rung.name for rung in planned] == ["dummy", "svc", "svc_2"]
    assert [rung.label for rung in planned] == ["dummy", "svc", "svc_2"]


def test_points_hold_defaults_fixed_and_searched_values():
    rung = Rung(kind="logistic_regression", fixed={"tol": 0.01}, search={"C": [1.0, 2.0]})
    points = plan((rung,), "classification", rows=100)[1].points
    assert points == (
        {"max_iter": 1000, "tol": 0.01, "C": 1.0},
        {"max_iter": 1000, "tol": 0.01, "C": 2.0},
    )


def test_large_searches_are_sampled():
    ladder = (Rung(kind="svc", search={"C": Range(0.1, 10.0, log=True), "gamma": ["scale", "auto"]}),)
    one, same, other = (plan(ladder, "classification", rows=100, seed=s, max_points=6)[1] for s in (0, 0, 1))
    assert len(one.points) == 6
    assert one.points == same.points
    assert one.points != other.points


def test_the_dummy_of_rows_in_order_chooses_its_strategy():
    dummy = plan("auto", "regression", rows=100, time_ordered=True)[0]
    assert [point["strategy"] for point in dummy.points] == ["mean", "last", "seasonal_last"]
    written = Rung(kind="dummy", fixed={"strategy": "last"})
    assert plan((written,), "regression", rows=100, time_ordered=True)[0].points == ({"strategy": "last"},)
    with pytest.raises(UsageError, match="strategy: last needs rows in time's order"):
        plan((written,), "regression", rows=100)


@pytest.mark.parametrize(
    ("rung", "message", "hint"),
    [
        (Rung(kind="svr"), "svr is for regression, and the task is classification", "svc"),
        (Rung(kind="linear_regression"), "is for regression", "logistic_regression"),
        (Rung(kind="svc", fixed={"C": -1}), "The 'C' parameter of SVC", "parameters"),
        (Rung(kind="svc", search={"C": [1.0, "much"]}), "The 'C' parameter of SVC", "parameters"),
        (Rung(kind="no_such.Class"), "there is no module 'no_such'", "pip install no_such"),
    ],
)
def test_rungs_that_cannot_be_climbed(rung, message, hint):
    with pytest.raises(UsageError, match=message) as caught:
        plan((rung,), "classification", rows=100)
    assert hint in caught.value.hint


def test_a_rule_is_a_rung():
    rung = plan((Rung(kind="rule", rule="rules.py:guess"),), "classification", rows=100, rules=RULES)[1]
    assert (rung.name, rung.family, rung.points) == ("rule", "rule", ({"rule": "rules.py:guess"},))
    frame = pd.DataFrame({"n": [1, -1]})
    model = build_pipeline(rung, rung.points[0], numbers(frame), AUTO, "classification", n_classes=2)
    model.fit(frame, np.array(["no", "yes"], dtype=object))
    assert model.predict(frame).tolist() == ["yes", "no"]
    assert model[:-1].transform(frame) is frame


# --- pipelines ---

COLUMNS = (
    Column("n", "number", 90, 4),
    Column("c", "category", 3, 5),
    Column("t", "text", 3, 4),
    Column("b", "boolean", 2, 3),
    Column("d", "date", 100, 2),
)


def messy():
    random = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "n": random.normal(size=100),
            "c": random.choice(["x", "y", "z"], 100),
            "t": random.choice(["one word", "two words", "no"], 100),
            "b": random.choice([True, False], 100).astype(object),
            "d": pd.date_range("2026-01-01", periods=100),
        }
    )
    signal = frame["n"].fillna(0) + (frame["c"] == "x") + 0.1 * random.normal(size=100)
    for column in COLUMNS:
        frame.loc[random.choice(100, column.missing, replace=False), column.name] = None
    return frame, signal.to_numpy()


FRAME, SIGNAL = messy()
TARGETS = {
    "regression": SIGNAL,
    "classification": np.array(["low", "middle", "high"], dtype=object)[np.digitize(SIGNAL, [0, 1])],
}
EVERY = [(name, task) for name, kind in KINDS.items() for task in kind.classes]


@pytest.mark.parametrize(("name", "task"), EVERY)
def test_every_rung_takes_every_kind_of_column(name, task):
    few = {"boosting": {"max_iter": 20}, "tree": {"n_estimators": 20}}.get(KINDS[name].family, {})
    fixed = {} if name == "decision_tree" else few
    rung = plan((Rung(kind=name, fixed=fixed),), task, rows=100)[0 if name == "dummy" else 1]
    model = build_pipeline(
        rung, rung.points[0], COLUMNS, AUTO, task, n_classes=3, seed=1, need_probabilities=True, time="d"
    )
    model = clone(model).fit(FRAME, TARGETS[task])
    predicted = model.predict(FRAME)
    nothing = pd.DataFrame([dict.fromkeys(FRAME.columns)])
    assert model.predict(nothing.assign(c="unseen")).shape == (1,)
    if task == "classification":
        assert model.predict_proba(nothing).sum() == pytest.approx(1)
        assert model.classes_.tolist() == ["high", "low", "middle"]
    if name not in {"dummy", "lasso", "gaussian_naive_bayes"}:  # whose defaults learn little here
        assert model.score(FRAME, TARGETS[task]) > (0.55 if task == "classification" else 0.2)
    stored = skops.io.dumps(model)
    trusted = [*TRUSTED, *KNOWN]
    assert set(skops.io.get_untrusted_types(data=stored)) <= set(trusted)
    assert skops.io.loads(stored, trusted=trusted).predict(FRAME).tolist() == predicted.tolist()


@pytest.mark.parametrize("strategy", ["last", "seasonal_last"])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_the_dummies_of_rows_in_order(strategy, task):
    fixed = Rung(kind="dummy", fixed={"strategy": strategy})
    rung = plan((fixed,), task, rows=100, time_ordered=True)[0]
    model = build_pipeline(rung, rung.points[0], COLUMNS, AUTO, task, time="when")
    frame = pd.DataFrame({"when": pd.date_range("2026-01-01", periods=100)})
    model.fit(frame, TARGETS[task])
    later = pd.DataFrame({"when": [pd.Timestamp("2027-01-01"), None]})
    assert model.predict(later).tolist()[1] == TARGETS[task][99]
    stored = skops.io.dumps(model)
    assert (
        skops.io.loads(stored, trusted=[*TRUSTED, *KNOWN]).predict(later).tolist()
        == model.predict(later).tolist()
    )
    with pytest.raises(ValueError, match="needs the time column's name"):
        build_pipeline(rung, rung.points[0], COLUMNS, AUTO, task)


def test_svc_is_calibrated_only_where_it_is_asked_for():
    rung = plan((Rung(kind="svc"),), "classification", rows=100)[1]
    plain = build_pipeline(rung, {}, COLUMNS, AUTO, "classification", n_classes=2)
    assert not hasattr(plain["estimator"], "predict_proba")
    asked = build_pipeline(rung, {}, COLUMNS, AUTO, "classification", n_classes=2, need_probabilities=True)
    assert isinstance(asked["estimator"], CalibratedClassifierCV)


def test_boosting_knows_its_categories():
    rung = plan((Rung(kind="hist_gradient_boosting"),), "regression", rows=100)[1]
    assert build_pipeline(rung, {}, COLUMNS, AUTO, "regression")["estimator"].categorical_features == [0]
    own = {"categorical_features": None}
    assert build_pipeline(rung, own, COLUMNS, AUTO, "regression")["estimator"].categorical_features is None
    few = build_pipeline(rung, {"max_bins": 16}, COLUMNS, AUTO, "regression")
    levels = {name: part for name, part, _ in few["preprocess"].transformers}["categories"]["levels"]
    assert levels.max_levels == 14


def test_labels_of_every_type():
    rung = plan((Rung(kind="hist_gradient_boosting"),), "classification", rows=100)[1]
    for target in (SIGNAL > 0, (SIGNAL > 0).astype(np.int64), np.where(SIGNAL > 0, "y", "n").astype(object)):
        model = build_pipeline(rung, {"max_iter": 20}, COLUMNS, AUTO, "classification", n_classes=2)
        model.fit(FRAME, target)
        assert set(model.predict(FRAME).tolist()) == set(target.tolist())


def test_the_same_seed_gives_the_same_model():
    rung = plan((Rung(kind="random_forest"),), "regression", rows=100)[1]
    one, same, other = (
        build_pipeline(rung, {"n_estimators": 5}, COLUMNS, AUTO, "regression", seed=seed).fit(FRAME, SIGNAL)
        for seed in (1, 1, 2)
    )
    assert one.predict(FRAME).tolist() == same.predict(FRAME).tolist()
    assert one.predict(FRAME).tolist() != other.predict(FRAME).tolist()


def test_a_class_by_its_dotted_path():
    path = "sklearn.ensemble.GradientBoostingClassifier"
    rung = plan((Rung(kind=path, fixed={"n_estimators": 5}),), "classification", rows=100)[1]
    assert (rung.name, rung.family) == (path, "tree")
    model = build_pipeline(rung, rung.points[0], COLUMNS, AUTO, "classification", n_classes=3)
    assert model.fit(FRAME, TARGETS["classification"]).score(FRAME, TARGETS["classification"]) > 0.6
