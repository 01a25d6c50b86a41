"""``data.sql``: a query's rows as one Parquet file, and what is remembered of where they came from."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlctl.data import duck, sql_stream
from mlctl.data.fingerprint import rows_fingerprint
from mlctl.data.rows_file import write_rows
from mlctl.data.sql_text import Statement, parse
from mlctl.data.sql_url import parse_url
from mlctl.domain.secrets import hide_secrets
from mlctl.errors import DataError, UsageError
from mlctl.files.trouble import explained
from mlctl.params.model import Sql
from mlctl.params.words import did_you_mean

RESULT = "data.parquet"
"""What the file of a result is called."""

_NO_ORDER = (
    "the query has no ORDER BY: the database may give the same rows in another order the next time, and then "
    "they count as changed"
)

_REORDERS = ("join", "group by", "distinct", "union", "intersect", "except", "pivot")


@dataclass(frozen=True, slots=True)
class Result:
    """Rows that were fetched.

    Attributes
    ----------
    path : Path
        The Parquet file.
    described : dict
        ``sql`` with the query's text, its parameters and the address, each as it was typed where the
        environment had a say; ``rows``; ``fingerprint`` of the rows; ``isolation``.
    notes : tuple of str
        What a person should know of it.
    """

    path: Path
    described: dict[str, Any] = field(repr=False)
    notes: tuple[str, ...] = ()


def run_query(sql: Sql, base: Path, scratch: Path, typed: Mapping[str, Any]) -> Result:
    """Fetch the rows of a query.

    Parameters
    ----------
    sql : Sql
        The section, with the environment's values.
    base : Path
        The parameters file's directory.
    scratch : Path
        Where to write ``data.parquet``.
    typed : mapping
        The same section as it was typed: only this is described.

    Raises
    ------
    UsageError
        When the text is no query, or a parameter is missing or not asked for.
    NotFoundError
        When there is no such query file, database, table or column.
    DataError
        When there is no row, a column holds two kinds of values, or a value cannot be computed with.
    MlctlError
        When the database cannot be reached or breaks off.
    """
    base, scratch = base.absolute(), scratch.absolute()  # DuckDB reads from another working directory
    text, where = _text(sql, base)
    statement = parse(text, where)
    _check_parameters(statement, sql, where)
    target = scratch / RESULT
    batches, isolation = _batches(sql, statement, base, scratch, typed)
    with closing(batches):
        rows = write_rows(batches, target)
    if not rows:
        raise DataError(f"{where}: the query returned no row", "check its conditions and its parameters")
    described = {
        "sql": _described(sql, typed, text),
        "rows": rows,
        "fingerprint": rows_fingerprint(target),
        "isolation": isolation,
    }
    return Result(target, described, (_NO_ORDER,) if _may_reorder(sql, statement) else ())


def _text(sql: Sql, base: Path) -> tuple[str, str]:
    if sql.query is not None:
        return sql.query, "data.sql.query"
    path = base / str(sql.query_file)
    try:
        with explained("read", path):
            text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: byte {error.start:,} is not UTF-8 text", "save the query as UTF-8"
        ) from error
    return text, str(sql.query_file)


def _check_parameters(statement: Statement, sql: Sql, where: str) -> None:
    lacking = [name for name in statement.names if name not in sql.parameters]
    if lacking:
        raise UsageError(
            f"{where}: the query asks for :{', :'.join(lacking)}, and data.sql.parameters has no such value",
            f"add it: parameters: {{{lacking[0]}: …}}",
        )
    unused = [name for name in sql.parameters if name not in statement.names]
    if unused:
        raise UsageError(
            f"data.sql.parameters: the query does not ask for {', '.join(unused)}",
            did_you_mean(unused[0], statement.names) or f"write :{unused[0]} where its value belongs",
        )


def _batches(
    sql: Sql, statement: Statement, base: Path, scratch: Path, typed: Mapping[str, Any]
) -> tuple[Any, str]:
    if duck.is_duck(sql.url):
        return duck.stream(sql, statement, base, scratch), "one statement"
    shown = typed.get("parameters") or {}
    hidden = {name: value for name, value in sql.parameters.items() if shown.get(name) != value}
    address = parse_url(sql, base, hidden)
    return sql_stream.stream(address, statement, sql), sql_stream.isolation(address)


def _may_reorder(sql: Sql, statement: Statement) -> bool:
    """Tell whether equal rows may come in another order; SQLite, and DuckDB in a plain scan, keep it."""
    if statement.says("order by") or (sql.url or "").startswith("sqlite"):
        return False
    return not duck.is_duck(sql.url) or statement.says(*_REORDERS)


def _described(sql: Sql, typed: Mapping[str, Any], text: str) -> dict[str, Any]:
    url = typed.get("url")
    return {
        **({"url": hide_secrets(str(url))} if url else {}),
        "query": text,
        **({"query_file": sql.query_file} if sql.query_file else {}),
        "parameters": dict(typed.get("parameters") or {}),
    }
