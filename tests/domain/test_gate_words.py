from dataclasses import replace

import pytest

from mlctl.domain import gate_words as words
from tests.domain.test_gate import AHEAD


@pytest.mark.parametrize(
    ("metric", "gain", "said"),
    [
        ("accuracy_score", 0.022, "2.2 points higher"),
        ("roc_auc", -0.01, "1 point lower"),
        ("f1_score", 0.00004, "0.004 points higher"),
        ("recall_score", 0.253, "25 points higher"),
        ("mean_absolute_percentage_error", 0.031, "3.1 points lower"),
        ("r2_score", 0.013, "0.013 higher"),
        ("log_loss", 0.0123, "0.012 lower"),
        ("mean_absolute_error", -1234.0, "1,234 (in the target's unit) higher"),
        ("mean_squared_error", 3.0, "3 (the target's unit, squared) lower"),
        ("accuracy_score", 1e-15, "no different"),
    ],
)
def test_a_gain_is_told_in_the_metrics_direction_with_its_unit(metric, gain, said):
    assert words.directed(metric, gain) == said


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.01, "hardly ever"),
        (0.06, "once in 10 times"),
        (0.4, "4 times in 10"),
        (0.949, "9 times in 10"),
        (0.97, "nearly always"),
    ],
)
def test_how_often_is_told_in_tenths(chance, said):
    assert words.detectable(replace(AHEAD, rows=300, chance=chance)).startswith(
        f"n = 300 finds a true 2-point gain {said}; 8 times in 10 it finds one of"
    )


@pytest.mark.parametrize(
    ("smallest", "said"),
    [
        (-0.041, "; 8 times in 10 it lets through one that is truly 4.1 points worse"),
        (1e-17, "; 8 times in 10 it lets through one that is truly no different"),
        (0.05, "; 8 times in 10 it finds one of 5 points"),
        (1.3, ""),
        (float("inf"), ""),
    ],
)
def test_the_smallest_gain_keeps_its_sign_and_its_range(smallest, said):
    found = words.detectable(replace(AHEAD, rows=300, chance=0.97, smallest_gain=smallest))
    assert found == f"n = 300 finds a true 2-point gain nearly always{said}"


def test_a_gain_says_whether_it_is_good():
    assert [words.moved("log_loss", gain, str) for gain in (0.053, -0.053, 1e-16)] == [
        "0.053 lower (better)",
        "0.053 higher (worse)",
        "no different",
    ]


def test_a_reach_without_an_end_is_told():
    assert words.reach("roc_auc", -0.012, 0.03, str) == "from 0.012 lower to 0.03 higher"
    assert words.reach("log_loss", -0.1, float("inf"), str) == "anywhere, as far as these rows tell"


def test_how_sure_keeps_the_digits_that_matter():
    assert [words.sure(rate) for rate in (0.05, 0.0115, 0.00164)] == [
        "95 % sure",
        "98.85 % sure",
        "99.84 % sure",
    ]


def test_counts_agree_with_their_nouns():
    assert [words.many(count, "week") for count in (1, 2)] == ["1 week", "2 weeks"]
    assert words.rows_told(replace(AHEAD, blocks=21, block_unit="week")) == "1,240 rows of 21 weeks"
