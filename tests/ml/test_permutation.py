from dataclasses import replace
from itertools import count

import numpy as np
import pandas as pd
import pytest

from mlctl.domain.columns import Column
from mlctl.domain.insight import Loss
from mlctl.errors import MlctlError
from mlctl.ml import model_file, tasks
from mlctl.ml.permutation import ROWS, importance, measure
from mlctl.ml.problem import Problem
from tests.ml import problems

COUNT = 1_200
NAMES = ("useful", "twin", "other", "noise", "more_noise")


def problem(**fields):
    """A number that two equal columns tell, a third adds to, and two have nothing to do with."""
    random = np.random.default_rng(3)
    useful, other, noise, more = random.normal(size=(4, COUNT))
    frame = pd.DataFrame(dict(zip(NAMES, (useful, useful, other, noise, more), strict=True)))
    columns = tuple(Column(name, "number", COUNT, 0) for name in NAMES)
    target = 2 * useful + other + 0.3 * random.normal(size=COUNT)
    folds = problems.problem("regression").folds
    train, test = np.arange(400), np.arange(400, COUNT)
    return replace(Problem(frame, target, columns, "regression", train, test, folds, "r2_score"), **fields)


@pytest.fixture(scope="module")
def ridge():
    asked = problem()
    return tasks.fit(asked, problems.rung("ridge", "regression"), 0, asked.train)


def test_the_score_that_is_lost_tells_what_a_column_is_worth(ridge):
    found = importance(problem(), ridge, NAMES, tolerated=0.005, in_time=lambda: True)
    assert (found.metric, found.rows, found.left_out) == ("r2_score", 800, ())
    assert found.score == pytest.approx(0.98, abs=0.01)
    worth = {one.columns[0]: one.loss for one in found.each}
    # Ridge shares the weight 2 out among the twins: shuffling one loses 2 × its square of 5 in all.
    assert worth["useful"] == pytest.approx(2 / 5.09, rel=0.2)
    assert worth["other"] == pytest.approx(2 / 5.09, rel=0.2)
    assert abs(worth["noise"]) < 0.01
    assert [one.loss for one in found.each] == sorted(worth.values(), reverse=True)
    assert all(one.standard_error > 0 for one in found.each)
    assert found.useless.columns == ("more_noise", "noise")


class EitherTwin:
    """Takes the twin that is as it was in the file: either alone can be spared, both cannot."""

    def __init__(self, frame):
        self.known = frame["useful"].reset_index(drop=True)

    def __getitem__(self, key):
        return self

    def transform(self, frame):
        return frame

    def predict(self, frame):
        as_it_was = np.abs(frame["useful"] - self.known) < 1e-9
        return np.where(as_it_was, frame["useful"], frame["twin"]) + frame["other"]


def test_columns_that_stand_in_for_each_other_are_not_useless_together():
    asked = problem()
    asked = replace(asked, target=(asked.frame["useful"] + asked.frame["other"]).to_numpy())
    model = EitherTwin(asked.frame.iloc[asked.test])
    found = importance(asked, model, NAMES, tolerated=0.005, in_time=lambda: True)
    worth = {one.columns[0]: one.loss for one in found.each}
    assert worth["twin"] == worth["useful"] == 0.0
    assert worth["other"] > 0.5
    assert found.useless.columns == ("more_noise", "noise")


def test_where_nothing_is_free_nothing_is_useless(ridge):
    found = importance(problem(), ridge, ["useful", "other"], tolerated=0.005, in_time=lambda: True)
    assert found.useless is None


def test_a_model_that_heeds_nothing_keeps_one_column():
    asked = problem()
    dummy = tasks.fit(asked, problems.rung("dummy", "regression"), 0, asked.train)
    found = importance(asked, dummy, NAMES, tolerated=0.005, in_time=lambda: True)
    assert len(found.useless.columns) == len(NAMES) - 1
    assert found.useless == Loss(found.useless.columns, 0.0, 0.0)


def test_columns_for_which_there_is_no_time_are_said(ridge):
    asked = count()
    found = importance(problem(), ridge, NAMES, tolerated=0.005, in_time=lambda: next(asked) < 2)
    assert {one.columns for one in found.each} == {("useful",), ("twin",)}
    assert found.left_out == ("other", "noise", "more_noise")
    assert found.useless is None


def test_time_may_run_out_among_the_useless(ridge):
    asked = count()
    found = importance(problem(), ridge, NAMES, tolerated=0.005, in_time=lambda: next(asked) < 5)
    assert found.left_out == ()
    assert found.useless is None


def test_probabilities_classes_and_rows_in_times_order():
    base = problems.problem("classification", metric="log_loss")
    fitted = tasks.fit(base, problems.rung("logistic_regression"), 0, base.train)
    timed = replace(base, folds=replace(base.folds, kind="time"))
    found = importance(timed, fitted, ["whole", "level"], tolerated=0.005, in_time=lambda: True)
    assert found.each[0].columns == ("whole",)
    assert found.each[0].loss > 0.1


def test_one_row_tells_no_error(ridge):
    asked = problem(test=np.array([500]), metric="mean_absolute_error")
    found = importance(asked, ridge, ["useful"], tolerated=0.005, in_time=lambda: True)
    assert found.each[0].standard_error is None


def test_a_metric_that_these_rows_do_not_allow_is_an_error(ridge):
    with pytest.raises(MlctlError, match="r2_score cannot be computed on these 1 held-out rows"):
        importance(problem(test=np.array([500])), ridge, NAMES, tolerated=0.005, in_time=lambda: True)


def test_a_model_is_loaded_from_its_file_and_rows_have_a_limit(tmp_path, ridge):
    saved = model_file.save(ridge, tmp_path)
    found = measure(problem(), tmp_path / saved.file, False, 60.0, 0.005)
    assert len(found.each) == len(NAMES)
    late = measure(problem(), tmp_path / saved.file, False, 0.0, 0.005)
    assert late.left_out == NAMES
    assert ROWS == 2_000
