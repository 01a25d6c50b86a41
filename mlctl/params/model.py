"""The parameters file as a frozen value: every key, its form and its default."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from mlctl.domain.metrics import METRICS, Task, find_metric, metrics_of
from mlctl.params import fields as f
from mlctl.params.data_section import SOURCES, Data, Sql
from mlctl.params.ladder_form import read_ladder
from mlctl.params.problems import KnownKeys, Place, Problem, ProblemsError, wanted
from mlctl.params.retrain import Retrain
from mlctl.params.rung import Range, Rung
from mlctl.params.section import Section
from mlctl.params.sections import (
    Bench,
    Checks,
    CrossValidation,
    Limits,
    Preprocess,
    Promote,
    Search,
    Split,
    Steps,
    Stop,
)
from mlctl.params.words import nearest

__all__ = [
    "Bench",
    "Checks",
    "CrossValidation",
    "Data",
    "Limits",
    "Parameters",
    "Preprocess",
    "Promote",
    "Range",
    "Retrain",
    "Rung",
    "Search",
    "Split",
    "Sql",
    "Steps",
    "Stop",
]

TRAINING = "training_"
"""What stands before a metric of the training rows: accepted by the gate, which takes the held-out twin."""


OWN_TARGET = "target"
"""What the column to predict is called where ``steps.load_data`` gives it apart and nothing names it."""


def with_load_data(tree: Any) -> Any:
    """Return a tree whose ``data`` has what ``steps.load_data`` says, where it names no source itself."""
    steps, data = (tree.get("steps"), tree.get("data")) if isinstance(tree, dict) else (None, None)
    step = steps.get("load_data") if isinstance(steps, dict) else None
    if not isinstance(step, str) or not isinstance(data, dict | None):
        return tree
    given = {key: value for key, value in (data or {}).items() if value is not None}
    source = {} if set(given) & set(SOURCES) else {"function": step}
    return {**tree, "data": {"target": OWN_TARGET, **given, **source}}


def _ladder(value: Any, info: ValidationInfo) -> Any:
    return read_ladder(value, info.data.get("task"))


class Parameters(Section):
    """The whole file."""

    project: f.ProjectName = Field(description="The undertaking: a name in any script.")
    model: f.ModelName = Field(description="What the project would deploy: a name in any script.")
    description: f.Text = Field(default="", description="Of the model, for people.")
    task: f.TaskName | None = Field(default=None, description="Default: inferred from the target, and said.")
    data: Data
    steps: Steps = Steps()
    preprocess: Preprocess = Preprocess()
    split: Split = Split()
    cross_validation: CrossValidation = CrossValidation()
    metric: f.Word | None = Field(default=None, description="By scikit-learn's name. Default: the task's.")
    ladder: Annotated[Literal["auto"] | tuple[Rung, ...], BeforeValidator(_ladder)] = Field(
        default="auto", description="auto, or the rungs to climb, simplest first."
    )
    all_rungs: f.Truth = Field(
        default=False, description="Climb the rest of the default ladder whatever the probe says."
    )
    search: Search = Search()
    stop: Stop = Stop()
    limits: Limits = Limits()
    bench: Bench = Bench()
    promote: Promote = Promote()
    retrain: Retrain | None = Field(
        default=None, description="When it trains by itself, and who is told; default: on request only."
    )
    checks: Checks = Checks()
    jobs: f.Count | None = Field(default=None, description="Processes at once. Default: one for each core.")
    seed: f.Seed = Field(default=0, description="Of everything random but the split.")

    @model_validator(mode="before")
    @classmethod
    def _rows_from_a_step(cls, value: Any) -> Any:
        return with_load_data(value)

    @field_validator("steps")
    @classmethod
    def _one_source(cls, steps: Steps, info: ValidationInfo) -> Steps:
        data = info.data.get("data")
        if data and steps.load_data and data.function != steps.load_data:
            given = next(key for key in SOURCES if getattr(data, key) is not None)
            raise ProblemsError([Problem(("load_data",), f"data.{given} names rows as well; keep one")])
        return steps

    @field_validator("data")
    @classmethod
    def _labels(cls, data: Data, info: ValidationInfo) -> Data:
        if data.positive is not None and info.data.get("task") == "regression":
            raise wanted("no positive class where the task is regression", "positive")
        return data

    @field_validator("split")
    @classmethod
    def _column_for(cls, split: Split, info: ValidationInfo) -> Split:
        data = info.data.get("data")
        if data and split.method in ("time", "group") and getattr(data, split.method) is None:
            raise wanted(f"the column as well; name it under data.{split.method}", "method")
        return split

    @field_validator("metric")
    @classmethod
    def _canonical(cls, name: str | None, info: ValidationInfo) -> str | None:
        return None if name is None else _metric(name, info.data.get("task"))

    @field_validator("promote")
    @classmethod
    def _gated_by(cls, promote: Promote, info: ValidationInfo) -> Promote:
        metric, metrics, problems = promote.metric, {}, []
        task = info.data.get("task")
        try:
            metric = metric and _gate_metric(metric, task)
        except ProblemsError as error:
            problems += [Problem(("metric",), found.text) for found in error.problems]
        for name, threshold in promote.metrics.items():
            try:
                metrics[_gate_metric(name, task)] = threshold
            except ProblemsError as error:
                problems += [Problem(("metrics", name), found.text) for found in error.problems]
        if problems:
            raise ProblemsError(problems)
        return promote.model_copy(update={"metric": metric, "metrics": metrics})


def _gate_metric(name: str, task: Task | None) -> str:
    """Return a metric's canonical name, with ``training_`` before it where it was typed so."""
    bare = name.strip().lower().removeprefix(TRAINING)
    return (TRAINING if bare != name.strip().lower() else "") + _metric(bare, task)


def _metric(name: str, task: Task | None) -> str:
    metric = find_metric(name)
    if metric is None:
        spelled = {text: m.name for m in METRICS.values() for text in (m.name, *m.spellings)}
        near = nearest(name, [text for text, of in spelled.items() if task in (None, METRICS[of].task)])
        known = ", ".join(m.name for m in METRICS.values() if task in (None, m.task))
        raise wanted(f"a metric; did you mean {spelled[near]}?" if near else f"one of {known}")
    if task not in (None, metric.task):
        known = ", ".join(m.name for m in metrics_of(task))
        raise wanted(f"a metric of {task}, not of {metric.task}: one of {known}")
    return metric.name


def known_keys() -> KnownKeys:
    """Return the keys of every section, in their order, by the section's place."""
    return dict(_sections((), Parameters))


def _sections(place: Place, section: type[Section]) -> Iterator[tuple[Place, tuple[str, ...]]]:
    yield place, tuple(section.model_fields)
    for name, field in section.model_fields.items():
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, Section):
                yield from _sections((*place, name), inner)


REQUIRED = {
    "project": "the name of the project",
    "model": "the name of the model",
    "data": "a section with target, and path, source, sql or function",
    "to": "the address that mail goes to",
}
"""What is wanted of the keys that have no default."""
