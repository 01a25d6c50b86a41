"""A query over CSV, Parquet and JSON files, or over a DuckDB database, answered by DuckDB.

File names in the query are relative to the parameters file's directory: ``SELECT * FROM 'sales/*.parquet'``.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from mlctl.data.arrow_types import plain
from mlctl.data.extras import extra
from mlctl.data.rows_file import check_names
from mlctl.data.sql_errors import guarded, refused_query
from mlctl.data.sql_text import Statement
from mlctl.data.sql_url import Address, database_file
from mlctl.errors import UsageError
from mlctl.params.model import Sql

_ROWS = 20_000
_PREFIX = "duckdb://"


def is_duck(url: str | None) -> bool:
    """Tell whether DuckDB is meant: by no address at all, or by its own."""
    return url is None or url.startswith(_PREFIX)


def stream(sql: Sql, statement: Statement, base: Path, scratch: Path) -> Iterator[Any]:
    """Run a query and give its rows in batches.

    Parameters
    ----------
    sql : Sql
        Its ``url`` is ``duckdb:///FILE``, relative to ``base``; None, or no file, for files alone. Its
        ``parameters`` have a value for each of the query's names.
    statement : Statement
        The query.
    base : Path
        The parameters file's directory.
    scratch : Path
        Where DuckDB puts what does not fit into memory.

    Yields
    ------
    pyarrow.RecordBatch
        Of the types of :mod:`mlctl.data.arrow_types`.

    Raises
    ------
    MlctlError
        When DuckDB refuses the query: a child of it that says why.
    """
    duckdb = extra("duckdb", "duckdb", "data.sql without another url")
    database, address = _database(sql.url, base)
    rows = 0

    def failed(error: Exception) -> Any:
        return refused_query(error, address, rows)

    # DuckDB opens files by the working directory; a search path of its own comes second to it.
    with contextlib.chdir(base), contextlib.ExitStack() as stack:
        connection = guarded(lambda: _connect(duckdb, database, scratch), failed)
        stack.callback(connection.close)
        reader = guarded(lambda: _reader(connection, statement, sql), failed)
        while (batch := guarded(lambda: next(reader, None), failed)) is not None:
            yield _plain(batch)
            rows += batch.num_rows


def _database(url: str | None, base: Path) -> tuple[str, Address]:
    name = (url or _PREFIX).removeprefix(_PREFIX).partition("?")[0]
    if name and not name.startswith("/"):
        raise UsageError(
            "data.sql.url: is not the address of a DuckDB database", "write duckdb:///FILE, or leave it out"
        )
    file = name.removeprefix("/")
    if file in ("", ":memory:"):
        return ":memory:", Address(None, "DuckDB", ())
    path = database_file(file, base)
    return str(path), Address(None, f"duckdb database {str(path)!r}", ())


def _connect(duckdb: Any, database: str, scratch: Path) -> Any:
    options = {
        "temp_directory": str(scratch.absolute()),
        "python_enable_replacements": "false",  # a table's name is never a variable of this program
        "autoinstall_known_extensions": "false",  # no code comes over the network
    }
    return duckdb.connect(database, read_only=database != ":memory:", config=options)


def _reader(connection: Any, statement: Statement, sql: Sql) -> Any:
    relation = connection.sql(statement.render(lambda name: f"${name}"), params=dict(sql.parameters))
    check_names(relation.columns, "data.sql: the result")
    return relation.to_arrow_reader(_ROWS)


def _plain(batch: Any) -> Any:
    names = batch.schema.names
    arrays = [plain(array, name) for name, array in zip(names, batch.columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=names)
