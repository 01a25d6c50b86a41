import numpy as np
import pandas as pd
import pytest

from mlctl.data.read import read
from mlctl.errors import DataError

from .tables import TABLES, TEXT, kinds, read_text, refused, section, write


def several(folder, *files, **fields):
    return read([write(folder, name, content) for name, content in files], section(**fields))


def test_one_file():
    name = "bikeshare.csv"
    table = read([(name, TABLES / name)], section(target="count", time="ts"))
    assert len(table.frame) == 2208
    assert kinds(table.frame) == {
        "date": "datetime64[ns]",
        "ts": "datetime64[ns]",
        "count": "int64",
        "tmin": "float64",
        "tmax": "float64",
        "pn": "float64",
    }
    assert table.frame["ts"][0] == pd.Timestamp(2012, 5, 1)
    assert table.notes == ()


def test_columns_of_several_files_are_matched_by_name(tmp_path):
    table = several(tmp_path, ("1.csv", "a,b\n1,x\n"), ("2.csv", "b;a\ny;2.5\n"))
    assert table.frame.to_dict("list") == {"a": [1.0, 2.5], "b": ["x", "y"]}
    assert table.notes == ("2.csv: semicolon-delimited, found from the header",)


def test_files_of_different_formats(tmp_path):
    table = several(tmp_path, ("1.csv", "a,b\n1,x\n"), ("2.jsonl", '{"a": 2, "b": "y"}\n'))
    assert table.frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}


def test_a_column_that_one_file_lacks_is_missing_there_and_said(tmp_path):
    table = several(tmp_path, ("1.csv", "a,b,c\n1,true,x\n"), ("2.csv", "a,d\n2,2026-01-31\n"))
    assert table.frame["a"].tolist() == [1, 2]
    assert table.frame["b"].tolist() == [True, None]
    assert table.frame["c"].isna().tolist() == [False, True]
    assert table.frame["d"].tolist() == [pd.NaT, pd.Timestamp(2026, 1, 31)]
    assert kinds(table.frame)["c"] == TEXT
    assert table.notes == (
        "1.csv: has no column 'd': missing there",
        "2.csv: has no column 'b', 'c': missing there",
    )


def test_a_column_empty_in_one_file_keeps_the_other_files_type(tmp_path):
    frame = several(tmp_path, ("1.csv", "a,b,c\n,1,\n"), ("2.csv", "a,b,c\nx,2,\n")).frame
    assert kinds(frame) == {"a": TEXT, "b": "int64", "c": "float64"}


def test_a_file_without_rows_beside_others(tmp_path):
    assert several(tmp_path, ("1.csv", "a,b\n"), ("2.csv", "a,b\n1,2\n")).frame["a"].tolist() == [1]


def test_a_column_of_numbers_here_and_text_there_is_text(tmp_path):
    table = several(tmp_path, ("1.csv", "a,b\n007,1\n"), ("2.csv", "a,b\nx,2\n"))
    assert table.frame["a"].tolist() == ["007", "x"]
    assert table.notes == ("column 'a' is text in some files, so it is read as text in all",)
    table = several(tmp_path, ("1.csv", "a\n007\n"), ("2.jsonl", '{"a": "x"}\n'))
    assert table.frame["a"].tolist() == ["007", "x"]


def test_types_that_cannot_be_reconciled_are_refused(tmp_path):
    with pytest.raises(DataError) as caught:
        several(tmp_path, ("1.csv", "a\nx\n"), ("2.jsonl", '{"a": 1}\n'))
    assert caught.value.message == (
        "2.jsonl: column 'a' holds number values, another file holds something else there"
    )


def test_files_without_a_common_column_are_refused(tmp_path):
    with pytest.raises(DataError) as caught:
        several(tmp_path, ("1.csv", "a,b\n1,2\n"), ("2.csv", "5.1,0\n4.9,1\n"))
    assert caught.value.message == "1.csv and 2.csv have no column in common"


def test_a_header_and_nothing_else(tmp_path):
    assert refused(tmp_path, "a,b\n").message == "t.csv: there is a header and no row below it"
    assert refused(tmp_path, "a,b").message.startswith("t.csv:")


def test_a_header_that_ends_the_file_is_a_header_and_no_row(tmp_path):
    assert refused(tmp_path, "a,b").message == "t.csv: there is a header and no row below it"


def test_what_is_to_be_said_of_many_files_is_said_once(tmp_path):
    files = [(f"{n}.csv", "a;b\n1;2\n") for n in range(5)]
    assert several(tmp_path, *files, ("5.csv", "a\n1\n")).notes == (
        "0.csv and 4 more: semicolon-delimited, found from the header",
        "5.csv: has no column 'b': missing there",
    )


def test_types_and_dates_of_the_parameters_file(tmp_path):
    frame = read_text(
        tmp_path,
        "a,b,c,d\n007,31.01.2026,yes,2026-01-31\n008,01.02.2026,no,2026/02/01\n",
        types={"a": "category", "c": "boolean", "d": "date", "gone": "number"},
        dates={"b": "%d.%m.%Y", "lost": "%Y"},
    ).frame
    assert frame["a"].tolist() == ["007", "008"]
    assert frame["b"].tolist() == [pd.Timestamp(2026, 1, 31), pd.Timestamp(2026, 2, 1)]
    assert frame["c"].tolist() == [True, False]
    assert frame["d"].tolist() == frame["b"].tolist()


def test_a_value_that_is_not_of_its_type(tmp_path):
    assert (
        "'x' in row 2 is not a number" in refused(tmp_path, "a,b\n1,1\nx,2\n", types={"a": "number"}).message
    )


def test_ten_thousand_columns(tmp_path):
    names = ",".join(f"c{n}" for n in range(10_000))
    frame = read_text(tmp_path, names + "\n" + ",".join("1" * 10_000) + "\n").frame
    assert frame.shape == (1, 10_000)
    assert np.array_equal(frame.to_numpy(), np.ones((1, 10_000)))
