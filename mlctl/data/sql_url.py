"""The address of a database: taken apart, and told without what is secret in it."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from mlctl.data.extras import extra
from mlctl.domain.secrets import hide_secrets, is_secret
from mlctl.errors import NotFoundError, UsageError
from mlctl.params.model import Sql

_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""What a bare name stands for. SQLAlchemy 2.0 means another driver than 2.1 by it."""

_ODBC = re.compile(r"\b(?:pwd|password|uid|user)=([^;]+)", re.IGNORECASE)
_SHORT = 3
"""Characters: a shorter secret is hidden where it stands alone only, or the message could not be read."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is.

    Attributes
    ----------
    url : sqlalchemy.URL
        With all that is needed to connect.
    name : str
        What errors call it: ``postgresql database 'sales' at db.example.org:5432``.
    secrets : tuple of str
        What no message may hold, the longest first.
    user : str
        The user's name, which no message holds as a word of its own.
    """

    url: Any = field(repr=False)
    name: str
    secrets: tuple[str, ...] = field(repr=False)
    user: str = field(default="", repr=False)

    def hide(self, text: str) -> str:
        """Return a message without what is secret in the address."""
        for secret in self.secrets:
            text = text.replace(secret, "***") if len(secret) > _SHORT else _without_word(secret, text)
        return hide_secrets(_without_word(self.user, text) if self.user else text)


def parse_url(sql: Sql, base: Path, bound: Mapping[str, Any]) -> Address:
    """Take an address apart.

    Parameters
    ----------
    sql : Sql
        Its ``url`` is ``dialect[+driver]://user:password@host:port/database?key=value``; the path of an
        SQLite file is relative to ``base``.
    base : Path
        The parameters file's directory.
    bound : mapping
        Values that came from the environment and are secret as well.

    Raises
    ------
    NotFoundError
        When the database is a file that is not there.
    UsageError
        When it is no address. What was typed is not shown, since it may hold a password.
    """
    sqlalchemy = extra("sql", "sqlalchemy", "data.sql.url")
    url = _made(sqlalchemy, sql)
    if url is None or "@" in _place(url):
        raise UsageError(
            "data.sql.url: is not the address of a database",
            "write dialect://user:password@host:port/database, a strange character in the password as % and "
            "its code: @ is %40, / is %2F, : is %3A",
        )
    url = _in_place(url, base) if _is_file(url) else _with_driver(url)
    secrets = {*_secrets(url), *_forms(str(value) for value in bound.values())}
    return Address(url, _name(url), tuple(sorted(secrets, key=len, reverse=True)), url.username or "")


def database_file(name: str, base: Path) -> Path:
    """Return the path of a database that is a file.

    Raises
    ------
    NotFoundError
        When it is not there: who connects to SQLite makes the file that is missing.
    """
    path = base.absolute() / name
    if not path.is_file():
        beside = [entry.name for entry in path.parent.glob("*") if entry.is_file()]
        near = difflib.get_close_matches(path.name, beside, n=3)
        raise NotFoundError(
            f"data.sql.url: there is no database file {path}",
            f"there are {', '.join(near)}"
            if near
            else "relative paths start from the parameters file's directory",
        )
    return path


def _made(sqlalchemy: Any, sql: Sql) -> Any:
    try:
        return sqlalchemy.make_url(sql.url)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        return None


def _is_file(url: Any) -> bool:
    return bool(url.get_backend_name() == "sqlite")


def _place(url: Any) -> str:
    return f"{url.host or ''}{'' if _is_file(url) else url.database or ''}"


def _with_driver(url: Any) -> Any:
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _in_place(url: Any, base: Path) -> Any:
    if url.database in (None, "", ":memory:") or url.database.startswith("file:"):
        return url
    return url.set(database=str(database_file(url.database, base)))


def _name(url: Any) -> str:
    database = f" {url.database!r}" if url.database else ""
    host = url.host or url.query.get("host")
    at = f" at {host}{f':{url.port}' if url.port else ''}" if host else ""
    return f"{url.get_backend_name()} database{database}{at}"


def _secrets(url: Any) -> Iterator[str]:
    if url.password:
        yield from _forms([url.password])
    for key, values in url.query.items():
        for value in (values,) if isinstance(values, str) else values:
            yield from _forms([value] if is_secret(key) else _ODBC.findall(unquote_plus(value)))


def _forms(values: Iterable[str]) -> Iterator[str]:
    for value in filter(None, values):
        yield from (value, quote(value, safe=""), quote_plus(value), repr(value)[1:-1])


def _without_word(word: str, text: str) -> str:
    # Inside a longer word it is that word's: a user named "post" would garble "postgresql".
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "***", text)
