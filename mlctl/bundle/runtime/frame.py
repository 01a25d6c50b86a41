"""Operations that hold others: columns to branches, one step after another, a pipeline."""

from __future__ import annotations

from operator import itemgetter

from .build import build_estimator, build_step, width
from .node import MOST_WIDTH
from .parts import NUMBER, Cells, Estimator, Step, check_row, check_table, columns_of, count_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .node import Node


def step_pass(_node: Node, kinds: str) -> Step:
    """Hand the row on."""
    return Step(kinds, same, lambda _np: same, 0.0)


def same(x: Any) -> Any:
    """Hand on what comes; a chain leaves it out."""
    return x


def step_check(node: Node, kinds: str) -> Step:
    """Refuse infinite numbers, and missing ones unless ``gaps``."""
    width(node, kinds)
    gaps = node.flag("gaps")
    return Step(kinds, check_row(gaps), lambda np: check_table(np, gaps), 0.5)


def step_take(node: Node, kinds: str) -> Step:
    """Keep the cells ``of`` the row."""
    places = node.wholes("of", len(kinds))
    return Step("".join(kinds[j] for j in places), _picker(places), lambda np: _np_picker(np, kinds, places))


def step_steps(node: Node, kinds: str) -> Step:
    """Take one step after another."""
    steps = []
    for each in node.nodes("steps"):
        steps.append(build_step(each, kinds))
        kinds = steps[-1].kinds
    return Step(
        kinds,
        chain([step.row for step in steps]),
        lambda np: chain([step.batch(np) for step in steps]),
        sum(step.cost for step in steps),
    )


def step_union(node: Node, kinds: str) -> Step:
    """Give the same row to several steps, and put what they give side by side."""
    everything = list(range(len(kinds)))
    return _side_by_side([(everything, build_step(each, kinds)) for each in node.nodes("steps")], node, kinds)


def step_columns(node: Node, kinds: str) -> Step:
    """Give some cells to each branch's step, and put what they give side by side."""
    branches = []
    for branch in node.nodes("branches"):
        places = branch.wholes("of", len(kinds))
        step = build_step(branch.node("step"), "".join(kinds[j] for j in places))
        branch.end()
        branches.append((places, step))
    return _side_by_side(branches, node, kinds)


def estimator_pipeline(node: Node, kinds: str) -> Estimator:
    """Take the steps, then ask the estimator."""
    before = step_steps(node, kinds)
    inner = build_estimator(node.node("estimator"), before.kinds)
    if not before.cost:
        return inner
    return Estimator(
        inner.classes,
        inner.row.after(before.row),
        lambda np: inner.batch(np).after(before.batch(np)),
        before.cost + inner.cost,
        inner.quick and (lambda np: inner.quick(np).after(before.row)),
    )


def chain(functions: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Return one function that applies all, the first one first."""
    functions = [function for function in functions if function is not same]
    if not functions:
        return same
    if len(functions) == 1:
        return functions[0]
    if len(functions) == 2:
        first, second = functions
        return lambda x: second(first(x))
    if len(functions) == 3:
        one, two, three = functions
        return lambda x: three(two(one(x)))

    def run(x: Any) -> Any:
        for function in functions:
            x = function(x)
        return x

    return run


def _side_by_side(branches: list[tuple[list[int], Step]], node: Node, kinds: str) -> Step:
    given = "".join(step.kinds for _, step in branches)
    if len(given) > MOST_WIDTH:
        raise node.fault(f"gives rows of {len(given):,} cells")
    cost = sum(step.cost for _, step in branches) + 0.5
    parts = [(_picker(places, len(kinds)), step.row) for places, step in branches]
    row = chain(parts[0]) if len(parts) == 1 else _joined(parts)

    def batch(np: Any) -> Any:
        ready = [(_np_picker(np, kinds, places), step.batch(np)) for places, step in branches]
        return _np_joined(np, ready, not given.strip(NUMBER))

    return Step(given, row, batch, cost)


def _joined(parts: Sequence[tuple[Any, Any]]) -> Callable[[Any], list[Any]]:
    def row(x: Any) -> list[Any]:
        out: list[Any] = []
        for pick, step in parts:
            out += step(pick(x))
        return out

    return row


def _np_joined(np: Any, ready: Sequence[tuple[Any, Any]], numbers: bool) -> Callable[[Any], Any]:
    def table(x: Any) -> Any:
        done = [step(pick(x)) for pick, step in ready]
        if not numbers:
            return Cells([column for each in done for column in columns_of(each)], count_of(x))
        if len(done) == 1:
            return done[0]
        return np.concatenate(done, axis=1) if done else np.empty((count_of(x), 0))

    return table


def _picker(places: Sequence[int], width: int = -1) -> Callable[[Any], Any]:
    if len(places) == width and list(places) == list(range(width)):
        return same
    if len(places) > 1:
        return itemgetter(*places)
    if not places:
        return lambda _row: ()
    (only,) = places
    return lambda row: (row[only],)


def _np_picker(np: Any, kinds: str, places: Sequence[int]) -> Callable[[Any], Any]:
    numbers = all(kinds[j] == NUMBER for j in places)
    everything = list(places) == list(range(len(kinds)))

    def pick(table: Any) -> Any:
        if not isinstance(table, Cells):
            return table if everything else table[:, places]
        some = [table.columns[j] for j in places]
        if not numbers:
            return Cells(some, table.count)
        return np.column_stack(some) if some else np.empty((table.count, 0))

    return pick
