from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from mlctl.actions.logging_values import number_of, parameter_of, step_of
from mlctl.errors import UsageError


@pytest.mark.parametrize("value", [1, 1.0, True, np.float32(1), np.array(1.0), Decimal(1), "1"])
def test_numbers_of_any_kind(value):
    assert number_of("a", value) == 1.0


@pytest.mark.parametrize("value", [None, "one", [1, 2], 1j])
def test_what_is_no_number(value):
    with pytest.raises(UsageError, match="is no number"):
        number_of("a", value)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a", "a"),
        (None, None),
        (True, True),
        (np.int64(3), 3),
        (np.float64(0.5), 0.5),
        (Fraction(1, 2), 0.5),
        ({"a": (1, {2: None})}, {"a": [1, {"2": None}]}),
        (np.arange(2), "[0 1]"),
        (type("Two", (), {"__str__": lambda self: "two\n lines"})(), "two lines"),
    ],
)
def test_parameters_are_plain(value, kept):
    found = parameter_of(value)
    assert found == kept
    assert type(found) is type(kept)


def test_a_step_beyond_64_bits():
    assert step_of(2**63 - 1) == 2**63 - 1
    with pytest.raises(UsageError, match="is too large"):
        step_of(2**63)
