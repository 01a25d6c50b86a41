"""How much a model heeds each column: how far its answers move when the column is shuffled.

After L. Breiman, Random Forests, Machine Learning 45 (2001), section 10, who shuffles one column at a time
and measures what is lost of the accuracy. Here the answers with and without the shuffling are compared, so
that none but the model's own are needed. Of columns that tell the same each may come out low, for the model
has the other.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

ROWS = 1_000
"""At most so many rows are looked at."""

REPEATS = 3
"""Each column is shuffled so many times."""


def importance(
    answer: Callable[[pd.DataFrame], Any],
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    seed: int = 0,
    rows: int = ROWS,
    repeats: int = REPEATS,
) -> dict[str, float]:
    """Return how much the answers change with each column.

    Parameters
    ----------
    answer : callable
        From a table to the model's answers for its rows: numbers or labels, shape (n_rows,), or the
        probability of each class, shape (n_rows, n_classes). It is called once a column, and once more.
    frame : pandas.DataFrame
        Rows of the kind that the model learned from; at least one.
    columns : sequence of str
        Those to shuffle.
    seed : int, default=0
        Of the rows looked at and of the shuffling.
    rows, repeats : int
        At most so many rows, shuffled so many times.

    Returns
    -------
    dict of str to float
        For numbers the mean absolute change, in the answers' unit; for probabilities the mean total variation
        distance, and for labels the share that changes, both 0 to 1. Zero where the model ignores the column.
    """
    random = np.random.default_rng(seed)
    chosen = frame.iloc[np.sort(random.permutation(len(frame))[:rows])]
    before = np.tile(np.asarray(answer(chosen)).T, repeats).T
    # All repeats are answered at once: a call costs more than its rows.
    again = pd.concat([chosen] * repeats, ignore_index=True)
    return {name: _change(before, answer(_shuffled(again, name, repeats, random))) for name in columns}


def _shuffled(frame: pd.DataFrame, name: str, repeats: int, random: np.random.Generator) -> pd.DataFrame:
    each = len(frame) // repeats
    order = np.concatenate([random.permutation(each) + each * part for part in range(repeats)])
    return frame.assign(**{name: frame[name].iloc[order].set_axis(frame.index)})


def _change(before: Any, answers: Any) -> float:
    after = np.asarray(answers)
    if before.dtype.kind != "f":
        return float(np.mean(before != after))
    moved = np.abs(before - after)
    return float(moved.mean()) if moved.ndim == 1 else float(moved.sum(axis=1).mean() / 2)
