"""Parquet files to Arrow."""

import re

import pyarrow as pa
import pyarrow.parquet

from mlctl.data.members import Member, reading
from mlctl.errors import DataError

_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def read_parquet(member: Member) -> tuple[pa.Table, tuple[str, ...]]:
    """Read one Parquet file.

    Returns
    -------
    tuple of (pyarrow.Table, tuple of str)
        The table without the columns in which pandas keeps its index, and what to tell of that.

    Raises
    ------
    DataError
        When the file is cut short or damaged.
    """
    try:
        with reading(member.name):
            # ParquetFile, not read_table: a folder named year=2026 must not become a column.
            table = pyarrow.parquet.ParquetFile(member.path).read()
    except pa.ArrowException as error:
        raise DataError(
            f"{member.name}: is cut short, damaged, or of a kind that Arrow does not read: {error}",
            "fetch or write the file again",
        ) from error
    index = [name for name in table.column_names if _PANDAS_INDEX.fullmatch(name)]
    notes = (f"{member.name}: pandas' index column left out: {', '.join(index)}",) if index else ()
    return table.drop_columns(index), notes
