"""The steps of a run in their order: each once, and again where that may help."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.actions.retrain.launch import DiedError, OutOfTimeError, launch
from mlctl.actions.retrain.order import error_of
from mlctl.actions.retrain.target import Target
from mlctl.actions.retrain.world import World
from mlctl.errors import MlctlError
from mlctl.files.held import Held
from mlctl.params.retrain import seconds
from mlctl.schedule.retry import Failed, policy_of, retried
from mlctl.store.journal import drop_result, read_result
from mlctl.store.times import stamp


@dataclass(frozen=True, slots=True)
class Progress:
    """A run that holds its model's lock.

    Attributes
    ----------
    directory : Path
        What its steps leave.
    began : float
        By the clock that never goes back.
    limit : float or None
        Seconds that it may take; None for ``max_runtime``.
    """

    target: Target
    world: World
    run: str
    directory: Path
    lock: Held
    began: float
    resumed: bool = False
    finished: dict[str, Any] = field(default_factory=dict)
    limit: float | None = None

    @property
    def log(self) -> Path:
        """The run's log."""
        return self.target.journal.log(self.run)

    @property
    def spent(self) -> float:
        """Seconds since this process took the run on."""
        return self.world.clock() - self.began

    def note(self, text: str) -> None:
        """Add a line to the log."""
        with suppress(MlctlError):  # a line in a log is not worth a run
            files.append_line(self.log, f"{stamp(self.world.now())} {text}")

    def done(self, step: str) -> dict[str, Any] | None:
        """Return what a step found, where it is done."""
        left = read_result(self.directory, step)
        return dict(left["found"]) if left and "found" in left else None

    def step(self, name: str) -> dict[str, Any]:
        """Do a step in a process of its own, and return what it found; one that is done is not done again.

        Raises
        ------
        MlctlError
            What the step failed with, after all attempts.
        OutOfTimeError
            When the run takes longer than it may.
        DiedError
            When the process was killed.
        """
        known = self.done(name)
        if known is not None:
            self.note(f"{name}: done before")
            return known
        attempts, began = [0], self.world.clock()
        self.note(f"{name}: begins")
        found = retried(
            lambda: self._attempt(name, attempts),
            policy_of(self.target.settings.retry),
            sleep=self._sleep,
            clock=self.world.clock,
            random=self.world.random,
            failed=lambda failure: self._failed(name, failure),
            passes=lambda error: isinstance(error, MlctlError) and error.may_pass,
        )
        took = self.world.clock() - began
        self.note(f"{name}: done in {took:.1f} s")
        now = self.world.now()
        self.target.journal.append("stepped", self.run, now, step=name, seconds=took, attempts=attempts[0])
        return found

    def _attempt(self, name: str, attempts: list[int]) -> dict[str, Any]:
        attempts[0] += 1
        drop_result(self.directory, name)
        left = self._time_left()
        try:
            code = launch(
                [*self.world.command, str(self.directory), name],
                log=self.log,
                lock=self.lock.handle,
                timeout=left,
            )
        except OutOfTimeError as error:
            raise OutOfTimeError(f"{name}: {error.message}: {self._limited('is')}") from None
        except DiedError as error:
            raise DiedError(f"{name}: {error.message}", error.hint) from None
        result = read_result(self.directory, name)
        if result is None:
            raise MlctlError(
                f"{name}: its process ended with {code} and left nothing", "see the log of the run"
            )
        if "error" in result:
            raise error_of(result["error"])
        return dict(result["found"])

    def _time_left(self) -> float:
        most = seconds(self.target.settings.max_runtime) if self.limit is None else self.limit
        return most - self.spent

    def _limited(self, verb: str) -> str:
        if self.limit is None:
            return f"max_runtime {verb} {self.target.settings.max_runtime}"
        return f"its time {verb} {self.limit:g} s"

    def _sleep(self, wait: float) -> None:
        if wait >= self._time_left():
            raise OutOfTimeError(f"{self._limited('of')} ends before the next attempt")
        self.world.sleep(wait)

    def _failed(self, name: str, failure: Failed) -> None:
        self.note(f"{name}: attempt {failure.attempt} failed: {failure.error}; again in {failure.wait:.0f} s")


def is_stale(fetched: Mapping[str, Any]) -> bool:
    """Tell whether files that were fetched are no longer what they were."""
    for place, size, modified in fetched["files"]:
        try:
            found = Path(place).stat()
        except OSError:
            return True
        if (found.st_size, found.st_mtime_ns) != (size, modified):
            return True
    return False
