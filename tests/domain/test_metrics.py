import pytest

from mlctl.domain.metrics import METRICS, find_metric, metrics_of


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("accuracy", "accuracy_score"),
        ("accuracy_score", "accuracy_score"),
        ("AUC", "roc_auc"),
        ("neg_log_loss", "log_loss"),
        ("rmse", "root_mean_squared_error"),
        (" r2 ", "r2_score"),
    ],
)
def test_both_spellings_are_accepted(spelling, name):
    assert find_metric(spelling).name == name


def test_an_unknown_metric_gives_none():
    assert find_metric("acuracy") is None


def test_a_gain_is_positive_where_it_is_better():
    assert METRICS["accuracy_score"].gain(0.9, 0.8) == pytest.approx(0.1)
    assert METRICS["log_loss"].gain(0.3, 0.5) == pytest.approx(0.2)
    assert METRICS["accuracy_score"].arrow == "↑"
    assert METRICS["log_loss"].arrow == "↓"


def test_no_spelling_means_two_metrics():
    spellings = [s for m in METRICS.values() for s in m.spellings]
    assert len(spellings) == len(set(spellings))
    assert not set(spellings) & set(METRICS)


def test_metrics_of_two_classes_are_left_out_for_more():
    assert "average_precision_score" in {m.name for m in metrics_of("classification", classes=2)}
    assert "average_precision_score" not in {m.name for m in metrics_of("classification", classes=3)}
    assert {m.task for m in metrics_of("regression")} == {"regression"}
