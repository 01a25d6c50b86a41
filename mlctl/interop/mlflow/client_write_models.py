"""Logged models and the registry, sent to a tracking server.

Servers before 3.0 know no logged models: there a model is a folder among the run's artifacts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlctl.interop.mlflow.client_open import NO_SUCH_ROUTE, is_refusal, status_of
from mlctl.interop.mlflow.client_write import KEY, RunWriter, at_once, differing, pages
from mlctl.interop.mlflow.entities import LoggedModel, ModelVersion, RegisteredModel

FillModel = Callable[[LoggedModel, Path], None]
READY = "READY"


@dataclass(frozen=True, slots=True)
class SentModel:
    """Where a model is on the server.

    Attributes
    ----------
    run_id : str
        The server's id of the run.
    model_id : str
        The server's id of the logged model; empty on servers that have none.
    source : str
        The URI by which it is loaded.
    """

    run_id: str
    model_id: str
    source: str


Sent = Callable[[str], SentModel | None]


@dataclass(slots=True)
class ModelWriter:
    """Sends models and versions.

    Attributes
    ----------
    runs : RunWriter
        Sends the files.
    """

    runs: RunWriter

    def model(
        self, experiment_id: str, run_id: str, logged: LoggedModel, fill: FillModel, *, fresh: bool = False
    ) -> SentModel:
        """Send a model, or what it lacks.

        Parameters
        ----------
        experiment_id, run_id : str
            The server's.
        fill : callable
            Writes the files of a model whose ids are the server's into a folder.
        fresh : bool, default=False
            Whether the run was made a moment ago, so that the server has no model of it.
        """
        if not hasattr(self.runs.api.client, "create_logged_model"):  # a client of 2.x
            return self._among_artifacts(run_id, logged, fill)
        try:
            model_id = self._logged(experiment_id, run_id, logged, fill, fresh=fresh)
        except Exception as error:
            if not is_refusal(error) or status_of(error) not in NO_SUCH_ROUTE:
                raise
            return self._among_artifacts(run_id, logged, fill)
        return SentModel(run_id, model_id, f"models:/{model_id}")

    def _logged(
        self, experiment_id: str, run_id: str, logged: LoggedModel, fill: FillModel, *, fresh: bool
    ) -> str:
        client, entities = self.runs.api.client, self.runs.api.entities
        found = None if fresh else self._find(experiment_id, run_id, logged.name)
        if found is None:
            found = client.create_logged_model(
                experiment_id,
                name=logged.name,
                source_run_id=run_id,
                tags=dict(logged.tags),
                params=dict(logged.params),
                model_type=logged.model_type or None,
            )
        model_id = str(found.model_id)
        if str(getattr(found.status, "value", found.status)) != READY:
            with self.runs.scratch() as folder:
                fill(replace(logged, model_id=model_id, run_id=run_id, experiment_id=experiment_id), folder)
                self._files(model_id, folder)
            client.finalize_logged_model(model_id, READY)
        if fresh or model_id not in self._outputs(run_id):
            client.log_outputs(run_id, [entities.LoggedModelOutput(model_id, step=0)])
        return model_id

    def _files(self, model_id: str, folder: Path) -> None:
        def send(path: Path) -> None:
            parent = path.relative_to(folder).parent.as_posix()
            self.runs.api.client.log_model_artifact(model_id, str(path), None if parent == "." else parent)

        at_once(send, [path for path in sorted(folder.rglob("*")) if path.is_file()])

    def _outputs(self, run_id: str) -> list[str]:
        made = self.runs.api.client.get_run(run_id).outputs
        return [one.model_id for one in (made.model_outputs if made else [])]

    def _find(self, experiment_id: str, run_id: str, name: str) -> Any:
        models = pages(
            lambda token: self.runs.api.client.search_logged_models(
                [experiment_id], filter_string=f"source_run_id = '{run_id}'", page_token=token
            )
        )
        return next((model for model in models if model.name == name), None)

    def _among_artifacts(self, run_id: str, logged: LoggedModel, fill: FillModel) -> SentModel:
        self.runs.artifacts(
            run_id,
            lambda folder: fill(replace(logged, run_id=run_id), folder),
            fresh=False,
            inside=logged.name,
        )
        return SentModel(run_id, "", f"runs:/{run_id}/{logged.name}")

    def registered(self, registered: RegisteredModel, sent: Sent) -> tuple[int, str]:
        """Send the versions that a name lacks, and move its aliases.

        Parameters
        ----------
        sent : callable
            Gives where the model of one of our runs is; None where it is not there.

        Returns
        -------
        tuple of (int, str)
            How many versions are new, and a line on each alias that was moved.
        """
        client = self.runs.api.client
        found = self._registered(registered)
        for key, value in differing(registered.tags, found.tags).items():
            client.set_registered_model_tag(registered.name, key, value)
        numbers = self._numbers(registered.name)
        new = 0
        for version in registered.versions:
            if version.run_id not in numbers and (place := sent(version.run_id)):
                numbers[version.run_id] = self._create(registered.name, version, place)
                new += 1
        moved = []
        by_number = {version.version: version.run_id for version in registered.versions}
        for alias, number in registered.aliases.items():
            wanted, now = numbers.get(by_number[number]), found.aliases.get(alias)
            if wanted and str(now or "") != wanted:
                client.set_registered_model_alias(registered.name, alias, wanted)
                moved.append(
                    f"{registered.name}@{alias} is version {wanted}" + (f", was {now}" if now else "")
                )
        return new, "; ".join(moved)

    def _registered(self, registered: RegisteredModel) -> Any:
        client = self.runs.api.client
        name = registered.name
        for found in client.search_registered_models(filter_string=f"name = '{name}'"):
            return client.get_registered_model(found.name)  # a search leaves aliases out on some servers
        return client.create_registered_model(
            name, tags=dict(registered.tags), description=registered.description or None
        )

    def _numbers(self, name: str) -> dict[str, str]:
        """Return the server's number of each version of ours, by our run id."""
        versions = pages(
            lambda token: self.runs.api.client.search_model_versions(f"name = '{name}'", page_token=token)
        )
        return {one.tags[KEY]: str(one.version) for one in versions if KEY in one.tags}

    def _create(self, name: str, version: ModelVersion, sent: SentModel) -> str:
        made = self.runs.api.client.create_model_version(
            name,
            sent.source,
            run_id=sent.run_id,
            tags=dict(version.tags),
            description=version.description or None,
            await_creation_for=0,
            **({"model_id": sent.model_id} if sent.model_id else {}),
        )
        return str(made.version)
