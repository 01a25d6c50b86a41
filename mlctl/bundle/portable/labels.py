"""The labels of a classifier, as JSON holds them."""

from typing import Any

import numpy as np

from mlctl.bundle.portable.refusal import need


def classes_of(part: Any, least: int = 2) -> list[Any]:
    """Return a classifier's labels as Python's own values; refuse several outputs, and labels of other kinds.

    Parameters
    ----------
    part : classifier
        Fitted.
    least : int, default=2
        How many it needs at least.
    """
    classes = part.classes_
    need(isinstance(classes, np.ndarray) and classes.ndim == 1, part, "answers with several labels a row")
    plain = [_plain(label) for label in classes.tolist()]
    need(
        all(isinstance(label, str | bool | int | float) for label in plain),
        part,
        "has labels of another kind",
    )
    need(len(plain) >= least, part, f"has {len(plain)} class")
    return plain


def counted(part: Any) -> None:
    """Refuse a member whose labels are not 0, 1, 2 and so on: a composite hands its members such ones."""
    classes = classes_of(part)
    need(
        classes == list(range(len(classes))),
        part,
        f"was fitted on the labels {classes[:5]!r}, not on positions",
    )


def _plain(label: Any) -> Any:
    return str(label) if isinstance(label, str) else label
