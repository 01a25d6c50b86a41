import csv
import gzip
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas._libs.parsers import STR_NA_VALUES

from mlctl.data.csv_file import MISSING

from .tables import TEXT, kinds, read_text, refused


def test_types_are_settled_by_all_values(tmp_path):
    frame = read_text(
        tmp_path,
        "i,f,b,d,t,w\n1,1,true,2026-01-31,2026-01-31 12:30:00,x\n2,2.5,False,2026/02/01,2026-02-01T00:00,7\n",
    ).frame
    assert kinds(frame) == {
        "i": "int64",
        "f": "float64",
        "b": "bool",
        "d": "datetime64[ns]",
        "t": "datetime64[ns]",
        "w": TEXT,
    }
    assert frame["d"].tolist() == [pd.Timestamp(2026, 1, 31), pd.Timestamp(2026, 2, 1)]
    assert frame["w"].tolist() == ["x", "7"]


def test_a_text_late_in_the_file_makes_the_column_text_with_its_first_spelling(tmp_path):
    frame = read_text(tmp_path, "a,b\n" + "007,1\n" * 400_000 + "x,1\n").frame
    assert frame["a"].iloc[[0, -1]].tolist() == ["007", "x"]


def test_the_marks_of_missing_values_are_those_of_pandas():
    assert set(MISSING) == STR_NA_VALUES


@pytest.mark.parametrize("mark", ["", "NA", "null", "NaN", "None", "#N/A", '""'])
def test_a_column_whose_only_odd_values_are_marks_stays_a_number(tmp_path, mark):
    frame = read_text(tmp_path, f"a,b\n1,1\n{mark},2\n3,3\n").frame
    assert frame["a"].tolist()[::2] == [1.0, 3.0]
    assert np.isnan(frame["a"][1])


def test_further_marks_are_named(tmp_path):
    frame = read_text(tmp_path, "a,b\n1,x\n?,-\n-999,y\n", missing=["?", "-", "-999"]).frame
    assert frame["a"].isna().tolist() == [False, True, True]
    assert frame["b"].isna().tolist() == [False, True, False]


def test_a_question_mark_is_a_value_like_any_other(tmp_path):
    assert read_text(tmp_path, "a,b\n1,x\n?,y\n").frame["a"].tolist() == ["1", "?"]


def test_infinities_are_read(tmp_path):
    assert read_text(tmp_path, "a,b\ninf,1\n-Infinity,2\n").frame["a"].tolist() == [np.inf, -np.inf]


def test_quoted_fields_hold_delimiters_quotes_and_lines(tmp_path):
    frame = read_text(tmp_path, 'a,b\n1,"x, ""y""\nz"\n').frame
    assert frame["b"].tolist() == ['x, "y"\nz']


def test_line_ends_of_all_systems(tmp_path):
    for end in ("\n", "\r\n", "\r"):
        assert read_text(tmp_path, f"a,b{end}1,2{end}{end}3,4").frame["b"].tolist() == [2, 4]


def test_compressed_files_and_other_encodings(tmp_path):
    content = gzip.compress("ort;zahl\nKöln;1\n".encode("cp1252"))
    table = read_text(tmp_path, content, "t.csv.gz", encoding="cp1252")
    assert table.frame["ort"].tolist() == ["Köln"]
    assert table.notes == ("t.csv.gz: semicolon-delimited, found from the header",)


def test_decimal_commas_beside_another_delimiter(tmp_path):
    table = read_text(tmp_path, "a;b;c;d\n1,5;1,234;x;-7\n2;2,345;1,5;+0,5\n")
    assert table.frame["a"].tolist() == [1.5, 2.0]
    assert table.frame["b"].tolist() == ["1,234", "2,345"]  # may as well be thousands
    assert table.frame["c"].tolist() == ["x", "1,5"]
    assert table.frame["d"].tolist() == [-7.0, 0.5]
    assert table.notes[1] == "t.csv: decimal commas read as points: a, d"


def test_a_column_that_is_asked_to_be_a_category_keeps_its_spelling(tmp_path):
    frame = read_text(tmp_path, "zip;n\n007;1,5\n010;2\n", types={"zip": "category", "n": "text"}).frame
    assert frame["zip"].tolist() == ["007", "010"]
    assert frame["n"].tolist() == ["1,5", "2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n3\n", "t.csv: line 3 has 1 fields, the header has 2"),
        ("a,b\n1,2\n\n3,4,5\n", "t.csv: line 4 has 3 fields, the header has 2"),
        ('a,b\n1,"x\ny"\n3,4,5\n', "t.csv: line 4 has 3 fields, the header has 2"),
        ("a,b\n1,2\n3,", ""),
    ],
)
def test_ragged_rows_are_refused_with_their_line(tmp_path, text, said):
    if not said:
        assert read_text(tmp_path, text).frame["b"].isna().tolist() == [False, True]
        return
    error = refused(tmp_path, text)
    assert error.message == said
    assert "inside a field needs quotes" in error.hint


def test_a_quote_that_never_closes_is_refused_with_its_line(tmp_path):
    error = refused(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n7,8\n')
    assert error.message.startswith("t.csv: the row that starts at line 3 cannot be read")
    assert error.hint == "look for a quote that is not closed"
    assert read_text(tmp_path, 'a,b\n1,"x\ny"\n').frame["b"].tolist() == ["x\ny"]
    assert read_text(tmp_path, 'a,b\n5" pipe,"x\ny"\n').frame["b"].tolist() == ["x\ny"]


def test_a_fault_is_found_behind_a_very_long_field(tmp_path):
    error = refused(tmp_path, "a,b\n1," + "x" * 200_000 + "\n3,4,5\n")
    assert error.message == "t.csv: line 3 has 3 fields, the header has 2"


def test_a_row_longer_than_arrow_takes_is_told_in_arrows_words(tmp_path):
    error = refused(tmp_path, "a,b\n1," + "x" * (40 << 20) + "\n")
    assert error.message.startswith("t.csv: is not a CSV file that can be read: straddling object")
    assert error.hint == "no row may be longer than 16 MB"


@pytest.mark.parametrize("types", [{}, {"a": "category"}])
def test_text_of_another_encoding_is_refused_with_its_byte(tmp_path, types):
    content = b"a,b\n" + b"x,2\n" * 70_000 + b"\xe9,3\n"
    assert refused(tmp_path, content, types=types).message == "t.csv: byte 280,004 is not utf-8 text"


def test_text_beyond_the_head_that_is_not_of_the_encoding_that_was_named(tmp_path):
    content = b"a,b\n" + b"x,2\n" * 70_000 + b"\xe9,3\n"
    assert refused(tmp_path, content, encoding="ascii").message == "t.csv: byte 280,004 is not ascii text"


def test_a_compressed_file_that_is_cut_short(tmp_path):
    rows = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * 7919 % 10007) for i in range(100_000))
    whole = gzip.compress(rows)
    error = refused(tmp_path, whole[: len(whole) * 3 // 4], "t.csv.gz")
    assert error.message.startswith("t.csv.gz: is cut short or damaged")
    assert error.hint == "fetch or write the file again"


LETTERS = st.characters(codec="utf-8", exclude_characters="\0")
CELLS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False), st.text(LETTERS, min_size=1))


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20), delimiter=st.sampled_from(",;\t|"))
def test_whatever_python_s_csv_module_writes_is_read_back(tmp_path_factory, rows, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    table = read_text(
        tmp_path_factory.mktemp("t"), text.getvalue(), delimiter=delimiter, types={"a": "text", "b": "text"}
    )
    wanted = [tuple(None if str(cell) in MISSING else str(cell) for cell in row) for row in rows]
    frame = table.frame.astype(object)
    assert list(frame.where(frame.notna(), None).itertuples(index=False, name=None)) == wanted
