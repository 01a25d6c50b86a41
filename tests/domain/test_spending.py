import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlctl.domain.spending import by_hand, scheduled


def test_the_first_look_by_hand_costs_a_twentieth_and_further_ones_less():
    assert [round(by_hand(look), 4) for look in (1, 2, 3, 10)] == [0.05, 0.0167, 0.0083, 0.0009]


def test_all_looks_by_hand_at_one_holdout_stay_below_a_tenth():
    assert sum(by_hand(look) for look in range(1, 5000)) < 0.1


@pytest.mark.parametrize(("rounds", "rate"), [(365.25, 0.0016), (52.18, 0.0115), (12, 0.05), (1, 0.05)])
def test_a_schedule_shares_its_year_out(rounds, rate):
    assert scheduled(rounds) == pytest.approx(rate, abs=5e-5)


@given(st.floats(0.1, 100_000), st.integers(1, 200))
def test_a_year_of_rounds_expects_at_most_0_6_and_one_holdout_twice_its_first_look(rounds, look):
    assert rounds * scheduled(rounds) <= 0.6 + 1e-12
    assert scheduled(rounds, look) <= 0.05
    looks = math.fsum(scheduled(rounds, each) for each in range(1, look + 1))
    assert looks < 2 * scheduled(rounds)


def test_neither_a_look_before_the_first_nor_a_schedule_without_rounds():
    with pytest.raises(ValueError, match="counted from 1, not 0"):
        by_hand(0)
    with pytest.raises(ValueError, match="more than 0 times a year"):
        scheduled(0)
