"""A foreign parameters file in our own form, and what of it has no place there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlctl.domain.metrics import find_metric
from mlctl.errors import UsageError
from mlctl.interop.posml.keys import flat, mixed
from mlctl.interop.posml.sketch import Sketch
from mlctl.params.model import TRAINING
from mlctl.params.problems import Place, Problem

NONE = ("", "none", "null")
"""What is written for "no schedule"."""

PLACES = {
    "project": "proj_name",
    "data.dataset": "mart_id",
    "metric": "mlflow.target_metric",
    "retrain.time_zone": "time_zone",
    "retrain.date_format": "date_format",
    "retrain.schedule": "train_schedule_interval",
    "retrain.check_schedule": "train_trigger_schedule_interval",
}
"""Our key to the one that a person wrote, for what is found when our form is checked."""

_REQUIRED = {"proj_name": "the name of the project", "model_name": "a name, or a list of name_1: knn_model_1"}


@dataclass(frozen=True, slots=True)
class Translated:
    """A file in our own form.

    Attributes
    ----------
    tree : dict
        What a parameters file of ours holds; not checked yet.
    notes : tuple of str
        What was decided, and what has no place in it.
    places : dict
        Our key to the one that was written.
    """

    tree: dict[str, Any]
    notes: tuple[str, ...]
    places: dict[str, str]

    def in_their_words(self, error: UsageError) -> UsageError:
        """Return an error about our form with the keys that the person wrote."""
        lines = []
        for line in error.details:
            key, colon, rest = line.partition(":")
            lines.append(self.places.get(key, key) + colon + rest)
        return UsageError(error.message, error.hint, tuple(lines))


def translate(tree: Mapping[Any, Any], sketch: Sketch, name: str, *, with_loader: bool = False) -> Translated:
    """Return a foreign parameters file in our own form.

    Several model names are the rungs of one ladder: the template trains them side by side and keeps the best
    by ``target_metric``, which is what a ladder is.

    Parameters
    ----------
    tree : mapping
        What the file holds.
    sketch : Sketch
        What was seen in the Python files beside it.
    name : str
        The file, for the errors.
    with_loader : bool, default=False
        Whether the rows come from the folder's own ``load_data`` where that can be called; else, and where it
        cannot, from the dataset that ``mart_id`` names.

    Raises
    ------
    UsageError
        With a line for each problem.
    """
    values, problems = flat(tree)
    problems = mixed(tree) or [*problems, *_wrong(values, needs_mart=not (with_loader and sketch.load_data))]
    if problems:
        count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise UsageError(
            f"{name} has {count}",
            "write one form: mlctl's own (`mlctl params schema`), or the foreign one",
            tuple(problem.line(tree) for problem in problems),
        )
    return _Translation(values, sketch, with_loader).done()


def model_names(value: Any) -> list[str]:
    """Return the names that ``model_name`` gives: one, a list, or ``name_1: …`` in a list or by itself.

    Raises
    ------
    ValueError
        When it is something else.
    """
    if isinstance(value, str) and value.strip():
        return [value.strip()]
    if isinstance(value, Mapping):
        value = list(value.values())
    elif isinstance(value, list):
        value = [
            inner for item in value for inner in (item.values() if isinstance(item, Mapping) else [item])
        ]
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
        raise ValueError("wanted a name, or a list such as [{name_1: knn_model_1}, {name_2: knn_model_2}]")
    return [name.strip() for name in value]


def _wrong(values: Mapping[str, Any], *, needs_mart: bool) -> Iterator[Problem]:
    required = _REQUIRED | ({"mart_id": "the name of a dataset of the project"} if needs_mart else {})
    yield from (Problem((key,), f"missing; wanted {of}") for key, of in required.items() if key not in values)
    for key, value in values.items():
        place: Place = tuple(key.split("."))
        if key == "model_name":
            yield from _wrong_names(value)
        elif key == "mlflow.register_model":
            if not isinstance(value, bool | None):
                yield Problem(place, "wanted true or false")
        elif not isinstance(value, str | None) or (value is None and key in required):
            yield Problem(place, "wanted text; write it in quotes")
        elif key == "mlflow.target_metric" and value is not None and find_metric(_bare(value)) is None:
            yield Problem(place, "wanted a metric, such as accuracy_score, f1_score, roc_auc or r2_score")


def _wrong_names(value: Any) -> Iterator[Problem]:
    try:
        names = model_names(value)
    except ValueError as error:
        yield Problem(("model_name",), str(error))
        return
    if len(set(names)) < len(names):
        yield Problem(("model_name",), "a name stands twice; keep one")


def _bare(metric: str) -> str:
    return metric.strip().lower().removeprefix(TRAINING)


class _Translation:
    """The state of one translation: what was read, and what has been said."""

    def __init__(self, values: Mapping[str, Any], sketch: Sketch, with_loader: bool) -> None:
        self._values = {key: value for key, value in values.items() if not _is_none(key, value)}
        self._sketch = sketch
        self._with_loader = with_loader and sketch.load_data is not None
        self._places = dict(PLACES)
        self._notes: list[str] = []

    def done(self) -> Translated:
        """Return the whole."""
        tree = {"project": self._values["proj_name"], "model": self._model(), **self._data()}
        tree |= self._metric() | self._ladder() | self._retrain()
        self._elsewhere()
        return Translated(tree, tuple(self._notes), self._places)

    def _model(self) -> str:
        names, experiment = (
            model_names(self._values["model_name"]),
            self._values.get("mlflow.experiment_name"),
        )
        if len(names) == 1:
            self._places["model"] = "model_name"
            return names[0]
        self._places["model"] = "mlflow.experiment_name" if experiment else "proj_name"
        chosen = str(experiment or self._values["proj_name"])
        self._notes.append(
            f"model_name: {len(names)} names are {len(names)} rungs of one model, {chosen!r}: the best by "
            "target_metric is kept"
        )
        return chosen

    def _data(self) -> dict[str, Any]:
        steps = {"preprocess": self._sketch.preprocess} if self._sketch.preprocess else {}
        if not self._with_loader:
            data = {"data": {"dataset": self._values["mart_id"]}}
            return {**data, **({"steps": steps} if steps else {})}
        if mart := self._values.get("mart_id"):
            self._notes.append(
                f"mart_id: {mart} is not looked for: the rows come from {self._sketch.load_data}"
            )
        self._notes.append(
            "data.target: the column to predict is written down nowhere; name it where load_data gives a "
            "table (X and y apart need no name)"
        )
        return {"data": {"target": "target"}, "steps": {"load_data": self._sketch.load_data, **steps}}

    def _metric(self) -> dict[str, Any]:
        named = self._values.get("mlflow.target_metric")
        if named is None:
            return {}
        found = find_metric(_bare(named))
        metric = found.name if found else named
        if _bare(named) != named.strip().lower():
            self._notes.append(
                f"mlflow.target_metric: {named} is of the rows that were trained on, and is reported only: "
                f"its held-out twin {metric} ranks"
            )
        return {"metric": metric}

    def _ladder(self) -> dict[str, Any]:
        names = model_names(self._values["model_name"])
        rungs, notes = self._sketch.rungs(names)
        self._notes += notes
        if not rungs:
            self._notes.append("ladder: no model was found in modeling.py: the default ladder is climbed")
        return {"ladder": rungs} if rungs else {}

    def _retrain(self) -> dict[str, Any]:
        keys = {
            "schedule": "train_schedule_interval",
            "time_zone": "time_zone",
            "start_date": self._start(),
            "date_format": "date_format",
            "check_schedule": "train_trigger_schedule_interval",
        }
        retrain: dict[str, Any] = {
            ours: self._values[key] for ours, key in keys.items() if key in self._values
        }
        if "check_schedule" in retrain:
            retrain["new_data"] = {}
        if "start_date" not in retrain:
            retrain.pop("date_format", None)
        return {"retrain": retrain} if {"schedule", "check_schedule"} & set(retrain) else {}

    def _start(self) -> str:
        own, trigger = self._values.get("train_start_date"), self._values.get("train_trigger_start_date")
        if trigger and own and trigger != own:
            self._notes.append(
                f"train_trigger_start_date: nothing is due before retrain.start_date, {own}; {trigger} has "
                "no place of its own"
            )
        key = "train_start_date" if own else "train_trigger_start_date"
        self._places["retrain.start_date"] = key
        return key

    def _elsewhere(self) -> None:
        if uri := self._values.get("mlflow.tracking_uri"):
            self._notes.append(
                f"mlflow.tracking_uri: nothing is sent there by itself; mlctl push mlflow {uri}"
            )
        if "mlflow.experiment_name" in self._values and self._places["model"] == "model_name":
            self._notes.append("mlflow.experiment_name: what is tried for one model is kept under the model")
        if "mlflow.register_model" in self._values:
            self._notes.append(
                "mlflow.register_model: a model is registered by promoting it: mlctl promote, or retrain, "
                "which promotes what is better beyond doubt"
            )


def _is_none(key: str, value: Any) -> bool:
    if value is None:
        return True
    return key.endswith("_interval") and isinstance(value, str) and value.strip().lower() in NONE
