import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlctl.domain.gate import (
    Facts,
    FirstFacts,
    Guard,
    Rules,
    Score,
    SliceFact,
    amount,
    judge,
    judge_first,
    proper_score,
    reference_gain,
    slice_error_rate,
)

AHEAD = Facts(
    metric="accuracy_score",
    rows=1240,
    champion=Score(0.851, 0.83, 0.87),
    challenger=Score(0.873, 0.853, 0.891),
    gain=0.022,
    lower=0.009,
    upper=0.035,
    standard_error=0.008,
    error_rate=0.05,
    method="exact, by the rows on which they disagree",
    chance_gain=0.02,
    chance=0.81,
    smallest_gain=0.0198,
    rarer=300,
)
SCORES = "accuracy_score 0.873 against the champion's 0.851 on 1,240 rows, 2.2 points higher"
CLOSE = replace(AHEAD, challenger=Score(0.859, 0.84, 0.88), gain=0.008, lower=-0.012, upper=0.028)
SAME = replace(AHEAD, challenger=AHEAD.champion, gain=0.0, lower=-0.0024, upper=0.0024, standard_error=0.0)
NOT_WORSE = Rules(mode="not_worse", margin=0.015)


def test_a_challenger_whose_lower_bound_is_above_zero_is_promoted_and_told_why():
    said = judge(AHEAD, Rules())
    assert (said.outcome, said.ok) == ("promote", True)
    assert said.reasons == (
        f"better: {SCORES}; at least 0.9 points higher (95 % sure)",
        "n = 1,240 finds a true 2-point gain 8 times in 10; 8 times in 10 it finds one of 2 points",
    )


def test_more_than_that_may_be_asked_for():
    said = judge(AHEAD, Rules(min_gain=0.005))
    assert said.ok
    assert said.reasons[0].endswith(", and more than 0.5 points higher is asked for")
    assert judge(AHEAD, Rules(min_gain=0.009)).outcome == "undecided"


def test_where_the_bounds_lie_on_either_side_the_rows_could_not_have_told():
    said = judge(CLOSE, Rules())
    assert (said.outcome, said.ok) == ("undecided", False)
    assert said.reasons[0] == (
        "the rows cannot tell: accuracy_score 0.859 against the champion's 0.851 on 1,240 rows, 0.8 points "
        "higher; the truth may lie from 1.2 points lower to 2.8 points higher (95 % sure on either side)"
    )


def test_a_gain_too_small_to_matter_keeps_the_champion():
    said = judge(replace(CLOSE, gain=0.001, upper=0.004), Rules())
    assert said.outcome == "keep"
    assert "not usefully better" in said.reasons[0]
    assert "at best 0.4 points higher (95 % sure), and 0.5 points would matter" in said.reasons[0]


def test_a_worse_challenger_keeps_the_champion():
    said = judge(replace(CLOSE, gain=-0.02, lower=-0.03, upper=-0.01), Rules())
    assert said.outcome == "keep"
    assert said.reasons[0].startswith("worse: accuracy_score")
    assert "at best 1 point lower (95 % sure)" in said.reasons[0]


def test_equal_answers_keep_the_champion():
    said = judge(SAME, Rules())
    assert said.outcome == "keep"
    assert said.reasons[0] == "both models answer alike on all 1,240 rows: nothing is gained"


def test_an_error_is_told_in_its_own_direction_and_unit():
    facts = replace(
        AHEAD,
        metric="root_mean_squared_error",
        champion=Score(44.5, 40, 49),
        challenger=Score(41.3, 37, 46),
        gain=3.2,
        lower=1.1,
        upper=5.3,
        rarer=None,
        blocks=36,
        chance_gain=0.89,
        smallest_gain=math.inf,
        chance=0.01,
        error_rate=0.0016,
    )
    said = judge(facts, Rules())
    told = "41.3 against the champion's 44.5 on 1,240 rows of 36 days, 3.2 (in the target's unit) lower"
    assert said.reasons == (
        f"better: root_mean_squared_error {told}; at least 1.1 (in the target's unit) lower (99.84 % sure)",
        "n = 1,240 finds a true gain of 0.89 (in the target's unit) hardly ever",
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            replace(AHEAD, rows=199),
            "199 rows that neither model was trained on tell too little: at least 200 are needed",
        ),
        (replace(AHEAD, rarer=12), "the rarest class has 12 rows of 1,240: at least 30 are needed"),
        (replace(AHEAD, blocks=9), "the rows are of 9 days: at least 20 are needed"),
        (replace(AHEAD, rows=1, rarer=1), "1 row that neither model was trained on tells too little"),
    ],
)
def test_too_few_rows_decide_nothing_however_clear_they_look(facts, said):
    found = judge(facts, Rules())
    assert found.outcome == "undecided"
    assert said in found.reasons[0]


def test_of_too_few_rows_it_is_told_what_they_would_find():
    few = judge(replace(AHEAD, rows=113, rarer=40, chance=0.12, smallest_gain=0.094), Rules())
    one = "find one of 9.4 points"
    assert few.reasons == (
        "113 rows that neither model was trained on tell too little: at least 200 are needed",
        f"n = 113 would find a true 2-point gain once in 10 times; 8 times in 10 it would {one}",
    )


def test_of_no_rows_one_sentence_is_enough():
    none = judge(replace(AHEAD, rows=0, rarer=0, chance=math.nan, smallest_gain=math.inf), Rules())
    assert none.reasons == ("no row is left that neither model was trained on: at least 200 are needed",)


def test_of_too_few_rows_a_failed_guard_is_told_too():
    slow = Guard("latency", ok=False, said="240 ms for one row, at most 100 ms")
    found = judge(replace(AHEAD, rows=150, guards=(slow,)), Rules())
    assert found.outcome == "undecided"
    assert found.reasons[1] == "latency stands in the way: 240 ms for one row, at most 100 ms"


@pytest.mark.parametrize("rules", [Rules(), NOT_WORSE])
def test_a_failed_guard_keeps_the_champion_in_every_mode(rules):
    slow = Guard("latency", ok=False, said="240 ms for one row, at most 100 ms")
    fine = Guard("size", ok=True, said="2 MB, at most 200 MB")
    found = judge(replace(AHEAD, guards=(fine, slow), reasons_for=("newer data",)), rules)
    assert found.outcome == "keep"
    assert found.reasons[0] == "latency stands in the way: 240 ms for one row, at most 100 ms"
    assert "2.2 points higher" in found.reasons[1]
    assert not any("size" in reason for reason in found.reasons)


def test_a_slice_that_is_worse_beyond_doubt_keeps_the_champion():
    worse = SliceFact("country", "NO", 210, -0.05, -0.08, -0.02)
    doubtful = SliceFact("country", "SE", 400, -0.02, -0.05, 0.01)
    assert judge(replace(AHEAD, slices=(doubtful,)), Rules()).ok
    found = judge(replace(AHEAD, slices=(doubtful, worse)), Rules())
    assert found.outcome == "keep"
    assert found.reasons[0] == (
        "in the 210 rows where country = NO accuracy_score is 5 points lower, beyond doubt at least 2 points "
        "lower"
    )


def test_not_worse_takes_a_reason():
    newer = ("data that are 31 days newer", "a simpler rung")
    said = judge(replace(CLOSE, reasons_for=newer), NOT_WORSE)
    assert said.outcome == "promote"
    assert said.reasons[0].endswith(
        "at worst 1.2 points lower (95 % sure), up to 1.5 points lower is allowed; and it "
        "has data that are 31 days newer, a simpler rung"
    )
    alone = judge(CLOSE, NOT_WORSE)
    assert alone.outcome == "keep"
    assert "nothing speaks for the change: neither newer data, nor simpler, nor faster" in alone.reasons[0]


def test_to_be_better_is_reason_enough():
    assert judge(AHEAD, NOT_WORSE).reasons[0].startswith("better: ")


def test_not_worse_beyond_the_margin_is_not_decided_or_kept():
    newer = ("newer data",)
    wide = judge(replace(CLOSE, lower=-0.02, reasons_for=newer), NOT_WORSE)
    assert wide.outcome == "undecided"
    assert wide.reasons[0].endswith("and up to 1.5 points lower is allowed")
    worse = judge(replace(CLOSE, gain=-0.03, lower=-0.04, upper=-0.02, reasons_for=newer), NOT_WORSE)
    assert worse.outcome == "keep"
    assert "at best 2 points lower (95 % sure), up to 1.5 points lower is allowed" in worse.reasons[0]


def test_a_further_look_is_told():
    said = judge(replace(AHEAD, look=3, error_rate=0.05 / 6), Rules())
    assert said.reasons[1] == (
        "look 3 at these rows: each is judged more strictly than the one before, this one at an "
        "error rate of 0.83 %"
    )


@given(
    st.floats(-1, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.booleans(),
    st.floats(0, 0.1),
    st.sampled_from(["better", "not_worse"]),
)
def test_nothing_is_promoted_without_its_bound_and_nothing_raises(gain, below, above, reason, asked, mode):
    facts = replace(AHEAD, gain=gain, lower=gain - below, upper=gain + above)
    facts = replace(facts, reasons_for=("newer data",) if reason else ())
    rules = Rules(mode=mode, min_gain=asked, margin=asked + 0.001)
    said = judge(facts, rules)
    assert said.reasons
    if said.ok:
        assert facts.lower > (asked if mode == "better" else -rules.margin)
    else:
        assert mode == "not_worse" or facts.lower <= asked


FIRST = FirstFacts("roc_auc", "rows", 412, 0.81, 0.5, 0.31, 0.27, 0.05)


def test_a_first_champion_beats_the_dummy():
    said = judge_first(FIRST)
    told = "against the dummy's 0.5 on 412 held-out rows, 31 points higher"
    assert said.ok
    assert said.reasons == (f"beats the dummy: roc_auc 0.81 {told}; at least 27 points higher (95 % sure)",)


def test_one_that_does_not_stays_out():
    worse = replace(FIRST, where="folds", count=5, challenger=0.5, gain=0.0, lower=-0.1)
    said = judge_first(worse)
    assert said.outcome == "keep"
    assert said.reasons == (
        "does not beat the dummy: roc_auc 0.5 against the dummy's 0.5 on 5 folds, no different",
    )


def test_one_that_may_be_ahead_by_chance_is_undecided():
    said = judge_first(replace(FIRST, challenger=0.52, gain=0.02, lower=-0.01))
    assert said.outcome == "undecided"
    assert said.reasons[0].endswith("2 points higher; not 95 % sure")


def test_guards_hold_for_a_first_champion_too():
    said = judge_first(replace(FIRST, guards=(Guard("size", ok=False, said="300 MB, at most 200 MB"),)))
    assert said.outcome == "keep"
    assert said.reasons[0] == "size stands in the way: 300 MB, at most 200 MB"


def test_amounts_of_errors_are_shares_of_the_dummys_error():
    assert amount("accuracy_score", 0.005, 0.4) == 0.005
    assert amount("r2_score", 0.005, None) == 0.005
    assert amount("mean_absolute_error", 0.005, 80.0) == pytest.approx(0.4)
    assert amount("mean_absolute_error", 0.005, None) == 0.0
    assert reference_gain("f1_score", 0.7) == 0.02
    assert reference_gain("log_loss", 0.5) == pytest.approx(0.01)


def test_the_dummy_is_beaten_on_a_proper_score():
    assert proper_score("classification", probabilities=True) == "brier_score_loss"
    assert proper_score("classification", probabilities=False) == "balanced_accuracy_score"
    assert proper_score("regression", probabilities=False) == "mean_squared_error"


def test_slices_share_their_error_rate():
    assert slice_error_rate(5) == 0.01
    assert slice_error_rate(0) == 0.05
