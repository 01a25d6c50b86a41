import pandas as pd
import pytest

from mlctl.data.validate_fields import ColumnSchema, column_schemas
from mlctl.errors import UsageError

WHOLE = {
    "column": "a",
    "role": "time",
    "type": "date",
    "nullable": True,
    "missing": 0.25,
    "constant": False,
    "key": False,
    "quantiles": [0, 1, 1, 2.5, 3, 3, 9],
    "range": ["2026-01-01T00:00:00", "2026-02-01T00:00:00.123456789"],
    "categories": {"x": 2, "y": 1},
    "distinct": 2,
}


def test_whole_column():
    assert column_schemas([WHOLE]) == (
        ColumnSchema(
            column="a",
            role="time",
            type="date",
            missing=0.25,
            quantiles=(0.0, 1.0, 1.0, 2.5, 3.0, 3.0, 9.0),
            last=pd.Timestamp("2026-02-01T00:00:00.123456789"),
            categories=frozenset({"x", "y"}),
        ),
    )


@pytest.mark.parametrize("field", sorted(set(WHOLE) - {"column"}))
def test_fields_may_be_taken_out_or_left_empty(field):
    for fields in ({key: value for key, value in WHOLE.items() if key != field}, {**WHOLE, field: None}):
        (found,) = column_schemas([fields])
        assert found.column == "a"
    assert column_schemas([{"column": "a"}])[0] == ColumnSchema("a", "feature", None, None, None, None, None)


def test_never_missing_is_a_share_of_zero():
    assert column_schemas([{"column": "a", "nullable": False}])[0].missing == 0.0
    assert column_schemas([{"column": "a", "nullable": True}])[0].missing is None


def test_categories_by_hand():
    (found,) = column_schemas([{"column": "a", "categories": ["x", 1, True]}])
    assert found.categories == {"x", "1", "True"}
    (found,) = column_schemas([{"column": "a", "categories": {1: 5, False: 0}}])
    assert found.categories == {"1", "False"}


def test_zones_are_turned_to_utc():
    (found,) = column_schemas([{"column": "a", "range": ["2026-01-01", "2026-01-01T09:00+09:00"]}])
    assert found.last == pd.Timestamp("2026-01-01")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rol": "feature"}, "a.rol is not a known field; did you mean role?"),
        ({"zzzzzz": 1}, "a.zzzzzz is not a known field; known are column, role, type"),
        ({7: 1}, "a.7 is not a known field"),
        ({"role": "feat"}, "a.role: 'feat' — wanted one of target, feature, time, group, key, dropped"),
        ({"type": "float"}, "a.type: 'float' — wanted one of number, boolean, date, text"),
        ({"type": ["number"]}, 'a.type: ["number"] — wanted one of'),
        ({"nullable": "no"}, "a.nullable: 'no' — wanted true or false"),
        ({"missing": 12}, "a.missing: 12 — wanted a share from 0 to 1"),
        ({"missing": True}, "a.missing: true — wanted a share"),
        ({"missing": float("nan")}, "a.missing: NaN — wanted a share"),
        ({"quantiles": [1, 2]}, "a.quantiles: [1, 2] — wanted 7 ascending numbers"),
        ({"quantiles": [7, 6, 5, 4, 3, 2, 1]}, "wanted 7 ascending numbers"),
        ({"quantiles": [1, 2, 3, 4, 5, 6, "x"]}, "wanted 7 ascending numbers"),
        ({"quantiles": 7}, "a.quantiles: 7 — wanted"),
        ({"range": ["2026-01-02", "2026-01-01"]}, "a.range: "),
        ({"range": ["soon", "later"]}, "wanted two dates, ISO 8601, the first one first"),
        ({"range": [1, 2]}, "a.range: [1, 2]"),
        ({"range": ["2026-01-01"]}, "a.range: "),
        ({"categories": "x"}, "a.categories: 'x' — wanted values with their counts, or a list of values"),
        ({"categories": {"x": -1}}, "a.categories: "),
        ({"categories": {None: 1}}, "a.categories: "),
        ({"categories": [["x"]]}, "a.categories: "),
        ({"distinct": 1.5}, "a.distinct: 1.5 — wanted a number of values"),
    ],
)
def test_each_wrong_field_is_named(fields, said):
    with pytest.raises(UsageError) as caught:
        column_schemas([{"column": "a", **fields}])
    assert said in caught.value.message


def test_all_problems_at_once():
    with pytest.raises(UsageError) as caught:
        column_schemas([{"column": "a", "key": 1}, {"column": "a"}, {"role": "key"}, "b", {"column": 5}])
    assert caught.value.message == "the schema has 5 problems"
    assert caught.value.details == (
        "a.key: 1 — wanted true or false",
        "a: stands twice",
        "column 3: wanted fields with the name as text, such as column: age",
        "column 4: wanted fields with the name as text, such as column: age",
        "column 5: wanted fields with the name as text, such as column: age",
    )
