import json

import pytest

from mlctl.bundle.server import forms
from mlctl.bundle.server.faults import Refusal
from mlctl.bundle.server.heads import Head

COLUMNS = ("a", "b")
ROWS = [{"a": 1, "b": "x"}, {"a": 2.5, "b": None}]
DATA = [[1, "x"], [2.5, None]]


def rows(document, columns=COLUMNS):
    return forms.rows_of(Head("POST", "/", "application/json"), json.dumps(document).encode(), columns)


def csv(text, media="text/csv"):
    return forms.rows_of(Head("POST", "/", media), text.encode() if isinstance(text, str) else text, COLUMNS)


@pytest.mark.parametrize(
    "document",
    [
        {"dataframe_split": {"columns": ["a", "b"], "data": DATA}},
        {"dataframe_split": {"columns": ["a", "b"], "index": [7, 8], "data": DATA}},
        {"dataframe_split": {"columns": ["a", "b"], "data": DATA}, "params": {}},
        {"dataframe_records": ROWS},
        {"dataframe_records": ROWS, "params": {"x": 1}},
        {"inputs": {"a": [1, 2.5], "b": ["x", None]}},
        {"inputs": {"a": [[1], [2.5]], "b": [["x"], [None]]}},
        {"inputs": DATA},
        {"inputs": ROWS},
        {"instances": ROWS},
        {"instances": DATA},
        {"columns": ["a", "b"], "data": DATA},
        {"columns": ["a", "b"], "index": [0, 1], "data": DATA},
    ],
)
def test_every_form_gives_the_same_rows(document):
    assert rows(document) == ROWS


def test_one_row_may_come_as_cells():
    assert rows({"inputs": {"a": 1, "b": "x"}}) == ROWS[:1]
    assert rows({"instances": [1, 2]}, ["a"]) == [{"a": 1}, {"a": 2}]


def test_no_rows_are_rows_too():
    for document in (
        {"dataframe_records": []},
        {"dataframe_split": {"columns": ["a"], "data": []}},
        {"instances": []},
        {"inputs": {}},
    ):
        assert rows(document) == []


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([1], "the JSON document is a list"),
        ("text", "is text"),
        (None, "is null"),
        (True, "is true or false"),
        (7, "is a number"),
        ({}, "holds nothing"),
        ({"a": 1}, "holds 'a'"),
        ({"inputs": [], "instances": []}, "exactly one"),
        ({"columns": ["a"]}, "exactly one"),
        ({"dataframe_split": []}, "dataframe_split is not"),
        ({"dataframe_split": {"data": DATA}}, "dataframe_split is not"),
        ({"dataframe_split": {"columns": "ab", "data": DATA}}, "dataframe_split is not"),
        ({"columns": ["a"], "data": 3}, "the document is not"),
        ({"dataframe_split": {"columns": ["a", 1], "data": [[1]]}}, "name 2 of the columns is a number"),
        ({"dataframe_split": {"columns": ["a", []], "data": [[1, 2]]}}, "name 2 of the columns is a list"),
        ({"dataframe_split": {"columns": ["a", "a"], "data": DATA}}, "'a' is named twice"),
        (
            {"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2], [1]]}},
            "row 2: it has 1 cells for 2 columns",
        ),
        ({"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2], 3]}}, "row 2: it is a number"),
        ({"dataframe_split": {"columns": ["a", "b"], "data": ["xy"]}}, "row 1: it is text"),
        ({"dataframe_records": {"a": 1}}, "dataframe_records is an object"),
        ({"dataframe_records": [{"a": 1}, 3]}, "row 2: it is a number"),
        ({"inputs": "x"}, "inputs is text"),
        ({"inputs": {"a": [1, 2], "b": [1]}}, "not of one length: 'a' 2, 'b' 1"),
        ({"instances": [{"a": 1}, 3]}, "row 2"),
    ],
)
def test_what_is_wrong_is_named(document, words):
    with pytest.raises(Refusal) as caught:
        rows(document)
    assert caught.value.status == 400
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the body is empty"),
        (b" \n", "the body is empty"),
        (b'{"inputs": [', "not JSON: Expecting value (line 1, column 13)"),
        (b'{"inputs": [1]} x', "goes on after the end"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5000, "too many digits"),
        (b'{"a": "\xff"}', "not UTF-8: byte 8 is wrong"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8: byte 1"),
    ],
)
def test_a_body_that_is_no_document(body, words):
    with pytest.raises(Refusal) as caught:
        forms.document_of(body)
    assert (caught.value.status, words in caught.value.message) == (400, True)


def test_space_and_a_byte_order_mark_do_not_matter():
    assert forms.document_of(b'\xef\xbb\xbf \n{"a": 1} \n') == {"a": 1}


@pytest.mark.parametrize("media", ["text/csv", "text/csv; charset=UTF-8", "text/csv;charset=utf8"])
def test_csv(media):
    assert csv('a,b\r\n1,"x, y"\r\n\r\n2.5,\r\n', media) == [{"a": "1", "b": "x, y"}, {"a": "2.5", "b": ""}]


def test_marks_of_csv_are_missing():
    head = Head("POST", "/", "text/csv")
    assert forms.rows_of(head, b"a,b\nNA,1\n", COLUMNS, {"NA"}) == [{"a": None, "b": "1"}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the body is empty"),
        ('a,b\n1,"x', "not CSV: line 2"),
        ("a,b\n1\n", "row 1: it has 1 cells"),
        ("a,a\n1,2\n", "'a' is named twice"),
        (b"a,b\n\xff,1\n", "not UTF-8"),
        ("a,b\n" + "x" * 200_000 + ",1\n", "not CSV"),
    ],
)
def test_bad_csv(text, words):
    with pytest.raises(Refusal) as caught:
        csv(text)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ("", "the Content-Type is ''"),
        ("text/plain", "'text/plain'"),
        ("application/json; charset=latin-1", "only UTF-8"),
        ("application/json; format=pandas-split", "unknown parameter: format"),
    ],
)
def test_other_media_types_are_refused(media, words):
    with pytest.raises(Refusal) as caught:
        csv("{}", media)
    assert caught.value.status == 415
    assert words in caught.value.message


def test_a_charset_may_be_named():
    head = Head("POST", "/", "application/json; charset=utf-8")
    assert forms.rows_of(head, b'{"instances": [[1, 2]]}', COLUMNS) == [{"a": 1, "b": 2}]
