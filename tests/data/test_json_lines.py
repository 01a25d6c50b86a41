import gzip

import pandas as pd
import pytest

from .tables import TEXT, kinds, read_text, refused


def test_one_object_a_line(tmp_path):
    lines = (
        '{"i": 1, "f": 1, "b": true, "t": "x", "d": "2026-01-31"}\n'
        '{"f": 2.5, "t": null, "d": "2026-02-01T12:00:00Z"}\n'
    )
    frame = read_text(tmp_path, gzip.compress(lines.encode()), "t.jsonl.gz").frame
    assert kinds(frame) == {"i": "float64", "f": "float64", "b": "object", "t": TEXT, "d": "datetime64[ns]"}
    assert frame["b"].tolist() == [True, None]
    assert frame["d"].tolist() == [pd.Timestamp(2026, 1, 31), pd.Timestamp(2026, 2, 1, 12)]


def test_marks_for_missing_values_are_the_named_ones_alone(tmp_path):
    lines = (
        '{"a": "NA", "n": -999, "b": true}\n{"a": "?", "n": 1, "b": false}\n{"a": "x", "n": 2, "b": true}\n'
    )
    frame = read_text(tmp_path, lines, "t.json", missing=["?", "-999"]).frame
    assert frame["a"].isna().tolist() == [False, True, False]
    assert frame["n"].isna().tolist() == [True, False, False]
    assert frame["b"].tolist() == [True, False, True]
    assert read_text(tmp_path, lines, "t.json").frame["n"].tolist() == [-999, 1, 2]


def test_text_that_only_begins_like_dates_stays_text(tmp_path):
    frame = read_text(tmp_path, '{"d": "2026-01-31"}\n{"d": "soon"}\n', "t.json").frame
    assert frame["d"].tolist() == ["2026-01-31", "soon"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('[{"a": 1}]', "t.json: is one JSON array, not JSON Lines"),
        ('{"a": 1}\n\nhello\n', "t.json: line 3: is not JSON: Expecting value"),
        ('{"a": 1}\n{"a": 2', "t.json: line 2: is not JSON"),
        ('{"a": 1}\n[1, 2]\n', "t.json: line 2: is not an object but [1, 2]"),
        ('{"a": 1, "b": null}\n{"a": "x"}\n', "t.json: line 2: 'a' is text here and a number above"),
        ('{"a": true}\n{"a": 1}\n', "t.json: line 2: 'a' is a number here and true or false above"),
        ('{"a": {"b": 1}}\n{"a": [1]}\n', "t.json: line 2: 'a' is a list here and an object above"),
        ('{"a": {"b": 1}}\n', "t.json: column 'a' holds struct<b: int64>, which is no table's value"),
        ("{}\n{}\n", "t.json: has no column"),
        ('{"": 1}\n', "t.json: has column names that are empty or repeat: ''"),
        ('{"a": 1, "a": 2}\n', "t.json: is not JSON Lines: JSON parse error: Column(/a) was specified twice"),
    ],
)
def test_what_is_not_json_lines_is_refused_with_its_line(tmp_path, lines, said):
    error = refused(tmp_path, lines, "t.json")
    assert error.message.startswith(said)
    assert error.hint


@pytest.mark.parametrize("line", ['{"a": "é"}\n', '{"é": "a"}\n'])
def test_json_that_is_not_utf_8_is_refused_with_its_byte(tmp_path, line):
    error = refused(tmp_path, b'{"a": "x"}\n' + line.encode("latin-1"), "t.json")
    assert error.message.startswith("t.json: line 2: byte ")
    assert "is not UTF-8" in error.message
