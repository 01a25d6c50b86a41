import numpy as np
import pandas as pd
import pytest

from mlctl.data.columns import judge

RNG = np.random.default_rng(0)
WORDS = np.array(["red", "green", "blue", "late", "early", "order", "parcel", "lost", "found", "fine"])


def sentences(rows, words):
    return [" ".join(line) for line in WORDS[RNG.integers(0, len(WORDS), (rows, words))]]


def judged(values, dtype=None, name="a", asked=None, keep=False):
    return judge(pd.Series(values, dtype=dtype, name=name), asked, keep=keep)[0]


@pytest.mark.parametrize(
    ("values", "kind", "distinct", "missing", "integer", "reason"),
    [
        ([1, 2, 2], "number", 2, 0, True, "holds whole numbers"),
        ([1.0, 2.0, None], "number", 2, 1, True, "holds numbers"),
        ([0.5, -0.0, 0.0], "number", 2, 0, False, "holds numbers"),
        ([True, False, True], "boolean", 2, 0, False, "holds true and false"),
        (pd.Series([True, None, False], dtype=object), "boolean", 2, 1, False, "holds true and false"),
        (pd.to_datetime(["2026-01-01", None, "2026-01-01"]), "date", 1, 1, False, "holds dates"),
        (["x", "y", None], "category", 2, 1, False, "text with 2 levels"),
    ],
)
def test_what_a_column_is(values, kind, distinct, missing, integer, reason):
    column = judged(values).column
    assert (column.kind, column.distinct, column.missing) == (kind, distinct, missing)
    assert (column.integer, column.reason) == (integer, reason)


def test_prose_is_text_and_long_labels_are_categories():
    assert judged(sentences(200, 6)).column.kind == "text"
    assert judged(sentences(200, 6)).column.reason.endswith("distinct texts of 6 words on average")
    assert judged(["Some college, no degree", "Master of science degree"] * 100).column.kind == "category"
    assert judged(sentences(10, 6)).column.kind == "category"  # too few to tell


def test_chinese_has_no_spaces_and_is_text_all_the_same():
    letters = np.array(list("天地玄黄宇宙洪荒日月盈昃辰宿列张"))
    assert judged(["".join(line) for line in letters[RNG.integers(0, 16, (100, 10))]]).column.kind == "text"


@pytest.mark.parametrize(
    ("values", "name", "faults"),
    [
        ([f"u{n}" for n in range(100)], "user", {"key"}),
        ([f"u{n}" for n in range(19)], "user", set()),  # too few rows to tell
        (range(100), "id", {"key"}),
        (RNG.permutation(100), "customer_id", {"key"}),
        (range(100), "userId", {"key"}),
        (range(100), "Unnamed: 0", {"key"}),
        (range(100), "instant", {"key-like"}),
        (range(100, 0, -1), "countdown", {"key-like"}),
        (RNG.permutation(100), "paid", set()),
        (RNG.permutation(1000) / 7, "id", set()),
        ([*range(99), 98], "id", set()),
    ],
)
def test_columns_that_name_or_number_the_rows(values, name, faults):
    assert judged(list(values), name=name).faults == faults


def test_what_was_asked_for_or_orders_the_rows_is_no_key():
    assert judged(range(100), name="id", asked="number").faults == set()
    assert judged(range(100), name="index", keep=True).faults == set()
    asked = judged([f"u{n}" for n in range(100)], asked="category")
    assert asked.faults == set()
    assert (asked.column.kind, asked.column.reason) == ("category", "data.types says so")
    assert judged(["x", "y"] * 50, asked="text").column.kind == "text"


def test_constant_and_empty_columns():
    assert judged([3.0, 3.0]).faults == {"constant"}
    assert judged(["x", "x"]).faults == {"constant"}
    assert judged([3.0, None]).faults == set()  # that it is missing may mean something
    assert judged([None, None], dtype="float64").faults == {"empty"}
    assert judged([], dtype="str").faults == {"empty"}


def test_infinities_are_counted():
    found = judged([1.0, np.inf, -np.inf])
    assert found.faults == {"infinite"}
    assert found.odd == ("2",)


def test_numbers_and_ambiguous_dates_in_text_are_seen():
    found = judged([str(n) for n in range(50)] * 2 + ["unknown"])
    assert found.faults == {"number-text"}
    assert found.odd == ("'unknown'",)
    assert judged([f"{n % 28 + 1}.02.2026" for n in range(60)]).faults == {"date-text"}
    assert judged(["1", "x", "y"] * 9).faults == set()


def test_numbers_and_dates_that_are_all_different_are_no_keys():
    assert judged([f"{n}.5" for n in range(99)] + ["unknown"]).faults == {"number-text"}
    assert judged([f"{n % 28 + 1}.02.2026 {n // 28}:30" for n in range(99)]).faults == {"date-text"}


def test_very_many_levels():
    assert judged([f"u{n % 1500}" for n in range(6000)]).faults == {"levels"}


def test_bits_are_equal_for_equal_values_alone():
    for values in ([1, 2, 1], [-0.0, 1.0, 0.0], ["x", None, "x"], [True, False, True]):
        bits = judge(pd.Series(values, name="a"))[1]
        assert bits.dtype == np.uint64
        assert bits[0] == bits[2] != bits[1]
