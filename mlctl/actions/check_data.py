"""Hold new rows to what training saw: the same check for a person, for training and for what comes later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl.actions import datasets, tables
from mlctl.actions.locate import Place
from mlctl.actions.model_drift import Model, behind
from mlctl.actions.own_steps import stepped
from mlctl.data.drift import Drift, drift
from mlctl.data.pandera_schema import PYTHON, enforcing, is_pandera
from mlctl.data.pandera_script import pandera_script
from mlctl.data.validate import Validation, validate
from mlctl.data.validate_schema import read_schema, schema_text
from mlctl.domain.metrics import Task
from mlctl.domain.records import Dataset

SCHEMA_SUFFIXES = {".yaml", ".yml", PYTHON}


@dataclass(frozen=True, slots=True)
class Reference:
    """What new rows are held to: a dataset's schema, or one that a person wrote.

    Attributes
    ----------
    dataset : Dataset or None
        None for a schema file.
    pandera : Path or None
        The file, where pandera is to enforce it; there are no columns then.
    """

    label: str
    columns: Sequence[Mapping[str, Any]]
    rows: int | None
    copies: float | None
    dataset: Dataset | None
    pandera: Path | None = None

    @property
    def target(self) -> str | None:
        """The column that is learned, where the schema names one."""
        return next((str(c["column"]) for c in self.columns if c.get("role") == "target"), None)


def reference(place: Place, word: str) -> Reference:
    """Return the schema that a word names: a file, mlctl's own or pandera's; a dataset, or an experiment."""
    path = Path(word)
    if path.suffix in SCHEMA_SUFFIXES and datasets.storable(path):
        if is_pandera(path):
            return Reference(word, (), None, None, None, path)
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
    if known.pandera:
        with enforcing(known.pandera) as enforce, tables.named(place, word) as found:
            return known, enforce(found.table.frame)
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


def pandera_schema(dataset: Dataset) -> str:
    """Return a dataset's schema as a Python file for pandera."""
    return pandera_script(dataset.schema)


def drifted(place: Place, word: str, against: str, *, trust: bool = False) -> Drift:
    """Compare a file, or a dataset, with another; by an experiment's model where it has one.

    Parameters
    ----------
    against : str
        A file, a dataset, or an experiment: its model's answers are then compared as well, and the columns
        that it heeds are the important ones.
    trust : bool, default=False
        Also load a model whose types mlctl does not know.

    Raises
    ------
    DataError
        When the model cannot answer for the rows: a column is missing, or of another kind.
    """
    with behind(place, against, trust=trust) as model:
        if model is not None:
            return _by_model(place, word, model)
    with tables.named(place, against) as before, tables.named(place, word, before.dataset) as now:
        frame = now.table.frame
        if now.served and before.target in frame:  # some requests carried it, for no use
            frame = frame.drop(columns=before.target)
        return drift(before.table.frame, frame, roles=before.roles)


def _by_model(place: Place, word: str, model: Model) -> Drift:
    reference, rows = model.recorded.table.frame, model.held_out()
    with tables.named(place, word, model.dataset) as now:
        frame = stepped(model.recorded.parameters, now.table, model.recorded.rules).frame
        if now.served:  # callers send more than is asked for, the target in some requests for instance
            frame = frame[[name for name in frame if name in model.names]]
        hidden = [name for name in now.redacted if name in model.names and name not in frame]
        found = drift(
            reference,
            frame,
            roles=model.roles,
            importance=model.importance(),
            predictions=None if hidden else (model.answers(reference.iloc[rows]), model.answers(frame)),
            predicted=None if hidden else rows,
            seed=model.recorded.parameters.seed,
        )
    told = [(name, "is redacted in the served log") for name in hidden]
    without = [("predictions", "cannot be made without what is redacted")] if hidden else []
    others = [pair for pair in found.left_out if pair[0] not in hidden]
    return replace(found, left_out=(*others, *told, *without))
