"""Cells are taken as ``evaluate --data`` takes them: conform() is the judge of what each means."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pytest

from mlctl.bundle.runtime.cells import converter
from mlctl.bundle.runtime.errors import ValueFault
from mlctl.data.conform import conform
from mlctl.domain.columns import Column
from mlctl.errors import DataError

CELLS = {
    "number": [
        *(
            "1_000",
            "0x10",
            "١٢",
            "\uff11\uff12",
            " 12 ",
            "1e5",
            "1E5",
            "inf",
            "nan",
            "1,5",
            "+3",
            ".5",
            "5.",
            "1e400",
        ),
        *("1e-400", "True", "-0", "1 2", "1d5", "0b1", "\t5", "--3", "1e", "e5", ".", "Infinity", "0.1e-3"),
        *("123456789012345678901234567890", 1, True, 2.5, float("inf")),
    ],
    "boolean": [
        *("true", " TRUE ", "t", "yes", "1", "1.0", "2", "on", "OFF", "0.0", "y", "maybe"),
        *(1, 0, 1.0, 2, True, False),
    ],
    "category": ["a", "", " a ", 1, 2.5, 3.0, True, 1e300, -0.0, 1e16, 0.1 + 0.2, 1e22],
    "text": ["some words", 7],
    "date": [
        *("2020-01-31", "2020-01-31T10", "2020-01-31 10:20", "2020-01-31T10:20:30", "2020-01-31T1:2:3"),
        *("2020-01-31T10:20:30.1", "2020-01-31T10:20:30.123456789", "2020-01-31T10:20:30,5"),
        *("2020-01-31T10:20:30Z", "2020-01-31T10:20:30+05:30", "2020-01-31T10:20+0530"),
        *("2020-01-31T10:20:30-08", "2020-01-31T10:20:30 +05:30", "2020/01/31", "2020/1/3", "2020-02-30"),
        *("9999-12-31", "0001-01-01", "1600-01-01", "2262-04-12", "1969-12-31T23:59:59.9999999"),
        *("2020-01-31 ", " 2020-01-31", "20200131", "2020-1-3", "31.01.2020", "2020-01-31T24:00:00"),
        *("2020-01-31T10:20:60", "2020-01-31X", "2020-W05-1", "2020-01", 5, 2.5, True),
    ],
}
FORMS = [
    ("31.01.2020", "%d.%m.%Y"),
    ("2020-01-31", "%d.%m.%Y"),
    (" 31.01.2020", "%d.%m.%Y"),
    ("31.01.2020 extra", "%d.%m.%Y"),
    ("310120", "%d%m%y"),
    (20200131, "%Y%m%d"),
    (20200131.0, "%Y%m%d"),
    (2020.5, "%Y%m%d"),
    ("Jan 3 2020 5PM", "%b %d %Y %I%p"),
    ("31.01.2020 10:20:30.123456", "%d.%m.%Y %H:%M:%S.%f"),
    ("31.01.2020 10:20 +0200", "%d.%m.%Y %H:%M %z"),
    ("01.01.1500", "%d.%m.%Y"),
]


def conformed(value, kind, form=None):
    """Return what the training side makes of a cell, or that it refuses it."""
    series = pd.Series([value], dtype="str" if isinstance(value, str) else None)
    forms = {"x": form} if form else {}
    try:
        column = conform(pd.DataFrame({"x": series}), [Column("x", kind, 1, 0)], forms)["x"]
    except DataError:
        return "refused"
    if kind == "date":
        return int(column.astype("datetime64[us]").astype("int64").iloc[0])
    return str(column.iloc[0]) if kind in ("category", "text") else float(column.iloc[0])


def taken(value, kind, form=None, missing=frozenset()):
    """Return what the runtime makes of it."""
    try:
        return converter(kind, form, missing)(value)
    except ValueFault:
        return "refused"


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in CELLS for value in CELLS[kind]])
def test_one_cell(kind, value):
    assert taken(value, kind) == conformed(value, kind)


@pytest.mark.parametrize(("value", "form"), FORMS)
def test_dates_of_a_form(value, form):
    assert taken(value, "date", form) == conformed(value, "date", form)


def test_what_a_csv_file_may_hold_besides():
    assert taken("2020/01/31 10:20:30", "date") == taken("2020-01-31T10:20:30", "date")
    assert taken("2020/13/31", "date") == "refused"


@pytest.mark.parametrize("kind", ["number", "boolean", "category", "text", "date"])
@pytest.mark.parametrize("value", [None, float("nan"), np.nan, pd.NA, pd.NaT, "", "?", np.datetime64("NaT")])
def test_missing_cells(kind, value):
    found = taken(value, kind, missing=frozenset(["", "?"]))
    assert found is None or found != found


def test_other_kinds_of_numbers_and_times():
    assert taken(decimal.Decimal("1.5"), "number") == 1.5
    assert taken(np.float32(0.5), "number") == 0.5
    assert taken(10**400, "number") == "refused"
    assert taken([1.0], "number") == taken({}, "category") == taken(b"x", "text") == "refused"
    assert taken(np.int64(7), "category") == taken(7, "category") == "7"
    assert taken(np.float64(2.5), "category") == taken(np.float32(2.5), "category") == "2.5"
    assert taken(np.bool_(True), "category") == "True"
    assert taken(np.bool_(True), "boolean") == 1.0
    moment = dt.datetime(2020, 1, 31, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert taken(moment, "date") == taken("2020-01-31T10:00", "date")
    assert taken(dt.date(2020, 1, 31), "date") == taken(dt.datetime(2020, 1, 31), "date")
    assert taken(dt.datetime(2020, 1, 31), "category") == "2020-01-31 00:00:00"
    assert taken(dt.datetime(9999, 12, 31), "date") == (2**63 - 1) // 1000


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(ValueFault, match=r"^'x{56}\.\.\. is not a number$"):
        converter("number", None, frozenset())("x" * 500)
