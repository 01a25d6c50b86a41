"""Categories: their levels, and the numbers that these become."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from mlctl.bundle.onnx.graph import DOUBLE, ML, Graph
from mlctl.bundle.onnx.registry import Block, Cells, columns_of, need, of_kind, steps
from mlctl.estimators.levels import MISSING, RARE, CategoryLevels
from mlctl.estimators.texts import TextCleaner


@steps(CategoryLevels)
def category_levels(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write which texts stay; the empty text is a missing cell."""
    block = of_kind(graph, cells, part, "text")
    done = []
    for name, levels in zip(columns_of(graph, block), part.levels_, strict=True):
        kept = [str(level) for level in levels if level]
        gap = MISSING if MISSING in kept else RARE
        words = {"keys_strings": [*kept, ""], "values_strings": [*kept, gap], "default_string": RARE}
        done.append(graph.add("LabelEncoder", name, domain=ML, **words))
    return Block(graph.beside(done), "text", block.width)


@steps(OneHotEncoder)
def one_hot(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write one column for each level."""
    need(part.handle_unknown == "ignore" and part.drop is None, part, "has other options than mlctl gives it")
    need(not part._infrequent_enabled, part, "groups rare levels itself")
    block = of_kind(graph, cells, part, "text")
    done = []
    for name, levels in zip(columns_of(graph, block), part.categories_, strict=True):
        places = graph.whole(range(len(levels)))
        same = graph.add("Equal", _coded(graph, part, name, levels, unknown=-1), places)
        done.append(graph.cast(same, DOUBLE))
    return Block(graph.beside(done), "number", sum(map(len, part.categories_)))


@steps(OrdinalEncoder)
def ordinal(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write the place of each level among those known."""
    need(part.handle_unknown == "use_encoded_value", part, "has other options than mlctl gives it")
    need(not part._infrequent_enabled, part, "groups rare levels itself")
    block = of_kind(graph, cells, part, "text")
    pairs = [([*range(len(levels)), part.unknown_value], levels) for levels in part.categories_]
    return _looked_up(graph, part, block, pairs)


@steps(TargetEncoder)
def target(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write the mean that the target had with each level."""
    need(part.target_type_ != "multiclass", part, "encodes more than two classes")
    block = of_kind(graph, cells, part, "text")
    pairs = [
        ([*means, part.target_mean_], levels)
        for means, levels in zip(part.encodings_, part.categories_, strict=True)
    ]
    return _looked_up(graph, part, block, pairs)


@steps(TextCleaner)
def text_cleaner(graph: Graph, part: Any, cells: Cells) -> Block:
    """Refuse: the words of a text are not cut alike everywhere."""
    del graph, cells
    need(False, part, "goes before a cutting of free text into words, which ONNX does by other rules")
    raise AssertionError  # pragma: no cover - need has raised


def _looked_up(graph: Graph, part: Any, block: Block, pairs: Iterable[tuple[Sequence[float], Any]]) -> Block:
    """Replace each level by a number; the last one is for what is not known."""
    done = []
    for name, (numbers, levels) in zip(columns_of(graph, block), pairs, strict=True):
        places = _coded(graph, part, name, levels, unknown=len(levels))
        done.append(graph.add("Gather", graph.numbers(np.asarray(numbers, dtype=np.float64)), places, axis=0))
    return Block(graph.beside(done), "number", block.width)


def _coded(graph: Graph, part: Any, name: str, levels: Any, *, unknown: int) -> str:
    need(all(isinstance(level, str) for level in levels), part, "knows levels that are no texts")
    keys = [str(level) for level in levels]
    words = {"keys_strings": keys, "values_int64s": list(range(len(keys))), "default_int64": unknown}
    return graph.add("LabelEncoder", name, domain=ML, **words)
