import ast

import pytest

from mlctl.interop.posml.estimators import Calls

HEAD = """
from sklearn.neighbors import KNeighborsClassifier as K
from . import other
import sklearn.svm
import sklearn.tree as t
from sklearn.metrics import accuracy_score
"""


def rungs(body, arguments="X, y"):
    tree = ast.parse(f"{HEAD}\ndef f({arguments}):\n    {body}\n")
    return Calls(tree).rungs(tree.body[-1])


@pytest.mark.parametrize(
    ("body", "arguments", "rung"),
    [
        ("K().fit(X, y)", "X, y", "sklearn.neighbors.KNeighborsClassifier"),
        (
            "K(n_neighbors=n, n_jobs=-1)",
            "X, n=3",
            {"sklearn.neighbors.KNeighborsClassifier": {"n_neighbors": 3}},
        ),
        ("K(p=n)", "X, *, m, n=1", {"sklearn.neighbors.KNeighborsClassifier": {"p": 1}}),
        ("sklearn.svm.SVC(C=1.5)", "X", {"sklearn.svm.SVC": {"C": 1.5}}),
        (
            "t.DecisionTreeClassifier(class_weight={0: 1}, max_features=(1, 2))",
            "X",
            {
                "sklearn.tree.DecisionTreeClassifier": {
                    "class_weight": {"value": {0: 1}},
                    "max_features": {"value": [1, 2]},
                }
            },
        ),
    ],
)
def test_an_estimator_in_a_function(body, arguments, rung):
    assert rungs(body, arguments) == ((rung,), "")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("K(3)", "gets an argument without a name"),
        ("K(**X)", "gets **settings"),
        ("K(n_neighbors=len(X))", "gets n_neighbors"),
        ("accuracy_score(X, y); f()(X); (1).real()", "no estimator is made in it"),
    ],
)
def test_what_is_only_known_when_it_runs(body, why):
    found, told = rungs(body)
    assert found == ()
    assert why in told
