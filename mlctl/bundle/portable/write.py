"""A fitted pipeline as plain data: a JSON header and raw little-endian arrays.

``docs/portable.md`` is the format's specification; :mod:`mlctl.bundle.runtime` reads it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sklearn
from sklearn.base import is_classifier

# Importing them registers what they write.
from mlctl.bundle.portable import (  # noqa: F401
    combining,
    encoding,
    frames,
    growing,
    linears,
    machines,
    numerics,
    own,
    scaling,
    wording,
)
from mlctl.bundle.portable.labels import classes_of
from mlctl.bundle.portable.refusal import NotPortable
from mlctl.bundle.portable.registry import Given, Sink, write_estimator
from mlctl.bundle.runtime.container import FORMAT, MAGIC
from mlctl.bundle.runtime.errors import FormatError
from mlctl.bundle.runtime.model import load
from mlctl.domain.columns import Column

_LETTERS = {"number": "n", "boolean": "b", "category": "t", "text": "t", "date": "d"}


@dataclass(frozen=True, slots=True)
class Portable:
    """A model in the portable form.

    Attributes
    ----------
    header : dict
        What it does, as JSON holds it.
    arrays : bytes
        Its numbers, one array after another.
    """

    header: dict[str, Any]
    arrays: bytes

    def to_bytes(self) -> bytes:
        """Return the file: the same model gives the same bytes."""
        text = json.dumps(
            self.header, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
        ).encode("utf-8")
        return MAGIC + len(text).to_bytes(8, "little") + text + bytes(-len(text) % 8) + self.arrays


def portable(pipeline: Any, *, columns: Sequence[Column], dates: Mapping[str, str] | None = None) -> Portable:
    """Write a fitted pipeline exactly, or not at all.

    Parameters
    ----------
    pipeline : estimator
        Fitted; takes a frame with ``columns``, as :func:`mlctl.data.conform.conform` makes it.
    columns : sequence of Column
        The columns that a row has to name: those that the pipeline was fitted on, in their order.
    dates : mapping, optional
        ``data.dates``: column to the strptime form of its texts.

    Raises
    ------
    NotPortable
        Naming the part that cannot be written, and why.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> model = Ridge().fit(np.array([[0.0], [1.0]]), np.array([1.0, 3.0]))
    >>> written = portable(model, columns=[Column("x", "number", 2, 0)]).to_bytes()
    >>> round(load(written).predict_row({"x": 0.5}).value, 12)
    2.0
    """
    kept = _in_order(pipeline, columns)
    sink, forms = Sink(), dates or {}
    given = Given("".join(_LETTERS[column.kind] for column in kept))
    try:
        model = write_estimator(sink, pipeline, given)
    except (AttributeError, KeyError) as error:
        # A private name that another scikit-learn spells differently.
        raise NotPortable(
            f"{type(pipeline).__name__}: scikit-learn {sklearn.__version__} keeps it another way: {error}"
        ) from error
    header = {
        "format": FORMAT,
        "about": {"scikit_learn": sklearn.__version__},
        "task": "classification" if is_classifier(pipeline) else "regression",
        "classes": classes_of(pipeline, 1) if is_classifier(pipeline) else [],
        "columns": [_described(column, forms.get(column.name)) for column in kept],
        "model": model,
        "arrays": sink.entries,
    }
    written = Portable(header, sink.data())
    _reread(written)
    return written


def _in_order(pipeline: Any, columns: Sequence[Column]) -> list[Column]:
    names = getattr(pipeline, "feature_names_in_", None)
    if names is None:
        return list(columns)
    known = {column.name: column for column in columns}
    absent = [str(name) for name in names if name not in known]
    if absent:
        raise NotPortable(f"the pipeline was fitted on columns that are not named: {', '.join(absent[:5])}")
    return [known[name] for name in names]


def _described(column: Column, form: str | None) -> dict[str, str]:
    described = {"name": column.name, "kind": column.kind}
    return described | {"form": form} if column.kind == "date" and form is not None else described


def _reread(written: Portable) -> None:
    """Refuse what the runtime would refuse: a number that is not finite, say."""
    try:
        load(written.to_bytes(), numpy=False)
    except (FormatError, ValueError) as error:
        raise NotPortable(f"the model cannot be written as plain data: {error}") from error
