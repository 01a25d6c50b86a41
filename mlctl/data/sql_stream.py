"""A query's rows, from any database that SQLAlchemy reaches.

All rows come out of one transaction that only reads. PostgreSQL and MySQL are asked for REPEATABLE READ: what
others write meanwhile is not seen. SQLite keeps a reader's view of its own; of other databases the default
holds.
"""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

from mlctl.data.extras import extra, missing
from mlctl.data.row_values import to_batch
from mlctl.data.rows_file import check_names
from mlctl.data.sql_errors import cannot_connect, guarded, reason_of, refused_query
from mlctl.data.sql_text import Statement
from mlctl.data.sql_url import Address
from mlctl.errors import MlctlError, UsageError
from mlctl.params.model import Sql

_CELLS = 200_000
"""Values that are held as Python objects at once: some 20 MB."""
_MOST_ROWS = 20_000
_TIMEOUT = 30
"""Seconds to wait for a connection; libpq's own default is for ever."""

_REPEATABLE = frozenset(("postgresql", "mysql", "mariadb"))
_EXTRAS = {"psycopg": "postgres"}
_FIRST: dict[str, tuple[str, ...]] = {
    # Large tables are read from where another reader is just now: the same rows in another order.
    "postgresql": (
        "SELECT set_config(name, 'off', true) FROM pg_settings WHERE name = 'synchronize_seqscans'",
    ),
    "sqlite": ("PRAGMA query_only = ON",),
}


def isolation(address: Address) -> str:
    """Return what keeps others' changes out while rows are read, in words for the record."""
    backend = address.url.get_backend_name()
    if backend in _REPEATABLE:
        return "one transaction, repeatable read"
    return "one transaction" if backend == "sqlite" else "one transaction, the database's default isolation"


def stream(address: Address, statement: Statement, sql: Sql) -> Iterator[Any]:
    """Run a query and give its rows in batches.

    Parameters
    ----------
    address : Address
        The database's.
    statement : Statement
        The query.
    sql : Sql
        Its ``parameters`` have a value for each of the query's names.

    Yields
    ------
    pyarrow.RecordBatch
        Of the types of :mod:`mlctl.data.arrow_types`; fewer rows where there are many columns.

    Raises
    ------
    MlctlError
        When there is no connection, or it breaks; a child of it where the database refuses the query or finds
        a value that it cannot compute with. None of them leads to the driver's own exception.
    """
    sqlalchemy = extra("sql", "sqlalchemy", "data.sql")
    rows = 0

    def failed(error: Exception) -> MlctlError:
        return refused_query(error, address, rows)

    with ExitStack() as stack:
        connection = _connect(sqlalchemy, address, stack)
        result = guarded(lambda: _execute(sqlalchemy, connection, statement, sql), failed)
        stack.callback(_close, result)
        names = list(result.keys()) if result.returns_rows else []
        if not names:
            raise UsageError("data.sql: the statement returns no columns", "write a query that reads")
        check_names(names, "data.sql: the result")
        partitions = result.yield_per(max(1, min(_MOST_ROWS, _CELLS // len(names)))).partitions()
        while batch := guarded(lambda: next(partitions, None), failed):
            yield to_batch(names, batch, rows + 1)
            rows += len(batch)


def _connect(sqlalchemy: Any, address: Address, stack: ExitStack) -> Any:
    engine = guarded(lambda: _engine(sqlalchemy, address), lambda error: _no_engine(error, address))
    stack.callback(engine.dispose)
    connection = guarded(engine.connect, lambda error: cannot_connect(error, address))
    stack.callback(_close, connection)
    return connection


def _engine(sqlalchemy: Any, address: Address) -> Any:
    backend = address.url.get_backend_name()
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if backend in _REPEATABLE else {}
    if backend == "postgresql" and "connect_timeout" not in address.url.query:
        options["connect_args"] = {"connect_timeout": _TIMEOUT}
    return sqlalchemy.create_engine(
        address.url, poolclass=sqlalchemy.pool.NullPool, hide_parameters=True, **options
    )


def _no_engine(error: Exception, address: Address) -> MlctlError:
    if isinstance(error, ModuleNotFoundError):
        library = str(error.name)
        if library in _EXTRAS:
            return missing("data.sql.url", library, _EXTRAS[library])
        return MlctlError(
            f"data.sql.url needs {library}, which is not installed",
            f"pip install its driver; SQLAlchemy's pages on {address.url.get_backend_name()} name it",
        )
    return UsageError(
        f"data.sql.url: {reason_of(error, address)}",
        "it begins with a dialect of SQLAlchemy: postgresql://, mysql+pymysql://, sqlite:///file",
    )


def _execute(sqlalchemy: Any, connection: Any, statement: Statement, sql: Sql) -> Any:
    streaming = connection.execution_options(stream_results=True, postgresql_readonly=True)
    for first in _FIRST.get(connection.dialect.name, ()):
        streaming.exec_driver_sql(first, execution_options={"stream_results": False}).close()
    # A colon that begins no name of ours is none of SQLAlchemy's either.
    text = statement.render(lambda name: f":{name}", lambda piece: piece.replace(":", r"\:"))
    return streaming.execute(sqlalchemy.text(text), dict(sql.parameters))


def _close(opened: Any) -> None:
    with suppress(Exception):  # a connection that broke cannot say goodbye, and all has been said
        opened.close()
