"""Where experiments stand in the index, and which of them a question is about."""

from typing import NamedTuple


class Row(NamedTuple):
    """Where an experiment stands in the index."""

    id: int
    owner: int
    name: str
    number: int


class Among(NamedTuple):
    """Which experiments may be compared fold by fold.

    Attributes
    ----------
    score, own : str
        The metric that they are compared by, and the one that they were trained for.
    comparison : str
        Equal for those that saw the same rows in the same folds.
    descending, own_descending : bool
        Whether more is better, of either metric.
    """

    score: str
    own: str
    comparison: str
    descending: bool
    own_descending: bool


class Near(NamedTuple):
    """Which of them lie so near to the best that their folds have to be looked at.

    With so many ``folds``, and a mean that lies behind ``mean`` by at most ``width`` and ``factor`` times
    their deviation; ``sign`` is 1 where more is better, else -1.
    """

    folds: int
    mean: float
    width: float
    factor: float
    sign: int
