"""The end of a run: in the journal, among the model's events, and told to those who have to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mlctl import files
from mlctl.actions.retrain.progress import Progress
from mlctl.actions.retrain.target import Target, lift
from mlctl.domain.runs import Fired, Run
from mlctl.errors import DamagedError, MlctlError, NotFoundError
from mlctl.params.retrain import Notify
from mlctl.store.champion import Event
from mlctl.store.journal import write_result

_LARGEST_LOG = 64_000_000
_MOST_LINES = 40
_FAILED = ("failed", "timeout", "stopped")

MESSAGES = "messages"

TIME_TO_TELL = 60.0
"""Seconds for the messages, beside ``max_runtime``: that a run took too long has to be told as well."""


@dataclass(frozen=True, slots=True)
class End:
    """How a run ended.

    Attributes
    ----------
    code : int
        Of the error; 0 where nothing went wrong.
    reasons : tuple of str
        The first one decides.
    found : dict
        What the journal keeps of it.
    """

    outcome: str
    code: int
    reasons: tuple[str, ...]
    fired: tuple[Fired, ...] = ()
    found: dict[str, Any] = field(default_factory=dict)
    hint: str = ""

    @property
    def reason(self) -> str:
        """What decided."""
        return self.reasons[0] if self.reasons else ""


def changes(before: str, outcome: str) -> tuple[str, ...]:
    """Return what there is to tell: nothing where the state is as it was.

    Parameters
    ----------
    before : str
        The model's state before the run, as :attr:`mlctl.domain.runs.History.state` has it.
    outcome : str
        The run's.
    """
    if outcome in _FAILED:
        return () if before in _FAILED else ("failed",)
    if outcome == "refused":
        return () if before == "refused" else ("refused",)
    promoted = ("promoted",) if outcome == "promoted" else ()
    return (*promoted, *(("recovered",) if before != "ok" else ()))


def record(progress: Progress, end: End) -> None:
    """Put the end of a run among the model's events; once, also where the run was resumed."""
    target, run = progress.target, progress.run
    if end.outcome == "nothing":
        return
    model, store = target.model, target.store
    if any(event.what == "retrain" and event.details.get("run") == run for event in store.events(model)):
        return
    before = end.found.get("champion_before")
    after = end.found.get("champion", before)
    details = {
        "run": run,
        "outcome": end.outcome,
        "triggers": [fired.trigger for fired in end.fired],
        "challenger": end.found.get("challenger"),
    }
    time = store.stamp(progress.world.now())
    store.record_event(model, Event(time, "retrain", "retrain", before, after, list(end.reasons), details))


def close(progress: Progress, end: End, told: tuple[str, ...], seconds: float) -> None:
    """Put the end of a run into the journal: from here on it is over."""
    progress.note(f"{end.outcome}: {end.reason}" if end.reason else end.outcome)
    progress.target.journal.append(
        "ended",
        progress.run,
        progress.world.now(),
        outcome=end.outcome,
        seconds=seconds,
        reason=end.reason,
        code=end.code,
        triggers=[fired.to_dict() for fired in end.fired],
        changes=list(told),
        **end.found,
    )


def untold(target: Target) -> tuple[Run, ...]:
    """Return the runs of which somebody has to be told and was not."""
    return target.journal.history().untold if _anybody(target.settings.notify) else ()


def tell(progress: Progress, run: Run) -> tuple[str, ...]:
    """Tell of a run, and note whether that reached anybody; return what could not be sent."""
    progress = replace(progress, began=progress.world.clock(), limit=TIME_TO_TELL)
    messages = {"messages": [_message(progress, run, change) for change in run.found["changes"]]}
    write_result(progress.directory, MESSAGES, messages)
    try:
        found = progress.step("notify")
        failures = tuple(found["failures"])
        what = "told" if found.get("sent", not failures) else "unsent"
    except MlctlError as error:
        failures, what = (error.message,), "unsent"
    progress.target.journal.append(what, run.run, progress.world.now(), changes=run.found["changes"])
    for failure in failures:
        progress.note(failure)
    return failures


def log_end(progress: Progress, run: str) -> str:
    """Return the last lines of a run's log, without values of the environment."""
    try:
        text = files.read_bytes_limited(progress.target.journal.log(run), _LARGEST_LOG).decode(
            errors="replace"
        )
    except (NotFoundError, DamagedError):
        return ""
    return progress.target.loaded.hide("\n".join(text.splitlines()[-_MOST_LINES:]))


def _anybody(notify: Notify) -> bool:
    return bool(notify.email or notify.webhook or notify.command or notify.apprise)


_SUBJECTS: Mapping[str, str] = {
    "promoted": "{version} is the new champion",
    "failed": "retraining failed",
    "refused": "the data was refused",
    "quarantined": "quarantined after crashing again and again",
    "recovered": "retraining works again",
}


def _message(progress: Progress, run: Run, change: str) -> dict[str, Any]:
    target, found = progress.target, run.found
    version = found.get("champion")
    subject = f"{target.label}: {_SUBJECTS[change].format(version=version)}"
    said = [*found.get("reasons", [run.reason])]
    if change == "quarantined":
        said.append(lift(target))
    facts = {
        "project": target.journal.project,
        "model": target.journal.model,
        "run": run.run,
        "outcome": run.outcome,
        "version": version,
        "before": found.get("champion_before"),
        "reason": run.reason,
        "triggers": ", ".join(fired.trigger for fired in run.triggers),
    }
    triggers = [f"trigger: {fired.trigger} ({fired.why})" for fired in run.triggers]
    lines = [
        *said,
        *triggers,
        f"champion: {version or 'none'}",
        f"run: {run.run}",
        "",
        log_end(progress, run.run),
    ]
    time = progress.world.now().isoformat()
    return {
        "change": change,
        "subject": subject,
        "text": "\n".join(lines).rstrip(),
        "facts": facts,
        "time": time,
    }
