"""Trees, forests and boosting."""

from copy import copy
from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)
from sklearn.utils import get_tags

from mlctl.bundle.portable.labels import classes_of
from mlctl.bundle.portable.orchard import Orchard
from mlctl.bundle.portable.refusal import need
from mlctl.bundle.portable.registry import (
    Given,
    Node,
    Sink,
    checked,
    estimators,
    floats,
    write_step,
)

_TREES = (DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor)


@estimators(*_TREES)
def tree(sink: Sink, part: Any, given: Given) -> Node:
    """Write one tree."""
    return _mean_of_trees(sink, part, [part], given, "tree")


@estimators(RandomForestClassifier, RandomForestRegressor, ExtraTreesClassifier, ExtraTreesRegressor)
def forest(sink: Sink, part: Any, given: Given) -> Node:
    """Write the trees of a forest."""
    return _mean_of_trees(sink, part, part.estimators_, given, "forest")


def _mean_of_trees(sink: Sink, part: Any, members: Any, given: Given, op: str) -> Node:
    given.numbers(part)
    need(part.n_outputs_ == 1, part, "answers with several values a row")
    classes = len(classes_of(part)) if hasattr(part, "classes_") else 0
    orchard = Orchard()
    for member in members:
        grown = member.tree_
        orchard.add(grown, floats(grown.value)[:, 0, : classes or 1])
    node = {"op": op, "classes": classes, "gaps": _takes_gaps(members[0]), **orchard.written(sink)}
    return checked(node, given, gaps=True)


def _takes_gaps(member: Any) -> bool:
    return bool(get_tags(member).input_tags.allow_nan) and member.monotonic_cst is None


@estimators(GradientBoostingClassifier, GradientBoostingRegressor)
def gradient(sink: Sink, part: Any, given: Given) -> Node:
    """Write the trees, their leaves already times the learning rate, and where the sums begin."""
    count = given.numbers(part)
    classes = len(classes_of(part)) if hasattr(part, "classes_") else 0
    constant = isinstance(part.init_, str) or type(part.init_) in (DummyClassifier, DummyRegressor)
    need(constant, part, f"begins with {part.init_!r}")
    orchard = Orchard()
    for member in part.estimators_.ravel():
        orchard.add(member.tree_, part.learning_rate * floats(member.tree_.value)[:, 0, :])
    node = {
        "op": "boosting",
        "classes": classes,
        "base": sink.array(floats(part._raw_predict_init(np.zeros((1, count), dtype=np.float32)))[0]),
        "round": True,
        "second_at_zero": True,
        "link": _gradient_link(part, classes),
        **orchard.written(sink),
    }
    return checked(node, given, gaps=True)


def _gradient_link(part: Any, classes: int) -> str:
    if not classes:
        return "identity"
    if classes > 2:
        return "softmax"
    return "twice" if part.loss == "exponential" else "logistic"


@estimators(HistGradientBoostingClassifier, HistGradientBoostingRegressor)
def histogram(sink: Sink, part: Any, given: Given) -> Node:
    """Write the trees, where the sums begin, and how its categories are coded."""
    steps: list[Node] = []
    if part._preprocessor is not None:
        # It recodes the categories, and puts them before the numbers.
        step, given = write_step(sink, _without_check(part._preprocessor), given)
        steps.append(step)
    else:
        given.numbers(part)
    classes = len(classes_of(part)) if hasattr(part, "classes_") else 0
    link = {"IdentityLink": "identity", "LogLink": "exp"}.get(type(part._loss.link).__name__, "identity")
    if classes:
        link = "logistic" if classes == 2 else "softmax"
    orchard = Orchard()
    known, place_of = part._bin_mapper.make_known_categories_bitsets()
    for iteration in part._predictors:
        for member in iteration:
            orchard.add_binned(member, known, place_of)
    node: Node = {
        "op": "boosting",
        "classes": classes,
        "base": sink.array(floats(part._baseline_prediction).ravel()),
        "round": False,
        "second_at_zero": False,
        "link": link,
        **orchard.written(sink),
    }
    # Infinite numbers are taken here, as scikit-learn takes them.
    return {"op": "pipeline", "steps": steps, "estimator": node} if steps else node


def _without_check(preprocessor: Any) -> Any:
    """Return the column transformer whose numbers pass as they are: the function there only looks at them."""
    plain = copy(preprocessor)
    plain.transformers_ = [
        (name, "passthrough" if name == "numerical" else transformer, columns)
        for name, transformer, columns in preprocessor.transformers_
    ]
    return plain
