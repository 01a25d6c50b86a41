import bz2
import gzip

import pytest
import zstandard

from mlctl.data.members import HEAD_BYTES, look
from mlctl.errors import DataError, MlctlError

from .tables import write

PLAIN = b"a,b\n1,2\n"


@pytest.mark.parametrize(
    ("name", "content", "file_format", "compression"),
    [
        ("t.csv", PLAIN, "csv", None),
        ("T.CSV", PLAIN, "csv", None),
        ("t.tsv", PLAIN, "csv", None),
        ("deep/t.csv.gz", gzip.compress(PLAIN, mtime=0), "csv", "gzip"),
        ("t.csv.bz2", bz2.compress(PLAIN), "csv", "bz2"),
        ("t.csv.zst", zstandard.compress(PLAIN), "csv", "zstd"),
        ("t.ndjson", b'{"a": 1}\n', "json", None),
        ("t.jsonl.gz", gzip.compress(b'{"a": 1}\n', mtime=0), "json", "gzip"),
    ],
)
def test_a_file_is_what_its_name_says(tmp_path, name, content, file_format, compression):
    member = look(*write(tmp_path, name, content))
    assert (member.name, member.format, member.compression) == (name, file_format, compression)
    assert member.head in {PLAIN, b'{"a": 1}\n'}
    assert member.whole


def test_the_head_is_only_the_beginning(tmp_path):
    member = look(*write(tmp_path, "t.csv", PLAIN * 100_000))
    assert len(member.head) == HEAD_BYTES
    assert not member.whole


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        (b"PK\x03\x04rest", "a zip archive or an Excel workbook", "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook", "save the sheet as CSV"),
        (b"PAR1rest", "a Parquet file", "end in .parquet"),
        (gzip.compress(PLAIN, mtime=0), "a gzip file", "end in .gz"),
        (zstandard.compress(PLAIN), "a zstd file", "end in .zst"),
        (b"SQLite format 3\0", "an SQLite database", "export"),
        (b"\x80\x04\x95", "a Python pickle", "export"),
    ],
)
def test_a_file_that_is_something_else_is_called_by_its_name(tmp_path, content, what, hint):
    with pytest.raises(DataError) as caught:
        look(*write(tmp_path, "t.csv", content))
    assert caught.value.message == f"t.csv: is {what}, not text"
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", b"", "t.csv: the file is empty"),
        ("t.csv.gz", gzip.compress(b"", mtime=0), "t.csv.gz: the file is empty once unpacked"),
        ("t.csv.gz", PLAIN, "t.csv.gz: is not a gzip file, whatever its name says"),
        ("t.csv.bz2", PLAIN, "t.csv.bz2: is not a bz2 file"),
        ("t.csv.zst", PLAIN, "t.csv.zst: is not a zstd file"),
        ("t.parquet", PLAIN, "t.parquet: is not a Parquet file"),
        ("t.xlsx", PLAIN, "t.xlsx: cannot tell from the name what the file is"),
        ("table", PLAIN, "table: cannot tell from the name"),
        ("t.parquet.gz", PLAIN, "t.parquet.gz: cannot tell from the name"),
        ("t.csv.gz", gzip.compress(PLAIN, mtime=0)[:-5], "t.csv.gz: is cut short or damaged"),
    ],
)
def test_a_bad_file_is_refused_with_its_name(tmp_path, name, content, said):
    with pytest.raises(DataError) as caught:
        look(*write(tmp_path, name, content))
    assert caught.value.message.startswith(said)
    assert caught.value.hint


def test_a_file_that_the_system_does_not_give_is_no_fault_of_the_data(tmp_path):
    with pytest.raises(MlctlError) as caught:
        look("t.csv", tmp_path / "t.csv")
    assert caught.value.message == "t.csv: cannot be read: no such file or directory"
    assert caught.value.exit_code == 1
