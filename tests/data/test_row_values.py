import datetime as dt
import ipaddress
import uuid
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from mlctl.data.arrow_types import MOMENT, MOMENT_UTC
from mlctl.data.row_values import to_array, to_batch
from mlctl.errors import DataError

ZONE = dt.timezone(dt.timedelta(hours=2))
NAME = uuid.UUID(int=1)


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([None, None], pa.null(), [None, None]),
        ([True, None], pa.bool_(), [True, None]),
        ([1, None], pa.int64(), [1, None]),
        ([1, 2.5], pa.float64(), [1.0, 2.5]),
        ([2**63, None], pa.float64(), [2.0**63, None]),
        ([np.int64(1), np.float64(0.5)], pa.float64(), [1.0, 0.5]),
        ([Decimal(1), 2], pa.int64(), [1, 2]),
        ([Decimal("1.50"), 2], pa.float64(), [1.5, 2.0]),
        ([Decimal(1), 0.5, None], pa.float64(), [1.0, 0.5, None]),
        ([Decimal("1e90")], pa.float64(), [1e90]),
        (["a", None], pa.string(), ["a", None]),
        ([NAME, None], pa.string(), [str(NAME), None]),
        ([ipaddress.ip_address("10.0.0.1")], pa.string(), ["10.0.0.1"]),
        ([dt.date(2026, 1, 2)], pa.date32(), [dt.date(2026, 1, 2)]),
        (
            [dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 3), None],
            MOMENT,
            [dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 2, 3), None],
        ),
        ([dt.datetime(2026, 1, 2, 3, tzinfo=ZONE)], MOMENT_UTC, [dt.datetime(2026, 1, 2, 1, tzinfo=dt.UTC)]),
        ([dt.time(1, 2)], pa.time64("us"), [dt.time(1, 2)]),
        ([dt.timedelta(1)], pa.duration("us"), [dt.timedelta(1)]),
    ],
)
def test_python_values(values, kind, expected):
    array = to_array(values, "x", 1)
    assert array.type == kind
    assert array.to_pylist() == expected


def test_a_decimal_that_is_not_a_number():
    found = to_array([Decimal("NaN"), Decimal("1.5")], "x", 1).to_pylist()
    assert np.isnan(found[0])
    assert found[1] == 1.5


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, None, "a", 2], "numbers (row 11) and text (row 13)"),
        (["a", 1.5], "text (row 11) and numbers (row 12)"),
        ([True, 1], "truth values (row 11) and numbers (row 12)"),
        (
            [None, dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=ZONE)],
            "moments without a zone (row 12) and moments with a zone (row 13)",
        ),
        (
            [dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=ZONE)],
            "moments without a zone (row 11) and moments with a zone (row 12)",
        ),
        ([dt.date(2026, 1, 1), "soon"], "dates (row 11) and text (row 12)"),
    ],
)
def test_values_of_two_kinds(values, said):
    with pytest.raises(DataError) as caught:
        to_array(values, "x", 11)
    assert caught.value.message == f"column 'x' holds {said}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"x", "values of type bytes"),
        (memoryview(b"x"), "values of type memoryview"),
        ([1], "values of type list"),
        ({}, "values of type dict"),
        ("\ud800", "text with a lone surrogate"),
    ],
)
def test_what_is_no_tables_value(value, said):
    with pytest.raises(DataError) as caught:
        to_array([None, value], "x", 1)
    assert caught.value.message == f"column 'x' holds {said}, which is no table's value"
    assert caught.value.__context__ is None


def test_rows_become_a_batch():
    batch = to_batch(["a", "b"], [(1, "x"), (2, None)], 1)
    assert batch.to_pydict() == {"a": [1, 2], "b": ["x", None]}
