import json

import numpy as np
import pandas as pd

from mlctl.data.read import read
from mlctl.data.schema import infer

from .tables import TABLES, section


def one(values, role="feature", **options):
    (described,) = infer(pd.DataFrame({"a": pd.Series(values, **options)}), {"a": role})
    return described


def test_numbers():
    assert one([1.0, 2.5, None, 2.5]) == {
        "column": "a",
        "role": "feature",
        "type": "number",
        "nullable": True,
        "missing": 0.25,
        "constant": False,
        "key": False,
        "quantiles": [1, 1.003, 1.03, 2.5, 2.5, 2.5, 2.5],
    }


def test_quantiles_are_those_of_numpy():
    values = np.random.default_rng(0).gamma(2, size=5000)
    wanted = np.quantile(values, [0, 0.001, 0.01, 0.5, 0.99, 0.999, 1])
    np.testing.assert_allclose(one(values)["quantiles"], wanted, rtol=1e-11)


def test_keys_constants_and_columns_without_a_value():
    assert one([3, 1, 2], role="key")["key"] is True
    assert one([3, 3, 3])["constant"] is True
    empty = one([None, None], dtype="float64")
    assert (empty["constant"], empty["key"], empty["missing"]) == (True, False, 1.0)
    assert "quantiles" not in empty


def test_infinities_are_no_quantiles():
    assert one([1.0, np.inf, 3.0])["quantiles"][-1] == 3


def test_dates():
    described = one(pd.to_datetime(["2026-02-01 00:00", None, "2026-01-31 12:00"]), role="time")
    assert described["type"] == "date"
    assert described["range"] == ["2026-01-31T12:00:00", "2026-02-01T00:00:00"]


def test_categories_are_counted_the_commonest_first():
    described = one(["b", "a", "b", None], role="target")
    assert (described["type"], described["role"], described["distinct"]) == ("text", "target", 2)
    assert list(described["categories"].items()) == [("b", 2), ("a", 1)]
    assert one([True, False, True])["categories"] == {"True": 2, "False": 1}
    assert one([True, None, True], dtype=object)["missing"] == round(1 / 3, 6)


def test_many_values_are_not_listed():
    described = one([f"v{n}" for n in range(51)])
    assert "categories" not in described
    assert (described["distinct"], described["key"]) == (51, True)


def test_a_real_table_is_plain_values_that_json_takes():
    frame = read([("adult.csv.gz", TABLES / "adult.csv.gz")], section(target="income")).frame
    described = infer(frame, {"income": "target"})
    assert [item["column"] for item in described] == list(frame.columns)
    assert described[0]["quantiles"][0] == 17
    assert described[-1]["categories"] == {"<=50K": 1530, ">50K": 506}
    assert json.loads(json.dumps(described, allow_nan=False)) == described
