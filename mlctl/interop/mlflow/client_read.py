"""An MLflow tracking server, read through MLflow's own client: all pages, a run at a time."""

import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlctl import files
from mlctl.interop.mlflow.client_open import Api, check_url, in_words, is_refusal, opened, status_of
from mlctl.interop.mlflow.entities import (
    CONTEXT,
    NO_STAGE,
    SOURCE_NAME,
    USER,
    DatasetInput,
    LoggedModel,
    MlflowExperiment,
    ModelVersion,
    Point,
    RegisteredModel,
    Run,
    Skipped,
)
from mlctl.interop.mlflow.read_plain import infinite

PAGE = 1000
"""Runs in one answer; every server gives as many."""

_ALL = 3
"""``ViewType.ALL``: deleted ones too."""

_DEFAULT = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
_DELETED = "deleted"
_UNKNOWN = {404, 501}


_ADDED = "registered_model_meta"
"""What the client itself writes beside a model that it downloads."""


@contextmanager
def client_store(url: str, environ: MutableMapping[str, str] = os.environ) -> Iterator["ClientStore"]:
    """Hand out the store of a server for the length of a block.

    Raises
    ------
    UsageError
        When the address is none, or holds a password.
    MlctlError
        When the client is not installed, or the server does not answer or refuses.
    """
    url = check_url(url)
    # Parts of the client ask the default server rather than the one that the client was made for.
    before = {name: environ.get(name) for name in _DEFAULT}
    environ.update(dict.fromkeys(_DEFAULT, url))
    try:
        with opened(url, environ) as api:
            yield ClientStore(api)
    finally:
        for name, value in before.items():
            environ.pop(name)
            environ.update({name: value} if value is not None else {})


class ClientStore:
    """A server, read as it is asked; what it refuses is raised in words.

    Parameters
    ----------
    api : Api
        As :func:`mlctl.interop.mlflow.client_open.opened` hands it out.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._runs: dict[str, Any] = {}
        self.name = urlsplit(api.url).hostname or api.url

    def experiments(self) -> Iterator[MlflowExperiment]:
        """Yield the experiments without their runs, deleted ones too."""
        for one in self._pages(self._api.client.search_experiments, view_type=_ALL):
            yield MlflowExperiment(
                experiment_id=str(one.experiment_id),
                name=one.name,
                created_ms=one.creation_time or 0,
                updated_ms=one.last_update_time or 0,
                tags=_texts(one.tags),
                deleted=one.lifecycle_stage == _DELETED,
            )

    def run_ids(self, experiment: MlflowExperiment) -> list[str]:
        """Return the ids of the runs, by the time when they started; all pages."""
        self._runs = {
            one.info.run_id: one
            for one in self._pages(
                self._api.client.search_runs,
                experiment_ids=[experiment.experiment_id],
                run_view_type=_ALL,
                max_results=PAGE,
            )
        }
        found = [(one.info.start_time or 0, run_id) for run_id, one in self._runs.items()]
        return [run_id for _, run_id in sorted(found)]

    def run(self, experiment: MlflowExperiment, run_id: str) -> Run:
        """Return a run with the whole history of its metrics."""
        found = self._runs.pop(run_id, None)
        with in_words(self._api.url):
            one = found or self._api.client.get_run(run_id)
            points = tuple(
                Point(key, infinite(point.value), point.timestamp, point.step)
                for key in sorted(one.data.metrics)
                for point in self._api.client.get_metric_history(run_id, key)
            )
        info, tags = one.info, _texts(one.data.tags)
        return Run(
            run_id=run_id,
            experiment_id=experiment.experiment_id,
            name=info.run_name or "",
            status=info.status,
            start_ms=info.start_time or 0,
            end_ms=info.end_time,
            user=info.user_id or tags.get(USER, ""),
            source_name=tags.get(SOURCE_NAME, ""),
            params=_texts(one.data.params),
            tags=tags,
            points=points,
            inputs=_inputs(getattr(one, "inputs", None)),
            model_ids=_outputs(getattr(one, "outputs", None)),
            deleted=info.lifecycle_stage == _DELETED or experiment.deleted,
        )

    def content(self, experiment: MlflowExperiment, run_id: str) -> str:  # noqa: ARG002 - of the protocol
        """Return nothing: a server has a run whole or not at all."""
        return ""

    def logged_models(self, experiment: MlflowExperiment) -> Iterator[LoggedModel | Skipped]:
        """Yield the models that were logged on their own; none where the server is older than 3.0."""
        search = getattr(self._api.client, "search_logged_models", None)
        if search is None or experiment.deleted or not self._knows_models(experiment.experiment_id):
            return
        yield from map(_model, self._pages(search, experiment_ids=[experiment.experiment_id]))

    def registered_models(self) -> Iterator[RegisteredModel]:
        """Yield the registered models with all their versions."""
        client = self._api.client
        for one in self._pages(client.search_registered_models):
            with in_words(self._api.url):
                whole = client.get_registered_model(one.name)
            quoted = one.name.replace("'", "\\'")
            versions = self._pages(client.search_model_versions, filter_string=f"name='{quoted}'")
            yield RegisteredModel(
                name=one.name,
                created_ms=whole.creation_timestamp or 0,
                updated_ms=whole.last_updated_timestamp or 0,
                description=whole.description or "",
                tags=_texts(whole.tags),
                aliases={alias: int(number) for alias, number in sorted(_aliases(whole).items())},
                versions=tuple(sorted(map(_version, versions), key=lambda version: version.version)),
            )

    def fetch(self, thing: Run | LoggedModel, folder: Path) -> tuple[str, ...]:
        """Download the artifacts of a run or a model into a folder."""
        client = self._api.client
        with in_words(self._api.url):
            if isinstance(thing, LoggedModel):
                files.make_staged(folder)
                # Part of the extra, and imported with it.
                download = import_module("mlflow.artifacts").download_artifacts
                download(f"models:/{thing.model_id}", dst_path=str(folder), tracking_uri=self._api.url)
                (folder / _ADDED).unlink(missing_ok=True)
            elif client.list_artifacts(thing.run_id):
                files.make_staged(folder)
                client.download_artifacts(thing.run_id, "", str(folder))
        return ()

    def _knows_models(self, experiment_id: str) -> bool:
        try:
            self._api.client.search_logged_models(experiment_ids=[experiment_id], max_results=1)
        except Exception as error:
            if is_refusal(error) and status_of(error) in _UNKNOWN:
                return False
            with in_words(self._api.url):
                raise
        return True

    def _pages(self, search: Callable[..., Any], **given: Any) -> Iterator[Any]:
        token = None
        while True:
            with in_words(self._api.url):
                page = search(**given, **({"page_token": token} if token else {}))
            yield from page
            token = page.token
            if not token:
                return


def _texts(found: Any) -> dict[str, str]:
    return {str(key): str(found[key]) for key in sorted(found or {})}


def _aliases(registered: Any) -> Mapping[str, Any]:
    return getattr(registered, "aliases", None) or {}


def _inputs(found: Any) -> tuple[DatasetInput, ...]:
    listed = [_input(one) for one in getattr(found, "dataset_inputs", None) or []]
    return tuple(sorted(listed, key=lambda one: (one.name, one.digest, one.context)))


def _input(one: Any) -> DatasetInput:
    context = next((tag.value for tag in one.tags if tag.key == CONTEXT), "")
    dataset = one.dataset
    return DatasetInput(
        name=dataset.name,
        digest=dataset.digest,
        source_type=dataset.source_type or "",
        source=dataset.source or "",
        schema=dataset.schema or "",
        profile=dataset.profile or "",
        context=context,
    )


def _outputs(found: Any) -> tuple[str, ...]:
    return tuple(sorted(one.model_id for one in getattr(found, "model_outputs", None) or []))


def _model(one: Any) -> LoggedModel:
    points = [Point(m.key, infinite(m.value), m.timestamp, m.step or 0) for m in one.metrics or []]
    return LoggedModel(
        model_id=one.model_id,
        name=one.name,
        experiment_id=str(one.experiment_id),
        run_id=one.source_run_id or "",
        created_ms=one.creation_timestamp or 0,
        updated_ms=one.last_updated_timestamp or 0,
        status=str(getattr(one.status, "value", one.status)),
        model_type=one.model_type or "",
        params=_texts(one.params),
        tags=_texts(one.tags),
        points=tuple(sorted(points, key=lambda point: point.key)),
    )


def _version(one: Any) -> ModelVersion:
    return ModelVersion(
        version=int(one.version),
        run_id=one.run_id or "",
        model_id=getattr(one, "model_id", None) or "",
        created_ms=one.creation_timestamp or 0,
        updated_ms=one.last_updated_timestamp or 0,
        stage=one.current_stage or NO_STAGE,
        description=one.description or "",
        tags=_texts(one.tags),
        source=one.source or "",
    )
