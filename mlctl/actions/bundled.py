"""A model of scikit-learn out of a bundle: what the bundle's own program calls in its ``lib/``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlctl.actions.fitted_service import Fitted
from mlctl.domain.columns import Column
from mlctl.ml.model_file import load


def load_fitted(path: str, schema: Mapping[str, Any], missing: Sequence[str]) -> Fitted:
    """Load a model; this runs code.

    Parameters
    ----------
    path : str
        The model's file.
    schema : mapping
        The bundle's ``schema.json``.
    missing : sequence of str
        Texts that stand for a missing value.

    Raises
    ------
    NotFoundError, DamagedError, MlctlError
        As :func:`mlctl.ml.model_file.load` raises them.
    """
    columns = [Column(one["name"], one["kind"], 0, 0) for one in schema["columns"]]
    dates = {one["name"]: one["form"] for one in schema["columns"] if "form" in one}
    pipeline = load(Path(path), trust=True)
    return Fitted(pipeline, columns, schema["task"], schema["classes"], dates, tuple(missing))
