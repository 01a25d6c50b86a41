"""Log from a script, under MLflow's names: ``import mlctl.tracking as mlflow``.

The subset that scripts of scikit-learn use: runs, parameters, metrics, artifacts, tags, models,
``autolog`` and ``evaluate``. What needs scikit-learn is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mlctl.tracking import models
from mlctl.tracking.client import MlflowClient
from mlctl.tracking.context import Experiment, experiment
from mlctl.tracking.fluent import (
    ActiveRun,
    Run,
    active_run,
    end_run,
    get_artifact_uri,
    get_run,
    get_tracking_uri,
    last_active_run,
    log_artifact,
    log_artifacts,
    log_dict,
    log_figure,
    log_metric,
    log_metrics,
    log_param,
    log_params,
    log_text,
    set_experiment,
    set_tag,
    set_tags,
    set_tracking_uri,
    start_run,
)
from mlctl.tracking.guard import TrackingWarning

if TYPE_CHECKING:
    from mlctl.tracking import sklearn
    from mlctl.tracking.autologging import autolog
    from mlctl.tracking.evaluation import EvaluationResult, evaluate

__all__ = [
    "ActiveRun",
    "EvaluationResult",
    "Experiment",
    "MlflowClient",
    "Run",
    "TrackingWarning",
    "active_run",
    "autolog",
    "end_run",
    "evaluate",
    "experiment",
    "get_artifact_uri",
    "get_run",
    "get_tracking_uri",
    "last_active_run",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_text",
    "models",
    "set_experiment",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "sklearn",
    "start_run",
]

_LATER = {"autolog": "autologging", "evaluate": "evaluation", "EvaluationResult": "evaluation"}


def __getattr__(name: str) -> object:
    """Import what needs scikit-learn when its name is first used."""
    if name == "sklearn":
        return import_module(f"{__name__}.sklearn")
    if name not in _LATER:
        raise AttributeError(
            f"module {__name__!r} has no {name!r}: of MLflow's names it carries those with which a script of "
            "scikit-learn logs; what is logged is read with `mlctl compare` and `mlctl show`"
        )
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
