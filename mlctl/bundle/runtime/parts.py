"""What operations are built into: steps, which change a row, and estimators, which answer one.

Everything exists twice: for one row as plain Python, and for a table with NumPy. The second is made only when
a table is met, and where an operation has no such form of its own, rows are taken one after the other.

A row is a list of cells. A cell is a number (float, NaN where it is missing: kind ``n``), a text (str, None
where it is missing: ``t``) or a time (int microseconds since 1970, None: ``d``). A table is a float64 array
of shape (n_rows, n_cells) where all are numbers, else :class:`Cells`.
"""

from __future__ import annotations

from math import exp, isinf, isnan, log

from .errors import ValueFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

NUMBER, TEXT, TIME = "n", "t", "d"


class Cells:
    """A table with a column that is no number: lists, and arrays of numbers."""

    __slots__ = ("columns", "count")

    def __init__(self, columns: list[Any], count: int) -> None:
        self.columns = columns
        self.count = count

    def rows(self) -> list[list[Any]]:
        """Return the rows."""
        plain = [column if isinstance(column, list) else column.tolist() for column in self.columns]
        return [list(row) for row in zip(*plain)] if plain else [[] for _ in range(self.count)]


class Step:
    """A fitted transformer.

    Attributes
    ----------
    kinds : str
        The kind of each cell that it gives.
    row : callable
        From a row to a row.
    batch : callable
        From NumPy itself to a function from a table to a table.
    cost : float
        Microseconds that a row takes in plain Python, roughly.
    """

    __slots__ = ("batch", "cost", "kinds", "row")

    def __init__(self, kinds: str, row: Any, batch: Any = None, cost: float = 2.0) -> None:
        self.kinds = kinds
        self.row = row
        self.batch = batch or _row_by_row(kinds, row)
        self.cost = cost


class Head:
    """How rows become answers: ``raw`` of a row, from which all the rest follows.

    Attributes
    ----------
    raw : callable
        From a row (or table) to what the estimator computes; the number itself for a regression.
    index : callable or None
        From raw to the position of the label; the first largest probability where None.
    proba : callable or None
        From raw to probabilities, one a class; None where the estimator has none.
    decision : callable or None
        From raw to scikit-learn's decision function, a list (array of two dimensions) even for two classes.
    """

    __slots__ = ("decision", "index", "proba", "raw")

    def __init__(self, raw: Any, index: Any = None, proba: Any = None, decision: Any = None) -> None:
        self.raw = raw
        self.index = index
        self.proba = proba
        self.decision = decision

    def after(self, before: Callable[[Any], Any]) -> Head:
        """Return the head of a pipeline: ``before`` and then this one."""
        raw = self.raw
        return Head(lambda x: raw(before(x)), self.index, self.proba, self.decision)


class Estimator:
    """A fitted classifier or regressor.

    Attributes
    ----------
    classes : int
        Number of classes; 0 for a regression.
    row : Head
        For one row.
    batch : callable
        From NumPy itself to a :class:`Head` for tables.
    cost : float
        Microseconds that a row takes in plain Python, roughly.
    quick : callable or None
        From NumPy itself to a :class:`Head` for one row that works with NumPy, where that is quicker.
    """

    __slots__ = ("batch", "classes", "cost", "quick", "row")

    def __init__(
        self, classes: int, row: Head, batch: Any = None, cost: float = 2.0, quick: Any = None
    ) -> None:
        self.classes = classes
        self.row = row
        self.batch = batch or _head_by_row(row)
        self.cost = cost
        self.quick = quick

    def quickest(self, np: Any) -> Head:
        """Return the head for one row where NumPy is there."""
        head: Head = self.quick(np) if self.quick else self.row
        return head


def rows_of(table: Any) -> list[list[Any]]:
    """Return a table's rows."""
    found: list[list[Any]] = table.rows() if isinstance(table, Cells) else table.tolist()
    return found


def count_of(table: Any) -> int:
    """Return a table's number of rows."""
    return table.count if isinstance(table, Cells) else len(table)


def columns_of(table: Any) -> list[Any]:
    """Return a table's columns."""
    return table.columns if isinstance(table, Cells) else list(table.T)


def table_of(np: Any, kinds: str, rows: list[Any]) -> Any:
    """Return rows as a table."""
    if set(kinds) <= {NUMBER}:
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(kinds))
    columns = [list(column) for column in zip(*rows)] or [[] for _ in kinds]
    return Cells([number_column(np, kind, column) for kind, column in zip(kinds, columns)], len(rows))


def number_column(np: Any, kind: str, column: list[Any]) -> Any:
    """Return a column of numbers as an array, any other as it is."""
    return np.array(column, dtype=np.float64) if kind == NUMBER else column


def each(function: Callable[[Any], Any], rows: Sequence[Any]) -> list[Any]:
    """Apply a function to each row; a fault says which row it was."""
    done: list[Any] = []
    try:
        for row in rows:
            done.append(function(row))  # noqa: PERF401 - the length tells which row failed
    except ValueFault as fault:
        raise ValueFault(fault.message, len(done)) from None
    return done


def _row_by_row(kinds: str, row: Any) -> Any:
    return lambda np: lambda table: table_of(np, kinds, each(row, rows_of(table)))


def _head_by_row(head: Head) -> Any:
    """Make the head for tables out of that for rows; raw values then stay a list."""

    def batch(np: Any) -> Head:
        def many(function: Any) -> Any:
            return function and (lambda raws: np.array([function(raw) for raw in raws]))

        index = head.index or (lambda raw: first_largest(head.proba(raw)))
        return Head(
            lambda table: each(head.raw, rows_of(table)), many(index), many(head.proba), many(head.decision)
        )

    return batch


def first_largest(values: Sequence[float]) -> int:
    """Return the position of the largest value, the first of equals, as numpy.argmax does."""
    largest = max(values)
    if largest != largest:
        return 0
    return list(values).index(largest)


def logistic(value: float) -> float:
    """Return 1 / (1 + exp(-value)) without overflow."""
    if value >= 0:
        return 1.0 / (1.0 + exp(-value))
    small = exp(value)
    return small / (1.0 + small)


def softmax(values: Sequence[float]) -> list[float]:
    """Return exp(values) over their sum."""
    largest = max(values)
    powers = [exp(value - largest) for value in values]
    total = sum(powers)
    return [power / total for power in powers]


def safe_exp(value: float) -> float:
    """Return exp(value), infinite where Python's would fail."""
    return float("inf") if value > 709.782712893384 else exp(value)


def safe_log(value: float) -> float:
    """Return log(value) as NumPy does: -inf of 0, NaN below."""
    if value > 0:
        return log(value)
    return float("-inf") if value == 0 else float("nan")


def np_logistic(np: Any, values: Any) -> Any:
    """Return 1 / (1 + exp(-values)) without overflow."""
    small = np.exp(-np.abs(values))
    return np.where(values >= 0, 1.0, small) / (1.0 + small)


def np_softmax(np: Any, values: Any) -> Any:
    """Return exp over its sum, row by row."""
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def check_row(gaps: bool) -> Callable[[Any], Any]:
    """Return a function that hands on a row; it refuses infinities, and gaps unless they are allowed."""

    def check(row: Any) -> Any:
        total = sum(row)
        if total - total != 0:  # infinite or NaN: rare, so that one sum is all that most rows need
            for value in row:
                if isinf(value):
                    raise ValueFault("a number becomes infinite within the model")
                if not gaps and isnan(value):
                    raise ValueFault("a value is missing, and the model takes none that is")
        return row

    return check


def check_table(np: Any, gaps: bool) -> Callable[[Any], Any]:
    """Do for tables what :func:`check_row` does for rows."""
    one = check_row(gaps)

    def check(table: Any) -> Any:
        if not np.isfinite(table).all():
            each(one, table.tolist())
        return table

    return check
