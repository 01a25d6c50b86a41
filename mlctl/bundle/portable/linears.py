"""Linear models, naive Bayes and perceptrons: products and what follows from them."""

from typing import Any

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import (
    ARDRegression,
    BayesianRidge,
    ElasticNet,
    ElasticNetCV,
    GammaRegressor,
    HuberRegressor,
    Lars,
    LarsCV,
    Lasso,
    LassoCV,
    LassoLars,
    LassoLarsCV,
    LassoLarsIC,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    OrthogonalMatchingPursuit,
    OrthogonalMatchingPursuitCV,
    Perceptron,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    SGDClassifier,
    SGDRegressor,
    TheilSenRegressor,
    TweedieRegressor,
)
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.svm import LinearSVC, LinearSVR

from mlctl.bundle.portable.labels import classes_of
from mlctl.bundle.portable.refusal import need
from mlctl.bundle.portable.registry import Given, Node, Sink, checked, estimators, floats


@estimators(
    LinearRegression,
    Ridge,
    RidgeCV,
    Lasso,
    LassoCV,
    ElasticNet,
    ElasticNetCV,
    Lars,
    LarsCV,
    LassoLars,
    LassoLarsCV,
    LassoLarsIC,
    OrthogonalMatchingPursuit,
    OrthogonalMatchingPursuitCV,
    BayesianRidge,
    ARDRegression,
    HuberRegressor,
    TheilSenRegressor,
    QuantileRegressor,
    SGDRegressor,
    LinearSVR,
    PoissonRegressor,
    GammaRegressor,
    TweedieRegressor,
)
def linear(sink: Sink, part: Any, given: Given) -> Node:
    """Write the coefficients, the intercept and the link."""
    count = given.numbers(part)
    coef, intercept = floats(_dense(part.coef_)).ravel(), floats(part.intercept_).ravel()
    need(len(coef) == count and len(intercept) == 1, part, "answers with several numbers a row")
    link = type(part._base_loss.link).__name__ if hasattr(part, "_base_loss") else "IdentityLink"
    need(link in ("IdentityLink", "LogLink"), part, f"has the link {link}")
    node = {
        "op": "linear",
        "coef": sink.array(coef),
        "intercept": float(intercept[0]),
        "link": "exp" if link == "LogLink" else "identity",
    }
    return checked(node, given)


@estimators(
    LogisticRegression,
    LogisticRegressionCV,
    SGDClassifier,
    RidgeClassifier,
    RidgeClassifierCV,
    Perceptron,
    LinearSVC,
    LinearDiscriminantAnalysis,
)
def logistic(sink: Sink, part: Any, given: Given) -> Node:
    """Write a line of coefficients a class, and how scores become probabilities."""
    count, classes = given.numbers(part), len(classes_of(part))
    coef = floats(_dense(part.coef_)).reshape(-1, count)
    need(len(coef) == (1 if classes == 2 else classes), part, f"has {len(coef)} lines for {classes} classes")
    node = {
        "op": "logistic",
        "coef": sink.array(coef),
        "intercept": sink.array(np.broadcast_to(floats(part.intercept_).ravel(), len(coef))),
        "link": _link(part, classes),
    }
    return checked(node, given)


def _link(part: Any, classes: int) -> str:
    if isinstance(part, LogisticRegression):  # and LogisticRegressionCV, its child
        # Up to scikit-learn 1.7 multi_class could ask for the other way.
        asked = getattr(part, "multi_class", None)
        alone = asked in ("ovr", "warn") or (
            asked != "multinomial" and (classes == 2 or part.solver == "liblinear")
        )
        return "logistic" if alone else "softmax"
    if isinstance(part, LinearDiscriminantAnalysis):
        return "logistic" if classes == 2 else "softmax"
    if isinstance(part, SGDClassifier):
        return {"log_loss": "logistic", "modified_huber": "clipped"}.get(part.loss, "none")
    return "none"


def _dense(coef: Any) -> Any:
    return coef.toarray() if hasattr(coef, "toarray") else coef


@estimators(GaussianNB)
def gaussian(sink: Sink, part: Any, given: Given) -> Node:
    """Write the means and variances, and the part of the likelihood that does not depend on the row."""
    given.numbers(part)
    classes_of(part)
    variance = floats(part.var_)
    with np.errstate(divide="ignore"):
        constant = np.log(floats(part.class_prior_)) - 0.5 * np.log(2.0 * np.pi * variance).sum(axis=1)
    node = {
        "op": "gaussian",
        "mean": sink.array(part.theta_),
        "variance": sink.array(variance),
        "constant": sink.array(constant),
    }
    return checked(node, given)


@estimators(MultinomialNB, ComplementNB, BernoulliNB)
def counts(sink: Sink, part: Any, given: Given) -> Node:
    """Write the logarithms of the probabilities."""
    given.numbers(part)
    classes_of(part)
    weights, constant = floats(part.feature_log_prob_), floats(part.class_log_prior_)
    steps: list[Node] = []
    if isinstance(part, ComplementNB):
        constant = np.zeros(len(weights))
    if isinstance(part, BernoulliNB):
        absent = np.log(1 - np.exp(weights))
        weights, constant = weights - absent, constant + absent.sum(axis=1)
        if part.binarize is not None:
            steps.append({"op": "binarize", "threshold": float(part.binarize)})
    need(
        np.isfinite(weights).all() and np.isfinite(constant).all(), part, "has a probability of zero (alpha)"
    )
    node: Node = {"op": "counts", "weights": sink.array(weights), "constant": sink.array(constant)}
    if steps:
        node = {"op": "pipeline", "steps": steps, "estimator": node}
    return checked(node, given)


@estimators(MLPClassifier, MLPRegressor)
def perceptron(sink: Sink, part: Any, given: Given) -> Node:
    """Write the layers."""
    given.numbers(part)
    classes = len(classes_of(part)) if isinstance(part, MLPClassifier) else 0
    need(part.n_outputs_ == (classes if classes > 2 else 1), part, "answers with several values a row")
    layers = [
        {"weights": sink.array(floats(weights).T), "intercept": sink.array(plus)}
        for weights, plus in zip(part.coefs_, part.intercepts_, strict=True)
    ]
    node = {
        "op": "layers",
        "classes": classes,
        "activation": part.activation,
        "layers": layers,
        "link": part.out_activation_,
    }
    return checked(node, given)
