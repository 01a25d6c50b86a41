"""What takes a while to find out about a model: which columns it needs, and whether more rows would help.

Both are measured on the held-out rows once somebody asks for plots, and kept in the experiment's reports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Loss:
    """What shuffling columns costs; more is more important.

    Attributes
    ----------
    columns : tuple of str
        Shuffled at once.
    loss : float
        By how much the primary metric gets worse, in its units; the mean over the shuffles.
    standard_error : float or None
        On other rows of the same kind; None where it cannot be told.
    """

    columns: tuple[str, ...]
    loss: float
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class Importance:
    """Permutation importance on held-out rows.

    Attributes
    ----------
    metric : str
        In whose units the losses are.
    rows : int
        Held-out rows that were looked at.
    score : float
        Theirs, with nothing shuffled.
    each : tuple of Loss
        One for each column, the most important first.
    useless : Loss or None
        Columns that can all be shuffled at once without loss; None where there are none.
    left_out : tuple of str
        Columns for which there was no time.
    """

    metric: str
    rows: int
    score: float
    each: tuple[Loss, ...]
    useless: Loss | None = None
    left_out: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON has them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what :meth:`to_dict` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            When it is something else.
        """
        useless = data["useless"]
        return cls(
            str(data["metric"]),
            int(data["rows"]),
            float(data["score"]),
            tuple(_loss(one) for one in data["each"]),
            None if useless is None else _loss(useless),
            tuple(map(str, data["left_out"])),
        )


def _loss(data: Mapping[str, Any]) -> Loss:
    return Loss(tuple(map(str, data["columns"])), float(data["loss"]), _maybe(data["standard_error"]))


def _maybe(value: Any) -> float | None:
    return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Step:
    """One size of the training part.

    Attributes
    ----------
    rows : int
        Training rows.
    scores : tuple of float
        Held-out scores of models that were fitted on as many rows, each on other ones.
    behind : tuple of (float, float)
        For each, by how much it is behind the model of all training rows on the held-out ones, and the
        standard error of that.
    """

    rows: int
    scores: tuple[float, ...]
    behind: tuple[tuple[float, float | None], ...] = ()


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Held-out score by training rows, the fewest first.

    Attributes
    ----------
    held_out : int
        Rows that are scored.
    order : {"random", "latest"}
        Which training rows a smaller part has.
    missing : tuple of int
        Sizes for which there was no time, or which could not be fitted.
    """

    metric: str
    held_out: int
    order: str
    steps: tuple[Step, ...]
    missing: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON has them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what :meth:`to_dict` gave; errors as in :meth:`Importance.from_dict`."""
        return cls(
            str(data["metric"]),
            int(data["held_out"]),
            str(data["order"]),
            tuple(_step(one) for one in data["steps"]),
            tuple(map(int, data["missing"])),
        )


def _step(data: Mapping[str, Any]) -> Step:
    behind: Sequence[Any] = data["behind"]
    pairs = tuple((float(gap), _maybe(error)) for gap, error in behind)
    return Step(int(data["rows"]), tuple(map(float, data["scores"])), pairs)
