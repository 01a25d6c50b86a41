"""What a person names as a store of MLflow, and what its project is called by default."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlctl.interop.mlflow.client_read import client_store
from mlctl.interop.mlflow.find_store import find_store
from mlctl.interop.mlflow.read_database import DatabaseStore
from mlctl.interop.mlflow.read_files import FileStore
from mlctl.interop.mlflow.source import Source

_FILE, _SQLITE = "file://", "sqlite:///"


@contextmanager
def open_source(where: str, base: Path) -> Iterator[tuple[Source, str]]:
    """Open a store of MLflow for the length of a block.

    Parameters
    ----------
    where : str
        A directory, ``file://…``, ``sqlite:///…``, or the address of a server.
    base : Path
        What a relative path is relative to.

    Yields
    ------
    tuple of (Source, str)
        The store, and what its project may be named after: the directory around it, or the host.

    Raises
    ------
    NotFoundError, UsageError, DamagedError
        When it is no such store; what it is instead is said where that can be seen.
    MlctlError
        When the client is not installed, or the server does not answer.
    """
    if where.startswith(_FILE):
        where = unquote(urlsplit(where).path)
    if where.startswith(_SQLITE):
        file = base / where.removeprefix(_SQLITE)
        with closing(DatabaseStore(file)) as database:
            yield database, _around(file)
    elif "://" in where:
        with client_store(where) as server:
            yield server, "" if server.name == "localhost" or server.name[-1].isdigit() else server.name
    else:
        root = find_store(base / where)
        yield FileStore(root), _around(root)


def _around(place: Path) -> str:
    """Return the name of the directory around a store: ``iris`` for ``iris/mlruns``."""
    return place.resolve().parent.name
