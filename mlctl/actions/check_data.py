"""Hold new rows to what training saw: the same check for a person, for training and for what comes later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl.actions import datasets, tables
from mlctl.actions.locate import Place
from mlctl.data.drift import Drift, drift
from mlctl.data.validate import Validation, validate
from mlctl.data.validate_schema import read_schema, schema_text
from mlctl.domain.metrics import Task
from mlctl.domain.records import Dataset

SCHEMA_SUFFIXES = {".yaml", ".yml"}


@dataclass(frozen=True, slots=True)
class Reference:
    """What new rows are held to: a dataset's schema, or one that a person wrote.

    Attributes
    ----------
    dataset : Dataset or None
        None for a schema file.
    """

    label: str
    columns: Sequence[Mapping[str, Any]]
    rows: int | None
    copies: float | None
    dataset: Dataset | None

    @property
    def target(self) -> str | None:
        """The column that is learned, where the schema names one."""
        return next((str(c["column"]) for c in self.columns if c.get("role") == "target"), None)


def reference(place: Place, word: str) -> Reference:
    """Return the schema that a word names: a YAML file, a dataset, or an experiment."""
    path = Path(word)
    if path.suffix in SCHEMA_SUFFIXES and datasets.storable(path):
        written = read_schema(path)
        return Reference(word, written.columns, written.rows, written.copies, None)
    found = datasets.find(place.open(), word)
    return Reference(f"{found.project_name}:{found.dataset}", found.schema, found.rows, None, found)


def check(place: Place, word: str, against: str, now: datetime) -> tuple[Reference, Validation]:
    """Validate a file, or a dataset, against a schema.

    Raises
    ------
    NotFoundError
        When either is not found.
    """
    known = reference(place, against)
    with tables.named(place, word, known.dataset) as found:
        return known, hold(found.table.frame, known, None, now)


def hold(frame: Any, known: Reference, task: Task | None, now: datetime) -> Validation:
    """Validate a table that was read; the target is looked at where the table has it."""
    target = known.target if known.target in frame else None
    return validate(
        frame, known.columns, target=target, task=task, now=now, rows=known.rows, copies=known.copies
    )


def written_schema(dataset: Dataset) -> str:
    """Return a dataset's schema as the YAML that a person edits."""
    return schema_text(dataset.schema, rows=dataset.rows)


def drifted(place: Place, word: str, against: str) -> Drift:
    """Compare a file, or a dataset, with another."""
    with tables.named(place, against) as before, tables.named(place, word, before.dataset) as now:
        return drift(before.table.frame, now.table.frame, roles=before.roles)
