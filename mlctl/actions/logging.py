"""What a process logs into one experiment: parameters, points of metrics, artifacts, tags, a model.

Points go to ``metrics.csv`` at once. All else stands in the record, which is brought up to date every
:data:`PAUSE_S` seconds at most, so that a script that is killed leaves what it logged until then.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from mlctl.actions import environment
from mlctl.actions.git import GitState, state
from mlctl.actions.logging_files import copied
from mlctl.actions.logging_sinks import Ending, Own, Sink
from mlctl.actions.logging_values import number_of, parameter_of, step_of, text_of
from mlctl.domain.logged import evaluations
from mlctl.domain.names import broken_rule
from mlctl.domain.records import Experiment, Model
from mlctl.params.yaml_io import dump
from mlctl.store.points import FILE, Point, PointsFile
from mlctl.store.record_files import read_tree
from mlctl.store.store import Store

PAUSE_S = 2.0
"""Seconds between two writes of the record: one takes 5 ms, a quarter of a hundredth of the time."""

_OF_MACHINES = ("mlflow.", "estimator_")
"""Tags that the record has in fields of its own, such as the rung."""

ARTIFACTS = "artifacts"
"""The folder of the files that a script logs, apart from the names of the format."""

TAGS = "mlflow.yaml"
"""Holds tags as a script gave them, key by key; the record has them as words."""


@dataclass(slots=True)
class Said:
    """Everything that was logged, but the points before the last."""

    parameters: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of the record."""
        metrics = {"metrics": FILE} if self.last else {}
        scores = evaluations(self.last)
        for part, found in self.fields.get("evaluations", {}).items():
            scores[part] = scores.get(part, {}) | found
        return self.fields | {
            "parameters": self.parameters,
            "evaluations": scores,
            "artifact_file_paths": metrics | self.artifacts | {"log": "log.txt"},
            "tags": [word for key, value in self.tags.items() if (word := tag_word(key, value))],
            "warnings": [*self.fields.get("warnings", []), *self.warnings],
        }


def tag_word(key: str, value: str) -> str:
    """Return a tag as the one word that a record has for it; empty where it fits the rules in no form.

    Examples
    --------
    >>> tag_word("team", "risk"), tag_word("reviewed", ""), tag_word("note", "see https://example.org")
    ('team=risk', 'reviewed', '')
    """
    word = f"{key}={value}" if value else key
    return "" if broken_rule(word) or key.startswith(_OF_MACHINES) else word


class Log:
    """One experiment, as the process that logs into it sees it. Threads may share it.

    Parameters
    ----------
    sink : Sink
        The experiment itself, or the one that ``mlctl run`` keeps open.
    now : callable
        Gives the time, aware and in UTC.
    clock : callable
        Gives seconds that never go back.
    """

    def __init__(self, sink: Sink, now: Callable[[], datetime], clock: Callable[[], float]) -> None:
        self.said = Said()
        self._sink, self._now, self._clock = sink, now, clock
        self._points = PointsFile(sink.directory / FILE)
        self._lock = threading.RLock()
        self._saved = clock() - PAUSE_S
        self._start = clock()

    @property
    def experiment(self) -> Experiment:
        """The record, as it was last written."""
        return self._sink.experiment

    @property
    def directory(self) -> Path:
        """The experiment's."""
        return self._sink.directory

    def place(self, name: str) -> Path:
        """Return where an artifact goes; its folder is made."""
        return self._sink.path(name)

    def metrics(self, values: Mapping[str, Any], step: int = 0) -> None:
        """Add a point to each of some metrics.

        Raises
        ------
        UsageError
            For a value that is no number, or a step that is not whole; none of the points is kept then.
        MlctlError
            When the disk does not take them.
        """
        when = f"{self._now():%Y-%m-%dT%H:%M:%S.%fZ}"
        at = step_of(step)
        points = [Point(text_of(key), at, when, number_of(key, value)) for key, value in values.items()]
        with self._lock:
            self._points.append(points)
            self.said.last.update((point.metric, point.value) for point in points)
            self._save_at_times()

    def parameters(self, values: Mapping[str, Any]) -> None:
        """Set parameters; the last value of each stands."""
        with self._lock:
            self.said.parameters.update({text_of(key): parameter_of(value) for key, value in values.items()})
            self._save_at_times()

    def tag(self, key: str, value: Any = "") -> None:
        """Set a tag; the last value of each stands."""
        with self._lock:
            self.said.tags[text_of(key)] = text_of(value)
            self._save_at_times()

    def artifact(self, source: Path, folder: str = "") -> None:
        """Keep a copy of a file, or of a folder with all that is in it, under ``artifacts/``.

        Raises
        ------
        UsageError
            When there is no such file, or the folder leads out of the experiment.
        """
        with self._lock:
            where = PurePosixPath(ARTIFACTS, folder)
            self.said.artifacts |= copied(source, where, self._sink.path)
            self._save_at_times()

    def text(self, name: str, text: str | bytes, file: str) -> None:
        """Keep a file of the format's own under a name."""
        with self._lock:
            self._sink.write(file, text)
            self.said.artifacts[name] = file

    def model(self, write: Callable[[Path], dict[str, str]], fields: Mapping[str, Any]) -> None:
        """Keep a model: ``write`` gets the experiment's folder and returns names and files."""
        with self._lock:
            self.said.artifacts |= write(self.directory)
            self.set(**fields)
            self._save_at_times()

    def set(self, **fields: Any) -> None:
        """Set fields of the record; mappings are merged."""
        with self._lock:
            for name, value in fields.items():
                old = self.said.fields.get(name)
                merged = isinstance(old, dict) and isinstance(value, Mapping)
                self.said.fields[name] = {**old, **value} if merged and old else value

    def warn(self, line: str) -> None:
        """Have the record say that something is missing in it."""
        with self._lock:
            self.said.warnings.append(line)

    def line(self, text: str) -> None:
        """Add a line to ``log.txt``."""
        with self._lock:
            self._sink.log(text)

    def end(self, ending: Ending) -> Experiment:
        """End it: tags, packages and changes to the code are written first."""
        with self._lock:
            self._points.close()
            if self.said.tags:
                self.text("mlflow", dump({"tags": self.said.tags}), TAGS)
            self.set(timings={"total_s": self._clock() - self._start})
            self._sink.end(ending, self.said.to_fields())
            return self._sink.experiment

    def close(self) -> None:
        """Let go of it without an end."""
        self._points.close()
        self._sink.close()

    def save(self) -> None:
        """Bring the record up to date now."""
        with self._lock:
            self._saved = self._clock()
            self._sink.save(self.said.to_fields())

    def _save_at_times(self) -> None:
        if self._clock() - self._saved >= PAUSE_S:
            self.save()


def begin(
    store: Store,
    model: Model,
    *,
    name: str,
    directory: Path,
    command: list[str],
    now: Callable[[], datetime],
    clock: Callable[[], float],
) -> Log:
    """Begin an experiment of a script's own.

    Parameters
    ----------
    name : str
        What the script calls it: the record's description.
    directory : Path
        Whose git state is recorded.
    command : list of str
        The script and its arguments.
    """
    git = state(directory, ignore=store.root)
    opened = store.new_experiment(
        model,
        git.commit,
        now(),
        description=name,
        git=git.to_dict(),
        environment=environment.summary(),
    )
    log = Log(Own(opened), now, clock)
    log.line(f"script: {' '.join(command)}")
    keep_surroundings(log, git, {"command": command})
    return log


def read_tags(directory: Path) -> dict[str, str]:
    """Return the tags that an experiment keeps as they were given; none where it keeps none, or other things.

    Raises
    ------
    DamagedError
        When the file is no YAML.
    """
    path = directory / TAGS
    kept = read_tree(path).get("tags") if path.exists() else None
    return {str(key): str(value) for key, value in kept.items()} if isinstance(kept, Mapping) else {}


def keep_surroundings(log: Log, git: GitState, run: Mapping[str, Any]) -> None:
    """Keep what an experiment was run with: the command, the packages, and changes to the code."""
    log.text("run", dump(dict(run)), "run.yaml")
    log.text("packages", dump({"packages": environment.packages()}), "environment.yaml")
    if git.dirty:
        log.text("changes", git.diff, "changes.diff")
