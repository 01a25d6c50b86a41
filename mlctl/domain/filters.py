"""Filter expressions: ``accuracy_score > .9 and rung != dummy``.

Comparisons (``< <= > >= == != in``) of fields with values, joined by ``and``, ``or``, ``not`` and brackets. A
field is a score (its cross-validation mean; ``test.log_loss`` and ``train.log_loss`` for the other parts),
a parameter (``C``), or one of the record's own. A word that stands where a value is wanted is text,
quoted or not.
"""

import ast
import difflib
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlctl.errors import UsageError

Fields = Mapping[str, Any]
Predicate = Callable[[Fields], bool]

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_EXAMPLE = 'for example: --filter "accuracy_score > .9 and rung != dummy"'


def compile_filter(
    text: str, known: Iterable[str], canonical: Callable[[str], str] = lambda name: name
) -> Predicate:
    """Return a function that tells whether a row of fields passes.

    Parameters
    ----------
    text : str
        The expression.
    known : iterable of str
        Every field that some row has; a field that none has is an error rather than an empty answer.
    canonical : callable
        Gives the field that another spelling of it means.

    Raises
    ------
    UsageError
        For an expression that cannot be read, or an unknown field.

    Examples
    --------
    >>> keep = compile_filter("score > .9 and rung != dummy", ["score", "rung"])
    >>> keep({"score": 0.95, "rung": "svc"}), keep({"score": 0.95, "rung": "dummy"})
    (True, False)
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(f"cannot read the filter {text!r}", _EXAMPLE) from None
    return _predicate(tree, _Fields(frozenset(known), canonical), text)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields that there are, under every spelling."""

    known: frozenset[str]
    canonical: Callable[[str], str] = lambda name: name

    def find(self, name: str) -> str | None:
        found = self.canonical(name)
        return found if found in self.known else None


def _predicate(node: ast.expr, known: _Fields, text: str) -> Predicate:
    if isinstance(node, ast.BoolOp):
        parts = [_predicate(value, known, text) for value in node.values]
        combine = all if isinstance(node.op, ast.And) else any
        return lambda fields: combine(part(fields) for part in parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _predicate(node.operand, known, text)
        return lambda fields: not inner(fields)
    if isinstance(node, ast.Compare):
        return _comparison(node, known, text)
    raise UsageError(f"cannot read the filter {text!r}: a comparison is wanted", _EXAMPLE)


def _comparison(node: ast.Compare, known: _Fields, text: str) -> Predicate:
    operands = [_operand(part, known, text) for part in (node.left, *node.comparators)]
    if not any(is_field for is_field, _ in operands):
        raise UsageError(f"the filter {text!r} names no field{_nearest(node, known)}", _EXAMPLE)
    tests = [_operator(op, text) for op in node.ops]

    def test(fields: Fields) -> bool:
        values = [fields.get(value) if is_field else value for is_field, value in operands]
        return all(_holds(check, values[i], values[i + 1]) for i, check in enumerate(tests))

    return test


def _operator(op: ast.cmpop, text: str) -> Callable[[Any, Any], bool]:
    try:
        return _COMPARE[type(op)]
    except KeyError:
        raise UsageError(f"cannot read the filter {text!r}: unknown comparison", _EXAMPLE) from None


def _holds(check: Callable[[Any, Any], bool], one: Any, other: Any) -> bool:
    """Compare as people mean it: what a row does not have passes only ``!=``; ``1`` and ``"1"`` are one."""
    if one is None or other is None:
        return check is operator.ne
    if isinstance(one, list) and check in (operator.eq, operator.ne):
        return (other in one) == (check is operator.eq)  # a tag, among a row's tags
    if isinstance(one, str) != isinstance(other, str) and not isinstance(other, list | tuple):
        one, other = str(one), str(other)
    try:
        return check(one, other)
    except TypeError:
        return False


def _operand(node: ast.expr, known: _Fields, text: str) -> tuple[bool, Any]:
    """Return ``(is a field, name or value)``."""
    name = _dotted(node)
    if name is not None:
        field = known.find(name)
        return field is not None, field or name
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return False, [_operand(item, _Fields(frozenset()), text)[1] for item in node.elts]
    try:
        return False, ast.literal_eval(node)
    except ValueError:
        raise UsageError(
            f"cannot read the filter {text!r}: {ast.unparse(node)} is no value", _EXAMPLE
        ) from None


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = _dotted(node.value)
        return left and f"{left}.{node.attr}"
    return None


def _nearest(node: ast.Compare, known: _Fields) -> str:
    name = _dotted(node.left) or ""
    near = difflib.get_close_matches(name, known.known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
