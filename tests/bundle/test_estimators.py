"""Every estimator that the portable form claims, by itself on numbers: usual rows, extreme ones, ties."""

import numpy as np
import pytest
from sklearn import ensemble, linear_model, naive_bayes, neighbors, neural_network, svm, tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from tests.bundle import tables
from tests.bundle.agreement import check, table

pytestmark = pytest.mark.filterwarnings("ignore")

LOGISTIC = linear_model.LogisticRegression
TREE = tree.DecisionTreeClassifier(max_depth=4, random_state=0)

CLASSIFIERS = [
    DummyClassifier(),
    DummyClassifier(strategy="most_frequent"),
    LOGISTIC(),
    LOGISTIC(fit_intercept=False),
    linear_model.LogisticRegressionCV(Cs=2, cv=2),
    linear_model.SGDClassifier(loss="log_loss", random_state=0),
    linear_model.SGDClassifier(loss="modified_huber", random_state=0),
    linear_model.SGDClassifier(random_state=0),
    linear_model.RidgeClassifier(),
    linear_model.RidgeClassifierCV(),
    linear_model.Perceptron(random_state=0),
    LinearDiscriminantAnalysis(),
    svm.LinearSVC(random_state=0),
    svm.LinearSVC(random_state=0, multi_class="crammer_singer"),
    svm.SVC(),
    svm.SVC(kernel="linear", decision_function_shape="ovo"),
    svm.SVC(kernel="poly", degree=2, coef0=1.0, break_ties=True),
    svm.SVC(kernel="sigmoid", gamma=0.01),
    svm.SVC(probability=True, random_state=0),
    svm.NuSVC(nu=0.2),
    TREE,
    tree.DecisionTreeClassifier(max_leaf_nodes=9, random_state=0),
    tree.ExtraTreeClassifier(random_state=0),
    ensemble.RandomForestClassifier(9, random_state=0),
    ensemble.ExtraTreesClassifier(9, random_state=0, max_leaf_nodes=90),
    ensemble.GradientBoostingClassifier(n_estimators=7, random_state=0),
    ensemble.GradientBoostingClassifier(n_estimators=3, init="zero", random_state=0),
    ensemble.HistGradientBoostingClassifier(max_iter=7, random_state=0),
    ensemble.BaggingClassifier(TREE, n_estimators=5, max_features=0.7, random_state=0),
    neighbors.KNeighborsClassifier(),
    neighbors.KNeighborsClassifier(4, weights="distance", algorithm="kd_tree", leaf_size=5),
    neighbors.KNeighborsClassifier(7, algorithm="ball_tree", leaf_size=4, metric="manhattan"),
    neighbors.KNeighborsClassifier(algorithm="brute"),
    neighbors.KNeighborsClassifier(algorithm="brute", metric="chebyshev", weights="distance"),
    neighbors.KNeighborsClassifier(p=3, leaf_size=6),
    naive_bayes.GaussianNB(),
    naive_bayes.BernoulliNB(binarize=3.0),
    naive_bayes.MultinomialNB(),
    naive_bayes.ComplementNB(),
    neural_network.MLPClassifier(hidden_layer_sizes=(5,), max_iter=20, random_state=0),
    neural_network.MLPClassifier(hidden_layer_sizes=(4, 3), activation="tanh", max_iter=20, random_state=0),
    CalibratedClassifierCV(svm.SVC(), ensemble=False, cv=3),
    CalibratedClassifierCV(TREE, method="isotonic", cv=3),
    CalibratedClassifierCV(naive_bayes.GaussianNB(), cv=2),
    ensemble.VotingClassifier([("a", TREE), ("b", LOGISTIC())]),
    ensemble.VotingClassifier([("a", TREE), ("b", LOGISTIC())], voting="soft", weights=[1, 3]),
    ensemble.StackingClassifier([("a", TREE), ("b", svm.LinearSVC())], LOGISTIC(), cv=2),
    ensemble.StackingClassifier([("a", TREE)], TREE, passthrough=True, stack_method="predict", cv=2),
    GridSearchCV(TREE, {"max_depth": [1, 2]}, cv=2),
    make_pipeline(StandardScaler(), svm.SVC(C=10)),
]

REGRESSORS = [
    DummyRegressor(),
    DummyRegressor(strategy="median"),
    linear_model.LinearRegression(),
    linear_model.Ridge(),
    linear_model.RidgeCV(),
    linear_model.Lasso(),
    linear_model.ElasticNet(),
    linear_model.LassoLarsIC(),
    linear_model.OrthogonalMatchingPursuit(),
    linear_model.BayesianRidge(),
    linear_model.HuberRegressor(),
    linear_model.TheilSenRegressor(random_state=0, max_subpopulation=100),
    linear_model.QuantileRegressor(),
    linear_model.SGDRegressor(random_state=0),
    linear_model.PoissonRegressor(),
    linear_model.GammaRegressor(),
    linear_model.TweedieRegressor(power=0),
    linear_model.TweedieRegressor(power=1.5),
    svm.LinearSVR(random_state=0),
    svm.SVR(),
    svm.NuSVR(kernel="poly"),
    tree.DecisionTreeRegressor(max_depth=5),
    ensemble.RandomForestRegressor(9, random_state=0),
    ensemble.ExtraTreesRegressor(9, random_state=0, max_depth=5),
    ensemble.GradientBoostingRegressor(n_estimators=9),
    ensemble.HistGradientBoostingRegressor(max_iter=9),
    ensemble.HistGradientBoostingRegressor(max_iter=9, loss="poisson"),
    ensemble.HistGradientBoostingRegressor(max_iter=5, loss="quantile", quantile=0.7),
    ensemble.BaggingRegressor(n_estimators=4, random_state=0),
    neighbors.KNeighborsRegressor(),
    neighbors.KNeighborsRegressor(weights="distance", algorithm="ball_tree", leaf_size=3),
    neural_network.MLPRegressor(hidden_layer_sizes=(5,), activation="logistic", max_iter=20, random_state=0),
    ensemble.VotingRegressor([("a", linear_model.Ridge()), ("b", svm.SVR())], weights=[1, 2]),
    ensemble.StackingRegressor([("a", linear_model.Ridge()), ("b", svm.SVR())], cv=2),
    TransformedTargetRegressor(linear_model.Ridge(), func=np.log1p, inverse_func=np.expm1),
    TransformedTargetRegressor(svm.SVR(), transformer=StandardScaler()),
    TransformedTargetRegressor(linear_model.Ridge(), transformer=MinMaxScaler()),
    TransformedTargetRegressor(linear_model.Ridge(), transformer=RobustScaler()),
    TransformedTargetRegressor(linear_model.Ridge()),
]


def extreme(frame):
    """Return rows that are far from all others, on the edge of what 32 bits hold, or equal to one."""
    some = frame.iloc[:9].to_numpy(dtype=float, copy=True)
    some[1] = 0.0
    some[2] *= 1e-300
    some[3, 0] = 1e300
    some[4] = -1e300
    some[5, 1] = 3.5e38
    some[6] = 1e17
    some[7, 0] = np.nan
    return table(some).set_axis(frame.columns, axis=1)


def between(frame):
    """Return rows halfway between others: where thresholds lie, and distances tie."""
    values = frame.to_numpy(dtype=float)
    return table((values[:24] + values[-24:]) / 2).set_axis(frame.columns, axis=1)


@pytest.mark.parametrize("model", CLASSIFIERS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("source", [tables.cancer, tables.iris], ids=["two", "three"])
def test_classifiers(model, source):
    frame, target = source()
    if getattr(model, "algorithm", "") == "brute":
        # scikit-learn takes these distances from products: on iris, equal ones differ by the rounding.
        frame = frame + np.random.default_rng(0).normal(0, 1e-3, frame.shape)
    far = extreme(frame)
    if getattr(model, "algorithm", "") == "brute":
        far = far.clip(-1e6, 1e6)  # from far away all rows are equally near, within the rounding
    model = fitted(model, frame, target)
    for rows in (frame.iloc[::11], far, between(frame), frame.iloc[:0]):
        check(model, rows, rows=9 if len(rows) < 10 else 2)


@pytest.mark.parametrize("model", REGRESSORS, ids=lambda model: type(model).__name__)
def test_regressors(model):
    frame, target = tables.diabetes()
    model = fitted(model, frame, target)
    for rows in (frame.iloc[::9], extreme(frame), between(frame), frame.iloc[:0]):
        check(model, rows, rows=9 if len(rows) < 10 else 2)


def fitted(model, frame, target):
    """Fit a copy without column names: scikit-learn answers an array quicker than a frame."""
    from sklearn.base import clone

    return clone(model).fit(frame.to_numpy(), target)


@pytest.mark.parametrize("response", ["predict_proba", "decision_function"])
@pytest.mark.parametrize("positive", ["benign", "malignant"])
def test_thresholds(response, positive):
    frame, target = tables.cancer()
    inner = make_pipeline(StandardScaler(), LOGISTIC())
    fixed = FixedThresholdClassifier(inner, threshold=0.3, pos_label=positive, response_method=response)
    check(fitted(fixed, frame, target), frame.iloc[::5], rows=4)
    auto = FixedThresholdClassifier(inner, pos_label=positive, response_method=response)
    check(fitted(auto, frame, target), frame.iloc[::5], rows=4)


def test_a_tuned_threshold_and_a_frozen_estimator():
    frame, target = tables.cancer()
    model = TunedThresholdClassifierCV(TREE, cv=2, random_state=0)
    check(fitted(model, frame, target), frame.iloc[::5], rows=4)
    inner = fitted(TREE, frame, target)
    check(fitted(FrozenEstimator(inner), frame, target), frame.iloc[::5], rows=4)


def test_the_temperature_of_probabilities():
    frame, target = tables.iris()
    try:
        model = CalibratedClassifierCV(TREE, method="temperature", cv=2)
        model = fitted(model, frame, target)
    except ValueError:
        pytest.skip("this scikit-learn has no temperature")
    check(model, frame.iloc[::5], rows=4)
    check(fitted(CalibratedClassifierCV(LOGISTIC(), method="temperature"), frame, target), frame, rows=4)


@pytest.mark.parametrize(
    "model",
    [
        TREE,
        ensemble.RandomForestClassifier(5, random_state=0),
        ensemble.HistGradientBoostingClassifier(max_iter=4),
    ],
    ids=lambda model: type(model).__name__,
)
def test_missing_values_go_where_training_sent_them(model):
    frame, target = tables.cancer()
    random = np.random.default_rng(0)
    holes = frame.mask(random.random(frame.shape) < 0.2)
    for trained in (frame, holes):
        check(fitted(model, trained, target), holes.iloc[::9], rows=9)


def test_equally_near_rows_are_taken_as_scikit_learn_takes_them():
    random = np.random.default_rng(0)
    frame = table(random.integers(0, 3, (200, 3)).astype(float))
    target = random.integers(0, 4, 200)
    asked = table(random.integers(0, 3, (30, 3)) + random.choice([0.0, 0.5], (30, 3)))
    for options in (
        {},
        {"leaf_size": 2},
        {"algorithm": "ball_tree"},
        {"algorithm": "brute"},
        {"p": 1},
        {"p": 3},
        {"p": 3, "algorithm": "ball_tree"},
        {"metric": "chebyshev", "leaf_size": 3},
    ):
        for count in (1, 4):
            check(fitted(neighbors.KNeighborsClassifier(count, **options), frame, target), asked, rows=9)
