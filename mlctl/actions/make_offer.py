"""From an experiment to what is served: the portable model where it can be, scikit-learn's otherwise."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import threadpoolctl

from mlctl.actions import locate
from mlctl.actions import offer as offers
from mlctl.actions.asked import Asked, as_fitted, asked, open_to_ask
from mlctl.actions.evaluate import load_model
from mlctl.actions.locate import Place
from mlctl.actions.offer import Offer
from mlctl.actions.recorded import Recorded
from mlctl.bundle.portable.refusal import NotPortable
from mlctl.bundle.portable.write import portable
from mlctl.bundle.runtime import load
from mlctl.data.csv_file import MISSING
from mlctl.domain.columns import Column
from mlctl.domain.records import Experiment
from mlctl.store.store import Store

CHECKED = 1000
"""Held-out rows on which the portable model has to answer as scikit-learn does."""

KEPT = 256
"""Rows that are laid beside the model."""

TOLERANCE = 1e-9
"""Relative, and absolute below 1."""

_FACTS = ("quantiles", "range", "categories")


def make(store: Store, experiment: Experiment, directory: Path, *, trust: bool = False) -> Offer:
    """Lay out a model for serving.

    Parameters
    ----------
    directory : Path
        Empty; gets the offer.
    trust : bool, default=False
        Also load a model whose types mlctl does not know.

    Raises
    ------
    NotFoundError, DamagedError, RefusedError
        When it has no model, a file is not as it was, or the model needs trust.
    """
    with open_to_ask(store, experiment, trust=trust) as record:
        fitted = load_model(record, trust=trust)
        found = asked(record, fitted)
        columns, frame = found.columns, found.frame.iloc[:CHECKED]
        missing = ("", *record.parameters.data.missing)
        made = Offer(
            experiment.project_name,
            experiment.model_name,
            experiment.model_version_id,
            "sklearn",
            size=(record.directory / experiment.artifact_file_paths["model"]).stat().st_size,
            missing=missing,
            csv_missing=(*MISSING, *missing),
            about=_about(found, experiment),
        )
        rows = rows_of(frame, [column.name for column in columns])
        data = None
        try:
            data = _portable(fitted, columns, record, frame, rows)
            made = replace(made, tier="portable", size=len(data))
        except NotPortable as refused:
            made = replace(made, reason=refused.message)
    offers.write(directory, made, rows[:KEPT], data)
    return made


def _portable(
    fitted: Any, columns: Sequence[Column], record: Recorded, frame: pd.DataFrame, rows: list[dict[str, Any]]
) -> bytes:
    data = portable(fitted, columns=columns, dates=record.parameters.data.dates).to_bytes()
    if rows:
        with threadpoolctl.threadpool_limits(1):
            wanted = np.asarray(fitted.predict(as_fitted(fitted, frame))).ravel().tolist()
        found = [answer.value for answer in load(data).predict_rows(rows)]
        _check_same(wanted, found)
    return data


def _check_same(wanted: list[Any], found: list[Any]) -> None:
    for one, other in zip(wanted, found, strict=True):
        if one != other and not _near(one, other):
            raise NotPortable(f"the portable model answers {other!r} where scikit-learn answers {one!r}")


def _near(one: Any, other: Any) -> bool:
    numbers = isinstance(one, float) and isinstance(other, float)
    return numbers and bool(np.isclose(one, other, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))


def rows_of(frame: pd.DataFrame, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows as JSON holds them: missing values as None, dates as ISO 8601."""
    columns = [[_plain(value) for value in frame[name].tolist()] for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    return value.isoformat() if isinstance(value, pd.Timestamp) else value


def _about(found: Asked, experiment: Experiment) -> dict[str, Any]:
    schema = found.dataset.schema
    columns = {str(one["column"]): {key: one[key] for key in _FACTS if key in one} for one in schema}
    columns.pop(found.target, None)
    return {
        "columns": columns,
        "target": found.target,
        "rung": experiment.rung,
        "created_datetime": experiment.created_datetime,
    }


def main() -> None:
    """Lay out the champion of a model: ``STORE PROJECT MODEL DIRECTORY TRUST``; what a server follows."""
    store, project, model, directory, trust = sys.argv[1:]
    opened = Place(Path(store), Path(store), {}, "mlctl serve").open()
    champion = locate.experiment(opened, "champion", project, model)
    made = make(opened, champion, Path(directory), trust=trust == "1")
    sys.stdout.write(json.dumps({"version": made.version}) + "\n")


if __name__ == "__main__":
    main()
