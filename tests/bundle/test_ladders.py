"""Every rung of the ladders, with the preprocessing that mlctl builds for it."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from mlctl.domain.kinds import KINDS
from mlctl.ml.rungs import build_pipeline, plan
from mlctl.params.model import Preprocess
from mlctl.params.rung import Rung
from tests.bundle import tables
from tests.bundle.agreement import check

SMALL = {
    "random_forest": {"n_estimators": 12},
    "extra_trees": {"n_estimators": 12},
    "hist_gradient_boosting": {"max_iter": 12},
    "hist_gradient_boosting_tuned": {"max_iter": 12},
    "mlp": {"max_iter": 30, "hidden_layer_sizes": (8,)},
}
RUNGS = [(kind.name, task) for kind in KINDS.values() if kind.name != "rule" for task in kind.classes]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("kind", "task"), RUNGS)
def test_every_rung_on_every_kind_of_column(kind, task):
    _, three, number = tables.answers()
    agrees(kind, task, three if task == "classification" else number, {})


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("logistic_regression", {}),
        ("logistic_regression", {"encode": "target", "scale": "robust", "clip": False}),
        ("hist_gradient_boosting", {"encode": "one_hot", "impute": "mean"}),
        ("decision_tree", {"encode": "target"}),
        ("random_forest", {"impute": "median", "scale": "standard"}),
        ("svc", {"scale": "minmax", "encode": "ordinal", "text": "drop"}),
    ],
)
def test_two_classes_and_other_ways_to_prepare_them(kind, options):
    agrees(kind, "classification", tables.answers()[0], options)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("kind", "task"), RUNGS)
@pytest.mark.parametrize("options", [{"encode": "target", "scale": "robust"}, {"encode": "ordinal"}])
def test_every_rung_on_larger_tables(kind, task, options):
    for seed in (1, 2):
        two, three, number = tables.answers(1500, seed)
        for target in (two, three) if task == "classification" else (number,):
            agrees(kind, task, target, options, seed=seed)


def agrees(kind, task, target, options, seed=0):
    """Fit a rung on the table of every kind of column, and compare."""
    frame, kinds = tables.mixed(len(target), seed)
    model = fitted(kind, task, frame, kinds, target, options)
    with threadpool_limits(1):
        check(model, frame.iloc[:: len(target) // 40], kinds, rows=3)
        check(model, tables.unseen(frame), kinds, rows=12)


def fitted(kind, task, frame, kinds, target, options):
    """Fit the pipeline of a rung as mlctl does."""
    columns = tables.described(frame, kinds)
    rung = next(rung for rung in plan([Rung(kind=kind)], task, rows=len(frame)) if rung.kind == kind)
    point = {**rung.points[0], **SMALL.get(kind, {})}
    classes = len(np.unique(target)) if task == "classification" else 0
    model = build_pipeline(
        rung, point, columns, Preprocess(**options), task, n_classes=classes, need_probabilities=True
    )
    return model.fit(frame, target)
