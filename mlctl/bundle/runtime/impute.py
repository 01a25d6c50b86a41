"""Gaps filled, and gaps told."""

from __future__ import annotations

from math import isnan

from .build import width
from .errors import ValueFault
from .parts import NUMBER, TEXT, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node


def step_impute(node: Node, kinds: str) -> Step:
    """Fill gaps by ``fill``, keep the columns ``keep``, then tell for those of ``told`` which were gaps.

    A gap is NaN, or the number ``gap``.
    """
    count = width(node, kinds)
    fill = node.array("fill", "f8", count, finite=False)
    keep = node.wholes("keep", count)
    told = node.wholes("told", count)
    gap = node.number("gap") if "gap" in node else None
    filled = fill.flat()
    if any(isnan(filled[j]) for j in keep):
        raise node.fault("fills a column with no number")
    everything = keep == list(range(count))
    flags = [0.0] * len(told)

    def row(x: Any) -> Any:
        total = sum(x) if gap is None else 0.0
        if total - total == 0 and (gap is None or gap not in x):  # neither NaN nor infinite: no gap
            return ([*x, *flags] if told else x) if everything else [x[j] for j in keep] + flags
        holes = [value == gap or value != value for value in x]
        found = [new if hole else value for value, new, hole in zip(x, filled, holes)]
        return [found[j] for j in keep] + [float(holes[j]) for j in told]

    def batch(np: Any) -> Any:
        new = fill.numpy(np)

        def table(x: Any) -> Any:
            holes = np.isnan(x) if gap is None else x == gap
            found = np.where(holes, new, x)
            if not everything:
                found = found[:, keep]
            return np.concatenate([found, holes[:, told]], axis=1) if told else found

        return table

    return Step(NUMBER * (len(keep) + len(told)), row, batch)


def step_impute_text(node: Node, kinds: str) -> Step:
    """Fill missing texts, or those that equal ``gap``."""
    fill = node.texts("fill", len(kinds))
    gap = node.text("gap") if "gap" in node else None
    if kinds.strip(TEXT):
        raise node.fault("takes texts only")
    return Step(kinds, lambda x: [new if value == gap else value for value, new in zip(x, fill)])


def step_gaps(node: Node, kinds: str) -> Step:
    """Fill the gaps of those columns whose ``fill`` is a number."""
    count = width(node, kinds)
    fill = node.array("fill", "f8", count, finite=False)
    new = fill.flat()

    def row(x: Any) -> Any:
        return [b if a != a else a for a, b in zip(x, new)]

    return Step(kinds, row, lambda np: lambda x: np.where(np.isnan(x), fill.numpy(np), x))


def step_missing(node: Node, kinds: str) -> Step:
    """Tell for the columns ``of`` whether they are gaps; ``strict`` refuses gaps in any other."""
    count = width(node, kinds)
    of = node.wholes("of", count)
    others = sorted(set(range(count)) - set(of)) if node.flag("strict") else []

    def row(x: Any) -> list[float]:
        if any(x[j] != x[j] for j in others):
            raise ValueFault("a value is missing where none was missing in training")
        return [float(x[j] != x[j]) for j in of]

    return Step(NUMBER * len(of), row)
