import numpy as np
import pytest
from scipy.stats import norm

from benchmarks import gate, gate_worlds
from mlctl.ml.metrics import score


def test_the_classifiers_differ_as_they_should():
    truth, one, other = gate_worlds.accurate(-0.01)(np.random.default_rng(0), 200_000)
    before, after = truth == one.predicted, truth == other.predicted
    assert before.mean() == pytest.approx(0.85, abs=0.003)
    assert after.mean() - before.mean() == pytest.approx(-0.01, abs=0.002)
    assert (before != after).mean() == pytest.approx(0.08, abs=0.002)


@pytest.mark.parametrize(
    ("draw", "metric", "task"),
    [
        (gate_worlds.ranked(spread=2.0), "roc_auc", "classification"),
        (gate_worlds.sure(), "log_loss", "classification"),
        (gate_worlds.missed(), "mean_squared_error", "regression"),
        (gate_worlds.missed(power=1), "mean_absolute_error", "regression"),
        (gate_worlds.daily(20_000), "mean_absolute_error", "regression"),
    ],
)
def test_where_nothing_is_to_be_gained_nothing_is(draw, metric, task):
    truth, *models = draw(np.random.default_rng(1), 400_000)
    one, other = (
        score(task, truth, model.predicted, probabilities=model.probabilities, classes=[0, 1])[metric]
        for model in models
    )
    assert other == pytest.approx(one, rel=0.01)


def test_the_area_of_normal_scores_is_the_known_one():
    truth, one, _ = gate_worlds.ranked()(np.random.default_rng(2), 200_000)
    found = score("classification", truth, one.predicted, probabilities=one.probabilities, classes=[0, 1])
    assert found["roc_auc"] == pytest.approx(norm.cdf(1.5 / 2**0.5), abs=0.003)


def test_a_small_run_measures_everything(capsys, monkeypatch):
    monkeypatch.setattr(gate, "NULLS", gate.NULLS[:1])
    monkeypatch.setattr(gate, "GAINS", gate.GAINS[:1])
    monkeypatch.setattr(gate, "SIZES", (200, 300))
    monkeypatch.setattr("sys.argv", ["gate", "--rounds", "8", "--json"])
    gate.main()
    told = capsys.readouterr().out
    assert '"benchmark": "gate"' in told
    monkeypatch.setattr("sys.argv", ["gate", "--rounds", "8"])
    gate.main()
    told = capsys.readouterr().out
    assert "a point worse       200" in told
    assert "20 days that differ" in told
