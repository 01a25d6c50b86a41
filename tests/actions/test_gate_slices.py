import numpy as np
import pandas as pd
import pytest

from mlctl.actions.gate_slices import slices_in


def found(values):
    slices, notes = slices_in("x", pd.Series(values))
    assert all(column == "x" for column, _, _ in slices)
    return {value: len(rows) for _, value, rows in slices}, notes


def test_values_of_enough_rows_are_slices_and_the_others_are_told():
    values = ["a"] * 40 + ["b"] * 30 + ["c"] * 29 + ["d"] * 2 + [None]
    assert found(values) == (
        {"a": 40, "b": 30},
        ["slice x: 3 values with fewer than 30 rows were not judged"],
    )
    assert found(values[:99])[1] == ["slice x: 1 value with fewer than 30 rows was not judged"]
    assert found(values[:70])[1] == []


def test_a_column_of_which_no_value_is_judged_is_told():
    assert found([f"{n:03d}" for n in range(200)]) == ({}, ["slice x: no value has 30 rows, none was judged"])
    assert found([])[1] == ["slice x: no value has 30 rows, none was judged"]


def test_values_beyond_the_commonest_are_told():
    slices, notes = found([f"v{n}" for n in range(23) for _ in range(30 + n)] + ["rare"])
    assert len(slices) == 20
    assert "v0" not in slices
    assert notes == [
        "slice x: 1 value with fewer than 30 rows was not judged",
        "slice x: 3 values beyond the 20 commonest were not judged",
    ]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (np.arange(17, 138), ["17 to 47", "47 to 77", "77 to 107", "107 to 137"]),
        (
            np.linspace(-2.7611, 2.2389, 201),
            ["-2.76 to -1.51", "-1.51 to -0.261", "-0.261 to 0.989", "0.989 to 2.24"],
        ),
        (
            np.arange(100_000, 100_201),
            ["100000 to 100050", "100050 to 100100", "100100 to 100150", "100150 to 100200"],
        ),
        (
            1000 + np.arange(201) / 1000,
            ["1000 to 1000.05", "1000.05 to 1000.1", "1000.1 to 1000.15", "1000.15 to 1000.2"],
        ),
        (np.r_[np.zeros(300), np.arange(1, 101)], ["0 to 0.25", "0.25 to 100"]),
    ],
)
def test_quarters_of_numbers_are_named_with_few_digits(values, labels):
    assert list(found(values)[0]) == sorted(found(values)[0], key=labels.index)
    assert set(found(values)[0]) == set(labels)


def test_missing_numbers_are_a_slice_of_their_own():
    slices, notes = found([*range(120), *[None] * 31])
    assert slices == {
        "missing": 31,
        "0 to 29.8": 30,
        "29.8 to 59.5": 30,
        "59.5 to 89.2": 30,
        "89.2 to 119": 30,
    }
    assert notes == []


def test_numbers_too_near_for_any_short_form_keep_all_digits():
    near = [1.0]
    while len(near) < 25:
        near.append(float(np.nextafter(near[-1], 2)))
    assert all(" to " in value for value in found(near * 10)[0])
