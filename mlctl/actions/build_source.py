"""What a bundle is made from: the stored model, and what scikit-learn itself answers with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import threadpoolctl

from mlctl.actions.asked import as_fitted, asked
from mlctl.actions.evaluate import load_model
from mlctl.actions.fitted_service import Fitted
from mlctl.actions.make_offer import rows_of
from mlctl.actions.recorded import Recorded
from mlctl.bundle.file import contents
from mlctl.bundle.file.golden import Answer, Row, chosen, golden
from mlctl.bundle.runtime import InputError
from mlctl.data.csv_file import MISSING
from mlctl.domain.columns import Column
from mlctl.domain.records import Dataset, Experiment

CHECKED = 1000
"""Held-out rows on which the bundle has to answer as scikit-learn does."""

_FACTS = ("quantiles", "range", "categories")


@dataclass(frozen=True, slots=True)
class Source:
    """A model with what a bundle of it needs; rows are as JSON holds them."""

    record: Recorded
    fitted: Any
    face: Fitted
    experiment: Experiment
    dataset: Dataset
    columns: Sequence[Column]
    schema: Row
    golden: dict[str, Any]
    held: dict[str, Any]


def source_of(record: Recorded, experiment: Experiment, *, trust: bool) -> Source:
    """Load an experiment's model, and ask it about the rows that a bundle is held against.

    Raises
    ------
    DamagedError, RefusedError
        When it has no model, a file is not as it was, or the model needs trust.
    """
    fitted = load_model(record, trust=trust)
    found, data = asked(record, fitted), record.parameters.data
    columns, frame = found.columns, found.frame.iloc[:CHECKED]
    names = [column.name for column in columns]
    rows, missing = rows_of(frame, names), ("", *data.missing)
    face = Fitted(fitted, columns, found.task, found.classes, found.dates, missing)
    held: dict[str, Any] = {
        "columns": names,
        "rows": [list(row.values()) for row in rows],
        "answers": _answers(face, fitted, frame),
    }
    gaps = [_gap(answer) for answer in held["answers"]]
    picked = chosen(rows, {column.name: column.kind for column in columns}, gaps)
    seen = {
        str(one["column"]): {key: one[key] for key in _FACTS if key in one} for one in found.dataset.schema
    }
    schema = contents.schema(
        columns, experiment, found.target, face.classes, found.dates, seen, missing, (*MISSING, *data.missing)
    )
    told = golden(picked, lambda row: _answer(face, row), names)
    return Source(record, fitted, face, experiment, found.dataset, columns, schema, told, held)


def _answers(face: Fitted, fitted: Any, frame: Any) -> list[Answer]:
    """Return scikit-learn's answers to a whole table."""
    with threadpoolctl.threadpool_limits(1):
        rows = as_fitted(fitted, frame)
        values = np.asarray(fitted.predict(rows)).ravel().tolist()
        chances = np.asarray(fitted.predict_proba(rows)).tolist() if face.has_probabilities else None
    return list(zip(values, chances or [None] * len(values), strict=True))


def _answer(face: Fitted, row: Row) -> Answer:
    try:
        with np.errstate(all="ignore"):
            found = face.predict_row(row)
    except InputError:
        return None
    return found.value, found.probabilities


def _gap(answer: Answer) -> float | None:
    if answer is None or answer[1] is None or len(answer[1]) < 2:
        return None
    second, best = sorted(answer[1])[-2:]
    return best - second
