import numpy as np
import pytest

from mlctl.domain.metrics import METRICS
from mlctl.ml.metrics import score
from mlctl.stats.answers import Answers, read
from mlctl.stats.influence import difference_and_parts, value_and_parts

ROWS = 90
COPIES = 400
GATED = [metric for metric in METRICS.values() if metric.name != "max_error"]
OF_LABELS = [metric for metric in GATED if metric.task == "classification"]


def drawn(classes, seed=0):
    """Return rows with ties in the probabilities, and an answer that is no class."""
    rng = np.random.default_rng(seed)
    labels = np.array(list("abc")[:classes])
    truth = labels[rng.integers(0, classes, ROWS)]
    said = np.where(rng.random(ROWS) < 0.6, truth, labels[rng.integers(0, classes, ROWS)]).astype(object)
    said[5] = "strange"
    shares = np.round(rng.dirichlet(np.ones(classes), ROWS), 1) + 0.01
    return truth, Answers(said, shares / shares.sum(axis=1, keepdims=True)), tuple(labels)


def numbers(seed=0):
    rng = np.random.default_rng(seed)
    truth = 3 + rng.normal(size=ROWS)
    return truth, Answers(truth + 0.5 * rng.normal(size=ROWS)), ()


def cases():
    for metric in GATED:
        if metric.task == "regression":
            yield pytest.param(metric, *numbers(), None, id=metric.name)
        else:
            yield pytest.param(metric, *drawn(2), None, id=f"{metric.name}-2")
            yield pytest.param(metric, *drawn(2), "a", id=f"{metric.name}-first")
            if metric.classes == "any":
                yield pytest.param(metric, *drawn(3), None, id=f"{metric.name}-3")


def theirs(metric, truth, answers, classes, positive, rows):
    shares = None if answers.probabilities is None else answers.probabilities[rows]
    found = score(
        metric.task,
        truth[rows],
        answers.predicted[rows],
        probabilities=shares,
        classes=classes,
        positive=positive,
    )
    return found[metric.name]


@pytest.mark.parametrize(("metric", "truth", "answers", "classes", "positive"), list(cases()))
def test_the_value_is_the_metric_and_a_part_what_one_more_such_row_does(
    metric, truth, answers, classes, positive
):
    value, parts = value_and_parts(read(metric, truth, answers, classes, positive, "the model"))
    every = np.arange(ROWS)
    assert value == pytest.approx(theirs(metric, truth, answers, classes, positive, every))
    assert parts.mean() == pytest.approx(0, abs=1e-12)
    if metric.name == "median_absolute_error":
        return  # a step: see below
    for row in range(0, ROWS, 17):
        more = np.append(np.tile(every, COPIES), row)
        change = theirs(metric, truth, answers, classes, positive, more) - value
        assert parts[row] == pytest.approx(change * len(more), abs=2e-3 * (1 + np.abs(parts).max()))


def test_a_score_of_three_classes_is_the_whole_squared_distance():
    truth, answers, classes = drawn(3)
    value, _ = value_and_parts(read(METRICS["brier_score_loss"], truth, answers, classes, None, "the model"))
    right = (truth[:, None] == np.array(classes)).astype(float)
    assert value == pytest.approx(((answers.probabilities - right) ** 2).sum(axis=1).mean())


def test_probabilities_that_do_not_add_up_are_scaled_for_the_log_loss_as_scikit_learn_does():
    truth = np.array(["a", "b"])
    rows = read(
        METRICS["log_loss"], truth, Answers(truth, np.array([[0.5, 0.3], [0.0, 0.0]])), "ab", None, "x"
    )
    value, _ = value_and_parts(rows)
    assert value == pytest.approx((-np.log(0.625) - np.log(np.finfo(float).eps)) / 2)


def test_the_parts_of_a_median_are_its_spread_or_a_little_more():
    rng, spread = np.random.default_rng(3), []
    metric, stated = METRICS["median_absolute_error"], []
    for _ in range(400):
        truth = np.zeros(300)
        rows = read(metric, truth, Answers(rng.standard_t(3, size=300)), (), None, "the model")
        value, parts = value_and_parts(rows)
        spread.append(value)
        stated.append(parts.std() / 300**0.5)
    assert 1.0 <= np.mean(stated) / np.std(spread) <= 1.4


def test_answers_that_are_all_right_or_all_alike_have_no_spread():
    truth = np.array(["a", "b"] * 20)
    for name in ("matthews_corrcoef", "f1_score"):
        value, parts = value_and_parts(read(METRICS[name], truth, Answers(truth), "ab", None, "the model"))
        assert (value, parts.any()) == (1.0, False)
    alike = Answers(np.array(["a"] * 40))
    assert value_and_parts(read(METRICS["matthews_corrcoef"], truth, alike, "ab", None, "x"))[0] == 0.0
    right = read(METRICS["root_mean_squared_error"], np.arange(5.0), Answers(np.arange(5.0)), (), None, "x")
    value, parts = value_and_parts(right)
    assert (value, parts.any()) == (0.0, False)
    difference, parts = difference_and_parts(right, right)
    assert (difference, parts.any()) == (0.0, False)


@pytest.mark.parametrize("metric", OF_LABELS, ids=lambda metric: metric.name)
def test_a_difference_has_the_difference_of_the_parts(metric):
    truth, one, classes = drawn(2)
    other = drawn(2, seed=1)[1]
    first, second = (read(metric, truth, each, classes, None, "the model") for each in (one, other))
    difference, parts = difference_and_parts(first, second)
    assert difference == value_and_parts(second)[0] - value_and_parts(first)[0]
    assert parts == pytest.approx(value_and_parts(second)[1] - value_and_parts(first)[1])


@pytest.mark.parametrize("name", ["root_mean_squared_error", "r2_score", "explained_variance_score"])
def test_a_difference_of_squares_has_parts_over_a_common_divisor(name):
    metric, (truth, one, _) = METRICS[name], numbers()
    other = Answers(truth + 0.4 * np.random.default_rng(9).normal(size=ROWS))
    first, second = (read(metric, truth, each, (), None, "the model") for each in (one, other))
    difference, parts = difference_and_parts(first, second)
    misses = [truth - one.predicted, truth - other.predicted]
    if name == "explained_variance_score":
        misses = [each - each.mean() for each in misses]
    squares = misses[1] ** 2 - misses[0] ** 2
    divisor = {
        "root_mean_squared_error": np.sqrt(np.mean(misses[0] ** 2)) + np.sqrt(np.mean(misses[1] ** 2))
    }.get(name, -truth.var())
    assert difference == pytest.approx(squares.mean() / divisor)
    assert parts == pytest.approx((squares - squares.mean()) / divisor)
