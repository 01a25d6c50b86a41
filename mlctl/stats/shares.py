"""How far two sets of counts lie apart, and whether that may be chance."""

from typing import Any

import numpy as np
from scipy.special import bdtrc, chdtrc, rel_entr
from scipy.stats import hypergeom

LEAST_EXPECTED = 5.0
"""Cochran's rule (1954): with fewer expected rows in a cell the chi-squared distribution does not hold."""


def total_variation(one: Any, other: Any) -> float:
    """Return the total variation distance of two sets of counts: the share of rows that would have to change.

    Half the sum of ``|p - q|``.

    Parameters
    ----------
    one, other : numpy.ndarray, shape (n_categories,)
        Counts, each with at least one row.

    Returns
    -------
    float
        Between 0 (the same shares) and 1 (no category in common).
    """
    return float(np.abs(one / one.sum() - other / other.sum()).sum() / 2)


def jensen_shannon(one: Any, other: Any) -> float:
    """Return the Jensen-Shannon distance of two sets of counts, to the base 2.

    The root of the mean divergence of both from their middle (Lin 1991; Endres and Schindelin 2003).

    Parameters
    ----------
    one, other : numpy.ndarray, shape (n_categories,)
        Counts, each with at least one row.

    Returns
    -------
    float
        Between 0 (the same shares) and 1 (no category in common).
    """
    p, q = one / one.sum(), other / other.sum()
    middle = (p + q) / 2
    divergence = float(rel_entr(p, middle).sum() + rel_entr(q, middle).sum()) / 2 / np.log(2)
    return float(np.sqrt(min(1.0, max(0.0, divergence))))


def stability_index(one: Any, other: Any) -> float:
    """Return the population stability index of two sets of counts: the sum of ``(p - q) ln(p / q)``.

    An empty category counts as half a row. There is no threshold that means the same at every size: with no
    difference at all the index of 100 rows against 500 in ten categories exceeds 0.1 half of the time
    (Yurdakul 2018).

    Parameters
    ----------
    one, other : numpy.ndarray, shape (n_categories,)
        Counts, each with at least one row.

    Returns
    -------
    float
        0 (the same shares) or more.
    """
    p, q = np.maximum(one, 0.5) / one.sum(), np.maximum(other, 0.5) / other.sum()
    p, q = p[one + other > 0], q[one + other > 0]
    return float(((p - q) * np.log(p / q)).sum())


def homogeneity_p_value(one: Any, other: Any) -> float:
    """Return the probability that two sets of counts differ so much by chance.

    Pearson's chi-squared test over the categories of which :data:`LEAST_EXPECTED` rows are expected in both
    samples. The rarer ones are taken together, and Fisher's exact test (1934) asks whether their share
    differs: where a large sample meets a small one, most of what is new in the small one is rare in both
    together. Twice the smaller of the two probabilities counts (Bonferroni).

    Parameters
    ----------
    one, other : numpy.ndarray of int, shape (n_categories,)
        Counts, each with at least one row.

    Returns
    -------
    float
        Between 0 and 1; 1 where there is one category only.
    """
    both, least = one + other, min(one.sum(), other.sum())
    common = both * least >= LEAST_EXPECTED * both.sum()
    found = []
    if common.sum() > 1:
        found.append(_chi_squared(np.stack([one[common], other[common]])))
    rare = int(both[~common].sum())
    if 0 < rare < both.sum():
        found.append(_fisher(int(other[~common].sum()), int(other.sum()), rare, int(both.sum())))
    return min(1.0, len(found) * min(found)) if found else 1.0


def _chi_squared(table: Any) -> float:
    rows = table.sum(axis=1, keepdims=True)
    if not rows.all():
        # Every one of a sample's rows lies in a rare category: the other test sees that.
        return 1.0
    expected = rows * (table.sum(axis=0) / table.sum())
    return float(chdtrc(table.shape[1] - 1, ((table - expected) ** 2 / expected).sum()))


def _fisher(count: int, rows: int, all_count: int, all_rows: int) -> float:
    """Return Fisher's exact probability, two-sided as twice the smaller side."""
    more = hypergeom.sf(count - 1, all_rows, all_count, rows)
    fewer = hypergeom.cdf(count, all_rows, all_count, rows)
    return float(min(1.0, 2 * min(more, fewer)))


def rise_p_value(count: int, rows: int, count_before: float, rows_before: int | None) -> float:
    """Return the probability of so many cases, or more, where their share has not risen.

    Fisher's exact test (1934), one-sided; where it is not known how many rows the share before was of, the
    exact binomial test against that share.

    Parameters
    ----------
    count, rows : int
        Cases now, and of how many rows.
    count_before : float
        Cases before; where ``rows_before`` is None their share, 0 to 1.
    rows_before : int or None
        Of how many rows.

    Returns
    -------
    float
        Between 0 and 1.
    """
    if count == 0:
        return 1.0
    if rows_before is None:
        return float(bdtrc(count - 1, rows, count_before))
    before = round(count_before)
    return float(hypergeom.sf(count - 1, rows + rows_before, count + before, rows))
