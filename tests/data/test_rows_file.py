import errno
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlctl.data import rows_file
from mlctl.data.rows_file import check_names, write_rows
from mlctl.errors import DataError, MlctlError


def batch(**columns):
    return pa.RecordBatch.from_pydict(columns)


def written(tmp_path, *batches):
    target = tmp_path / "data.parquet"
    rows = write_rows(iter(batches), target)
    assert [path.name for path in tmp_path.iterdir()] == ["data.parquet"]
    return rows, pq.read_table(target)


def test_batches_of_one_type(tmp_path):
    rows, table = written(tmp_path, batch(a=[1, 2], b=["x", None]), batch(a=[3], b=["y"]))
    assert rows == 3
    assert table.to_pydict() == {"a": [1, 2, 3], "b": ["x", None, "y"]}
    assert pq.ParquetFile(tmp_path / "data.parquet").num_row_groups == 1


def test_types_settle_while_rows_come(tmp_path):
    nothing = pa.array([None], pa.null())
    batches = [
        batch(a=nothing, b=[1], c=nothing),
        batch(a=["x"], b=[2], c=nothing),
        batch(a=nothing, b=[0.5], c=nothing),
        batch(a=["y"], b=[3], c=nothing),
    ]
    rows, table = written(tmp_path, *batches)
    assert rows == 4
    assert table.schema.types == [pa.string(), pa.float64(), pa.null()]
    assert table.to_pydict() == {"a": [None, "x", None, "y"], "b": [1, 2, 0.5, 3], "c": [None] * 4}


def test_two_kinds_in_one_column_are_told_with_their_rows(tmp_path):
    batches = [batch(a=[1, 1], b=pa.nulls(2)), batch(a=[1], b=[1]), batch(a=[1, 1], b=["x", "y"])]
    with pytest.raises(DataError) as caught:
        write_rows(iter(batches), tmp_path / "data.parquet")
    assert caught.value.message == "column 'b' holds numbers (row 3) and text (row 4)"
    assert list(tmp_path.iterdir()) == []


def test_no_row_makes_no_file(tmp_path):
    empty = pa.RecordBatch.from_pydict({"a": pa.array([], pa.int64())})
    assert write_rows(iter([empty, empty]), tmp_path / "data.parquet") == 0
    assert list(tmp_path.iterdir()) == []


def test_what_breaks_off_leaves_nothing(tmp_path):
    def broken():
        yield batch(a=[1])
        yield batch(a=["x" if False else 0.5])
        raise MlctlError("the line went dead")

    with pytest.raises(MlctlError, match="the line went dead"):
        write_rows(broken(), tmp_path / "data.parquet")
    assert list(tmp_path.iterdir()) == []


def test_much_is_written_in_several_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_file, "_GROUP_BYTES", 100)
    written(tmp_path, *(batch(a=list(range(10))) for _ in range(10)))
    assert pq.ParquetFile(tmp_path / "data.parquet").num_row_groups == 5


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    class Full:
        def __init__(self, *_arguments, **_options):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(rows_file.pyarrow.parquet, "ParquetWriter", Full)
    with pytest.raises(MlctlError, match="no space left on device") as caught:
        write_rows(iter([batch(a=[1])]), tmp_path / "data.parquet")
    assert "free some space" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_names_of_columns():
    check_names(["a", "A", "b c"], "here")
    with pytest.raises(DataError) as caught:
        check_names(["a", "", "a", " "], "here")
    assert caught.value.message == "here has column names that are empty or repeat: '', ' ', 'a'"
