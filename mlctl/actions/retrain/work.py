"""What is done once something is due: the steps, and what came of them."""

from dataclasses import dataclass, field
from typing import Any

from mlctl.actions.retrain.due import Due
from mlctl.actions.retrain.ending import End
from mlctl.actions.retrain.launch import DiedError, OutOfTimeError
from mlctl.actions.retrain.progress import Progress, is_stale
from mlctl.actions.retrain.triggers import fired
from mlctl.domain.runs import Fired, History
from mlctl.errors import DataError, MlctlError, RefusedError
from mlctl.store.journal import drop_result

_NEED_DATA = {"new_data", "degraded", "drift"}
_NEED_MODEL = {"degraded", "drift"}


@dataclass(slots=True)
class Work:
    """A run under way, and what is known of it so far.

    Attributes
    ----------
    fired : tuple of Fired
        The triggers, as far as they are known.
    found : dict
        What the journal will keep.
    step : str
        The one that is being done.
    """

    progress: Progress
    history: History
    due: Due
    fired: tuple[Fired, ...] = ()
    found: dict[str, Any] = field(default_factory=dict)
    step: str = ""

    def to_end(self) -> End:
        """Do the steps, and return how it ended; an error is an end as well.

        Raises
        ------
        DiedError
            When a step's process was killed: the run is not over, and is gone on with later.
        """
        target = self.progress.target
        champion = target.store.champion(target.model)
        self.fired = self.due.fired
        self.found = {"champion_before": champion, "champion": champion, "warnings": []}
        try:
            return self._look() or self._train()
        except DiedError:
            raise
        except MlctlError as error:
            return self._failed(error)

    def _look(self) -> End | None:
        """Look at the triggers that need it; return the end where none fired."""
        settings, champion = self.progress.target.settings, self.found["champion"]
        watches = set(settings.watches) if self.due.looks else set()
        fetched = self._fetch() if self.fired or watches & _NEED_DATA else {}
        looked = self._step("decide") if watches & _NEED_MODEL and champion else {}
        if looked:
            self.found["looked"] = looked
            self._warn(looked)
        if watches:
            served = self.progress.target.journal.served(champion, "") if champion else 0
            more = fired(settings, self.history, champion, fetched, looked, served)
            self.fired = (*self.fired, *more)
        return None if self.fired else self._end("nothing", ("nothing that is watched has fired",))

    def _fetch(self) -> dict[str, Any]:
        known = self.progress.done("fetch")
        if known is not None and self.progress.done("train") is None and is_stale(known):
            drop_result(self.progress.directory, "fetch")
        fetched = self._step("fetch")
        self.found |= {"fingerprint": fetched["fingerprint"], "rows": fetched["rows"]}
        self.found["warnings"] += fetched["warnings"]
        return fetched

    def _train(self) -> End:
        if not self.progress.done("fetch"):
            self._fetch()  # what fired looked at no data
        trained = self._step("train")
        self.found |= {key: trained[key] for key in ("challenger", "rungs", "dataset")}
        self.found["warnings"] += [f"{name} did not finish" for name in trained["failed"]]
        gated = self._step("gate")
        self.found |= {"champion_before": gated["before"], "champion": gated["after"]}
        self.found |= {"gate": gated["gate"]} if gated.get("gate") else {}
        self.found["warnings"] += gated.get("warnings", [])
        if self.progress.target.settings.build and gated["outcome"] == "promoted":
            self._build()
        return self._end(gated["outcome"], tuple(gated["why"]))

    def _build(self) -> None:
        """Build the bundle of a new champion, which it is whether or not that can be done."""
        try:
            self.found["build"] = self._step("build")
        except (DiedError, OutOfTimeError):
            raise
        except MlctlError as error:
            self.found["failures"] = [f"build: {error.message}"]

    def _step(self, name: str) -> dict[str, Any]:
        self.step = name
        return self.progress.step(name)

    def _warn(self, looked: dict[str, Any]) -> None:
        if looked.get("drifted"):
            self.found["warnings"] += [f"drift: {reason}" for reason in looked["drift"]]
        if looked.get("degraded"):
            self.found["warnings"].append(f"the champion is worse: {looked['said']}")

    def _failed(self, error: MlctlError) -> End:
        outcome = "failed"
        if isinstance(error, OutOfTimeError):
            outcome = "timeout"
        elif isinstance(error, DataError):
            outcome = "refused"
        elif isinstance(error, RefusedError):
            outcome = "stopped"
        self.found["step"] = self.step
        return self._end(outcome, (error.message, *error.details), error.exit_code, error.hint)

    def _end(self, outcome: str, reasons: tuple[str, ...], code: int = 0, hint: str = "") -> End:
        told = {**self.found, "reasons": list(reasons), **({"hint": hint} if hint else {})}
        return End(outcome, code, reasons, self.fired, told, hint)
