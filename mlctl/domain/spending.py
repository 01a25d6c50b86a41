"""How much chance of a false promotion each look at held-out rows may cost.

Looking often and promoting at the first success promotes by chance in the end. So each round of a schedule
costs a share of a year's allowance, and each further look at the *same* rows costs less than the one before:
``2 / (k * (k + 1))`` of the first at the k-th. These sum to less than 2, so that all looks at one holdout
together, however many, promote falsely with a chance of at most twice the first look's rate (a union bound;
the looks need not be independent).
"""

ONE_LOOK = 0.05
"""The first look by hand, and the most that any look costs."""

A_YEAR = 0.6
"""Expected false promotions a year on a schedule, were no challenger ever better: twelve looks of 0.05."""


def by_hand(look: int) -> float:
    """Return the error rate of a look by hand.

    Parameters
    ----------
    look : int
        Which look at this holdout, counted from 1.

    Returns
    -------
    float
        0.05, 0.0167, 0.0083, ...: all looks at a holdout together at most 0.1.

    Raises
    ------
    ValueError
        For a look below 1.

    Examples
    --------
    >>> [round(by_hand(look), 4) for look in (1, 2, 3)]
    [0.05, 0.0167, 0.0083]
    """
    return ONE_LOOK * _share(look)


def scheduled(rounds_per_year: float, look: int = 1) -> float:
    """Return the error rate of a round of a schedule.

    Parameters
    ----------
    rounds_per_year : float
        How often the schedule fires, above 0.
    look : int, default=1
        Which look at this holdout; 1 where each round brings new rows.

    Returns
    -------
    float
        At the first look 0.6 shared out over the year's rounds, at most 0.05: about 0.0016 daily, 0.0115
        weekly, 0.05 monthly or rarer.

    Raises
    ------
    ValueError
        For a look below 1, or no rounds.

    Examples
    --------
    >>> [round(scheduled(rounds), 4) for rounds in (365.25, 52.18, 12)]
    [0.0016, 0.0115, 0.05]
    """
    if rounds_per_year <= 0:
        raise ValueError(f"a schedule fires more than {rounds_per_year:g} times a year")
    return min(ONE_LOOK, A_YEAR / rounds_per_year) * _share(look)


def _share(look: int) -> float:
    if look < 1:
        raise ValueError(f"looks are counted from 1, not {look}")
    return 2 / (look * (look + 1))
