import dataclasses

import pytest

from mlctl.ml.outcome import RungSummary
from mlctl.ml.rules import Rules
from mlctl.ml.rungs import plan
from mlctl.params.model import Limits, Stop
from tests.ml import problems

AUTO = plan("auto", "classification", rows=72)
DUMMY, LINEAR, TREE, PROBE, *REST = AUTO
WRITTEN = problems.ladder("logistic_regression", "decision_tree", "svc")


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make_rules(clock):
    def make(rungs=AUTO, metric="accuracy_score", limits=None, **stop):
        problem = problems.problem(stop=Stop(**stop), limits=Limits(**(limits or {})), metric=metric)
        return Rules(problem, rungs, clock)

    return make


def around(mean, spread=0.01):
    return RungSummary((mean - spread, mean, mean, mean, mean + spread))


def record(rules, **means):
    named = {"dummy": DUMMY, "linear": LINEAR, "tree": TREE, "probe": PROBE}
    for name, mean in means.items():
        rules.record(named[name], mean if isinstance(mean, RungSummary) else around(mean))


def test_the_base_rungs_always_run(make_rules):
    rules = make_rules(target=0.5)
    record(rules, dummy=0.9, linear=0.95)
    assert [rules.why_not(rung) for rung in (DUMMY, LINEAR, TREE, PROBE)] == [""] * 4


def test_the_rest_runs_where_the_probe_leads_clearly(make_rules):
    rules = make_rules()
    record(rules, dummy=0.5, linear=0.8, tree=0.7, probe=0.9)
    assert [rules.why_not(rung) for rung in REST] == [""] * 5


@pytest.mark.parametrize(
    ("probe", "told"),
    [
        (around(0.803), "no headroom: the probe leads logistic_regression by 0.003 ± 0"),
        (around(0.78), "no headroom: the probe is behind logistic_regression by 0.02 ± 0"),
        (
            RungSummary((0.70, 0.80, 0.82, 0.84, 0.99)),
            "no headroom: the probe leads logistic_regression by 0.03 ± 0.065",
        ),
    ],
)
def test_the_rest_is_left_out_where_it_does_not(make_rules, probe, told):
    rules = make_rules()
    record(rules, dummy=0.5, linear=0.8, tree=0.7, probe=probe)
    assert [rules.why_not(rung) for rung in REST] == [told] * 5


def test_errors_are_compared_downwards_and_by_the_dummys_share(make_rules):
    for probe, told in ((9.0, ""), (10.4, "no headroom: the probe leads decision_tree by 0.1 ± 0")):
        rules = make_rules(metric="log_loss")
        record(rules, dummy=40.0, linear=11.0, tree=10.5, probe=probe)
        assert rules.why_not(REST[0]) == told


def test_a_base_rung_that_failed_is_not_compared_with(make_rules):
    rules = make_rules()
    record(rules, dummy=0.5, linear=RungSummary(), tree=0.8, probe=0.801)
    assert "leads decision_tree" in rules.why_not(REST[0])


@pytest.mark.parametrize("means", [{}, {"probe": 0.9}, {"dummy": 0.5, "linear": 0.9}])
def test_without_a_comparison_the_rest_runs(make_rules, means):
    rules = make_rules(metric="log_loss")
    record(rules, **means)
    assert rules.why_not(REST[0]) == ""


def test_a_rung_may_be_left_out_for_its_own_reason(make_rules):
    slow = dataclasses.replace(REST[2], skip="too many rows")
    rules = make_rules((*AUTO[:-3], slow))
    record(rules, dummy=0.5, linear=0.8, probe=0.9)
    assert rules.why_not(slow) == "too many rows"


def test_a_target_ends_the_default_climb_after_its_base(make_rules):
    rules = make_rules(target=0.88)
    record(rules, dummy=0.5, linear=0.8, tree=0.7, probe=0.9)
    told = "hist_gradient_boosting reached stop.target 0.88: accuracy_score 0.9 ± 0.0047"
    assert [rules.why_not(rung) for rung in REST] == [told] * 5


@pytest.mark.parametrize(
    ("summary", "is_reached"),
    [
        (around(0.95), True),
        (around(0.952, spread=0.1), False),
        (around(0.94), False),
        (dataclasses.replace(around(0.99), eligible=False), False),
        (RungSummary(), False),
    ],
)
def test_a_target_is_reached_by_a_mean_less_its_error_within_limits(make_rules, summary, is_reached):
    rules = make_rules(WRITTEN, target=0.945)
    rules.record(WRITTEN[1], summary)
    assert bool(rules.why_not(WRITTEN[2])) is is_reached


def test_a_target_for_an_error_is_a_ceiling(make_rules):
    rules = make_rules(WRITTEN, metric="log_loss", target=0.5)
    rules.record(WRITTEN[0], around(0.6))
    assert rules.why_not(WRITTEN[1]) == ""
    rules.record(WRITTEN[1], around(0.4))
    assert rules.why_not(WRITTEN[2]).startswith("logistic_regression reached stop.target 0.5: log_loss 0.4 ±")


def test_a_budget_leaves_the_dummy(make_rules, clock):
    rules = make_rules(max_minutes=2)
    assert rules.why_not(TREE) == ""
    clock.now += 120
    assert rules.why_not(DUMMY) == ""
    assert {rules.why_not(rung) for rung in AUTO[1:]} == {"the budget was used up: stop.max_minutes is 2"}


def test_a_rung_has_its_own_minutes(make_rules, clock):
    found = make_rules(limits={"rung_minutes": 3}, max_minutes=None).deadline(TREE)
    assert (found.at, found.reason) == (clock.now + 180, "timeout")
    assert found.message == "not done in time: limits.rung_minutes is 3"


def test_or_what_is_left_of_the_budget(make_rules, clock):
    rules = make_rules(limits={"rung_minutes": 3}, max_minutes=5)
    clock.now += 240
    found = rules.deadline(TREE)
    assert (found.at, found.reason) == (clock.now + 60, "budget")
    assert found.message == "the budget was used up: stop.max_minutes is 5"


def test_but_the_dummy_takes_its_time(make_rules, clock):
    rules = make_rules(limits={"rung_minutes": 3}, max_minutes=1)
    clock.now += 240
    assert rules.deadline(DUMMY).at == clock.now + 180
