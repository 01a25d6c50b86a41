from dataclasses import replace

import numpy as np
import pytest

from mlctl.domain.insight import Step
from mlctl.ml.learning_curve import Part, Scored, curve, fit_part, of_one_point, parts
from mlctl.ml.problem import Problem
from tests.ml import problems

MANY = Problem(
    problems.table(), problems.numbers(), (), "regression", np.arange(1000, 1400), np.arange(5),
    problems.problem("regression").folds, "r2_score",
)  # fmt: skip


def test_sizes_double_and_smaller_ones_are_drawn_twice():
    planned = parts(MANY)
    assert [(part.share, len(part.rows)) for part in planned] == [
        (0.125, 50), (0.125, 50), (0.25, 100), (0.25, 100), (0.5, 200), (0.5, 200), (1.0, 400),
    ]  # fmt: skip
    assert planned[0].rows.tolist() != planned[1].rows.tolist()
    assert set(planned[0].rows) < set(planned[2].rows) < set(planned[4].rows) < set(MANY.train)
    assert planned[-1].rows.tolist() == MANY.train.tolist()


def test_too_few_rows_are_not_fitted():
    assert [part.share for part in parts(replace(MANY, train=np.arange(30)))] == [1.0]


def test_groups_stay_whole():
    groups = np.repeat(np.arange(100), 4)
    half = next(part for part in parts(MANY, groups) if part.share == 0.5)
    assert len({int(row - 1000) // 4 for row in half.rows}) == 50


def test_of_rows_in_times_order_a_part_is_the_latest():
    times = np.arange(400)[::-1]
    planned = parts(MANY, latest=times)
    assert [part.share for part in planned] == [0.125, 0.25, 0.5, 1.0]
    assert planned[0].rows.tolist() == list(range(1000, 1050))


def test_a_part_is_fitted_and_scored_on_the_held_out_rows():
    asked = problems.problem("regression", columns=problems.COLUMNS[1:2])
    rung = of_one_point(problems.rung("ridge", "regression", alpha=[0.1, 1.0]), {"alpha": 1.0})
    assert rung.points == ({"alpha": 1.0},)
    found = fit_part(asked, rung, asked.train[:40])
    assert found.rows == 40
    assert 0.5 < found.score < 1
    assert len(found.without) == len(asked.test)
    assert fit_part(replace(asked, test=asked.test[:1]), rung, asked.train) is None


def test_the_curve_says_how_far_each_part_is_behind_the_whole():
    planned = [
        Part(0.25, np.arange(5)),
        Part(0.5, np.arange(10)),
        Part(0.5, np.arange(10)),
        Part(1.0, np.arange(20)),
    ]
    half = Scored(10, 0.7, (0.7, 0.6, 0.8))
    whole = Scored(20, 0.9, (0.9, 0.9, 0.9))
    found = curve(MANY, planned, [None, half, half, whole], latest=False)
    error = np.sqrt(2 * np.mean([0, 0.01, 0.01]))
    assert found.missing == (5,)
    assert (found.metric, found.held_out, found.order) == ("r2_score", 5, "random")
    assert [step.rows for step in found.steps] == [10, 20]
    assert found.steps[0].scores == (0.7, 0.7)
    assert found.steps[0].behind[0] == (pytest.approx(0.2), pytest.approx(error))
    assert found.steps[1] == Step(20, (0.9,))


def test_without_the_whole_nothing_is_compared():
    planned = [Part(0.5, np.arange(10)), Part(1.0, np.arange(20))]
    found = curve(MANY, planned, [Scored(10, 0.7, (0.7, 0.7)), None], latest=True)
    assert found.steps == (Step(10, (0.7,)),)
    assert found.missing == (20,)
    assert found.order == "latest"


def test_errors_are_oriented_so_that_more_is_behind():
    errors = replace(MANY, metric="mean_absolute_error")
    planned = [Part(0.5, np.arange(10)), Part(1.0, np.arange(20))]
    found = curve(errors, planned, [Scored(10, 3.0, (3.0, 3.0)), Scored(20, 2.0, (2.0, 2.0))], latest=False)
    assert found.steps[0].behind == ((1.0, 0.0),)
