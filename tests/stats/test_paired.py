import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mlctl.domain.gate import Facts, Rules, Score, judge
from mlctl.domain.metrics import METRICS
from mlctl.errors import DataError, UsageError
from mlctl.stats.bounds import HALF, bounds
from mlctl.stats.paired import Answers, gain, interval, power, smallest_gain

GATED = [metric for metric in METRICS.values() if metric.name != "max_error"]
ACCURACY, AUC = METRICS["accuracy_score"], METRICS["roc_auc"]


def numbers(seed, rows=250, better=0.0):
    rng = np.random.default_rng(seed)
    truth = 5 + rng.normal(size=rows)
    one, other = rng.normal(size=(2, rows))
    return truth, Answers(truth + one), Answers(truth + (1 - better) * other), ()


def classes(seed, rows=250, count=2):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, count, rows)
    models = []
    for _ in range(2):
        said = np.where(rng.random(rows) < 0.7, truth, rng.integers(0, count, rows))
        shares = rng.dirichlet(np.ones(count), rows) + 0.5 * np.eye(count)[truth]
        models.append(Answers(said, shares / shares.sum(axis=1, keepdims=True)))
    return truth, *models, tuple(range(count))


def rows_for(metric, seed, rows=250):
    if metric.task == "regression":
        return numbers(seed, rows)
    return classes(seed, rows, 2 if metric.classes == "two" or seed % 2 else 3)


def compare(metric, rows, error_rate=0.05, **more):
    truth, one, other, labels = rows
    return gain(metric, truth, one, other, classes=labels, error_rate=error_rate, **more)


@pytest.mark.parametrize("metric", GATED, ids=lambda metric: metric.name)
@pytest.mark.parametrize("blocks", [None, np.arange(250) // 10])
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_gain_of_the_swapped_models_is_mirrored(metric, blocks, seed):
    truth, one, other, labels = rows_for(metric, seed)
    there = compare(metric, (truth, one, other, labels), blocks=blocks)
    back = compare(metric, (truth, other, one, labels), blocks=blocks)
    assert there.estimate == -back.estimate
    assert there.lower == pytest.approx(-back.upper, abs=1e-9)
    assert there.upper == pytest.approx(-back.lower, abs=1e-9)
    assert there.standard_error == pytest.approx(back.standard_error)
    assert there.lower <= there.estimate <= there.upper
    assert compare(metric, (truth, one, other, labels), error_rate=0.01, blocks=blocks).lower < there.lower


@pytest.mark.parametrize("metric", GATED, ids=lambda metric: metric.name)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(4, 12))
def test_no_bound_leaves_what_is_possible(metric, seed, rows):
    try:
        found = compare(metric, rows_for(metric, seed, rows), error_rate=0.001)
    except DataError:  # a class is missing
        return
    assert -metric.span <= found.lower <= found.estimate <= found.upper <= metric.span


def test_bounds_at_the_limit_promise_nothing():
    truth, shares = np.array([1, 0, 0, 0]), np.array([0.9, 0.2, 0.3, 0.1])
    one, other = (Answers((s > 0.5).astype(int), np.column_stack([1 - s, s])) for s in (shares, shares[::-1]))
    found = compare(AUC, (truth, one, other, (0, 1)))
    assert (found.lower, found.upper, found.standard_error) == (-1, 1, math.inf)
    assert (power(found, 0.5), smallest_gain(found)) == (0.0, math.inf)
    assert [METRICS[name].span for name in ("matthews_corrcoef", "log_loss", "r2_score")] == [
        2,
        math.inf,
        math.inf,
    ]


def judged(found, mode="better"):
    score = Score(0.5, 0.4, 0.6)
    facts = Facts(
        metric="accuracy_score",
        rows=found.rows,
        champion=score,
        challenger=score,
        gain=found.estimate,
        lower=found.lower,
        upper=found.upper,
        standard_error=found.standard_error,
        error_rate=found.error_rate,
        method=found.method,
        chance_gain=0.02,
        chance=power(found, 0.02),
        smallest_gain=smallest_gain(found),
    )
    return judge(facts, Rules(mode))


@pytest.mark.parametrize("metric", GATED, ids=lambda metric: metric.name)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), rate=st.sampled_from([0.05, 0.01]))
def test_equal_answers_gain_nothing_and_never_promote(metric, seed, rate):
    truth, one, _, labels = rows_for(metric, seed)
    found = compare(metric, (truth, one, one, labels), error_rate=rate)
    assert found.estimate == 0
    assert found.lower <= 0 <= found.upper
    assert not judged(found).ok


@pytest.mark.parametrize(
    "name", ["mean_squared_error", "mean_absolute_error", "log_loss", "brier_score_loss"]
)
def test_an_error_is_the_mean_of_paired_differences_with_its_closed_form(name):
    metric = METRICS[name]
    truth, one, other, labels = rows_for(metric, 1)
    if metric.task == "regression":
        power_of = 2 if name == "mean_squared_error" else 1
        loss = [np.abs(truth - each.predicted) ** power_of for each in (one, other)]
    elif name == "log_loss":
        loss = [-np.log(each.probabilities[np.arange(len(truth)), truth]) for each in (one, other)]
    else:
        loss = [(each.probabilities[:, 1] - truth) ** 2 for each in (one, other)]
    ahead = loss[0] - loss[1]
    found = compare(metric, (truth, one, other, labels))
    assert found.estimate == pytest.approx(ahead.mean())
    assert found.standard_error == pytest.approx(ahead.std(ddof=1) / len(truth) ** 0.5)
    theirs = bounds(ahead.mean(), ahead - ahead.mean(), 0.05, added=HALF)
    assert (found.lower, found.upper) == pytest.approx((theirs.lower, theirs.upper))
    assert found.lower < ahead.mean() - stats.t.ppf(0.95, len(truth) - 1) * found.standard_error
    assert (found.rows, found.blocks, found.method) == (250, None, "paired differences of rows")


def test_accuracy_counts_the_rows_on_which_the_models_disagree():
    truth = np.zeros(300, dtype=int)
    one, other = truth.copy(), truth.copy()
    one[:24], other[24:39] = 1, 1
    found = compare(ACCURACY, (truth, Answers(one), Answers(other), (0, 1)))
    assert found.estimate == pytest.approx(9 / 300)
    assert found.lower == pytest.approx(-0.00602, abs=1e-5)
    assert found.method == "exact, by the rows on which they disagree"


def test_recall_is_the_accuracy_in_the_rows_of_its_class_and_of_many_classes_that_in_all_rows():
    truth, one, other, _ = classes(1)
    recall = compare(METRICS["recall_score"], (truth, one, other, (0, 1)))
    own = truth == 1
    part = (truth[own], Answers(one.predicted[own]), Answers(other.predicted[own]), (0, 1))
    accuracy = compare(ACCURACY, part)
    assert (recall.estimate, recall.lower) == pytest.approx((accuracy.estimate, accuracy.lower))
    rows = classes(2, count=3)
    whole, weighted = compare(ACCURACY, rows), compare(METRICS["recall_score"], rows)
    assert (weighted.estimate, weighted.lower) == pytest.approx((whole.estimate, whole.lower))


def test_the_area_has_delongs_error_and_f1_its_cells():
    truth, one, other, labels = classes(3)
    found = compare(AUC, (truth, one, other, labels))
    placed = []
    for model in (one, other):
        ranks = model.probabilities[:, 1]
        wins = (ranks[truth == 1][:, None] > ranks[truth == 0][None, :]).astype(float)
        placed.append((wins.mean(axis=1), wins.mean(axis=0)))
    up, down = placed[1][0] - placed[0][0], placed[1][1] - placed[0][1]
    assert found.standard_error == pytest.approx(
        math.sqrt(up.var(ddof=1) / len(up) + down.var(ddof=1) / len(down))
    )
    assert found.method == "DeLong"
    assert compare(METRICS["f1_score"], (truth, one, other, labels)).method == "outcome cells drawn again"


def test_with_very_many_cells_the_closed_form_serves():
    rng = np.random.default_rng(0)
    truth, one, other = rng.integers(0, 30, (3, 20_000))
    rows = (truth, Answers(one), Answers(other), tuple(range(30)))
    assert compare(METRICS["f1_score"], rows, error_rate=0.0016).method == "paired differences of rows"


def test_blocks_count_instead_of_rows():
    rng = np.random.default_rng(0)
    day = np.repeat(np.arange(30), 20)
    truth = np.zeros(600)
    lead = rng.normal(size=30)[day]
    rows = (truth, Answers(5 + lead), Answers(np.full(600, 5.0)), ())
    plain = compare(METRICS["mean_absolute_error"], rows)
    found = compare(METRICS["mean_absolute_error"], rows, blocks=day)
    assert found.standard_error > 4 * plain.standard_error  # the root of 20 rows a day
    assert (found.blocks, found.method) == (30, "blocks drawn again")


def test_what_cannot_be_compared_is_refused_and_names_the_model():
    truth, one, other, labels = classes(1)
    with pytest.raises(DataError, match="log_loss needs probabilities, and the champion gives none"):
        compare(METRICS["log_loss"], (truth, Answers(one.predicted), other, labels))
    with pytest.raises(UsageError, match="max_error rests on a single row"):
        compare(METRICS["max_error"], numbers(0))


@pytest.mark.parametrize("metric", GATED, ids=lambda metric: metric.name)
@pytest.mark.parametrize("blocks", [None, np.arange(250) // 10])
def test_a_models_own_interval_holds_its_score_and_stays_in_range(metric, blocks):
    truth, one, _, labels = rows_for(metric, 1)
    found = interval(metric, truth, one, classes=labels, blocks=blocks)
    assert found.lower < found.estimate < found.upper
    if metric.bounded:
        assert found.upper <= 1
    if not metric.greater_is_better:
        assert found.lower >= 0
    wider = interval(metric, truth, one, classes=labels, blocks=blocks, level=0.99)
    assert wider.lower < found.lower


def test_the_interval_of_accuracy_is_wilsons():
    truth = np.zeros(200, dtype=int)
    said = truth.copy()
    said[:30] = 1
    found = interval(ACCURACY, truth, Answers(said), classes=(0, 1))
    theirs = stats.binomtest(170, 200).proportion_ci(method="wilson")
    assert (found.lower, found.upper) == pytest.approx((theirs.low, theirs.high))
    right = interval(ACCURACY, truth, Answers(truth), classes=(0, 1))
    assert right.upper == 1.0
    assert right.lower == pytest.approx(200 / (200 + 1.96**2), abs=1e-4)


def test_the_range_of_a_correlation_begins_at_minus_one():
    truth = np.tile([0, 1], 40)
    found = interval(METRICS["matthews_corrcoef"], truth, Answers(1 - truth), classes=(0, 1))
    assert found.estimate == found.lower == -1.0


@pytest.mark.parametrize(("lead", "most"), [(-0.01, 0.01), (0.0, 0.05)])
def test_the_gate_promotes_no_more_often_than_it_says(lead, most):
    """Two classifiers of about 85 % accuracy that differ in 8 % of rows, 300 rows, 400 rounds."""
    promoted = sum(judged(found).ok for found in simulated(lead, 400))
    assert promoted / 400 <= most + 3 * math.sqrt(most * (1 - most) / 400)


def simulated(lead, rounds, rows=300):
    rng = np.random.default_rng(17)
    shares = [0.85 - 0.04 + lead / 2, 0.04 + lead / 2, 0.04 - lead / 2, 0.11 - lead / 2]
    for _ in range(rounds):
        outcome = rng.choice(4, size=rows, p=shares)
        truth = rng.integers(0, 2, rows)
        one = Answers(np.where(np.isin(outcome, (0, 2)), truth, 1 - truth))
        other = Answers(np.where(outcome <= 1, truth, 1 - truth))
        yield compare(ACCURACY, (truth, one, other, (0, 1)))


def test_a_true_gain_is_found_as_often_as_is_said():
    found = list(simulated(0.02, 400))
    stated = np.mean([power(one, 0.02) for one in found])
    share = sum(one.lower > 0 for one in found) / 400
    assert stated == pytest.approx(share, abs=0.03 + 3 * math.sqrt(share * (1 - share) / 400))
    assert 0.2 < stated < 0.4
    one = found[0]
    assert power(one, smallest_gain(one, power=0.6, needed=-0.01), -0.01) == pytest.approx(0.6)
