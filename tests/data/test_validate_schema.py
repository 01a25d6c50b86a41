import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mlctl.data.schema import infer
from mlctl.data.validate_schema import SchemaFile, parse_schema, read_schema, schema_text
from mlctl.errors import NotFoundError, UsageError

from .frames import strange_tables


def table():
    return pd.DataFrame(
        {
            "size": [1.5, 2.0, np.nan],
            "yes": pd.Series(["no", "on", "1e3"], dtype="str"),
            "when": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"]),
            "ok": [True, False, True],
        }
    )


def test_text_as_a_person_reads_it():
    text = schema_text(infer(table(), {"ok": "target"}), rows=3, copies=0.0)
    assert (
        text
        == """\
# What data is held to by `mlctl data validate`. Edit it freely: a field that is taken out is not checked.
# Quantiles stand at 0, 0.1, 1, 50, 99, 99.9 and 100 %. The extremes are what was seen, and no limits.
rows: 3
copies: 0.0
columns:
- column: size
  role: feature
  type: number
  nullable: true
  missing: 0.333333
  constant: false
  key: false
  quantiles: [1.5, 1.5005, 1.505, 1.75, 1.995, 1.9995, 2]
- column: 'yes'
  role: feature
  type: text
  nullable: false
  missing: 0.0
  constant: false
  key: true
  distinct: 3
  categories:
    '1e3': 1
    'no': 1
    'on': 1
- column: when
  role: feature
  type: date
  nullable: false
  missing: 0.0
  constant: false
  key: true
  range: ['2026-01-01T00:00:00', '2026-01-03T00:00:00']
- column: ok
  role: target
  type: boolean
  nullable: false
  missing: 0.0
  constant: false
  key: false
  categories:
    'True': 2
    'False': 1
"""
    )


def test_what_was_written_is_read_again():
    columns = infer(table(), {})
    assert parse_schema(schema_text(columns), "s") == SchemaFile(tuple(columns))
    assert parse_schema(schema_text(columns, rows=3, copies=0.5), "s") == SchemaFile(tuple(columns), 3, 0.5)
    assert parse_schema(schema_text([]), "s") == SchemaFile(())


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(strange_tables(), st.text(min_size=1, max_size=200))
def test_any_schema_is_read_again(frame, name):
    assume("\0" not in name and name not in frame)
    frame = frame.loc[:, [frame[column].notna().any() for column in frame]].rename(columns={"a": name})
    columns = infer(frame, {})
    try:
        text = schema_text(columns)
    except UnicodeEncodeError:
        assume(False)
    assert parse_schema(text, "s").columns == tuple(columns)


def test_the_bare_list_is_read_too():
    assert parse_schema("- column: a\n  type: number\n", "s") == SchemaFile(
        ({"column": "a", "type": "number"},)
    )


def test_ten_thousand_columns_are_read_again():
    columns = infer(pd.DataFrame({f"c{at}": [1.0, 2.0] for at in range(100)}), {}) * 101
    columns = [{**column, "column": f"c{at}"} for at, column in enumerate(columns)]
    assert len(parse_schema(schema_text(columns), "s").columns) == 10_100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "s is no schema"),
        ("a: 1", "s is no schema"),
        ("columns: 5", "s is no schema"),
        ("columns: []\nrows: -1", "s: rows: -1 — wanted a number of rows"),
        ("columns: []\ncopies: 2", "s: copies: 2 — wanted a share from 0 to 1"),
        ("columns: []\nrow: 1", "s: row is not a known field; did you mean rows?"),
        ("- column: a\n  typ: text", "s: a.typ is not a known field; did you mean type?"),
        ("- column: a\n  column: b", "s, line 2: the key 'column' stands twice"),
        ("- [", "s, line 1: "),
    ],
)
def test_what_is_no_schema_is_refused(text, said):
    with pytest.raises(UsageError) as caught:
        parse_schema(text, "s")
    assert caught.value.message.startswith(said)


def test_files(tmp_path):
    path = tmp_path / "schema.yaml"
    path.write_bytes(b"\xef\xbb\xbfcolumns:\n- column: \xed\x95\x9c\n")
    assert read_schema(path).columns == ({"column": "한"},)
    with pytest.raises(NotFoundError, match=r"no schema file .*shema\.yaml") as caught:
        read_schema(tmp_path / "shema.yaml")
    assert caught.value.hint == "did you mean schema.yaml?"
    with pytest.raises(NotFoundError):
        read_schema(tmp_path / "none" / "schema.yaml")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_schema(tmp_path)
    path.write_bytes(b"a: \xff")
    with pytest.raises(UsageError, match="not UTF-8 text"):
        read_schema(path)


def test_data_is_no_schema(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(64_000_001)
    with pytest.raises(UsageError, match="is larger than 64 MB"):
        read_schema(path)
