"""``mlflow.yaml``: what an imported experiment keeps of the run that it was, so that export gives it back.

``tags`` stand at its top: all of the run's, as they were. The file lies among the experiment's artifacts,
under :data:`NAME` in ``artifact_file_paths``. The run's own artifacts are in ``artifacts/``, those of a
logged model in ``logged_models/MODEL_ID/``, both relative to the experiment's directory; the history of the
metrics is in ``metrics.csv``, and only there.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from mlctl.errors import DamagedError
from mlctl.interop.mlflow.entities import DatasetInput, LoggedModel, MlflowExperiment, Run
from mlctl.params.yaml_io import dump, parse

NAME = "mlflow"
FILE = "mlflow.yaml"
ARTIFACTS = "artifacts"
MODELS = "logged_models"
EXAMPLE = "example"
"""The name of the rows that ``predict`` and ``build`` go by."""

T = TypeVar("T", MlflowExperiment, Run, LoggedModel, DatasetInput)
# The history of metrics and the place of files are kept elsewhere, or belong to this machine.
_ELSEWHERE = {"points", "artifacts", "runs", "inputs", "missing"}
_MOST = 2_000_000
_CONTENT = re.compile(rb"^content: ['\"]?([\w /]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept: no value has points or runs; ``artifacts`` are paths where the files now are."""

    experiment: MlflowExperiment
    run: Run
    models: tuple[LoggedModel, ...]


def kept_text(
    experiment: MlflowExperiment, run: Run, models: Iterable[LoggedModel], content: str = ""
) -> str:
    """Return the file of an imported run.

    Parameters
    ----------
    content : str, default=""
        How much of it there was: :func:`content_of` gives it back.
    """
    told = {
        "format": 1,
        **({"content": content} if content else {}),
        "tags": dict(run.tags),
        "experiment": _tree(experiment),
        "run": {**_tree(replace(run, tags={})), "inputs": [_tree(one) for one in run.inputs]},
        "logged_models": [_tree(model) for model in models],
    }
    return dump(told)


def content_of(data: bytes) -> str:
    """Return how much of a run there was, from its file, which is not parsed: there may be thousands."""
    found = _CONTENT.search(data)
    return found[1].decode(errors="replace") if found else ""


def _tree(value: Any) -> dict[str, Any]:
    found = {
        field.name: getattr(value, field.name) for field in fields(value) if field.name not in _ELSEWHERE
    }
    return {key: _plain(one) for key, one in found.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def read_kept(text: str, directory: Path) -> Kept:
    """Return what the file of an imported experiment says.

    Parameters
    ----------
    text : str
        The file.
    directory : Path
        The experiment's: where its artifacts are.

    Raises
    ------
    DamagedError
        When it is not as :func:`kept_text` wrote it.
    UsageError
        When it is no YAML.
    """
    tree = parse(text, FILE, most=_MOST)
    try:
        inputs = tuple(_value(DatasetInput, one) for one in tree["run"].pop("inputs"))
        run = replace(_value(Run, tree["run"]), tags=tree["tags"], inputs=inputs)
        run = replace(run, artifacts=_existing(directory / ARTIFACTS))
        models = tuple(_value(LoggedModel, one) for one in tree["logged_models"])
        placed = tuple(replace(one, artifacts=_existing(directory / MODELS / one.model_id)) for one in models)
        return Kept(_value(MlflowExperiment, tree["experiment"]), run, placed)
    except (TypeError, KeyError, AttributeError) as error:
        raise DamagedError(
            f"{FILE} is not as the import wrote it: {error!a}", "import the run again"
        ) from None


def _value(kind: type[T], tree: Mapping[str, Any]) -> T:
    known = {field.name for field in fields(kind)} - _ELSEWHERE
    found = {key: tuple(one) if isinstance(one, list) else one for key, one in tree.items() if key in known}
    made: Any = kind
    result: T = made(**found)
    return result


def _existing(folder: Path) -> Path | None:
    return folder if folder.is_dir() else None
