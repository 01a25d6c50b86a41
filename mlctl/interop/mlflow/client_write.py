"""Runs, models and registered versions sent to a tracking server, as often as one likes.

The server gives its own ids, so a run is known by its tag ``mlctl.experiment_id``; the tag ``mlctl.pushed``
is set last: a run without it was left half-way and is completed, one with another value has changed since.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, TypeVar

from mlctl.interop.mlflow.client_open import NO_SUCH_ROUTE, Api, is_refusal, status_of
from mlctl.interop.mlflow.entities import CONTEXT, RUN_NAME, DatasetInput, MlflowExperiment, Run

KEY = "mlctl.experiment_id"
STAMP = "mlctl.pushed"
State = Literal["new", "completed", "there"]
Fill = Callable[[Path], None]
Scratch = Callable[[], AbstractContextManager[Path]]

MOST_METRICS, MOST_PARAMS, MOST_TAGS = 800, 100, 100
"""In one request, which takes 1,000 in all."""

UPLOADS = 4
"""Files on their way at once: as many as a server of MLflow has workers, unless it is told otherwise."""

LONGEST_PARAM, LONGEST_TAG = 6000, 5000
"""Characters of a value; tags as servers of 2.x have it."""

_PAGE = 1000
_LARGEST = 1.7976931348623157e308
T = TypeVar("T")


@dataclass(slots=True)
class RunWriter:
    """Sends runs.

    Attributes
    ----------
    api : Api
        The server.
    scratch : callable
        Hands out an empty folder for artifacts on their way.
    warnings : list of str
        What could not be sent as it is.
    """

    api: Api
    scratch: Scratch
    warnings: list[str] = field(default_factory=list)

    def experiment(self, experiment: MlflowExperiment) -> str:
        """Return the server's id of the experiment of that name, which is made where it is missing."""
        client = self.api.client
        found = client.get_experiment_by_name(experiment.name)
        if found is None:
            return str(client.create_experiment(experiment.name, tags=dict(experiment.tags)))
        if found.lifecycle_stage == "deleted":
            client.restore_experiment(found.experiment_id)
            self.warnings.append(f"the experiment {experiment.name} had been deleted there, and was restored")
        for key, value in experiment.tags.items():
            if found.tags.get(key) != value:
                client.set_experiment_tag(found.experiment_id, key, value)
        return str(found.experiment_id)

    def there(self, experiment_id: str) -> dict[str, Any]:
        """Return the runs of ours in an experiment of the server's, by our ids."""
        runs = pages(
            lambda token: self.api.client.search_runs(
                [experiment_id], filter_string=f"tags.`{KEY}` != ''", max_results=_PAGE, page_token=token
            )
        )
        return {run.data.tags[KEY]: run for run in runs}

    def run(self, experiment_id: str, run: Run, there: Any) -> str:
        """Send what a run lacks of its parameters, metrics, tags and inputs; return the server's id of it.

        Parameters
        ----------
        there : mlflow.entities.Run or None
            What the server has of it.
        """
        client = self.api.client
        tags = {key: self._cut(key, value, LONGEST_TAG) for key, value in run.tags.items()}
        if there is None:
            there = client.create_run(
                experiment_id, start_time=run.start_ms, tags=tags, run_name=tags.get(RUN_NAME)
            )
        run_id = str(there.info.run_id)
        missing = [(key, value) for key, value in tags.items() if there.data.tags.get(key) != value]
        params = [
            (k, self._cut(k, v, LONGEST_PARAM)) for k, v in run.params.items() if k not in there.data.params
        ]
        self._batches(run_id, self._points(run_id, run, there), params, missing)
        self._inputs(run_id, run.inputs, there)
        return run_id

    def end(self, run_id: str, run: Run, stamp: str) -> None:
        """Close a run at its own time, and mark it as whole."""
        if run.end_ms is not None:
            self.api.client.set_terminated(run_id, status=run.status, end_time=run.end_ms)
        self.api.client.set_tag(run_id, STAMP, stamp)

    def artifacts(self, run_id: str, fill: Fill, *, fresh: bool, inside: str = "") -> None:
        """Send the files that ``fill`` writes.

        Parameters
        ----------
        fresh : bool
            Whether to send each of them; else those that are missing there, or have another size.
        inside : str, default=""
            The folder among the run's artifacts.
        """
        with self.scratch() as folder:
            fill(folder)
            there = {} if fresh else self._known(run_id, inside or None)
            places = {
                path: _place(path, folder, inside) for path in sorted(folder.rglob("*")) if path.is_file()
            }

            def send(path: Path) -> None:
                parent = places[path].rpartition("/")[0]
                self.api.client.log_artifact(run_id, str(path), parent or None)

            at_once(send, [path for path in places if there.get(places[path]) != path.stat().st_size])

    def _known(self, run_id: str, path: str | None) -> dict[str, int]:
        try:
            return dict(self._sizes(run_id, path))
        except Exception as error:
            # Before 3.0 a server knows no logged models, among which newer clients look for folders too.
            if not is_refusal(error) or status_of(error) not in NO_SUCH_ROUTE:
                raise
            return {}

    def _sizes(self, run_id: str, path: str | None) -> Iterator[tuple[str, int]]:
        for found in self.api.client.list_artifacts(run_id, path):
            if found.is_dir:
                yield from self._sizes(run_id, found.path)
            else:
                yield found.path, found.file_size

    def _cut(self, key: str, value: str, longest: int) -> str:
        if len(value) <= longest:
            return value
        self.warnings.append(
            f"{key}: cut after {longest:,} of {len(value):,} characters; the artifacts have it whole"
        )
        return value[:longest]

    def _points(self, run_id: str, run: Run, there: Any) -> list[tuple[str, float, int, int]]:
        known: set[tuple[str, str, int, int]] = set()
        for key in there.data.metrics:
            history = self.api.client.get_metric_history(run_id, key)
            known |= {(key, same(p.value), p.timestamp, p.step) for p in history}
        wanted = {
            (p.key, same(p.value), p.time_ms, p.step): (p.key, p.value, p.time_ms, p.step) for p in run.points
        }
        return [point for identity, point in wanted.items() if identity not in known]

    def _batches(self, run_id: str, points: list[Any], params: list[Any], tags: list[Any]) -> None:
        make = self.api.entities
        for some in zip_longest(
            batched(points, MOST_METRICS, make.Metric),
            batched(params, MOST_PARAMS, make.Param),
            batched(tags, MOST_TAGS, make.RunTag),
            fillvalue=(),
        ):
            self.api.client.log_batch(run_id, *some)

    def _inputs(self, run_id: str, inputs: Iterable[DatasetInput], there: Any) -> None:
        known = {(one.dataset.name, one.dataset.digest) for one in there.inputs.dataset_inputs}
        make = self.api.entities
        missing = [
            make.DatasetInput(
                make.Dataset(one.name, one.digest, one.source_type, one.source, one.schema, one.profile),
                [make.InputTag(CONTEXT, one.context)] if one.context else [],
            )
            for one in inputs
            if (one.name, one.digest) not in known
        ]
        if missing:
            self.api.client.log_inputs(run_id, missing)


def _place(path: Path, folder: Path, inside: str) -> str:
    name = path.relative_to(folder).as_posix()
    return f"{inside}/{name}" if inside else name


def batched(values: list[Any], most: int, make: Callable[..., Any]) -> Iterator[list[Any]]:
    """Yield so many values at a time, each made into what the client takes."""
    for begin in range(0, len(values), most):
        yield [make(*value) for value in values[begin : begin + most]]


def at_once(send: Callable[[Path], None], paths: Sequence[Path]) -> None:
    """Send files, some at a time; the first one alone, for the client asks then where they go.

    What one of them raises is raised; those that are on their way then arrive, the others stay.
    """
    for path in paths[:1]:
        send(path)
    with ThreadPoolExecutor(UPLOADS) as pool:
        sent = [pool.submit(send, path) for path in paths[1:]]
        try:
            for one in sent:
                one.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def same(value: float) -> str:
    """Return a value as servers give it back: databases hold no infinity, only the largest number."""
    return repr(math.copysign(_LARGEST, value) if math.isinf(value) else float(value))


def pages(ask: Callable[[str | None], Any]) -> Iterator[Any]:
    """Yield what all pages hold."""
    token: str | None = None
    while True:
        page = ask(token)
        yield from page
        token = page.token
        if not token:
            return


def differing(wanted: Mapping[str, T], found: Mapping[str, T]) -> dict[str, T]:
    """Return what is missing or has another value."""
    return {key: value for key, value in wanted.items() if found.get(key) != value}
