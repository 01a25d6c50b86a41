import csv

import pytest

from mlctl.data.csv_head import Head, delimiter_name, first_bad_byte, read_head
from mlctl.data.members import look
from mlctl.errors import DataError

from .tables import write


def head(folder, content, encoding="utf-8", delimiter=None):
    return read_head(look(*write(folder, "t.csv", content)), encoding, delimiter)


def refusal(folder, content, encoding="utf-8", delimiter=None):
    with pytest.raises(DataError) as caught:
        head(folder, content, encoding, delimiter)
    return caught.value


@pytest.mark.parametrize(
    ("text", "delimiter", "note"),
    [
        ("a,b\n1,2\n", ",", ""),
        ("a;b\n1,5;2\n", ";", "t.csv: semicolon-delimited, found from the header"),
        ("a\tb\n1\t2\n", "\t", "t.csv: tab-delimited, found from the header"),
        ("a|b|c\n1|2|3\n", "|", "t.csv: bar-delimited, found from the header"),
        ('"a;x",b\n"1;2",2\n', ",", ""),
        ("a;b,c\n1;2\n3;4\n", ";", "t.csv: semicolon-delimited, found from the header"),
        ("only\n1\n", ",", ""),
    ],
)
def test_the_delimiter_is_found_from_the_header(tmp_path, text, delimiter, note):
    found = head(tmp_path, text)
    assert (found.delimiter, found.note) == (delimiter, note)


def test_a_delimiter_that_is_named_is_taken_and_not_talked_about(tmp_path):
    assert head(tmp_path, "a;b\n1;2\n", delimiter=";") == Head("utf-8", ";", ("a", "b"), alone=False)
    assert head(tmp_path, "a b\n1 2\n", delimiter=" ").columns == ("a", "b")


def test_the_wrong_delimiter_is_refused_with_the_right_one(tmp_path):
    error = refusal(tmp_path, "a;b;c\n1;2;3\n", delimiter=",")
    assert error.message == (
        "t.csv: the header has one column when split at comma, and 3 when split at semicolon"
    )
    assert error.hint == "set data.delimiter to ';', or leave it out"


@pytest.mark.parametrize("delimiter", ['"', "\n", "§"])
def test_what_cannot_be_a_delimiter(tmp_path, delimiter):
    assert refusal(tmp_path, "a,b\n1,2\n", delimiter=delimiter).message.endswith("cannot be one")


def test_a_row_that_the_csv_module_refuses_is_a_row_all_the_same(tmp_path):
    long = "x" * (csv.field_size_limit() + 1)
    assert head(tmp_path, f"a,b\n{long},2\n", delimiter=",") == Head("utf-8", ",", ("a", "b"), alone=False)


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    assert head(tmp_path, "\ufeffa,b\n1,2\n").columns == ("a", "b")


def test_empty_lines_before_the_header_are_passed_over(tmp_path):
    assert head(tmp_path, "\n\na,b\n1,2\n").columns == ("a", "b")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_other_encodings(tmp_path, encoding):
    assert head(tmp_path, "größe,b\n1,2\n".encode(encoding), encoding).columns == ("größe", "b")


def test_the_wrong_encoding_is_refused_with_the_byte(tmp_path):
    error = refusal(tmp_path, "größe,b\n1,2\n".encode("latin-1"))
    assert error.message == "t.csv: byte 2 is not utf-8 text"
    assert error.hint == "set data.encoding; its beginning can be read as cp1252 or cp1250 or latin-1"
    assert (
        refusal(tmp_path, "größe,b\n", "ascii").hint
        == "set data.encoding; its beginning can be read as utf-8"
    )


def test_utf_16_without_being_told_is_recognised(tmp_path):
    error = refusal(tmp_path, "a,b\n1,2\n".encode("utf-16"))
    assert (error.message, error.hint) == ("t.csv: is UTF-16 text", "set data.encoding: utf-16")


def test_zero_bytes_are_not_text(tmp_path):
    assert "is a binary file, not text (byte 6 is 0)" in refusal(tmp_path, b"a,b\n1,\0\n").message


def test_only_empty_lines(tmp_path):
    assert refusal(tmp_path, "\n \n\n").message == "t.csv: the file holds only empty lines"


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        (",a\n0,1\n", "line 1: column 1 of 2 has no name", "to_csv(…, index=False)"),
        ("a,,b,\n1,2,3,4\n", "line 1: columns 2, 4 of 4 have no name", "in the header line"),
        (
            "a,b,a\n1,2,3\n",
            "line 1: the column name 'a' stands more than once",
            "if the file has no header line",
        ),
    ],
)
def test_column_names_that_are_empty_or_repeat(tmp_path, text, said, hint):
    error = refusal(tmp_path, text)
    assert said in error.message
    assert hint in error.hint


@pytest.fixture(autouse=True)
def usual_limit():
    """The csv module's limit belongs to the whole process, and other tests may have raised it."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


def test_one_endless_line_is_no_header(tmp_path):
    assert "line 1: the header cannot be read" in refusal(tmp_path, "x" * 300_000).message


def test_the_first_bad_byte_is_found_beyond_the_head_and_across_chunks(tmp_path):
    content = b"a,b\n" + b"1,2\n" * 262_143 + "é".encode() * 10 + b"\xe9,1\n"
    member = look(*write(tmp_path, "t.csv", content))
    assert first_bad_byte(member, "utf-8") == len(content) - 4
    split = b"x" * ((1 << 20) - 1) + "é".encode()[:1] + b"x"
    assert first_bad_byte(look(*write(tmp_path, "t.csv", split)), "utf-8") == (1 << 20) - 1
    assert first_bad_byte(look(*write(tmp_path, "t.csv", b"a\n")), "utf-8") is None


def test_a_delimiter_without_a_word_is_shown():
    assert delimiter_name("^") == "'^'"


def test_east_asian_text_is_not_taken_for_western(tmp_path):
    error = refusal(tmp_path, "도시,인구\n서울,1\n".encode("cp949"))
    assert error.hint == "set data.encoding; its beginning can be read as cp949 or gb18030"
    assert "latin-1" not in refusal(tmp_path, "都市,人口\n東京,1\n".encode("shift_jis")).hint
