"""Categories: what each becomes is read off the fitted encoder itself, by asking it."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, OrdinalEncoder, TargetEncoder

from mlctl.bundle.portable.refusal import NotPortable, need
from mlctl.bundle.portable.registry import Given, Node, Sink, checked_step, floats, steps

_AT_ONCE = 256
_STRANGE = "\x00 no category"


@steps(OneHotEncoder)
def one_hot(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write which of its columns each category sets."""
    del sink
    _fits(part, given)
    widths = [int(width) for width in part._n_features_outs]
    places: list[list[int]] = [[] for _ in widths]
    for lines in _answers(part, widths):
        for column, line in enumerate(lines):
            places[column] += [_set_place(row) for row in line]
    unknown = _unknown(part, widths) if part.handle_unknown != "error" else None
    columns = []
    for column, keys in enumerate(_keys(part, given)):
        node: Node = {"width": widths[column], "keys": keys, "places": places[column][: len(keys)]}
        if unknown is not None:
            node["unknown"] = _set_place(unknown[column])
        columns.append(node)
    return {"op": "onehot", "columns": columns}, Given("n" * sum(widths), full=True)


@steps(OrdinalEncoder, TargetEncoder)
def by_table(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the numbers that each category becomes."""
    _fits(part, given)
    count = len(part.categories_)
    multiclass = isinstance(part, TargetEncoder) and part.target_type_ == "multiclass"
    widths = [len(part.classes_) if multiclass else 1] * count
    lines: list[list[NDArray[np.float64]]] = [[] for _ in widths]
    for answers in _answers(part, widths):
        for column, line in enumerate(answers):
            lines[column].extend(line)
    refuse = isinstance(part, OrdinalEncoder) and part.handle_unknown == "error"
    unknown = [np.zeros(width) for width in widths] if refuse else _unknown(part, widths)
    columns = [
        {
            "keys": keys,
            "lines": sink.array(np.array([*lines[column][: len(keys)], unknown[column]])),
            "refuse": refuse,
        }
        for column, keys in enumerate(_keys(part, given))
    ]
    finite = all(np.isfinite([*line, last]).all() for line, last in zip(lines, unknown, strict=True))
    return {"op": "lookup", "columns": columns}, Given("n" * sum(widths), full=finite)


@steps(KBinsDiscretizer)
def bins(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the inner edges, and the encoder of the bins."""
    count = given.numbers(part)
    need(part.dtype is not np.float32, part, "dtype=float32")
    edges = [{"edges": sink.array(floats(found)[1:-1])} for found in part.bin_edges_]
    node = checked_step({"op": "bins", "columns": edges}, given)
    cut = given.becoming(count, tame=True, full=True)
    if part.encode == "ordinal":
        return node, cut
    encoded, given = one_hot(sink, part._encoder, cut)
    return {"op": "steps", "steps": [node, encoded]}, given


def _fits(part: Any, given: Given) -> None:
    need(len(part.categories_) == len(given.kinds), part, "was fitted on another number of columns")
    need(not given.kinds.strip("nbt"), part, "gets a column of dates")


def _keys(part: Any, given: Given) -> Iterator[list[Any]]:
    """Yield each column's categories as texts or numbers, None for the missing one."""
    for kind, categories in zip(given.kinds, part.categories_, strict=True):
        keys = [_key(part, kind, value) for value in categories.tolist()]
        need(len(set(keys)) == len(keys), part, "has categories that cannot be told apart")
        yield keys


def _key(part: Any, kind: str, value: Any) -> Any:
    if value is None or value != value:
        return None
    if kind == "t":
        need(isinstance(value, str), part, f"has the category {value!r} in a column of texts")
        return str(value)
    need(isinstance(value, bool | int | float), part, f"has the category {value!r} in a column of numbers")
    need(float(value) == value, part, f"has the category {value!r}, which no float holds")
    return float(value)


def _answers(part: Any, widths: list[int]) -> Iterator[list[NDArray[np.float64]]]:
    """Ask for all categories: rows in which each column holds its next one, its last one over again."""
    longest = max((len(categories) for categories in part.categories_), default=0)
    for start in range(0, longest, _AT_ONCE):
        rows = np.arange(start, min(start + _AT_ONCE, longest))
        asked = [categories[np.minimum(rows, len(categories) - 1)] for categories in part.categories_]
        yield _ask(part, asked, widths)


def _unknown(part: Any, widths: list[int]) -> list[NDArray[np.float64]]:
    """Ask for categories that there are not."""
    asked = [_strange_to(categories) for categories in part.categories_]
    return [line[0] for line in _ask(part, asked, widths)]


def _strange_to(categories: NDArray[Any]) -> NDArray[Any]:
    if categories.dtype.kind in "OUS":
        return np.array([_STRANGE], dtype=object)
    if categories.dtype.kind == "b":
        # Two truths are all there are: a third can come only as a number.
        return np.array([2.0])
    known = floats(categories)
    highest = float(np.nanmax(known, initial=0.0))
    return np.array([highest + max(1.0, abs(highest))])


def _ask(part: Any, asked: list[NDArray[Any]], widths: list[int]) -> list[NDArray[np.float64]]:
    names = getattr(part, "feature_names_in_", range(len(asked)))
    frame = pd.DataFrame({name: pd.Series(values) for name, values in zip(names, asked, strict=True)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the categories are unknown is what is asked about
        found = part.transform(frame if hasattr(part, "feature_names_in_") else _plain(frame))
    table = floats(found.toarray() if hasattr(found, "toarray") else found)
    if table.shape[1] != sum(widths):
        raise NotPortable(f"{type(part).__name__} gives {table.shape[1]} columns, not {sum(widths)}")
    ends = np.cumsum(widths)
    return [table[:, end - width : end] for end, width in zip(ends, widths, strict=True)]


def _plain(frame: pd.DataFrame) -> NDArray[Any]:
    numbers = all(dtype.kind in "biuf" for dtype in frame.dtypes)
    plain: NDArray[Any] = frame.to_numpy(dtype=np.float64 if numbers else object)
    return plain


def _set_place(row: NDArray[np.float64]) -> int:
    """Return the place of the one in a row, counted from 1; 0 where there is none."""
    ones = np.flatnonzero(row)
    return int(ones[0]) + 1 if len(ones) else 0
