"""Rows that come in batches, to one Parquet file, in constant memory.

What type a column has is known only when its last row has come: whole numbers may be followed by fractions,
and a first batch may hold no value at all. So rows are written to a first file until a type has to grow, then
to a second one, and so on; the files are put one under the other when all types are settled. Mostly there is
one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from mlctl import files
from mlctl.data.arrow_types import mixed, wider, words
from mlctl.errors import DataError
from mlctl.files.trouble import explained

_GROUP_BYTES = 32 << 20
"""How much is held in memory before it is written, as one row group."""


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse columns that are nameless or share a name.

    Raises
    ------
    DataError
        Naming them.
    """
    bad = sorted(name for name, count in Counter(names).items() if count > 1 or not name.strip())
    if bad:
        listed = ", ".join(map(repr, bad[:10]))
        raise DataError(
            f"{where} has column names that are empty or repeat: {listed}",
            "give every column a name of its own: SELECT … AS name",
        )


def write_rows(batches: Iterator[Any], target: Path) -> int:
    """Write batches under one another.

    Parameters
    ----------
    batches : iterator of pyarrow.RecordBatch
        With the same column names, of the types of :mod:`mlctl.data.arrow_types`.
    target : Path
        The file to make or to replace. Nothing is left behind when something goes wrong.

    Returns
    -------
    int
        Number of rows; with 0 no file is made.

    Raises
    ------
    DataError
        When a column turns out to hold values of two kinds.
    MlctlError
        When the file cannot be written.
    """
    with explained("write", target), files.scratch_folder(target.parent) as aside:
        settled = _Settled()
        parts = _parts(batches, settled, aside)
        if len(parts) == 1:
            if target.exists():
                files.remove_file(target)
            files.move(parts[0], target)
        elif parts:
            with files.write_via(target) as path:
                _join(parts, path, settled.schema)
        return settled.rows


class _Settled:
    """The columns' types, as far as the rows have told."""

    def __init__(self) -> None:
        self.schema = pa.schema([])
        self.rows = 0
        self._since: dict[str, int] = {}

    def admit(self, batch: Any) -> Any:
        """Return the schema that holds this batch too."""
        known = self.schema if self.rows else batch.schema
        fields = [
            pa.field(new.name, self._wider(old, new)) for old, new in zip(known, batch.schema, strict=True)
        ]
        for field in fields:
            if not pa.types.is_null(field.type):
                self._since.setdefault(field.name, self.rows + 1)
        self.rows += batch.num_rows
        self.schema = pa.schema(fields)
        return self.schema

    def _wider(self, old: Any, new: Any) -> Any:
        found = wider(old.type, new.type)
        if found is None:
            before, now = self._since[old.name], self.rows + 1
            raise mixed(old.name, (words(old.type), before), (words(new.type), now))
        return found


class _Part:
    """One file of batches that share a schema."""

    def __init__(self, path: Path, schema: Any) -> None:
        self.schema = schema
        self._writer = pyarrow.parquet.ParquetWriter(path, schema, compression="zstd")
        self._held: list[Any] = []
        self._bytes = 0

    def add(self, batch: Any) -> None:
        columns = [
            column.cast(field.type, safe=False)  # a whole number beyond 2^53 is rounded beside fractions
            for column, field in zip(batch.columns, self.schema, strict=True)
        ]
        self._held.append(pa.RecordBatch.from_arrays(columns, schema=self.schema))
        self._bytes += batch.nbytes
        if self._bytes >= _GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        try:
            self._flush()
        finally:
            self._writer.close()

    def _flush(self) -> None:
        held, self._held, self._bytes = self._held, [], 0
        if held:
            table = pa.Table.from_batches(held)
            self._writer.write_table(table, row_group_size=table.num_rows)


def _parts(batches: Iterator[Any], settled: _Settled, folder: Path) -> list[Path]:
    paths: list[Path] = []
    part: _Part | None = None
    try:
        for batch in batches:
            if not batch.num_rows:
                continue
            schema = settled.admit(batch)
            if part is None or part.schema != schema:
                if part is not None:
                    part.close()
                paths.append(folder / f"{len(paths)}.parquet")
                part = _Part(paths[-1], schema)
            part.add(batch)
    finally:
        if part is not None:
            part.close()
    return paths


def _join(parts: Sequence[Path], target: Path, schema: Any) -> None:
    whole = _Part(target, schema)
    try:
        for path in parts:
            with pyarrow.parquet.ParquetFile(path) as rows:
                for batch in rows.iter_batches():
                    whole.add(batch)
    finally:
        whole.close()
