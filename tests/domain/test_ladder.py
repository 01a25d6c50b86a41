import pytest

from mlctl.domain.kinds import KINDS
from mlctl.domain.ladder import (
    BASE,
    COUNTERPARTS,
    DUMMY_STRATEGIES,
    ORDERED_DUMMY_SEARCH,
    PROBE,
    REST,
    SLOW_ABOVE,
    family_of,
    find_kind,
    parameters_of,
    simplicity,
)
from mlctl.domain.metrics import TASKS


def test_the_order_of_simplicity():
    assert tuple(KINDS) == (
        "dummy",
        "rule",
        "logistic_regression",
        "linear_regression",
        "ridge",
        "lasso",
        "elastic_net",
        "decision_tree",
        "gaussian_naive_bayes",
        "k_nearest_neighbors",
        "svc",
        "svr",
        "linear_svc",
        "linear_svr",
        "random_forest",
        "extra_trees",
        "hist_gradient_boosting",
        "hist_gradient_boosting_tuned",
        "mlp",
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("svc", "svc"),
        ("SVC", "svc"),
        ("knn", "k_nearest_neighbors"),
        ("k-nearest neighbours", "k_nearest_neighbors"),
        ("LogisticRegression", "logistic_regression"),
        ("Ridge", "ridge"),
        ("ElasticNet", "elastic_net"),
        ("DecisionTreeRegressor", "decision_tree"),
        ("GaussianNB", "gaussian_naive_bayes"),
        ("RandomForestClassifier", "random_forest"),
        ("hgb", "hist_gradient_boosting"),
        ("boosting", "hist_gradient_boosting"),
        ("HistGradientBoostingClassifier", "hist_gradient_boosting"),
        ("tuned_boosting", "hist_gradient_boosting_tuned"),
        ("MLPRegressor", "mlp"),
    ],
)
def test_spellings(text, name):
    assert find_kind(text).name == name


@pytest.mark.parametrize("text", ["svcc", "", "rules", "sklearn.svm.SVC"])
def test_what_is_no_spelling(text):
    assert find_kind(text) is None


def test_no_spelling_means_two_kinds():
    spellings = [s for kind in KINDS.values() for s in (kind.name, *kind.spellings)]
    assert all(find_kind(s).name == k.name for k in KINDS.values() for s in (k.name, *k.spellings))
    assert len(spellings) == len(set(spellings))


def test_what_the_default_climb_takes():
    assert BASE["classification"] == ("dummy", "logistic_regression", "decision_tree", PROBE)
    assert BASE["regression"] == ("dummy", "ridge", "decision_tree", PROBE)
    shared = ("random_forest", "hist_gradient_boosting_tuned")
    assert REST["classification"] == ("k_nearest_neighbors", "elastic_net", "svc", *shared)
    assert REST["regression"] == ("k_nearest_neighbors", "elastic_net", "svr", *shared)
    assert dict(SLOW_ABOVE) == {"svc": 20_000, "svr": 20_000, "k_nearest_neighbors": 20_000}


@pytest.mark.parametrize("task", TASKS)
def test_the_default_climb_searches_twelve_points_or_fewer(task):
    for name in (*BASE[task], *REST[task]):
        points = 1
        for values in KINDS[name].search.get(task, {}).values():
            points *= len(values)
        assert points <= 12
    assert KINDS[PROBE].search == {}


def test_families():
    assert family_of("ridge") == "linear"
    assert family_of("sklearn.svm.SVC") == "distance"
    assert family_of("sklearn.ensemble.HistGradientBoostingRegressor") == "boosting"
    assert family_of("some.other.Class") == "other"


def test_parameters():
    assert parameters_of("svr") >= {"C", "epsilon"}
    assert "class_weight" in parameters_of("decision_tree")
    assert "class_weight" not in parameters_of("decision_tree", "regression")
    assert parameters_of("sklearn.svm.SVC") == parameters_of("svc")
    assert parameters_of("rule") is None
    assert parameters_of("some.other.Class") is None


def test_simplicity():
    assert simplicity("dummy") == 0
    assert simplicity("svc") < simplicity("random_forest") < simplicity("hist_gradient_boosting")
    assert simplicity("svc_2") == simplicity("svc") == simplicity("sklearn.svm.SVC")
    assert simplicity("some.Class", 3) == len(KINDS) + 3 > simplicity("mlp")
    assert simplicity("sklearn.ensemble.HistGradientBoostingClassifier") == simplicity(PROBE)


def test_a_kind_of_one_task_has_its_like_for_the_other():
    single = {kind.name for kind in KINDS.values() if len(kind.tasks) == 1}
    assert set(COUNTERPARTS) == single
    for name, like in COUNTERPARTS.items():
        assert not set(KINDS[name].tasks) >= set(KINDS[like].tasks)
    assert KINDS["rule"].tasks == TASKS


def test_the_dummies_default_is_first_and_what_is_searched_is_known():
    for task in TASKS:
        assert DUMMY_STRATEGIES[task][0] == ORDERED_DUMMY_SEARCH[task][0]
        assert set(ORDERED_DUMMY_SEARCH[task]) <= set(DUMMY_STRATEGIES[task])
