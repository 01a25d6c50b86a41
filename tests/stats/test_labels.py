import numpy as np
import pytest

from mlctl.domain.metrics import METRICS
from mlctl.ml.metrics import score
from mlctl.stats.answers import Answers, read
from mlctl.stats.labels import PARTS, Counts, counts_of, value


def rows_of(metric, truth, said, classes):
    return read(METRICS[metric], np.array(truth), Answers(np.array(said)), classes, None, "the model")


def test_counts_are_shares_of_the_rows():
    found = counts_of(rows_of("accuracy_score", list("aabb"), list("abbz"), "ab"))
    assert found.rows.tolist() == [0.5, 0.5]
    assert found.right.tolist() == [0.25, 0.25]
    assert found.answers.tolist() == [0.25, 0.5, 0.25]


@pytest.mark.parametrize("metric", sorted(PARTS))
@pytest.mark.parametrize("classes", ["ab", "abc"])
def test_many_sets_at_once_are_each_the_metric(metric, classes):
    rng = np.random.default_rng(0)
    sets = [rng.choice(list(classes), (2, 40)) for _ in range(5)]
    each = [counts_of(rows_of(metric, *one, classes)) for one in sets]
    together = Counts(
        *(np.stack([getattr(one, name) for one in each]) for name in ("rows", "right", "answers"))
    )
    found = value(metric, together, 1 if len(classes) == 2 else None)
    theirs = [score("classification", truth, said, classes=list(classes))[metric] for truth, said in sets]
    assert found == pytest.approx(theirs)


def test_a_class_without_rows_or_answers_counts_as_nothing():
    counts = counts_of(rows_of("balanced_accuracy_score", list("aab"), list("aaa"), "abc"))
    assert value("balanced_accuracy_score", counts, None) == pytest.approx(0.5)
    assert value("precision_score", counts, None) == pytest.approx(2 / 3 * 2 / 3)
    assert value("matthews_corrcoef", counts, None) == 0.0
