"""The rungs that have a name: their classes, their defaults and what the default climb searches.

Nothing of scikit-learn is imported here, so that a parameters file is checked in milliseconds; a test holds
the classes and the parameter names to the installed version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mlctl.domain.metrics import TASKS

Family = Literal["dummy", "rule", "linear", "tree", "distance", "boosting", "other"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A rung that the ladder knows by name.

    Attributes
    ----------
    classes : mapping
        Task to the dotted path of the estimator; empty for a rule, which serves either task.
    family : str
        Which preprocessing it gets: ``linear`` and ``distance`` are clipped, scaled and one-hot encoded,
        ``tree`` and ``boosting`` take the numbers as they are and categories as codes.
    defaults : mapping
        Task to the parameters that differ from scikit-learn's defaults: only such as let a solver converge,
        and such as make the class what the name says.
    search : mapping
        Task to the lists that the default climb searches. A name in a written ladder searches nothing.
    seeded : bool
        Whether the estimator takes ``random_state``; of the dummies only the classifier does.
    spellings : tuple of str
        Other names that users know it by.
    """

    name: str
    classes: Mapping[str, str]
    family: Family
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    search: Mapping[str, Mapping[str, list[Any]]] = field(default_factory=dict)
    seeded: bool = False
    spellings: tuple[str, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that it serves."""
        return tuple(self.classes) or TASKS


def _classes(classification: str, regression: str) -> dict[str, str]:
    pair = {"classification": classification, "regression": regression}
    return {task: f"sklearn.{path}" for task, path in pair.items() if path}


def _either(**values: Any) -> dict[str, dict[str, Any]]:
    return {task: dict(values) for task in TASKS}


def _of(task: str, **values: Any) -> dict[str, dict[str, Any]]:
    return {task: values}


def _forest(name: str, stem: str, *spellings: str) -> Kind:
    return Kind(
        name,
        _classes(f"ensemble.{stem}Classifier", f"ensemble.{stem}Regressor"),
        "tree",
        search=_either(min_samples_leaf=[1, 5]),
        seeded=True,
        spellings=(*spellings, f"{stem}Classifier", f"{stem}Regressor"),
    )


_BOOSTING = _classes("ensemble.HistGradientBoostingClassifier", "ensemble.HistGradientBoostingRegressor")

_KINDS = (
    Kind(
        "dummy",
        _classes("dummy.DummyClassifier", "dummy.DummyRegressor"),
        "dummy",
        seeded=True,
        spellings=("DummyClassifier", "DummyRegressor", "naive"),
    ),
    Kind("rule", {}, "rule"),
    Kind(
        "logistic_regression",
        _classes("linear_model.LogisticRegression", ""),
        "linear",
        _of("classification", max_iter=1000),
        _of("classification", C=[0.1, 1.0, 10.0]),
        seeded=True,
        spellings=("logistic", "logit", "logreg"),
    ),
    Kind("linear_regression", _classes("", "linear_model.LinearRegression"), "linear", spellings=("ols",)),
    Kind(
        "ridge",
        _classes("", "linear_model.Ridge"),
        "linear",
        search=_of("regression", alpha=[0.1, 1.0, 10.0, 100.0]),
        seeded=True,
        spellings=("ridge_regression",),
    ),
    Kind(
        "lasso",
        _classes("", "linear_model.Lasso"),
        "linear",
        search=_of("regression", alpha=[0.001, 0.01, 0.1, 1.0]),
        seeded=True,
    ),
    Kind(
        # For classes: the logistic loss under the same penalty, with the same parameter names. Of the two
        # classes that can do it, this one is spelled alike in every supported version and stays quick on
        # many rows, where LogisticRegression's saga takes minutes.
        "elastic_net",
        _classes("linear_model.SGDClassifier", "linear_model.ElasticNet"),
        "linear",
        _of("classification", loss="log_loss", penalty="elasticnet"),
        {
            "classification": {"alpha": [0.0001, 0.001, 0.01], "l1_ratio": [0.15, 0.5]},
            "regression": {"alpha": [0.001, 0.01, 0.1, 1.0], "l1_ratio": [0.1, 0.5, 0.9]},
        },
        seeded=True,
        spellings=("enet",),
    ),
    Kind(
        "decision_tree",
        _classes("tree.DecisionTreeClassifier", "tree.DecisionTreeRegressor"),
        "tree",
        search=_either(max_depth=[3, 5, 8], min_samples_leaf=[5, 20]),
        seeded=True,
        spellings=("tree", "cart", "DecisionTreeClassifier", "DecisionTreeRegressor"),
    ),
    Kind(
        "gaussian_naive_bayes",
        _classes("naive_bayes.GaussianNB", ""),
        "distance",
        spellings=("GaussianNB", "naive_bayes", "gnb"),
    ),
    Kind(
        "k_nearest_neighbors",
        _classes("neighbors.KNeighborsClassifier", "neighbors.KNeighborsRegressor"),
        "distance",
        search=_either(n_neighbors=[5, 15, 50]),
        spellings=(
            "knn",
            "k_neighbors",
            "k_nearest_neighbours",
            "KNeighborsClassifier",
            "KNeighborsRegressor",
        ),
    ),
    Kind(
        "svc",
        _classes("svm.SVC", ""),
        "distance",
        search=_of("classification", C=[0.3, 1.0, 10.0]),
        seeded=True,
        spellings=("svm", "support_vector_classifier"),
    ),
    Kind(
        "svr",
        _classes("", "svm.SVR"),
        "distance",
        search=_of("regression", C=[0.3, 1.0, 10.0]),
        spellings=("support_vector_regressor",),
    ),
    Kind(
        "linear_svc",
        _classes("svm.LinearSVC", ""),
        "linear",
        _of("classification", max_iter=10_000),
        _of("classification", C=[0.1, 1.0, 10.0]),
        seeded=True,
    ),
    Kind(
        "linear_svr",
        _classes("", "svm.LinearSVR"),
        "linear",
        _of("regression", max_iter=10_000),
        _of("regression", C=[0.1, 1.0, 10.0]),
        seeded=True,
    ),
    _forest("random_forest", "RandomForest", "forest", "rf"),
    _forest("extra_trees", "ExtraTrees"),
    Kind(
        "hist_gradient_boosting",
        _BOOSTING,
        "boosting",
        seeded=True,
        spellings=(
            "hgb",
            "boosting",
            "gradient_boosting",
            "HistGradientBoostingClassifier",
            "HistGradientBoostingRegressor",
        ),
    ),
    Kind(
        "hist_gradient_boosting_tuned",
        _BOOSTING,
        "boosting",
        _either(max_iter=300),
        _either(learning_rate=[0.03, 0.1], max_leaf_nodes=[15, 31, 63]),
        seeded=True,
        spellings=("hgb_tuned", "boosting_tuned", "tuned_boosting"),
    ),
    Kind(
        "mlp",
        _classes("neural_network.MLPClassifier", "neural_network.MLPRegressor"),
        "distance",
        _either(max_iter=1000),
        _either(alpha=[0.0001, 0.01, 1.0]),
        seeded=True,
        spellings=("neural_network", "MLPClassifier", "MLPRegressor"),
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Every rung that has a name, simplest first."""
