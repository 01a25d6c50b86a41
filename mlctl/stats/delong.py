"""The area under the ROC curve, and what each row adds to its error.

References
----------
E. DeLong, D. DeLong, D. Clarke-Pearson, "Comparing the Areas under Two or More Correlated Receiver Operating
Characteristic Curves: A Nonparametric Approach", Biometrics 44, 1988, pp. 837-845.

X. Sun, W. Xu, "Fast Implementation of DeLong's Algorithm for Comparing the Areas Under Correlated Receiver
Operating Characteristic Curves", IEEE Signal Processing Letters 21, 2014, pp. 1389-1393.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]


def area_and_parts(hits: NDArray[np.bool_], ranks: Floats) -> tuple[float, Floats]:
    """Return the area under the ROC curve and each row's part in its error, in n log n steps.

    The share of the other class that a row stands on the right side of, ties counting half (the structural
    components of DeLong et al. 1988), by mid-ranks (Sun and Xu 2014).

    Parameters
    ----------
    hits : ndarray of bool, shape (n,)
        Rows of the positive class; there is at least one of each.
    ranks : ndarray of shape (n,)
        More means positive.

    Returns
    -------
    tuple of (float, ndarray of shape (n,))
        The area, 0 to 1; and parts with mean 0 in either class. DeLong's variance is the sum over both
        classes of the parts' sample variance times ``(rows of the class) / n²``.

    Examples
    --------
    >>> import numpy as np
    >>> area, parts = area_and_parts(np.array([True, True, False, False]), np.array([2.0, 3.0, 1.0, 2.0]))
    >>> area
    0.875
    >>> parts.tolist()
    [-0.25, 0.25, 0.25, -0.25]
    """
    own = np.empty(len(hits))
    for mask in (hits, ~hits):
        own[mask] = rankdata(ranks[mask])
    positives = np.count_nonzero(hits)
    below = (rankdata(ranks) - own) / np.where(hits, len(hits) - positives, positives)
    right = np.where(hits, below, 1 - below)
    area = float(right[hits].mean())
    return area, (right - area) * len(hits) / np.where(hits, positives, len(hits) - positives)


def weighted_area_and_parts(truth: NDArray[np.int64], ranks: Floats) -> tuple[float, Floats]:
    """Return the mean of the areas of one class against the rest, weighted by rows, and each row's part.

    The shares of the classes are estimated too, and are part of the error.

    Parameters
    ----------
    truth : ndarray of int, shape (n,)
        Codes, from 0 to n_classes - 1, each of which is present.
    ranks : ndarray of shape (n, n_classes)
        A column for each class.
    """
    area, parts = 0.0, np.zeros(len(truth))
    for code in range(ranks.shape[1]):
        hits = truth == code
        share = float(hits.mean())
        one, own = area_and_parts(hits, ranks[:, code])
        area += share * one
        parts += share * own + (hits - share) * one
    return area, parts
