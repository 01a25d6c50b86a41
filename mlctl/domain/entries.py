"""Reads a journal (:mod:`mlctl.domain.runs`). People write in it by hand: the form of values is checked."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from mlctl.domain.runs import Entry, Fired, History, Run

CHANGES = frozenset({"promoted", "failed", "refused", "quarantined", "recovered"})
"""What there is to tell of a model."""

_OF_THE_END = frozenset({"what", "run", "time", "outcome", "seconds", "reason", "code", "triggers"})
_OF_THE_ROW = frozenset({"began", "ended", "exit_code", "crashes", "steps"})


def history(entries: Iterable[Entry]) -> History:
    """Return what a journal tells; entries of another kind or form are passed over."""
    reader = _Reader()
    for entry in entries:
        # A line that somebody wrote by hand; infinity is no whole number.
        with suppress(KeyError, TypeError, ValueError, OverflowError):
            reader.take(entry)
    told, unsent = frozenset(reader.told), tuple(reader.unsent)
    return History(tuple(reader.runs), reader.crashes, reader.quarantined, told, unsent)


class _Reader:
    """Takes the entries one by one; only the last run may still change."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.crashes = 0
        self.quarantined = ""
        self.told: set[str] = set()
        self.unsent: list[str] = []

    def take(self, entry: Entry) -> None:
        what = entry["what"]
        if what == "began":
            self.runs.append(_began(entry))
        elif what == "quarantined":
            self.quarantined = str(entry["time"])
        elif what == "released":
            self.quarantined, self.crashes = "", 0
        elif what == "told":
            self.told.add(entry["run"])
        elif what == "unsent":
            self.unsent.append(str(entry["run"]))
        elif self.runs and self.runs[-1].run == entry["run"]:
            self.runs[-1] = self._of_run(self.runs[-1], entry)

    def _of_run(self, run: Run, entry: Entry) -> Run:
        if entry["what"] == "stepped":
            step = (str(entry["step"]), float(entry["seconds"]), int(entry["attempts"]))
            return replace(run, steps=(*run.steps, step))
        if entry["what"] == "crashed":
            self.crashes += 1
            return replace(run, crashes=run.crashes + 1, is_down=True, was_paused=False)
        if entry["what"] == "resumed":
            return replace(run, is_down=False, was_paused=False, pid=int(entry.get("pid", 0)))
        if entry["what"] == "paused":
            return replace(run, is_down=True, was_paused=True)
        if entry["what"] == "ended":
            self.crashes = self.crashes if entry["outcome"] == "crashed" else 0
            return _ended(run, entry)
        return run


def _began(entry: Entry) -> Run:
    return Run(
        str(entry["run"]),
        str(entry["time"]),
        _fired(entry.get("triggers", ())),
        _covers(entry.get("covers", {})),
        int(entry.get("pid", 0)),
        str(entry.get("host", "")),
        str(entry.get("parameters", "")),
    )


def _fired(value: Any) -> tuple[Fired, ...]:
    return tuple(Fired(**fired) for fired in _triggers(value))


def _ended(run: Run, entry: Entry) -> Run:
    return replace(
        run,
        outcome=str(entry["outcome"]),
        ended=str(entry["time"]),
        seconds=float(entry.get("seconds", 0)),
        reason=str(entry.get("reason", "")),
        code=int(entry.get("code", 0)),
        triggers=_fired(entry["triggers"]) if "triggers" in entry else run.triggers,
        found=_found(entry),
    )


def _covers(value: Any) -> dict[str, list[str | None]]:
    """Return the spans of a beginning, ``[after, until]`` by their kind, without those of another form.

    Raises
    ------
    TypeError
        When it is no mapping.
    """
    return {kind: list(span) for kind, span in _mapping(value).items() if _is_span(span)}


def _triggers(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the triggers of a beginning or an end: ``trigger``, ``key`` and ``why``, all of them texts.

    Raises
    ------
    TypeError
        When it is no list of those.
    """
    if not isinstance(value, list | tuple) or not all(_is_trigger(one) for one in value):
        raise TypeError("wanted a list of triggers")
    return tuple(value)


def _found(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what came of a run, from the entry of its end, without values of another form."""
    known = _OF_THE_END | _OF_THE_ROW
    return {key: value for key, value in entry.items() if key not in known and _has_its_form(key, value)}


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError("wanted a mapping")
    return value


def _is_trigger(value: Any) -> bool:
    texts = isinstance(value, Mapping) and set(value) == {"trigger", "key", "why"}
    return texts and all(isinstance(text, str) for text in value.values())


def _is_span(value: Any) -> bool:
    pair = isinstance(value, list | tuple) and len(value) == 2
    return pair and (value[0] is None or _is_time(value[0])) and _is_time(value[1])


def _is_time(value: Any) -> bool:
    """Tell whether a value is a time with its zone: others cannot be compared with it."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_name(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)


def _are_changes(value: Any) -> bool:
    return _are_texts(value) and CHANGES.issuperset(value)


_FORMS: Mapping[str, Callable[[Any], bool]] = {
    "changes": _are_changes,
    "looked": lambda value: isinstance(value, Mapping),
    **dict.fromkeys(("reasons", "warnings", "failures", "rungs"), _are_texts),
    **dict.fromkeys(("champion", "champion_before", "challenger", "dataset", "fingerprint"), _is_name),
    **dict.fromkeys(("hint", "step", "unreadable"), _is_name),
}


def _has_its_form(key: str, value: Any) -> bool:
    return key not in _FORMS or _FORMS[key](value)
