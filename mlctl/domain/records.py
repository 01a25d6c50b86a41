"""The records that the store keeps: projects, models, experiments and datasets.

Field names are the keys that a person reads in ``meta.yaml`` and in ``--json``. A record is a value: it is
never changed, only replaced (:func:`dataclasses.replace`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, Self

Status = Literal["running", "finished", "failed", "interrupted"]


@dataclass(frozen=True, slots=True)
class Record:
    """What every record shares: a mapping in, a mapping out, unknown keys kept apart."""

    PLACED: ClassVar[frozenset[str]] = frozenset()
    """Fields that the place on disk tells, and the file therefore does not repeat."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], **placed: str) -> Self:
        """Build the record from what was read; keys of a later version are ignored.

        Raises
        ------
        TypeError
            When a field without a default is missing.
        """
        known = {f.name for f in fields(cls)} - cls.PLACED
        return cls(**{key: value for key, value in data.items() if key in known}, **placed)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that are written, in their declared order."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in self.PLACED}


@dataclass(frozen=True, slots=True)
class Project(Record):
    """A named undertaking."""

    project_id: str
    project_name: str
    created_datetime: str
    description: str = ""
    tags: list[str] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Model(Record):
    """A named thing that a project would deploy.

    ``task`` is ``classification`` or ``regression``; it, ``target`` and ``metric`` are empty until the first
    training settles them.
    """

    PLACED = frozenset({"project_name"})

    model_id: str
    project_id: str
    model_name: str
    created_datetime: str
    description: str = ""
    task: str = ""
    target: str = ""
    metric: str = ""
    tags: list[str] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    project_name: str = ""


@dataclass(frozen=True, slots=True)
class Experiment(Record):
    """One try at a model: one estimator, its parameters, its data, its scores and its artifacts.

    Attributes
    ----------
    parameters : dict
        What the estimator was built with: the fixed parameters and the ones that the search chose.
    training_dataset, validation_dataset, test_dataset : dict
        ``{dataset, part, rows}``; the validation part is the folds and also has ``folds``, ``repeats`` and
        ``test_to_train`` (rows scored over rows fitted in one fold).
    evaluations : dict
        ``{"train": {metric: value}, "cross_validation": {metric: {mean, std, folds}}, "test": {…},
        "latency": {single_row_us, batch_row_us}, "size": {model_bytes}}``.
    artifact_file_paths : dict
        Name of the artifact to its path within the experiment's directory.
    ladder_id : str
        Shared by the rungs of one climb.
    comparison_key : str
        Equal for experiments that saw the same rows in the same folds, and may be compared fold by fold.
    eligible : dict
        ``{"ok": bool, "reasons": [str]}``: whether limits allow this rung to be recommended.
    error : dict
        ``{"reason": str, "message": str}`` of a failed experiment.
    gates : list
        One mapping for each time that it was judged as challenger or champion; ``events.jsonl`` has the rest.
    """

    PLACED = frozenset({"project_name", "model_name"})

    experiment_id: str
    model_id: str
    model_version_id: str
    created_datetime: str
    status: Status = "running"
    description: str = ""
    rung: str = ""
    rung_index: int = 0
    task: str = ""
    metric: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    training_dataset: dict[str, Any] = field(default_factory=dict)
    validation_dataset: dict[str, Any] = field(default_factory=dict)
    test_dataset: dict[str, Any] = field(default_factory=dict)
    evaluations: dict[str, Any] = field(default_factory=dict)
    artifact_file_paths: dict[str, str] = field(default_factory=dict)
    ladder_id: str = ""
    ladder_key: str = ""
    comparison_key: str = ""
    eligible: dict[str, Any] = field(default_factory=lambda: {"ok": True, "reasons": []})
    git: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    environment: dict[str, Any] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    error: dict[str, str] = field(default_factory=dict)
    gates: list[dict[str, Any]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    project_name: str = ""
    model_name: str = ""

    def score(self, part: str, metric: str) -> float | None:
        """Return one score, the mean for ``cross_validation``; None where it was not computed."""
        value = self.evaluations.get(part, {}).get(metric)
        number = value.get("mean") if isinstance(value, dict) else value
        return None if number is None else float(number)

    def folds(self, metric: str) -> list[float]:
        """Return the scores of the folds, in their order; empty where there are none."""
        value = self.evaluations.get("cross_validation", {}).get(metric)
        return list(value["folds"]) if isinstance(value, dict) else []


@dataclass(frozen=True, slots=True)
class Dataset(Record):
    """The snapshot that an experiment was trained on.

    Attributes
    ----------
    dataset : str
        The version name: that of the first experiment that was trained on it.
    source : dict
        Where it came from: ``{"path": …}`` or ``{"source": "sklearn:iris"}``.
    fingerprint : str
        sha256 over the sorted sha256 of each file's bytes: equal for equal content.
    archive : dict
        ``{"file", "sha256", "bytes"}`` of the compressed tar; ``file`` may be that of another record with
        equal content.
    members : list
        One ``{"name", "bytes", "sha256"}`` for each file as it came.
    schema : list
        One mapping for each column: name, type family, missing share, quantiles or categories.
    """

    PLACED = frozenset({"project_name"})

    dataset: str
    created_datetime: str
    source: dict[str, Any]
    fingerprint: str
    archive: dict[str, Any]
    members: list[dict[str, Any]]
    rows: int
    columns: int
    schema: list[dict[str, Any]] = field(default_factory=list)
    read: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    tags: list[str] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    project_name: str = ""
