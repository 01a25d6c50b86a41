import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlctl.data.read import read
from mlctl.errors import DataError

from .tables import section


def test_pandas_index_is_left_out_and_said(tmp_path):
    path = tmp_path / "year=2026" / "t.parquet"
    path.parent.mkdir()
    pd.DataFrame({"a": [1, 2]}, index=["x", "y"]).to_parquet(path)
    table = read([("year=2026/t.parquet", path)], section())
    assert table.frame.to_dict("list") == {"a": [1, 2]}
    assert table.notes == ("year=2026/t.parquet: pandas' index column left out: __index_level_0__",)


@pytest.mark.parametrize("cut", [0.5, 0.99])
def test_a_file_that_is_cut_short(tmp_path, cut):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    with pytest.raises(DataError, match=r"t\.parquet: is cut short"):
        read([("t.parquet", path)], section())


def test_a_file_without_rows(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), path)
    with pytest.raises(DataError, match=r"t\.parquet: there is a header and no row below it"):
        read([("t.parquet", path)], section())
