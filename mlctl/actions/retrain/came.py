"""What is asked of a retraining, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlctl.domain.runs import Fired

if TYPE_CHECKING:
    from mlctl.actions.retrain.target import Target


@dataclass(frozen=True, slots=True)
class Asked:
    """How a model is to be retrained.

    Attributes
    ----------
    force : bool
        Do not ask whether anything is due, and lift a quarantine. Never the gate.
    waits : bool
        Wait for a slot where all are taken, for as long as a run may take: who is called once a day and goes
        away would be a day late.
    trust : bool
        Load models whose types mlctl does not know.
    began : callable
        Is told when a run begins, and of which model.
    """

    force: bool = False
    waits: bool = False
    trust: bool = False
    began: Callable[["Target", str], None] = lambda _target, _run: None


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a model.

    Attributes
    ----------
    outcome : str
        That of a run, or ``skipped`` (another run goes on, or no slot is free), ``quarantined``, ``died``.
    run : str
        Empty where there was none.
    failures : tuple of str
        What could not be done afterwards: the bundle, or telling somebody.
    is_known : bool
        Whether it went wrong in the same way before, and that was said.
    """

    project: str
    model: str
    outcome: str
    code: int = 0
    reasons: tuple[str, ...] = ()
    run: str = ""
    fired: tuple[Fired, ...] = ()
    seconds: float = 0.0
    hint: str = ""
    log: str = ""
    found: dict[str, Any] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    is_known: bool = False

    @property
    def label(self) -> str:
        """How people are told the model."""
        return f"{self.project}/{self.model}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the run found odd."""
        return (*self.found.get("warnings", ()), *self.failures)

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--json`` shows."""
        kept = {
            key: value
            for key, value in self.found.items()
            if key not in ("reasons", "warnings", "failures", "hint")
        }
        return {
            "project": self.project,
            "model": self.model,
            "outcome": self.outcome,
            "exit_code": self.code,
            "run": self.run or None,
            "triggers": [fired.to_dict() for fired in self.fired],
            "reasons": list(self.reasons),
            "hint": self.hint,
            "seconds": self.seconds,
            "log": self.log or None,
            **kept,
            "warnings": list(self.warnings),
        }


def came(target: "Target", outcome: str, reasons: tuple[str, ...], **more: Any) -> Came:
    """Return what came of a target's model."""
    return Came(target.journal.project, target.journal.model, outcome, reasons=reasons, **more)
