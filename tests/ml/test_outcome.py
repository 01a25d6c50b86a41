import pytest

from mlctl.ml.latency import Latency
from mlctl.ml.model_file import SavedModel
from mlctl.ml.outcome import (
    RungResult,
    RungSummary,
    ScoreRow,
    counted,
    eligibility,
    evaluations,
    score_rows,
)
from mlctl.ml.tasks import FoldOutcome, HeldOut, Refit
from mlctl.params.model import Limits

FOLDS = [FoldOutcome({"r2_score": 0.5, "max_error": 3.0}, 0.1, 0.1), FoldOutcome({"r2_score": 0.7}, 0.1, 0.1)]
REFIT = Refit(
    {"r2_score": 0.9},
    {"r2_score": 0.6},
    HeldOut([], [], [], []),
    SavedModel("m", "skops", 1_500_000),
    0.2,
    0.1,
)
LATENCY = Latency(1200.0, 1500.0, 3.0)


def test_evaluations_have_the_records_form():
    found = evaluations(FOLDS, REFIT, LATENCY)
    assert found == {
        "train": {"r2_score": 0.9},
        "cross_validation": {
            "r2_score": {"mean": 0.6, "std": pytest.approx(0.1414213562), "folds": [0.5, 0.7]}
        },
        "test": {"r2_score": 0.6},
        "latency": {"single_row_us": 1200.0, "single_row_p95_us": 1500.0, "batch_row_us": 3.0},
        "size": {"model_bytes": 1_500_000},
    }


def test_every_score_is_a_row():
    assert score_rows(FOLDS, REFIT) == (
        ScoreRow(0, "validation", "r2_score", 0.5),
        ScoreRow(0, "validation", "max_error", 3.0),
        ScoreRow(1, "validation", "r2_score", 0.7),
        ScoreRow(None, "train", "r2_score", 0.9),
        ScoreRow(None, "test", "r2_score", 0.6),
    )


@pytest.mark.parametrize(
    ("limits", "reasons"),
    [
        ({}, []),
        ({"latency_ms": 1}, ["takes 1.2 ms for one row, limits.latency_ms is 1"]),
        ({"size_mb": 1}, ["its file has 1.5 MB, limits.size_mb is 1"]),
        ({"latency_ms": 1.2, "size_mb": 1.5}, []),
    ],
)
def test_limits_rule_models_out(limits, reasons):
    found = eligibility(Limits(**limits), LATENCY, 1_500_000)
    assert found == {"ok": not reasons, "reasons": reasons}


def test_warnings_are_counted():
    given = [("slow", "odd"), (), ("slow",)]
    assert counted(given) == ("slow (in 2 of 3 fits)", "odd (in 1 of 3 fits)")
    assert counted([]) == ()


def test_a_result_has_a_summary():
    result = RungResult(
        {}, (), evaluations(FOLDS, REFIT, LATENCY), (), REFIT.held_out, {}, "m", eligible={"ok": False}
    )
    assert result.summary("r2_score") == RungSummary((0.5, 0.7), eligible=False)
