"""MLflow's SQLite database, 1.x to 3.x, read with the standard library: no MLflow, no migration, no write.

MLflow's own client would need SQLAlchemy, Alembic and a database of its own version. Tables and columns that
an older MLflow did not have are taken as empty. Artifacts lie in directories, of which the database keeps
absolute addresses: where one is gone, the same path is looked for beside the database.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from mlctl import files
from mlctl.errors import DamagedError, MlctlError, NotFoundError, UsageError
from mlctl.interop.mlflow.entities import (
    CONTEXT,
    NO_STAGE,
    RUN_NAME,
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
from mlctl.interop.mlflow.read_plain import infinite, is_folder

_DELETED = "deleted"
_STATUS = {0: "UNSPECIFIED", 1: "PENDING", 2: "READY", 3: "FAILED"}
# Where MLflow and its server keep artifacts beside the database when nobody says otherwise.
_HOMES = ("mlruns", "mlartifacts")


class DatabaseStore:
    """A database file, read as it is asked.

    Parameters
    ----------
    file : Path
        ``mlflow.db``.

    Raises
    ------
    NotFoundError
        When there is no such file.
    UsageError
        When it is no database of MLflow.
    """

    def __init__(self, file: Path) -> None:
        if not file.is_file():
            raise NotFoundError(f"there is no database {file}", "its default name is mlflow.db")
        self._file, self.name = file, file.name
        self._database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
        self._database.row_factory = sqlite3.Row
        try:
            self._tables = self._known_tables()
        except MlctlError:
            self.close()
            raise

    def _known_tables(self) -> set[str]:
        rows = self._rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        found = {str(row["name"]) for row in rows}
        if not {"experiments", "runs"} <= found:
            raise UsageError(
                f"{self._file} is no database of MLflow: it has no table of runs",
                "its default name is mlflow.db",
            )
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def experiments(self) -> Iterator[MlflowExperiment | Skipped]:
        """Yield the experiments without their runs, deleted ones too."""
        for row in self._rows("SELECT * FROM experiments ORDER BY experiment_id"):
            experiment_id = row["experiment_id"]
            yield MlflowExperiment(
                experiment_id=str(experiment_id),
                name=_text(row, "name"),
                created_ms=_number(row, "creation_time"),
                updated_ms=_number(row, "last_update_time"),
                tags=self._pairs("experiment_tags", "experiment_id", experiment_id),
                deleted=_text(row, "lifecycle_stage") == _DELETED,
            )

    def run_ids(self, experiment: MlflowExperiment) -> list[str]:
        """Return the ids of the runs, by the time when they started."""
        rows = self._rows(
            "SELECT run_uuid FROM runs WHERE experiment_id = ? ORDER BY start_time, run_uuid",
            _key(experiment.experiment_id),
        )
        return [str(row["run_uuid"]) for row in rows]

    def run(self, experiment: MlflowExperiment, run_id: str) -> Run | Skipped:
        """Return a run with the whole history of its metrics."""
        rows = self._rows("SELECT * FROM runs WHERE run_uuid = ?", run_id)
        if not rows:
            return Skipped(run_id, "it is no longer there")
        row, tags = rows[0], self._pairs("tags", "run_uuid", run_id)
        return Run(
            run_id=run_id,
            experiment_id=experiment.experiment_id,
            name=tags.get(RUN_NAME, "") or _text(row, "name"),
            status=_text(row, "status") or "RUNNING",
            start_ms=_number(row, "start_time"),
            end_ms=row["end_time"],
            user=_text(row, "user_id") or tags.get(USER, ""),
            source_name=tags.get(SOURCE_NAME, "") or _text(row, "source_name"),
            params=self._pairs("params", "run_uuid", run_id),
            tags=tags,
            points=tuple(self._points(run_id)),
            inputs=tuple(self._inputs(run_id)),
            model_ids=tuple(self._outputs(run_id)),
            artifacts=self._located(_text(row, "artifact_uri")),
            deleted=_text(row, "lifecycle_stage") == _DELETED or experiment.deleted,
        )

    def content(self, experiment: MlflowExperiment, run_id: str) -> str:  # noqa: ARG002 - of the protocol
        """Return nothing: a database has a run whole or not at all."""
        return ""

    def logged_models(self, experiment: MlflowExperiment) -> Iterator[LoggedModel | Skipped]:
        """Yield the models that were logged on their own."""
        query = "SELECT * FROM logged_models WHERE experiment_id = ? ORDER BY model_id"
        for row in self._of("logged_models", query, _key(experiment.experiment_id)):
            model_id = _text(row, "model_id")
            if _text(row, "lifecycle_stage") == _DELETED:
                continue
            keys = ("param_key", "param_value"), ("tag_key", "tag_value")
            params, tags = (
                self._pairs(f"logged_model_{kind}", "model_id", model_id, *names)
                for kind, names in zip(("params", "tags"), keys, strict=True)
            )
            yield LoggedModel(
                model_id=model_id,
                name=_text(row, "name"),
                experiment_id=experiment.experiment_id,
                run_id=_text(row, "source_run_id"),
                created_ms=_number(row, "creation_timestamp_ms"),
                updated_ms=_number(row, "last_updated_timestamp_ms"),
                status=_STATUS.get(_number(row, "status"), "UNSPECIFIED"),
                model_type=_text(row, "model_type"),
                params=params,
                tags=tags,
                artifacts=self._located(_text(row, "artifact_location")),
            )

    def registered_models(self) -> Iterator[RegisteredModel | Skipped]:
        """Yield the registered models with all their versions."""
        for row in self._of("registered_models", "SELECT * FROM registered_models ORDER BY name"):
            name = _text(row, "name")
            aliases = self._pairs("registered_model_aliases", "name", name, "alias", "version")
            yield RegisteredModel(
                name=name,
                created_ms=_number(row, "creation_time"),
                updated_ms=_number(row, "last_updated_time"),
                description=_text(row, "description"),
                tags=self._pairs("registered_model_tags", "name", name),
                aliases={alias: int(version) for alias, version in aliases.items()},
                versions=tuple(self._versions(name)),
            )

    def fetch(self, thing: Run | LoggedModel, folder: Path) -> tuple[str, ...]:
        """Copy the artifacts of a run or a model into a folder."""
        return files.gather_folder(thing.artifacts, folder) if thing.artifacts else ()

    def _points(self, run_id: str) -> Iterator[Point]:
        query = "SELECT * FROM metrics WHERE run_uuid = ? ORDER BY key, timestamp, step, rowid"
        for row in self._of("metrics", query, run_id):
            value = float("nan") if row["is_nan"] else float(row["value"])
            yield Point(str(row["key"]), infinite(value), int(row["timestamp"]), _number(row, "step"))

    def _inputs(self, run_id: str) -> list[DatasetInput]:
        query = (
            "SELECT d.*, t.value AS context FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id "
            "LEFT JOIN input_tags t ON t.input_uuid = i.input_uuid AND t.name = ? "
            "WHERE i.destination_id = ? AND i.source_type = 'DATASET' ORDER BY d.name, d.digest, t.value"
        )
        columns = (
            "name",
            "digest",
            "dataset_source_type",
            "dataset_source",
            "dataset_schema",
            "dataset_profile",
        )
        rows = self._of("datasets", query, CONTEXT, run_id)
        return [DatasetInput(*(_text(row, one) for one in (*columns, "context"))) for row in rows]

    def _outputs(self, run_id: str) -> list[str]:
        query = (
            "SELECT destination_id FROM inputs WHERE source_id = ? AND source_type = 'RUN_OUTPUT' "
            "ORDER BY destination_id"
        )
        return [_text(row, "destination_id") for row in self._of("inputs", query, run_id)]

    def _versions(self, name: str) -> Iterator[ModelVersion]:
        query = "SELECT * FROM model_versions WHERE name = ? ORDER BY version"
        for row in self._of("model_versions", query, name):
            version, source = _number(row, "version"), _text(row, "source")
            found = self._of(
                "model_version_tags",
                "SELECT key, value FROM model_version_tags WHERE name = ? AND version = ? ORDER BY key",
                name,
                version,
            )
            yield ModelVersion(
                version=version,
                run_id=_text(row, "run_id"),
                model_id=source.removeprefix("models:/") if source.startswith("models:/m-") else "",
                created_ms=_number(row, "creation_time"),
                updated_ms=_number(row, "last_updated_time"),
                stage=_text(row, "current_stage") or NO_STAGE,
                description=_text(row, "description"),
                tags={_text(tag, "key"): _text(tag, "value") for tag in found},
                source=source,
            )

    def _located(self, uri: str) -> Path | None:
        """Return the directory that an address means here, or None."""
        parts = urlsplit(uri)
        if parts.scheme not in ("", "file", "mlflow-artifacts"):
            return None
        path = unquote(parts.path)
        places = [] if parts.scheme == "mlflow-artifacts" else [self._file.parent / path]
        places += [self._file.parent / home / _below(path, home) for home in _HOMES]
        return next((place for place in places if is_folder(place)), None)

    def _pairs(
        self, table: str, column: str, of: Any, key: str = "key", value: str = "value"
    ) -> dict[str, str]:
        query = f"SELECT {key} AS key, {value} AS value FROM {table} WHERE {column} = ? ORDER BY {key}"  # noqa: S608 - names of this module
        return {_text(row, "key"): _text(row, "value") for row in self._of(table, query, of)}

    def _of(self, table: str, query: str, *given: Any) -> Sequence[sqlite3.Row]:
        return self._rows(query, *given) if table in self._tables else ()

    def _rows(self, query: str, *given: Any) -> list[sqlite3.Row]:
        try:
            # All at once: no reading is left open, for a person may go on training meanwhile.
            return self._database.execute(query, given).fetchall()
        except sqlite3.DatabaseError as error:
            raise DamagedError(
                f"{self._file} cannot be read: {error}",
                "it has to be MLflow's SQLite file; copy it if it is locked",
            ) from None


def _text(row: sqlite3.Row, name: str) -> str:
    value = row[name] if name in row.keys() else None  # noqa: SIM118 - a row is no mapping
    return "" if value is None else str(value)


def _number(row: sqlite3.Row, name: str) -> int:
    value = row[name] if name in row.keys() else None  # noqa: SIM118 - a row is no mapping
    return int(value) if isinstance(value, int | float) else 0


def _key(experiment_id: str) -> Any:
    return int(experiment_id) if experiment_id.isdecimal() else experiment_id


def _below(path: str, home: str) -> PurePosixPath:
    """Return the part of a path behind a directory's name; the last parts where the name is not in it."""
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..")]
    return PurePosixPath(*parts[parts.index(home) + 1 :]) if home in parts else PurePosixPath(*parts)
