"""How often held-out rows were looked at before: each look at the same ones has to be paid for."""

from collections.abc import Sequence
from typing import Any

from mlctl.actions.gate_rows import Holdout, overlap
from mlctl.store.champion import Event

MOSTLY = 0.5
"""Share of the rows that an earlier gate has to have scored, for its look to be counted."""


def look_number(events: Sequence[Event], holdout: Holdout, question: dict[str, Any]) -> int:
    """Return which look at these rows it is, counted from 1.

    Looks of a first champion at the dummy and looks at a champion are counted apart. The same question about
    the same rows has the same answer: asked again, it is the look that it was.

    Parameters
    ----------
    events : sequence of Event
        All of the model; what does not tell of a gate is passed over.
    question : dict
        What was asked of the rows, with ``champion``, ``challenger``, ``metric`` and ``rules``.
    """
    found = [gate for event in events if (gate := _gate(event)) and _mostly(gate["holdout"], holdout)]
    first = question["champion"] is None
    earlier = [gate for gate in found if (gate.get("champion") is None) == first]
    for gate in earlier:
        same = gate["holdout"].get("fingerprint") == holdout.fingerprint
        if same and all(gate.get(key) == value for key, value in question.items()):
            return int(gate["look"])
    asked = {_identity(gate, question) for gate in earlier}
    return 1 + len(asked)


def _identity(gate: dict[str, Any], question: dict[str, Any]) -> str:
    return repr([gate["holdout"].get("fingerprint"), *(gate.get(key) for key in question)])


def _gate(event: Event) -> dict[str, Any] | None:
    """Return what an event says of its gate; None where it tells of none, or not in the form of one."""
    gate = event.details.get("gate")
    if not isinstance(gate, dict) or not isinstance(gate.get("holdout"), dict):
        return None
    return gate if isinstance(gate.get("look"), int) else None


def _mostly(before: dict[str, Any], holdout: Holdout) -> bool:
    sketch, rows = before.get("sketch"), before.get("rows")
    if not isinstance(sketch, list) or not isinstance(rows, int):
        return False
    known = [value for value in sketch if isinstance(value, int)]
    return overlap(holdout.sketch, holdout.rows, known, rows) >= MOSTLY
