import math
import time
from functools import partial

import pytest

from mlctl.ml import handover, model_file
from mlctl.ml.ascent import Ascent, Deadline
from mlctl.ml.outcome import RungFailure, RungResult
from mlctl.ml.pool import Pool
from tests.ml import problems

PLAIN = problems.COLUMNS[1:2]
MAJORITY = "tests.ml.foreigners.Majority"
LATE = Deadline(math.inf, "timeout", "not done in time")


@pytest.fixture
def climb(tmp_path):
    """Climb one rung; its model's file is left in tmp_path / "out"."""
    for name in ("out", "aside"):
        (tmp_path / name).mkdir()
    heard = []

    def run(rung, problem=None, deadline=LATE, workers=2, memory=None):
        problem = problem or problems.problem(columns=PLAIN)
        handover.write(problem, tmp_path / "problem")
        load = partial(handover.read, tmp_path / "problem")
        heard.clear()
        for file in (tmp_path / "out").iterdir():
            file.unlink()
        with Pool(load, workers=workers, scratch=tmp_path, clock=time.monotonic, memory=memory) as pool:
            ascent = Ascent(
                problem,
                rung,
                tmp_path / "out",
                workspace=tmp_path / "aside",
                pool=pool,
                clock=time.monotonic,
                on_progress=heard.append,
            )
            return ascent.climb(deadline)

    run.heard = heard
    return run


def majority(*behaviours):
    return problems.foreign(MAJORITY, 1, *({"behaviour": behaviour} for behaviour in behaviours))


def test_a_rung_gives_its_scores_costs_and_model(climb, tmp_path):
    result = climb(problems.rung("decision_tree"))
    assert isinstance(result, RungResult)
    folds = result.evaluations["cross_validation"]["accuracy_score"]
    assert folds == {"mean": 1.0, "std": 0.0, "folds": [1.0] * 5}
    assert result.evaluations["train"]["accuracy_score"] == 1.0
    assert result.evaluations["test"]["accuracy_score"] == 1.0
    assert result.evaluations["latency"]["single_row_us"] > 0
    file = tmp_path / "out" / result.model_file
    assert result.evaluations["size"] == {"model_bytes": file.stat().st_size}
    assert model_file.load(file).predict(problems.table()[72:]).tolist() == result.held_out.truth
    assert result.timings["total_s"] >= result.timings["cross_validation_s"] > 0
    assert set(result.timings) == {"cross_validation_s", "fit_s", "predict_s", "total_s"}
    assert (result.model_note, result.eligible, result.warnings) == ("", {"ok": True, "reasons": []}, ())


def test_progress_is_told_from_the_start_to_the_end(climb):
    climb(problems.rung("decision_tree"))
    assert [progress.done for progress in climb.heard] == list(range(8))
    assert {progress.total for progress in climb.heard} == {7}
    assert climb.heard[0].eta_s is None
    assert climb.heard[-1].eta_s == 0
    middle = climb.heard[3]
    assert middle.eta_s == pytest.approx(middle.elapsed_s / 3 * 4)


def test_a_search_takes_the_best_mean(climb):
    rung = problems.rung("decision_tree", max_depth=[1, 2, 3], min_samples_leaf=2)
    problem = problems.problem(target=problems.labels(("a", "b", "c")), columns=PLAIN)
    result = climb(rung, problem)
    means = [point.mean for point in result.search]
    assert means == [pytest.approx(means[0]), 1.0, 1.0]
    assert means[0] < 1.0
    # Depths 2 and 3 are as good: the first is taken.
    assert result.parameters == dict(rung.points[1]) == {"max_depth": 2, "min_samples_leaf": 2}
    assert result.evaluations["cross_validation"]["accuracy_score"]["mean"] == 1.0
    assert climb.heard[-1].total == 17


def test_an_error_is_searched_downwards(climb):
    rung = problems.rung("k_nearest_neighbors", "regression", n_neighbors=[50, 3])
    problem = problems.problem("regression", columns=problems.COLUMNS[:2], metric="root_mean_squared_error")
    result = climb(rung, problem)
    assert result.parameters["n_neighbors"] == 3
    assert result.search[1].mean < result.search[0].mean


@pytest.mark.parametrize("kind", ["hist_gradient_boosting", "svc"])
def test_scores_do_not_depend_on_the_number_of_workers(climb, kind):
    rung = problems.rung(kind)
    problem = problems.problem(need_probabilities=True)
    one, three = climb(rung, problem, workers=1), climb(rung, problem, workers=3)
    for part in ("train", "cross_validation", "test"):
        assert one.evaluations[part] == three.evaluations[part]
    assert one.held_out == three.held_out


def test_a_rung_over_a_limit_is_recorded_and_not_eligible(climb):
    problem = problems.problem(columns=PLAIN)
    limits = problem.limits.model_copy(update={"latency_ms": 1e-6})
    result = climb(problems.rung("decision_tree"), problems.problem(columns=PLAIN, limits=limits))
    assert result.eligible["ok"] is False
    assert "limits.latency_ms" in result.eligible["reasons"][0]


def test_warnings_are_counted_over_the_fits(climb):
    result = climb(majority("warn"))
    assert result.warnings == ("ConvergenceWarning: did not converge (in 6 of 6 fits)",)
    assert result.model_note == f"loading it needs trust in {MAJORITY}"


def test_a_model_that_skops_cannot_hold_says_so(climb):
    result = climb(problems.foreign("tests.ml.foreigners.Unholdable"))
    assert result.model_file == "model.joblib"
    assert result.model_note.startswith("skops cannot hold it")


@pytest.mark.parametrize(
    ("behaviour", "reason", "message"),
    [
        ("fail", "error", "ValueError: it does not like the data"),
        ("fail_on_all_rows", "error", "ValueError: it does not like so many rows"),
        ("die", "died", "its process ended by itself with exit code 9"),
    ],
)
def test_a_rung_that_fails_says_why(climb, behaviour, reason, message):
    failure = climb(majority(behaviour))
    assert isinstance(failure, RungFailure)
    assert (failure.reason, failure.message) == (reason, message)


def test_a_rung_that_fails_leaves_no_file(climb, tmp_path):
    problem = problems.problem(columns=PLAIN, metric="log_loss")  # the refit is done before a fold tells
    climb(majority("nothing"), problem, workers=1)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_failure_has_its_traceback(climb):
    assert "in _fail" in climb(majority("fail")).traceback


def test_a_rung_that_eats_the_memory(climb):
    failure = climb(majority("eat"), memory=2 << 30)
    assert (failure.reason, failure.message) == ("memory", "out of memory")


@pytest.mark.parametrize("reason", ["timeout", "budget"])
def test_a_rung_that_hangs(climb, reason):
    failure = climb(majority("hang"), deadline=Deadline(time.monotonic() + 0.3, reason, "too long"))
    assert failure == RungFailure(reason, "too long")


def test_points_that_fail_are_out(climb):
    result = climb(majority("fail", "nothing", "die"))
    assert result.parameters == {"behaviour": "nothing"}
    assert [point.failed for point in result.search] == [
        "ValueError: it does not like the data",
        "",
        "its process ended by itself with exit code 9",
    ]
    assert result.search[0].mean is None


def test_when_every_point_fails_so_does_the_rung(climb):
    failure = climb(majority("die", "fail"))
    assert (failure.reason, failure.message) == ("died", "its process ended by itself with exit code 9")


def test_a_search_that_runs_out_of_time_fails(climb):
    failure = climb(majority("nothing", "hang"), deadline=Deadline(time.monotonic() + 0.5, "timeout", "late"))
    assert failure.message == "late"


def test_a_metric_that_a_fold_does_not_define_fails_the_rung(climb):
    problem = problems.problem(columns=PLAIN, metric="log_loss")
    failure = climb(majority("nothing"), problem)
    assert failure.reason == "error"
    assert failure.message.startswith("log_loss is not defined in fold ")
