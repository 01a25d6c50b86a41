"""Where a script's log ends up: in an experiment of its own, or in the one that ``mlctl run`` keeps open.

Who joins an experiment writes points and artifacts into its directory, and what the record is to say into a
file of its own under ``.logged/``; ``mlctl run`` takes these into the record at the end (:func:`taken`).
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from mlctl import files
from mlctl.domain.json_text import parsed
from mlctl.domain.records import Experiment
from mlctl.errors import DamagedError, MlctlError
from mlctl.store.layout import META
from mlctl.store.open_experiment import OpenExperiment, place_within
from mlctl.store.record_files import record_tree

JOINING = ".logged"
_LARGEST = 100_000_000
_MERGED = ("parameters", "evaluations", "artifact_file_paths", "timings", "training_dataset")
_JOINED = ("tags", "warnings")


@dataclass(frozen=True, slots=True)
class Ending:
    """How an experiment ends; ``reason`` is one word, ``message`` what happened."""

    status: Literal["finished", "failed", "interrupted"] = "finished"
    reason: str = ""
    message: str = ""


class Sink(Protocol):
    """An experiment that can be logged into."""

    @property
    def experiment(self) -> Experiment:
        """Its record."""

    @property
    def directory(self) -> Path:
        """Its directory."""

    def path(self, name: str) -> Path:
        """Return where an artifact goes; its folder is made."""

    def write(self, name: str, data: bytes | str) -> object:
        """Write an artifact."""

    def log(self, line: str) -> None:
        """Add a line to the log."""

    def save(self, fields: Mapping[str, Any]) -> None:
        """Have the record say this."""

    def end(self, ending: Ending, fields: Mapping[str, Any]) -> None:
        """End it."""

    def close(self) -> None:
        """Let go of it."""


class Own:
    """An experiment that this process opened."""

    def __init__(self, opened: OpenExperiment) -> None:
        self._opened = opened
        self.directory = opened.directory
        self.log = opened.log
        self.close = opened.close

    @property
    def experiment(self) -> Experiment:
        """Its record."""
        return self._opened.experiment

    def path(self, name: str) -> Path:
        """Return where an artifact goes; its folder is made."""
        self._check_there()
        return self._opened.path(name)

    def write(self, name: str, data: bytes | str) -> None:
        """Write an artifact."""
        self._check_there()
        self._opened.write(name, data)

    def save(self, fields: Mapping[str, Any]) -> None:
        """Have the record say this, and other machines see that it runs."""
        self._check_there()
        self._opened.save(**fields)
        self._opened.beat()

    def end(self, ending: Ending, fields: Mapping[str, Any]) -> None:
        """End it."""
        self._check_there()
        if ending.status == "finished":
            self._opened.finish(**fields)
        elif ending.status == "failed":
            self._opened.fail(ending.reason, ending.message, **fields)
        else:
            self._opened.interrupt(ending.message, **fields)

    def _check_there(self) -> None:
        """Raise where it was removed meanwhile: a half of it is not to come to life again."""
        if not (self.directory / META).is_file():
            raise MlctlError(f"{self.directory.name} is gone", "who removed it, or the store?")


class Joined:
    """An experiment that another process keeps open: that process ends it.

    Parameters
    ----------
    experiment : Experiment
        The record.
    directory : Path
        Its directory.
    """

    def __init__(self, experiment: Experiment, directory: Path) -> None:
        self.experiment, self.directory = experiment, directory
        self._file = directory / JOINING / f"{os.getpid()}.json"

    def path(self, name: str) -> Path:
        """Return where an artifact goes; its folder is made."""
        return place_within(self.directory, name)

    def write(self, name: str, data: bytes | str) -> None:
        """Write an artifact."""
        files.write_atomic(self.path(name), data)

    def log(self, line: str) -> None:
        """Say nothing: the log is what the command itself writes."""

    def save(self, fields: Mapping[str, Any]) -> None:
        """Leave what the record is to say."""
        if not self._file.parent.parent.is_dir():
            raise MlctlError(f"{self.directory.name} is gone")
        tree = record_tree(Experiment, {**self.experiment.to_dict(), **fields})
        files.make_folder(self._file.parent)
        files.write_atomic(self._file, json.dumps({name: tree[name] for name in fields}))

    def end(self, ending: Ending, fields: Mapping[str, Any]) -> None:
        """Leave what the record is to say, and the reason where it did not end well."""
        failed = [f"{ending.reason}: {ending.message}"] if ending.status != "finished" else []
        self.save({**fields, "warnings": [*fields.get("warnings", []), *failed]})

    def close(self) -> None:
        """Let go of it."""


def taken(directory: Path) -> dict[str, Any]:
    """Take what others left for the record of an experiment: the later one's word stands.

    Raises
    ------
    DamagedError
        When a file holds something else.
    """
    folder = directory / JOINING
    if not folder.is_dir():
        return {}
    found: dict[str, Any] = {}
    for file in sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns):
        _merge(found, _read(file))
    files.remove_folder(folder)
    return found


def _merge(found: dict[str, Any], told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        if name in _MERGED:
            found[name] = _deep(found.get(name, {}), value)
        elif name in _JOINED:
            found[name] = list(dict.fromkeys([*found.get(name, []), *value]))
        else:
            found[name] = value


def _deep(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = {**old, **new}
    for name in old.keys() & new.keys():
        if isinstance(old[name], Mapping) and isinstance(new[name], Mapping):
            both[name] = {**old[name], **new[name]}
    return both


def _read(file: Path) -> Mapping[str, Any]:
    try:
        told = parsed(files.read_bytes_limited(file, _LARGEST))
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise DamagedError(f"{file.name} holds nothing that a script logged")
    return told
