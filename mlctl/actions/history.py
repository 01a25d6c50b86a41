"""What became of a model: who changed its champion, when, from which to which, why, and on which numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlctl.domain.records import Model
from mlctl.store.champion import Event
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, as it stands in the log, and the numbers that a table shows of its gate."""

    event: Event
    gate: Mapping[str, Any]

    def row(self) -> dict[str, Any]:
        """Return the cells of a table by name."""
        event, facts = self.event, _mapping(self.gate.get("facts"))
        return {
            "time": event.time,
            "who": event.who,
            "what": self.what,
            "from": event.before,
            "to": event.after,
            "challenger": event.details.get("challenger"),
            "outcome": event.details.get("outcome"),
            "metric": facts.get("metric"),
            "gain": facts.get("gain"),
            "lower": facts.get("lower"),
            "error_rate": facts.get("error_rate"),
            "rows": _mapping(self.gate.get("holdout")).get("rows"),
            "look": self.gate.get("look"),
            "why": event.why[0] if event.why else None,
            "reasons": "; ".join(event.why[1:]) or None,
        }

    @property
    def what(self) -> str:
        """What happened, and whether the gate was overridden."""
        return f"{self.event.what} (forced)" if self.event.details.get("forced") else self.event.what


def history(store: Store, model: Model) -> tuple[Entry, ...]:
    """Return the events of a model, the newest first."""
    newest = tuple(reversed(store.events(model)))
    return tuple(Entry(event, _mapping(event.details.get("gate"))) for event in newest)


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, or an empty one: any JSON may stand in an event."""
    return value if isinstance(value, Mapping) else {}
