"""What the store keeps of one model's retraining: the journal, the lock, logs, what steps leave."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.entries import history
from mlctl.domain.json_text import parsed
from mlctl.domain.runs import History
from mlctl.errors import DamagedError, NotFoundError
from mlctl.files.held import Held, hold, said_by_holder
from mlctl.store.record_files import plain
from mlctl.store.site import Site
from mlctl.store.times import is_stamp, stamp

_LARGEST = 256_000_000
_LARGEST_RESULT = 64_000_000
_LOG_SUFFIX = ".txt"

Stamp = tuple[int, int, int] | None
"""Time, size and inode of a file; None where there is none."""


@dataclass(frozen=True, slots=True)
class Journal:
    """One model's retraining, as it is kept.

    Only the process that holds the lock writes.

    Parameters
    ----------
    site : Site
    project, model : str
        Whose.
    """

    site: Site
    project: str
    model: str

    @property
    def label(self) -> str:
        """How people are told the model: ``PROJECT/MODEL``."""
        return f"{self.project}/{self.model}"

    @property
    def parameters(self) -> Path:
        """The parameters file that retraining reads."""
        return self.site.layout.unlinked(self.site.layout.retrain_params(self.project, self.model))

    @property
    def path(self) -> Path:
        """The journal itself."""
        return self.site.layout.unlinked(self.site.layout.journal(self.project, self.model))

    def stamps(self) -> tuple[Stamp, Stamp]:
        """Return what tells whether the parameters or the journal have changed."""
        layout = self.site.layout
        return (
            _stamp(layout.retrain_params(self.project, self.model)),
            _stamp(layout.journal(self.project, self.model)),
        )

    def history(self) -> History:
        """Return what the journal tells; lines that are torn or no entries are passed over."""
        return history(_lines(self.path))

    def append(self, what: str, run: str, now: datetime, **more: Any) -> None:
        """Add an entry, and have it on the disk.

        Raises
        ------
        MlctlError
            When the disk does not take it.
        """
        files.make_folder(self.path.parent)
        entry = {"what": what, "run": run, "time": stamp(now), **more}
        files.append_line(self.path, _json(entry))

    def hold(self, run: str, now: datetime) -> Held | None:
        """Take the model's lock if it is free, for as long as a run lasts; None where a run goes on."""
        path = self.site.layout.unlinked(self.site.layout.run_lock(self.project, self.model))
        files.make_folder(path.parent)
        told = {"pid": os.getpid(), "host": self.site.host, "since": stamp(now), "run": run}
        return hold(path, json.dumps(told) + "\n")

    def holder(self) -> dict[str, Any]:
        """Return ``pid``, ``host``, ``since`` and ``run`` of the run that goes on, where known."""
        path = self.site.layout.unlinked(self.site.layout.run_lock(self.project, self.model))
        try:
            told = parsed(said_by_holder(path))
        except ValueError:  # it is being written just now, or its holder just ended
            return {}
        return told if isinstance(told, dict) else {}

    def is_held(self) -> bool:
        """Tell whether a run goes on."""
        return files.is_locked(self.site.layout.run_lock(self.project, self.model))

    # What a run keeps until it is over

    def directory(self, run: str) -> Path:
        """Return the directory of a run, which is made."""
        path = self.site.layout.unlinked(self.site.layout.runs(self.project, self.model) / run)
        files.make_folder(path)
        return path

    def clear(self, run: str = "") -> None:
        """Remove what runs left for their next steps, or what one left; it does not go on."""
        runs = self.site.layout.runs(self.project, self.model)
        files.remove_folder(self.site.layout.unlinked(runs / run if run else runs))

    # Logs

    def log(self, run: str) -> Path:
        """Return where a run's log is; its directory is made."""
        folder = self.site.layout.unlinked(self.site.layout.run_logs(self.project, self.model))
        files.make_folder(folder)
        return folder / f"{run}{_LOG_SUFFIX}"

    def shown_log(self, run: str) -> str:
        """Return where a run's log is, as people are told it; empty where it was removed."""
        path = self.site.layout.run_logs(self.project, self.model) / f"{run}{_LOG_SUFFIX}"
        return self.site.layout.shown(path) if path.is_file() else ""

    def prune_logs(self, keep: int) -> None:
        """Remove all but the newest logs."""
        folder = self.site.layout.unlinked(self.site.layout.run_logs(self.project, self.model))
        logs = sorted(path for path in folder.glob(f"*{_LOG_SUFFIX}") if path.is_file())
        for path in logs[: max(0, len(logs) - keep)]:
            files.remove_file(path)

    # Predictions served

    def served(self, version: str, since: str) -> int:
        """Return how many predictions a model version has served after a time."""
        path = self.site.layout.unlinked(self.site.layout.usage(self.project, self.model))
        counts = (
            entry.get("predictions")
            for entry in _lines(path)
            if entry["run"] == version and is_stamp(entry["time"]) and entry["time"] > since
        )
        return sum(count for count in counts if isinstance(count, int))

    def add_served(self, version: str, predictions: int, now: datetime) -> None:
        """Note that a model version has served so many predictions since this was last noted."""
        path = self.site.layout.unlinked(self.site.layout.usage(self.project, self.model))
        files.make_folder(path.parent)
        entry = {"what": "served", "run": version, "time": stamp(now), "predictions": predictions}
        with self.site.locked():
            files.append_line(path, json.dumps(entry))


def write_result(directory: Path, name: str, tree: Mapping[str, Any]) -> None:
    """Leave what a step found for the next ones."""
    files.write_atomic(directory / f"{name}.json", _json(tree))


def read_result(directory: Path, name: str) -> dict[str, Any] | None:
    """Return what a step left; None where it did not end.

    Raises
    ------
    DamagedError
        When it is no mapping.
    """
    path = directory / f"{name}.json"
    try:
        tree = parsed(files.read_bytes_limited(path, _LARGEST_RESULT))
    except NotFoundError:
        return None
    except ValueError:
        tree = None
    if not isinstance(tree, dict):
        raise DamagedError(f"{path} holds no mapping", "remove it: the step is then done again")
    return tree


def drop_result(directory: Path, name: str) -> None:
    """Have a step done again: remove what it left."""
    path = directory / f"{name}.json"
    if path.exists():
        files.remove_file(path)


def _json(tree: Mapping[str, Any]) -> str:
    return json.dumps(_finite(plain(tree)), ensure_ascii=False)


def _finite(value: Any) -> Any:
    """Return a value with NaN and infinities as None: JSON has no word for them."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        lines = files.read_bytes_limited(path, _LARGEST).split(b"\n")
    except NotFoundError:
        return []
    return [entry for line in lines[:-1] if (entry := _parsed(line))]


def is_entry(line: bytes) -> bool:
    """Tell whether the bytes of a line, without its end, are an entry."""
    return _parsed(line) is not None


def _parsed(line: bytes) -> dict[str, Any] | None:
    if not line.lstrip().startswith(b"{"):
        return None  # told at once: garbage has many lines
    try:
        entry = parsed(line)
    except ValueError:
        return None
    texts = isinstance(entry, dict) and all(isinstance(entry.get(k), str) for k in ("what", "run", "time"))
    return entry if texts else None


def _stamp(path: Path) -> Stamp:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
