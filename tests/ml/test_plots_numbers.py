import numpy as np
import pytest

from mlctl.ml.plots_numbers import MOST_DOTS, regression

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.normal(100, 10, 1000)


def test_a_regression_has_two_figures():
    predicted, residuals = regression(TRUTH, TRUTH + 1)
    assert (predicted.key, residuals.key) == ("predicted_actual", "residuals")
    assert len(predicted.series[0].points) == len(residuals.series[0].points) == MOST_DOTS
    assert "(400 of 1,000, drawn at random)" in predicted.caption
    assert residuals.words.startswith("The residuals have the mean -1 and the standard deviation ")
    assert len(predicted.rows) == 5
    assert predicted.rows[0][3] == "200"
    assert "nine tenths within 1." in predicted.words


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_few_rows_and_constant_predictions(rows):
    predicted, residuals = regression(TRUTH[:rows], np.full(rows, 100.0))
    assert predicted.limits()[0][0] < 100 < predicted.limits()[0][1]
    assert residuals.reference == ((100.0, 0.0), (100.0, 0.0))
    assert residuals.limits()[0] == (95.0, 105.0)
    assert "drawn at random" not in predicted.caption
    assert len(predicted.rows) == min(rows, 5)
