"""Values of ours as MLflow writes them: times in milliseconds, parameters as text, scores as points."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mlctl.domain.logged import logged_name

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
CROSS_VALIDATION = "cross_validation"


def milliseconds(stamp: str) -> int:
    """Return a time of ours in whole milliseconds since the epoch; 0 for one that is none.

    Examples
    --------
    >>> milliseconds("2026-01-09T12:30:00.000999Z")
    1767961800000
    """
    try:
        when = datetime.fromisoformat(stamp)
    except ValueError:
        return 0
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - _EPOCH) // _MILLISECOND


def text(value: Any) -> str:
    """Return a parameter's value as MLflow's own logging of scikit-learn spells it.

    Examples
    --------
    >>> text(0.1), text(None), text("auto"), text([3, 5])
    ('0.1', 'None', 'auto', '[3, 5]')
    """
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def scores(evaluations: Mapping[str, Any]) -> Iterator[tuple[str, int, float]]:
    """Yield the scores of an experiment as metric, step and value.

    ``training_X``, ``test_X`` and ``cross_validation_X`` (the mean), with ``cross_validation_X_std`` and, the
    fold as its step, ``cross_validation_X_fold``; what scripts logged under its own name;
    ``latency_X`` and so on for the rest.
    """
    for part, found in evaluations.items():
        if not isinstance(found, Mapping):
            continue
        for name, value in found.items():
            key = logged_name(part, name) or f"{part}_{name}"
            if isinstance(value, Mapping):
                yield from _folds(key, value)
            else:
                yield from _number(key, 0, value)


def _folds(key: str, value: Mapping[str, Any]) -> Iterator[tuple[str, int, float]]:
    yield from _number(key, 0, value.get("mean"))
    yield from _number(f"{key}_std", 0, value.get("std"))
    for fold, score in enumerate(value.get("folds") or ()):
        yield from _number(f"{key}_fold", fold, score)


def _number(key: str, step: int, value: Any) -> Iterator[tuple[str, int, float]]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield key, step, float(value)
