"""A table by the word that names it: a file, a built-in set, a dataset, or an experiment's data."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlctl.actions import datasets
from mlctl.actions.acquire import fetch
from mlctl.actions.locate import Place
from mlctl.actions.recorded import dataset_table
from mlctl.actions.served_log import is_log
from mlctl.actions.served_log_table import write_inputs
from mlctl.data.read import ReadTable, read
from mlctl.data.sources import resolve
from mlctl.domain.records import Dataset
from mlctl.params.model import Data


@dataclass(frozen=True, slots=True)
class Named:
    """A table, and what is known of it.

    Attributes
    ----------
    label : str
        What to call it.
    dataset : Dataset or None
        Its record; None for a file.
    roles : mapping
        Column to role, as training had it; empty for a file.
    changed : tuple of str
        How the rows differ from those that were recorded, where they had to be fetched again.
    redacted : tuple of str
        Columns that a served log was told to leave out.
    served : bool
        Whether it is what a server was asked.
    """

    label: str
    table: ReadTable
    dataset: Dataset | None
    roles: Mapping[str, str]
    changed: tuple[str, ...] = ()
    redacted: tuple[str, ...] = ()
    served: bool = False

    @property
    def target(self) -> str | None:
        """The column that was learned, where that is known."""
        return next((column for column, role in self.roles.items() if role == "target"), None)


def is_file(word: str) -> bool:
    """Tell whether a word names data outside the store."""
    return word.startswith("sklearn:") or "://" in word or "*" in word or datasets.storable(Path(word))


@contextmanager
def named(place: Place, word: str, like: Dataset | None = None) -> Iterator[Named]:
    """Read a table.

    Parameters
    ----------
    word : str
        A file or glob, ``sklearn:iris``, a dataset's name, a reference to an experiment, or a directory with
        a served log: the inputs that were logged.
    like : Dataset or None
        A file is read in the way that this one was: delimiter, marks for missing values, dates, types.

    Raises
    ------
    NotFoundError
        When nothing answers.
    DataError
        When it cannot be read.
    """
    if is_log(place.start / word):
        with _scratch() as scratch:
            yield _served(word, place.start / word, scratch, like)
        return
    if is_file(word):
        with _scratch() as scratch:
            yield Named(word, _file(word, place.start, scratch, like), None, {})
        return
    store = place.open()
    dataset = datasets.find(store, word)
    with store.scratch() as scratch:
        table, changed = dataset_table(store, dataset, section(dataset), scratch)
        label = f"{dataset.project_name}:{dataset.dataset}"
        yield Named(label, table, dataset, roles_of(dataset), changed)


def roles_of(dataset: Dataset) -> dict[str, str]:
    """Return column to role, for those that are no plain features."""
    return {c["column"]: c["role"] for c in dataset.schema if c.get("role", "feature") != "feature"}


def section(dataset: Dataset | None) -> Data:
    """Return how a dataset was read, as the parameters file says it."""
    told: dict[str, Any] = dict(dataset.read) if dataset else {}
    target = (
        next((c["column"] for c in dataset.schema if c.get("role") == "target"), None) if dataset else None
    )
    return Data.model_validate({"path": "file", "target": target or datasets.NO_TARGET} | told)


def _file(word: str, base: Path, scratch: Path, like: Dataset | None) -> ReadTable:
    if like is None:
        return fetch(datasets.loaded_for(word, "data", None), base, scratch).table
    data = section(like)
    place = {"source": word, "path": None} if word.startswith("sklearn:") else {"path": (word,)}
    there = data.model_copy(update=place)
    return read(resolve(there, base, scratch).members, there)


def _served(word: str, folder: Path, scratch: Path, like: Dataset | None) -> Named:
    """Read what a server was asked, as a file that was written like the other table."""
    path, redacted = write_inputs(folder, scratch)
    if like is None:
        table = fetch(datasets.loaded_for(str(path), "data", None), scratch, scratch).table
        return Named(word, table, None, {}, redacted=redacted, served=True)
    plain = {"path": (str(path),), "source": None, "delimiter": None, "encoding": "utf-8"}
    data = section(like).model_copy(update=plain)
    table = read(resolve(data, scratch, scratch).members, data)
    return Named(word, table, None, {}, redacted=redacted, served=True)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
