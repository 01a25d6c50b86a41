"""A model of scikit-learn behind the same face as a portable one: for what the portable form cannot hold."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import threadpoolctl

from mlctl.actions.asked import as_fitted, asked, open_to_ask
from mlctl.actions.evaluate import load_model
from mlctl.bundle.runtime import InputError, Prediction, Predictions
from mlctl.bundle.runtime.schema import Column as Plain
from mlctl.bundle.runtime.schema import Schema
from mlctl.data.conform import conform
from mlctl.domain.columns import Column
from mlctl.domain.records import Experiment
from mlctl.errors import DataError
from mlctl.store.store import Store

_TRUTH = {1.0: True, 0.0: False}


class Fitted:
    """A fitted pipeline that takes rows as mappings; see :class:`mlctl.bundle.runtime.Model`.

    Parameters
    ----------
    pipeline : estimator
        Fitted on a frame with ``columns``.
    columns : sequence of Column
        The features.
    task : {"classification", "regression"}
        The task.
    classes : sequence
        The labels; empty for a regression.
    dates : mapping
        Column to the form of its dates.
    missing : sequence of str
        Texts that stand for a missing value.
    """

    def __init__(
        self,
        pipeline: Any,
        columns: Sequence[Column],
        task: str,
        classes: Sequence[Any],
        dates: Mapping[str, str],
        missing: Sequence[str],
    ) -> None:
        self.task = task
        self.classes = tuple(classes)
        self.has_probabilities = bool(classes) and hasattr(pipeline, "predict_proba")
        self._pipeline, self._columns = pipeline, tuple(columns)
        plain = [Plain(column.name, column.kind, dates.get(column.name)) for column in columns]
        self._schema = Schema(plain, missing)
        self.columns = self._schema.columns

    def predict_row(self, row: Mapping[str, Any], *, number: int = 1) -> Any:
        """Return the answer to one row."""
        return next(iter(self.predict_rows([row], first=number)))

    def predict_rows(
        self, rows: Iterable[Mapping[str, Any]], *, first: int = 1, bad: list[InputError] | None = None
    ) -> Predictions:
        """Return the answers to several rows; bad ones are set aside where there is a list for them."""
        cells, kept = [], []
        for place, row in enumerate(rows):
            try:
                cells.append(self._schema.row(row, first + place))
                kept.append(place)
            except InputError as error:
                if bad is None:
                    raise
                bad.append(error)
        if not cells:
            return Predictions([], None, [])
        try:
            return self._answers(self._frame(cells), kept, first)
        except InputError:
            if bad is None:
                raise
        return self._one_by_one(cells, kept, first, bad)

    def _one_by_one(
        self, cells: list[Any], kept: list[int], first: int, bad: list[InputError]
    ) -> Predictions:
        """Find the rows that the model itself refuses, for whose sake it refused all of them."""
        values: list[Any] = []
        chances: list[Any] = []
        good: list[int] = []
        for cell, place in zip(cells, kept, strict=True):
            try:
                found = self._answers(self._frame([cell]), [place], first)
            except InputError as error:
                bad.append(InputError(first + place, error.column, error.message))
                continue
            good.append(place)
            values += found.values
            chances += found.probabilities or []
        bad.sort(key=lambda error: error.row)
        return Predictions(values, chances if self.has_probabilities else None, good)

    def _answers(self, frame: pd.DataFrame, kept: list[int], first: int) -> Predictions:
        try:
            with threadpoolctl.threadpool_limits(1):
                rows = as_fitted(self._pipeline, frame)
                values = np.asarray(self._pipeline.predict(rows)).ravel()
                chances = self._pipeline.predict_proba(rows) if self.has_probabilities else None
        except (
            ValueError,
            TypeError,
        ) as error:  # an estimator without preprocessing takes no gap, no new label
            reason = str(error).strip().partition("\n")[0]
            raise InputError(first + kept[0], None, f"the model cannot take these rows: {reason}") from None
        return Predictions(values.tolist(), None if chances is None else np.asarray(chances).tolist(), kept)

    def _frame(self, cells: list[Any]) -> pd.DataFrame:
        columns = {
            column.name: _series(column, list(values))
            for column, values in zip(self._columns, zip(*cells, strict=True), strict=True)
        }
        try:
            return conform(pd.DataFrame(columns), self._columns, {})
        except DataError as error:
            raise InputError(1, None, error.message) from None


def _series(column: Column, values: list[Any]) -> Any:
    if column.kind == "boolean":
        return pd.Series([_TRUTH.get(value) for value in values], dtype="object")
    if column.kind == "date":  # microseconds since 1970
        return pd.to_datetime(pd.Series(values, dtype="Int64"), unit="us")
    return pd.Series(values, dtype="float64" if column.kind == "number" else "object")


def fitted(store: Store, experiment: Experiment, missing: Sequence[str], *, trust: bool = False) -> Fitted:
    """Return an experiment's model.

    Raises
    ------
    NotFoundError, DamagedError, RefusedError
        As :func:`mlctl.actions.evaluate.load_model` raises them.
    """
    with open_to_ask(store, experiment, trust=trust) as record:
        pipeline = load_model(record, trust=trust)
        found = asked(record, pipeline)
        return Fitted(pipeline, found.columns, found.task, found.classes, found.dates, missing)


__all__ = ["Fitted", "Prediction", "fitted"]
