"""What tells whether rows that are fetched again are the same.

The fingerprint of rows is the sha256, in hexadecimal, of this text in UTF-8: ``mlctl rows 1``, a line end,
the number of rows and a line end, and one line for each column, in order: its name as JSON (ASCII), its type
as Arrow spells it, and the sha256 of three streams of bytes, with spaces between.

========  ====================================================================================
missing   one byte for each row: 1 where there is no value, else 0
lengths   for text: the number of bytes of each value, 4 bytes each
values    the values that are there: text as UTF-8; numbers, and what is counted (days, microseconds),
          as Arrow holds them: 8 bytes, for dates 4, for truth values one
========  ====================================================================================

Integers are little-endian and floating point numbers IEEE 754; every NaN is the same one, and 0 has no sign.
So neither the batches that rows came in, nor the file's format, nor a library's version has a say.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

_COUNTED = {pa.date32(): pa.int32(), pa.bool_(): pa.uint8()}


def rows_fingerprint(path: Path) -> str:
    """Return the fingerprint of the rows of a Parquet file.

    Parameters
    ----------
    path : Path
        A file that :func:`mlctl.data.rows_file.write_rows` wrote. It is read in constant memory.

    Returns
    -------
    str
        64 hexadecimal digits. Rows in another order have another fingerprint.
    """
    with pyarrow.parquet.ParquetFile(path) as file:
        columns = [_Column(field) for field in file.schema_arrow]
        for batch in file.iter_batches():
            for column, array in zip(columns, batch.columns, strict=True):
                column.add(array)
        lines = ["mlctl rows 1", str(file.metadata.num_rows), *(column.line() for column in columns)]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


class _Column:
    """The three streams of one column."""

    def __init__(self, field: Any) -> None:
        self._head = f"{json.dumps(field.name)} {field.type}"
        self._missing = hashlib.sha256()
        self._lengths = hashlib.sha256()
        self._values = hashlib.sha256()

    def add(self, array: Any) -> None:
        self._missing.update(array.is_null().cast(pa.uint8()).to_numpy())
        known = array.drop_null()
        if pa.types.is_string(known.type):
            self._add_text(known)
        elif len(known) and not pa.types.is_null(known.type):
            self._values.update(_bytes(known))

    def _add_text(self, known: Any) -> None:
        offsets = np.frombuffer(known.buffers()[1], np.int32)[known.offset : known.offset + len(known) + 1]
        self._lengths.update(np.diff(offsets).astype("<i4").tobytes())
        if len(known) and offsets[-1] > offsets[0]:
            self._values.update(known.buffers()[2][int(offsets[0]) : int(offsets[-1])])

    def line(self) -> str:
        streams = (self._missing, self._lengths, self._values)
        return " ".join((self._head, *(stream.hexdigest() for stream in streams)))


def _bytes(known: Any) -> Any:
    if pa.types.is_floating(known.type):
        numbers = known.to_numpy() + 0.0  # -0.0 becomes 0.0
        return np.where(np.isnan(numbers), np.nan, numbers).astype("<f8")
    counted = known.cast(_COUNTED.get(known.type, pa.int64())).to_numpy()
    return np.ascontiguousarray(counted.astype(counted.dtype.newbyteorder("<")))
