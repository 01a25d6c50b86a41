import math

import pytest

from mlctl.actions import guards
from mlctl.domain.metrics import METRICS
from mlctl.params.sections import Promote
from mlctl.stats.paired import Gain
from tests.actions.records import LINEAR


@pytest.mark.parametrize(
    ("estimate", "lower", "ok", "said"),
    [
        (0.1, 0.05, True, "brier_score_loss is 0.1 lower than the dummy's, at least 0.05 lower (95 % sure)"),
        (
            0.1,
            -0.05,
            False,
            "brier_score_loss is 0.1 lower than the dummy's, which may be chance (not 95 % sure)",
        ),
        (-0.1, -0.2, False, "brier_score_loss is 0.1 higher than the dummy's"),
    ],
)
def test_the_lead_over_the_dummy(estimate, lower, ok, said):
    lead = Gain(estimate, lower, math.inf, 0.1, 0.05, 300, None, "")
    assert guards.dummy_guard(METRICS["brier_score_loss"], lead) == guards.Guard("the dummy", ok, said)


@pytest.mark.parametrize(
    ("threshold", "score", "ok"),
    [
        ({"min": 0.9}, 0.9, True),
        ({"min": 0.9}, 0.89, False),
        ({"max": 0.9}, 0.91, False),
        ({"min": 0.1, "max": 0.9}, 0.5, True),
    ],
)
def test_thresholds(threshold, score, ok):
    rules = Promote.model_validate({"metrics": {"roc_auc": threshold}})
    (guard,) = guards.threshold_guards(rules, {"roc_auc": score})
    assert (guard.name, guard.ok) == ("roc_auc", ok)


def test_costs_that_were_not_measured_are_not_met():
    latency, size = guards.cost_guards(LINEAR, 100, 200)
    assert not latency.ok
    assert latency.said == "latency was not measured, and may be 100 ms a row at most"
    assert size.said == "size was not measured, and may be 200 MB at most"
