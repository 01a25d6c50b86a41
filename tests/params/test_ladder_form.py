import pytest

from mlctl.params.ladder_form import read_ladder, read_rung
from mlctl.params.problems import ProblemsError
from mlctl.params.rung import Range, Rung


@pytest.mark.parametrize(
    ("typed", "rung"),
    [
        ("SVC", Rung(kind="svc")),
        ({"LogisticRegression": None}, Rung(kind="logistic_regression")),
        ({"knn": {"n_neighbors": 2}}, Rung(kind="k_nearest_neighbors", fixed={"n_neighbors": 2})),
        ({"decision_tree": {"max_depth": [3, 5]}}, Rung(kind="decision_tree", search={"max_depth": [3, 5]})),
        (
            {"svc": {"C": {"low": 0.1, "high": 10, "log": True}, "kernel": "rbf"}},
            Rung(kind="svc", fixed={"kernel": "rbf"}, search={"C": Range(0.1, 10, log=True)}),
        ),
        (
            {"mlp": {"hidden_layer_sizes": {"value": [50, 20]}}},
            Rung(kind="mlp", fixed={"hidden_layer_sizes": [50, 20]}),
        ),
        (
            {"dummy": {"strategy": ["mean", "last"]}},
            Rung(kind="dummy", search={"strategy": ["mean", "last"]}),
        ),
        ("own.models.Thing", Rung(kind="own.models.Thing")),
        ({"own.Thing": {"estimator__depth": 3}}, Rung(kind="own.Thing", fixed={"estimator__depth": 3})),
        ({"Rule": "a/b.py:f"}, Rung(kind="rule", rule="a/b.py:f")),
        (
            "boosting_tuned",
            Rung(
                kind="hist_gradient_boosting_tuned",
                search={"learning_rate": [0.03, 0.1], "max_leaf_nodes": [15, 31, 63]},
            ),
        ),
        (
            {"hgb_tuned": {"learning_rate": 0.05}},
            Rung(
                kind="hist_gradient_boosting_tuned",
                fixed={"learning_rate": 0.05},
                search={"max_leaf_nodes": [15, 31, 63]},
            ),
        ),
        (
            {"hgb_tuned": {"max_depth": [2, 3]}},
            Rung(kind="hist_gradient_boosting_tuned", search={"max_depth": [2, 3]}),
        ),
    ],
)
def test_the_forms_of_a_rung(typed, rung):
    assert read_rung(typed, None) == rung


@pytest.mark.parametrize(
    ("typed", "task", "place", "text"),
    [
        ("svcc", None, (), "not a known rung; did you mean svc?"),
        (
            {"KNeighborClassifier": None},
            None,
            ("KNeighborClassifier",),
            "not a known rung; did you mean k_nearest",
        ),
        (
            "svr",
            "classification",
            (),
            "svr is for regression and the task is classification; did you mean svc",
        ),
        (
            "ridge",
            "classification",
            (),
            "ridge is for regression and the task is classification; did you mean log",
        ),
        ({"svc": {"gama": 1}}, None, ("svc", "gama"), "not a parameter of svc; did you mean gamma?"),
        (
            {"gnb": {"x": 1}},
            None,
            ("gnb", "x"),
            "not a parameter of gaussian_naive_bayes; known here: priors, var_smoothing",
        ),
        (
            {"sklearn.svm.SVC": {"gama": 1}},
            None,
            ("sklearn.svm.SVC", "gama"),
            "not a parameter of sklearn.svm.SVC; did you mean gamma?",
        ),
        (
            {"random_forest": {"class_weight": "balanced"}},
            "regression",
            ("random_forest", "class_weight"),
            "not a parameter of random_forest; known here: ",
        ),
        ({"svc": {7: 1}}, None, ("svc", 7), "wanted the name of a parameter"),
        ({"own.Thing": {"a b": 1}}, None, ("own.Thing", "a b"), "wanted the name of a parameter"),
        ({"svc": {"C": []}}, None, ("svc", "C"), "wanted at least one value to search"),
        ({"svc": {"C": {"low": 1}}}, None, ("svc", "C"), "wanted one value, a list to search, {low: …"),
        (
            {"svc": {"C": {"low": 1, "hgih": 3}}},
            None,
            ("svc", "C"),
            "wanted one value, a list to search, {low: …",
        ),
        ({"svc": {"C": {"low": 3, "high": 1}}}, None, ("svc", "C"), "wanted numbers, low less than high"),
        ({"svc": {"C": {"low": True, "high": 2}}}, None, ("svc", "C"), "wanted numbers, low less than high"),
        (
            {"svc": {"C": {"low": 1, "high": float("inf")}}},
            None,
            ("svc", "C"),
            "wanted numbers, low less than high",
        ),
        (
            {"svc": {"C": {"low": 0, "high": 1, "log": True}}},
            None,
            ("svc", "C"),
            "wanted low greater than 0 for a log range",
        ),
        (
            {"svc": {"C": {"low": 1, "high": 2, "log": "yes"}}},
            None,
            ("svc", "C"),
            "wanted log: true or false",
        ),
        ({"svc": 5}, None, ("svc",), "wanted parameters, such as {name: value}"),
        ({"svc": None, "C": 1}, None, (), "wanted one rung; indent its parameters under its name"),
        ({}, None, (), "wanted one rung; indent"),
        ({5: None}, None, (), "wanted the name of a rung"),
        (5, None, (), "wanted the name of a rung, or name: {parameter: value}"),
        ("rule", None, (), "wanted rule: file.py:function"),
        ({"rule": "rules.py"}, None, ("rule",), "wanted rule: file.py:function"),
        ({"rule": {"file": "x"}}, None, ("rule",), "wanted rule: file.py:function"),
        (
            {"dummy": {"strategy": "men"}},
            "regression",
            ("dummy", "strategy"),
            "wanted one of mean, median, last, seasonal_last; did you mean mean?",
        ),
        (
            {"dummy": {"strategy": ["last", 5]}},
            None,
            ("dummy", "strategy"),
            "wanted one of prior, most_frequent, stratified, uniform, last",
        ),
        (
            {"dummy": {"strategy": "mean"}},
            "classification",
            ("dummy", "strategy"),
            "wanted one of prior, most_frequent, stratified",
        ),
    ],
)
def test_what_is_refused(typed, task, place, text):
    with pytest.raises(ProblemsError) as caught:
        read_rung(typed, task)
    (problem,) = caught.value.problems
    assert problem.place == place
    assert problem.text.startswith(text)


def test_a_rung_that_is_like_no_other_lists_them():
    with pytest.raises(
        ProblemsError,
        match=r"not a known rung; known here: dummy, .*, mlp, package.module.Class, or file",
    ):
        read_rung("xyz", None)


def test_a_ladder_tells_every_problem_of_every_rung():
    with pytest.raises(ProblemsError) as caught:
        read_ladder(["svcc", "svc", {"svc": {"gama": 1, "C": []}}], None)
    assert [p.place for p in caught.value.problems] == [(0,), (2, "svc", "gama"), (2, "svc", "C")]


def test_a_ladder():
    rungs = (Rung(kind="svc"), Rung(kind="mlp"))
    assert read_ladder("auto", None) == "auto"
    assert read_ladder(["svc", "mlp"], None) == rungs
    assert read_ladder(rungs, None) is rungs


@pytest.mark.parametrize("typed", ["svc", [], {"svc": {}}, None, ("svc",)])
def test_what_is_no_ladder(typed):
    with pytest.raises(ProblemsError, match="wanted auto, or a list of rungs"):
        read_ladder(typed, None)
