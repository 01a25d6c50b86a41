import dataclasses
import time

import pytest

from mlctl.errors import UsageError
from mlctl.ml.climb import Climb
from mlctl.ml.outcome import RungFailure, RungSummary
from mlctl.ml.rungs import plan
from mlctl.params.model import Limits, Preprocess, Stop
from tests.ml import problems

PLAIN = problems.COLUMNS[1:2]


def climb_all(problem, ladder, folder, clock=time.monotonic):
    results = {}
    with Climb(problem, ladder, scratch=folder, clock=clock) as climb:
        for rung in climb.rungs():
            (folder / rung.name).mkdir(exist_ok=True)
            results[rung.name] = outcome = climb.run(rung, folder / rung.name, lambda _: None)
            failed = isinstance(outcome, RungFailure)
            climb.record(rung, RungSummary() if failed else outcome.summary(problem.metric))
    return results, climb.skipped


def test_a_written_ladder_is_climbed_as_written(tmp_path):
    ladder = problems.ladder("logistic_regression", "decision_tree")
    results, skipped = climb_all(problems.problem(), ladder, tmp_path)
    assert list(results) == ["dummy", "logistic_regression", "decision_tree"]
    assert skipped == []
    assert {p.name for p in tmp_path.glob("*/model.skops")} == {"model.skops"}


def test_the_default_climb_stops_where_there_is_no_headroom(tmp_path):
    ladder = plan("auto", "classification", rows=72)
    results, skipped = climb_all(problems.problem(columns=PLAIN), ladder, tmp_path)
    assert list(results) == [rung.name for rung in ladder[:4]]
    assert [name for name, _ in skipped] == [rung.name for rung in ladder[4:]]
    assert all(why.startswith("no headroom: the probe is behind ") for _, why in skipped)


def test_a_failed_rung_does_not_end_the_climb(tmp_path):
    failing = problems.foreign("tests.ml.foreigners.Majority", 1, {"behaviour": "fail"})
    tree = dataclasses.replace(problems.rung("decision_tree"), index=2)
    ladder = (*problems.ladder(), failing, tree)
    results, _ = climb_all(problems.problem(columns=PLAIN), ladder, tmp_path)
    assert isinstance(results[failing.name], RungFailure)
    assert results["decision_tree"].evaluations["test"]["accuracy_score"] == 1.0


def test_a_rung_recorded_from_an_earlier_run_counts(tmp_path):
    ladder = problems.ladder("decision_tree", "svc")
    problem = problems.problem(stop=Stop(target=0.9))
    with Climb(problem, ladder, scratch=tmp_path, clock=time.monotonic) as climb:
        for rung in climb.rungs():
            climb.record(rung, RungSummary((0.95,) * 5 if rung.name == "decision_tree" else (0.5,) * 5))
    assert climb.skipped == [("svc", "decision_tree reached stop.target 0.9: accuracy_score 0.95 ± 0")]


def test_a_used_up_budget_leaves_the_dummys_result(tmp_path):
    times = iter([0.0])  # the start; every later look at the clock is after the budget
    problem = problems.problem(columns=PLAIN, stop=Stop(max_minutes=1), jobs=1)
    ladder = problems.ladder("decision_tree", "svc")
    results, skipped = climb_all(problem, ladder, tmp_path, clock=lambda: next(times, 100.0))
    assert list(results) == ["dummy"]
    assert results["dummy"].held_out.rows == list(range(72, 90))
    assert [why for _, why in skipped] == ["the budget was used up: stop.max_minutes is 1"] * 2


def test_one_rung_again_gives_the_same_scores(tmp_path):
    ladder = problems.ladder("decision_tree", problems.Rung(kind="svc", search={"C": [1.0, 10.0]}))
    problem = problems.problem(need_probabilities=True)
    first = climb_all(problem, ladder, tmp_path)[0]["svc"]
    again = dataclasses.replace(ladder[2], points=(first.parameters,))
    (tmp_path / "later").mkdir()
    second = climb_all(problem, (again,), tmp_path / "later")[0]["svc"]
    for part in ("train", "cross_validation", "test"):
        assert first.evaluations[part] == second.evaluations[part]


def test_columns_that_a_rung_cannot_take_are_refused_before_anything_is_fitted(tmp_path):
    untouched = Preprocess(scale="none", encode="none", impute="none", clip=False, text="drop")
    with pytest.raises(UsageError):
        Climb(
            problems.problem(options=untouched),
            problems.ladder("logistic_regression"),
            scratch=tmp_path,
            clock=time.monotonic,
        )
    assert list(tmp_path.iterdir()) == []


def test_the_memory_limit_reaches_the_workers(tmp_path):
    eating = problems.foreign("tests.ml.foreigners.Majority", 1, {"behaviour": "eat"})
    problem = problems.problem(columns=PLAIN, limits=Limits(memory_gb=2))
    results, _ = climb_all(problem, (*problems.ladder(), eating), tmp_path)
    assert results[eating.name].reason == "memory"


def test_ctrl_c_ends_the_workers(tmp_path):
    ladder = problems.ladder()

    def interrupt(progress):
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        Climb(problems.problem(), ladder, scratch=tmp_path, clock=time.monotonic) as climb,
    ):
        climb.run(ladder[0], tmp_path, interrupt)
    assert climb._pool._workers == []
