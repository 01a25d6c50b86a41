"""One experiment that a script logs into. No method of it raises for what cannot be logged."""

import errno
import io
import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mlctl.actions.logging import Log
from mlctl.actions.logging_place import usable
from mlctl.actions.logging_sinks import Ending
from mlctl.errors import MlctlError, UsageError
from mlctl.params.yaml_io import dump
from mlctl.tracking import active
from mlctl.tracking.guard import warn
from mlctl.tracking.opening import opened

_GOOD = (0, None)


def now() -> datetime:
    """Return the time, aware and in UTC."""
    return datetime.now(UTC)


class Experiment:
    """An experiment that is being logged into; as a context it ends itself.

    A block that is left by an exception gives a failed experiment with the reason, one that is left by Ctrl-C
    an interrupted one. What cannot be logged (a full disk, a store that is read-only or gone) is one warning,
    and the script goes on.

    Attributes
    ----------
    name : str
        The model version id; empty where nothing can be logged.
    experiment_id : str
        32 hexadecimal digits; empty where nothing can be logged.
    """

    def __init__(self, log: Log | None, parent: "Experiment | None" = None) -> None:
        self._log = log
        self._lost = log is None
        self.parent = parent
        self.ended: Ending | None = None
        self.name = log.experiment.model_version_id if log else ""
        self.experiment_id = log.experiment.experiment_id if log else ""
        active.push(self)

    # What a script calls

    def log_param(self, key: str, value: Any) -> None:
        """Set a parameter: text, number, truth, or a list or mapping of these; the last value stands."""
        self.do(lambda log: log.parameters({key: value}))

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Set several parameters."""
        self.do(lambda log: log.parameters(params))

    def log_metric(self, key: str, value: float, step: int | None = None) -> None:
        """Add a point to a metric.

        Parameters
        ----------
        key : str
            The metric. ``training_X`` is read as a score on the training rows.
        value : float
            A number; NumPy's are welcome. The last one is the metric's.
        step : int, optional
            An epoch or iteration; 0 where it is not given.
        """
        self.do(lambda log: log.metrics({key: value}, step or 0))

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Add a point to each of several metrics."""
        self.do(lambda log: log.metrics(metrics, step or 0))

    def log_artifact(self, path: str | Path, folder: str = "") -> None:
        """Keep a copy of a file, or of a folder with all that is in it."""
        self.do(lambda log: log.artifact(Path(path), folder))

    def log_text(self, text: str, file: str) -> None:
        """Keep a text as an artifact."""
        place = f"artifacts/{file}"
        self.do(lambda log: log.text(place, text, place))

    def log_dict(self, values: Any, file: str) -> None:
        """Keep a mapping or list as an artifact: YAML where the file is called so, else JSON."""
        place = f"artifacts/{file}"

        def keep(log: Log) -> None:
            is_yaml = Path(file).suffix in (".yaml", ".yml")
            text = dump(values) if is_yaml else json.dumps(values, indent=2, ensure_ascii=False, default=str)
            log.text(place, text, place)

        self.do(keep)

    def log_figure(self, figure: Any, file: str) -> None:
        """Keep a figure of matplotlib as an artifact, in the form that the file's name says."""
        place = f"artifacts/{file}"

        def keep(log: Log) -> None:
            drawn = io.BytesIO()
            figure.savefig(drawn, format=Path(file).suffix[1:] or "png", bbox_inches="tight")
            log.text(place, drawn.getvalue(), place)

        self.do(keep)

    def log_model(self, model: Any, X_example: Any = None) -> None:
        """Keep a fitted scikit-learn estimator; the last one that is kept is the experiment's model.

        Parameters
        ----------
        model : estimator
            Fitted.
        X_example : frame or array, optional
            Some rows as the model takes them. With them, `mlctl predict`, `serve` and `build` work.
        """

        def keep(log: Log) -> None:
            # scikit-learn is loaded by then: whoever has a model to log has it.
            from mlctl.actions.logging_model import keep_model  # noqa: PLC0415

            keep_model(log, model, X_example)

        self.do(keep)

    def set_tag(self, key: str, value: Any = "") -> None:
        """Set a tag: a word, or a key with a value."""
        self.do(lambda log: log.tag(key, value))

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set several tags."""
        for key, value in tags.items():
            self.set_tag(key, value)

    # What ends it

    def end(self, status: str = "finished", reason: str = "", message: str = "") -> None:
        """End it: ``finished``, ``failed`` or ``interrupted``; ending twice does no harm."""
        known: dict[str, Ending] = {
            "finished": Ending(),
            "failed": Ending("failed", reason or "error", message),
            "interrupted": Ending("interrupted", "interrupted", message),
        }
        self._end(known[status])

    def end_with(self, error: BaseException | None) -> None:
        """End it as the exception says that left the script, if there was one."""
        if error is None or (isinstance(error, SystemExit) and error.code in _GOOD):
            self.end()
        elif isinstance(error, KeyboardInterrupt):
            self.end("interrupted", message=str(error) or "Ctrl-C")
        elif isinstance(error, SystemExit):
            self.end("failed", "exit", f"the script ended itself with {error.code!r}")
        else:
            self.end("failed", type(error).__name__, str(error))

    def abandon(self) -> None:
        """Let go of it in a forked child: the parent goes on."""
        if self._log is not None:
            self._log.close()
        self._log, self.ended = None, Ending()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_with(error)

    # What the rest of tracking needs

    @property
    def log(self) -> Log | None:
        """What is underneath; None where nothing can be logged."""
        return self._log

    def do(self, work: Callable[[Log], object]) -> None:
        """Log something; what goes wrong is a warning."""
        if self._log is None or self._lost:
            return
        if self.ended is not None:
            warn(f"{self.name} has ended: what is logged now is lost")
            return
        try:
            work(self._log)
        except UsageError as error:
            warn(f"not logged: {error.message}")
        except (MlctlError, OSError) as error:
            if _is_of_a_name(error):
                warn(f"not logged: {error}")
                return
            self._lost = True
            self._log.warn(f"not all was logged: {error}")
            warn(f"{self.name} is no longer logged: {error}; the script goes on")
        except Exception as error:
            warn(f"not logged: {type(error).__name__}: {error}")

    def _end(self, ending: Ending) -> None:
        active.drop(self)
        log, said = self._log, self._lost
        if log is None or self.ended is not None:
            return
        self.ended = ending
        try:
            log.end(ending)
        except Exception as error:  # whatever it is, it is not to be the script's end
            if not said:
                warn(f"{self.name} could not be ended: {error}; it will read as interrupted")
        finally:
            log.close()


def _is_of_a_name(error: BaseException) -> bool:
    """Tell whether a file could not be written for its name alone, and others can."""
    cause = error if isinstance(error, OSError) else error.__cause__
    return isinstance(cause, OSError) and cause.errno in (errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR)


def experiment(model: str | None = None, *, name: str = "") -> Experiment:
    """Begin an experiment, and log into it until its block ends.

    Parameters
    ----------
    model : str, optional
        ``PROJECT/MODEL``, or ``MODEL`` in the project named after the working directory; the script's own
        name when not given. Both are added when missing.
    name : str
        What this try is for: its description.

    Raises
    ------
    UsageError
        When a name breaks a rule. Nothing else that goes wrong raises: it is a warning.

    Examples
    --------
    .. code-block:: python

        with mlctl.experiment("iris/species") as e:
            e.log_param("k", 3)
            e.log_metric("accuracy_score", 0.97)
    """
    return Experiment(opened(model, name, sys.argv, now, time.monotonic))


__all__ = ["Experiment", "experiment", "now", "usable"]
