"""What a gate found, as the log, both records, the screen and JSON tell it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mlctl.actions.gate_rows import Holdout
from mlctl.domain.gate import Facts, FirstFacts, Rules, Verdict
from mlctl.domain.records import Experiment


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the gate found.

    Attributes
    ----------
    verdict : Verdict
        ``outcome`` is promote, keep or undecided; ``reasons`` are sentences, the first one decides.
    facts : Facts or FirstFacts
        Every number that it rests on.
    metric : str
        The one that decides between two models; a first champion is held against the dummy on a proper score.
    rules : Rules
        What was asked for, in the metric's units.
    champion : Experiment or None
        The one that was tested against; None for a first champion.
    holdout : Holdout
        The rows.
    look : int
        1 for the first look at these rows.
    until : mapping
        ``challenger`` and ``champion`` to the time of the last row that each was trained on; empty without a
        time column.
    warnings : tuple of str
        What the person has to know.
    """

    verdict: Verdict
    facts: Facts | FirstFacts
    metric: str
    rules: Rules
    challenger: Experiment
    champion: Experiment | None
    holdout: Holdout
    look: int
    until: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return what goes into the event and ``--json``; numbers that are not finite are null."""
        told: dict[str, Any] = finite(
            {
                "outcome": self.verdict.outcome,
                "reasons": list(self.verdict.reasons),
                **self.question(),
                "look": self.look,
                "facts": asdict(self.facts),
                "holdout": self.holdout.to_dict(),
                "until": dict(self.until),
                "warnings": list(self.warnings),
            }
        )
        return told

    def question(self) -> dict[str, Any]:
        """Return what was asked of the rows: asked again, it is the same look at them."""
        champion = self.champion.model_version_id if self.champion else None
        return question_of(self.challenger.model_version_id, champion, self.metric, self.rules)


def question_of(challenger: str, champion: str | None, metric: str, rules: Rules) -> dict[str, Any]:
    """Return a question to the held-out rows: who is asked about, by which metric and rules."""
    return {"challenger": challenger, "champion": champion, "metric": metric, "rules": asdict(rules)}


def finite(value: Any) -> Any:
    """Return a value with NaN and infinities as None: JSON has no word for them."""
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
