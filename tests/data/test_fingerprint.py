import datetime as dt
import hashlib
import json
import struct

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlctl.data.fingerprint import rows_fingerprint

TABLE = {
    "whole": pa.array([1, None, -3]),
    "part": pa.array([0.5, float("nan"), None]),
    "text": pa.array(["a", "", "über"]),
    "none": pa.nulls(3),
    "truth": pa.array([True, None, False]),
    "day": pa.array([dt.date(2026, 1, 1), None, dt.date(1969, 12, 31)]),
    "moment": pa.array([dt.datetime(2026, 1, 1), None, dt.datetime(1960, 1, 1)], pa.timestamp("us")),
    "clock": pa.array([dt.time(1), None, dt.time(2)], pa.time64("us")),
    "span": pa.array([dt.timedelta(1), None, dt.timedelta(0)], pa.duration("us")),
}


def fingerprint(tmp_path, columns, **options):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return rows_fingerprint(path)


def by_hand(columns):
    """Compute it as its description says, value by value."""

    def sha(data):
        return hashlib.sha256(data).hexdigest()

    def line(name, kind, values, form):
        known = [value for value in values if value is not None]
        missing = bytes(value is None for value in values)
        text = [value.encode() for value in known if form is str]
        lengths = b"".join(struct.pack("<i", len(value)) for value in text)
        data = b"".join(text) if form is str else b"".join(struct.pack(form, value) for value in known)
        return f"{json.dumps(name)} {kind} {sha(missing)} {sha(lengths)} {sha(data)}\n"

    rows = len(columns[0][2])
    return sha(("mlctl rows 1\n" + f"{rows}\n" + "".join(line(*column) for column in columns)).encode())


def test_it_is_what_its_description_says(tmp_path):
    us = 1_000_000
    day = 24 * 3600 * us
    expected = by_hand(
        [
            ("whole", "int64", [1, None, -3], "<q"),
            ("part", "double", [0.5, float("nan"), None], "<d"),
            ("text", "string", ["a", "", "über"], str),
            ("none", "null", [None, None, None], "<q"),
            ("truth", "bool", [1, None, 0], "<B"),
            ("day", "date32[day]", [20454, None, -1], "<i"),
            ("moment", "timestamp[us]", [20454 * day, None, -3653 * day], "<q"),
            ("clock", "time64[us]", [3600 * us, None, 7200 * us], "<q"),
            ("span", "duration[us]", [day, None, 0], "<q"),
        ]
    )
    assert fingerprint(tmp_path, TABLE) == expected


def test_it_does_not_depend_on_how_the_file_was_written(tmp_path):
    many = {name: pa.concat_arrays([array] * 50) for name, array in TABLE.items()}
    first = fingerprint(tmp_path, many)
    assert fingerprint(tmp_path, many, row_group_size=7, compression="gzip", use_dictionary=False) == first
    assert fingerprint(tmp_path, many, version="1.0", data_page_size=10) == first


@pytest.mark.parametrize(
    "other",
    [
        {"a": pa.array([1, 2]), "b": pa.array(["x", "yz"])},
        {"a": pa.array([2, 1]), "b": pa.array(["xy", "z"])},
        {"a": pa.array([1.0, 2.0]), "b": pa.array(["xy", "z"])},
        {"a": pa.array([1, 2]), "c": pa.array(["xy", "z"])},
        {"b": pa.array(["xy", "z"]), "a": pa.array([1, 2])},
        {"a": pa.array([1, 2, None]), "b": pa.array(["xy", "z", None])},
        {"a": pa.array([1, 2]), "b": pa.array(["xy", None])},
    ],
)
def test_every_difference_shows(tmp_path, other):
    one = {"a": pa.array([1, 2]), "b": pa.array(["xy", "z"])}
    assert fingerprint(tmp_path, one) != fingerprint(tmp_path, other)


def test_zero_has_no_sign_and_nan_is_one(tmp_path):
    odd = struct.unpack("<d", struct.pack("<Q", 0xFFF8000000000001))[0]
    assert fingerprint(tmp_path, {"a": [-0.0, odd]}) == fingerprint(tmp_path, {"a": [0.0, float("nan")]})
