import csv
import io

import pytest

from mlctl.bundle.main import table
from mlctl.bundle.main.table import read_table
from mlctl.bundle.main.trouble import RowsError, UsageError


def read(data, columns=("a", "b"), **options):
    return read_table(io.BufferedReader(io.BytesIO(data)), columns, **options)


def test_csv_in_pieces():
    found = read(b"b,a,id\n1,2,x\n3,4,y\n\n5,6,z\n", size=2)
    assert (found.form, found.head, found.delimiter) == ("csv", ["b", "a", "id"], ",")
    first, second = found.chunks
    assert first.rows == [{"b": "1", "a": "2", "id": "x"}, {"b": "3", "a": "4", "id": "y"}]
    assert (second.first, second.rows) == (3, [{"b": "5", "a": "6", "id": "z"}])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_finds_the_columns(delimiter):
    found = read(f"\ufeffa{delimiter}b\n1{delimiter}2\n".encode())
    assert (found.delimiter, found.head) == (delimiter, ["a", "b"])


def test_a_delimiter_and_an_encoding_that_are_named():
    found = read("a:b\nä:2\n".encode("latin-1"), encoding="latin-1", delimiter=":")
    assert next(found.chunks).rows == [{"a": "ä", "b": "2"}]


def test_lines_of_another_width_are_no_rows():
    (chunk,) = read(b"a,b\n1\n1,2\n1,2,3\n").chunks
    assert chunk.faults == {
        1: ("it has 1 fields, and the header has 2", ["1"]),
        3: ("it has 3 fields, and the header has 2", ["1", "2", "3"]),
    }
    assert chunk.given(3) == ["1", "2", "3"]
    assert chunk.given(2) == {"a": "1", "b": "2"}


def test_json_lines():
    chunks = list(read(b'{"a": 1}\n\n[1]\n{"a"\n{"a": 2}\n', size=2).chunks)
    assert [chunk.rows for chunk in chunks] == [[{"a": 1}, {}], [{}, {"a": 2}]]
    assert chunks[0].faults == {2: ("it is no JSON object", [1])}
    assert chunks[1].faults[3][0].startswith("it is not JSON: ")


def test_json_lines_that_end_in_a_piece():
    assert [len(chunk.rows) for chunk in read(b'{"a": 1}\n{"a": 1}\n{"a": 1}\n', size=2).chunks] == [2, 1]
    assert [len(chunk.rows) for chunk in read(b'{"a": 1}\n{"a": 1}\n', size=2).chunks] == [2]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the input is empty"),
        (b"[1]", "one JSON array, not JSON Lines"),
        (b"x,a\n1,2\n", "lacks a column: 'b'"),
        (b"x\n", "lacks columns: 'a', 'b'"),
        (b"a,b,a\n", "two columns 'a'"),
        (b"a,b\xff\n", r"not UTF-8 text: it holds the byte b'\\xff'"),
        (b'a,"b\n', "the header cannot be read"),
    ],
)
def test_a_table_that_is_none(data, said):
    with pytest.raises(RowsError, match=said):
        read(data)


def test_bytes_that_are_no_text_further_down():
    with pytest.raises(RowsError, match="not ascii text"):
        list(read(b"a,b\n" + b"1,2\n" * 4000 + b"\xe4,1\n", encoding="ascii").chunks)


def test_a_quote_that_never_closes(monkeypatch):
    monkeypatch.setattr(table, "LONGEST", 100)
    table_limit = csv.field_size_limit()
    with pytest.raises(RowsError, match="line 2") as told:
        list(read(b'a,b\n"1,2\n' + b"1,2\n" * 200).chunks)
    assert "quote" in told.value.hint
    csv.field_size_limit(table_limit)


def test_no_such_encoding():
    with pytest.raises(UsageError, match="no encoding 'klingon'"):
        read(b"a,b\n", encoding="klingon")
