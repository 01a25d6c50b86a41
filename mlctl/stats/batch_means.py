"""How many independent rows a sequence of dependent ones is worth."""

from typing import Any

import numpy as np

BATCHES = 20
"""Ten to thirty batches are as many as an estimate needs (Schmeiser 1982); fewer are longer, and truer."""


def batch_of_row(rows: int) -> Any:
    """Return for each row of a sequence the number of its batch, 0 to 19, or fewer where rows are few.

    Parameters
    ----------
    rows : int
        Length of the sequence.
    """
    return np.arange(rows) * BATCHES // max(1, rows)


def independent_share(events: Any) -> float:
    """Return how many independent rows a row of a sequence is worth.

    Of independent rows the mean over a batch varies by the variance of one row divided by the batch's
    length; where neighbours are alike it varies more, and the factor (the design effect) is what the
    sequence is worth less (method of batch means). Averaged over the events.

    Parameters
    ----------
    events : numpy.ndarray of bool, shape (n_rows, n_events)
        Whether each event happened in each row, in the order of the sequence.

    Returns
    -------
    float
        Above 0, and 1 for independent rows; 1 where there are fewer than two rows a batch.
    """
    length = len(events) // BATCHES
    if length < 2:
        return 1.0
    used = events[: length * BATCHES]
    share = used.mean(axis=0)
    varies = (share > 0) & (share < 1)
    if not varies.any():
        return 1.0
    share, used = share[varies], used[:, varies]
    means = used.reshape(BATCHES, length, -1).mean(axis=1)
    effect = float((length * means.var(axis=0, ddof=1) / (share * (1 - share))).mean())
    return 1 / max(1.0, effect)
