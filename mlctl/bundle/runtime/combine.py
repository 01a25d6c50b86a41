"""Answers of several estimators made into one: votes, means, thresholds, stacks."""

from __future__ import annotations

from .build import build_estimator, build_step
from .parts import NUMBER, Estimator, Head, Step, first_largest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .node import Node


def _members(node: Node, kinds: str, classes: int) -> tuple[list[Estimator], list[float]]:
    members = [build_estimator(member, kinds) for member in node.nodes("members")]
    weights = node.array("weights", "f8", len(members)).flat()
    if not members or any(member.classes != classes for member in members) or not sum(weights):
        raise node.fault("has members that do not fit")
    return members, weights


def _combined(members: Sequence[Estimator], classes: int, row: Any, table: Any) -> Estimator:
    """Return an estimator whose heads are made from those of its members."""

    def quick(np: Any) -> Head:
        head: Head = row([member.quickest(np) for member in members])
        return head

    return Estimator(
        classes,
        row([member.row for member in members]),
        lambda np: table(np, [member.batch(np) for member in members]),
        sum(member.cost for member in members) + 1.0,
        quick if any(member.quick for member in members) else None,
    )


def estimator_vote(node: Node, kinds: str) -> Estimator:
    """Give the class with the most votes (``hard``), or with the largest weighted mean of probabilities."""
    classes = node.whole("classes", 2)
    members, weights = _members(node, kinds, classes)
    if node.flag("hard"):
        row, table = _votes(weights, classes)
    else:
        row, table = _means(weights)
        if any(member.row.proba is None for member in members):
            raise node.fault("has a member without probabilities")
    return _combined(members, classes, row, table)


def _votes(weights: list[float], classes: int) -> tuple[Any, Any]:
    def row(heads: Any) -> Head:
        def raw(x: Any) -> list[float]:
            found = [0.0] * classes
            for head, weight in zip(heads, weights):
                found[index_of(head, head.raw(x))] += weight
            return found

        return Head(raw, first_largest)

    def table(np: Any, heads: Any) -> Head:
        def raw(x: Any) -> Any:
            found = np.zeros((len(x), classes))
            for head, weight in zip(heads, weights):
                found[np.arange(len(x)), np_index_of(head, head.raw(x))] += weight
            return found

        return Head(raw, lambda found: found.argmax(axis=1))

    return row, table


def _means(weights: list[float]) -> tuple[Any, Any]:
    total = sum(weights)

    def row(heads: Any) -> Head:
        def raw(x: Any) -> list[float]:
            found = [head.proba(head.raw(x)) for head in heads]
            return [sum([w * value for w, value in zip(weights, column)]) / total for column in zip(*found)]

        return Head(raw, None, lambda found: found)

    def table(_np: Any, heads: Any) -> Head:
        def raw(x: Any) -> Any:
            return sum(w * head.proba(head.raw(x)) for w, head in zip(weights, heads)) / total

        return Head(raw, None, lambda found: found)

    return row, table


def estimator_average(node: Node, kinds: str) -> Estimator:
    """Give the weighted mean of numbers."""
    members, weights = _members(node, kinds, 0)
    total = sum(weights)

    def row(heads: Any) -> Head:
        return Head(lambda x: sum([w * head.raw(x) for w, head in zip(weights, heads)]) / total)

    def table(np: Any, heads: Any) -> Head:
        return Head(lambda x: sum(w * np.asarray(head.raw(x)) for w, head in zip(weights, heads)) / total)

    return _combined(members, 0, row, table)


def estimator_threshold(node: Node, kinds: str) -> Estimator:
    """Give the positive class where its score reaches ``at``, whatever the estimator itself would say."""
    inner = build_estimator(node.node("estimator"), kinds)
    at, positive = node.number("at"), node.whole("positive", 0, 1)
    by_proba = node.text("scores", ("decision", "proba")) == "proba"
    if inner.classes != 2 or (inner.row.proba if by_proba else inner.row.decision) is None:
        raise node.fault("has an estimator without such a score")
    sign = 1.0 if positive else -1.0

    def row(heads: Any) -> Head:
        (head,) = heads

        def index(raw: Any) -> int:
            score = head.proba(raw)[positive] if by_proba else sign * head.decision(raw)[0]
            return positive if score >= at else 1 - positive

        return Head(head.raw, index, head.proba, head.decision)

    def table(np: Any, heads: Any) -> Head:
        (head,) = heads

        def index(raw: Any) -> Any:
            score = head.proba(raw)[:, positive] if by_proba else sign * head.decision(raw)[:, 0]
            return np.where(score >= at, positive, 1 - positive)

        return Head(head.raw, index, head.proba, head.decision)

    return _combined([inner], 2, row, table)


def estimator_rescaled(node: Node, kinds: str) -> Estimator:
    """Give a number in the target's own units: the answer of an estimator through a step."""
    inner = build_estimator(node.node("estimator"), kinds)
    step = build_step(node.node("step"), NUMBER)
    if inner.classes or step.kinds != NUMBER:
        raise node.fault("rescales what is no number")

    def table(np: Any, heads: Any) -> Head:
        rescale = step.batch(np)
        return Head(lambda x: rescale(np.asarray(heads[0].raw(x)).reshape(-1, 1))[:, 0])

    return _combined([inner], 0, lambda heads: Head(lambda x: step.row([heads[0].raw(x)])[0]), table)


def step_answers(node: Node, kinds: str) -> Step:
    """Give the answers of several estimators side by side, as the input of another one."""
    members, row_parts, sizes = [], [], []
    for member in node.nodes("members"):
        estimator, how = build_estimator(member.node("estimator"), kinds), member.text("gives", _GIVES)
        member.end()
        head = estimator.row
        known = {"proba": head.proba, "rest": head.proba, "decision": head.decision, "value": True}[how]
        if known is None or (not estimator.classes and how != "value"):
            raise member.fault(f"has an estimator that does not give {how}")
        count = estimator.classes
        sizes.append(
            {"proba": count, "rest": count - 1, "decision": 1 if count == 2 else count, "value": 1}[how]
        )
        members.append((estimator, how))
        row_parts.append((head, _GIVES[how]))

    def row(x: Any) -> list[float]:
        out: list[float] = []
        for head, give in row_parts:
            out += give(head, head.raw(x))
        return out

    def batch(np: Any) -> Any:
        heads = [(estimator.batch(np), how) for estimator, how in members]
        return lambda x: np.concatenate(
            [_np_given(np, head, how, head.raw(x)) for head, how in heads], axis=1
        )

    return Step(NUMBER * sum(sizes), row, batch, sum(estimator.cost for estimator, _ in members))


_GIVES: dict[str, Any] = {
    "proba": lambda head, raw: head.proba(raw),
    "rest": lambda head, raw: head.proba(raw)[1:],
    "decision": lambda head, raw: head.decision(raw),
    "value": lambda head, raw: [float(index_of(head, raw)) if head.proba or head.index else raw],
}


def _np_given(np: Any, head: Head, how: str, raw: Any) -> Any:
    if how == "value":
        found = np_index_of(head, raw) if head.proba or head.index else np.asarray(raw)
        return found.astype(np.float64).reshape(-1, 1)
    if how == "decision":
        return head.decision(raw)
    proba = head.proba(raw)
    return proba if how == "proba" else proba[:, 1:]


def index_of(head: Head, raw: Any) -> int:
    """Return the position of the label that a head answers."""
    found: int = head.index(raw) if head.index else first_largest(head.proba(raw))
    return found


def np_index_of(head: Head, raw: Any) -> Any:
    """Do for tables what :func:`index_of` does for rows."""
    return head.index(raw) if head.index else head.proba(raw).argmax(axis=1)
