"""Whether scikit-learn answers sooner than the portable runtime, found out on the rows themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlctl.actions.predict_answers import Answered, Loaded, Loader
from mlctl.actions.predict_source import Piece
from mlctl.errors import MlctlError

SLOW_ROW_S = 50e-6
"""Seconds a row from which scikit-learn is tried where it could answer instead of the portable runtime.

Below it there is nothing to gain: of the models measured (neighbours, forests, boosting, SVC; 30 columns,
pieces of thousands of rows) only neighbours take longer in the portable runtime, and only they are slower
there than in scikit-learn.
"""

CLOSE = 1e-9
"""Relative difference, absolute below 1, up to which two answers are the same: as in a bundle's own proof."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A piece, its answers, and the seconds that they took."""

    piece: Piece
    found: Answered
    took: float


def quicker(loader: Loader, loaded: Loaded, last: Timed, clock: Callable[[], float]) -> tuple[Loader, Loaded]:
    """Return what answers sooner and says the same: what answered so far, or scikit-learn's model.

    Parameters
    ----------
    loader, loaded : Loader, Loaded
        What answered so far.
    last : Timed
        What it did last: the other model has to do the same in less time.
    clock : callable
        Seconds that only grow.
    """
    rows = len(last.found.places)
    if loader.other is None or last.took <= SLOW_ROW_S * rows:
        return loader, loaded
    rival = replace(loader, load=loader.other, other=None)
    try:
        model = rival()
    except MlctlError:  # not trusted, or not there: what answered so far goes on
        return loader, loaded
    model.answer(last.piece)  # a first call imports what the later ones use
    start = clock()
    said = model.answer(last.piece)
    better = clock() - start < last.took and _same(said, last.found)
    return (rival, model) if better else (loader, loaded)


def _same(one: Answered, other: Answered) -> bool:
    """Tell whether two models gave the same answers, and refused the same rows for the same reasons."""
    if (one.places, one.faults) != (other.places, other.faults):
        return False
    if one.probabilities is None or other.probabilities is None:
        return _close(one.values, other.values) if one.probabilities is other.probabilities else False
    return one.values == other.values and _close(one.probabilities, other.probabilities)


def _close(one: Any, other: Any) -> bool:
    try:
        first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    except ValueError:  # labels without probabilities
        return bool(one == other)
    return bool(np.allclose(first, second, rtol=CLOSE, atol=CLOSE))
