"""An experiment as it was: its parameters, its data, its packages, read back from the store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlctl import files
from mlctl.data.read import ReadTable, read
from mlctl.domain.records import Experiment
from mlctl.errors import DamagedError, NotFoundError
from mlctl.params.load import from_dict
from mlctl.params.model import Parameters
from mlctl.store.store import Store


class _Unset(dict[str, str]):
    """An environment in which every variable is there, and empty: a snapshot needs none of them."""

    def __missing__(self, key: str) -> str:
        return ""

    def __contains__(self, key: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Recorded:
    """An experiment and what it was made from."""

    store: Store
    experiment: Experiment
    directory: Path
    parameters: Parameters
    packages: Mapping[str, str]
    table: ReadTable


@contextmanager
def recorded(store: Store, experiment: Experiment) -> Iterator[Recorded]:
    """Read an experiment's own data and parameters; the unpacked data is gone at the end.

    Raises
    ------
    NotFoundError
        When it has no stored data: a failed or hand-made experiment.
    DamagedError
        When a stored file is not as it was.
    """
    directory = store.experiment_directory(experiment)
    dataset_name = experiment.training_dataset.get("dataset")
    if not dataset_name:
        raise NotFoundError(
            f"{experiment.model_version_id} keeps no data: it is {experiment.status}",
            "name a finished experiment; see `mlctl compare`",
        )
    parameters = from_dict(store.read_yaml(directory / "params.yaml"), _Unset()).parameters
    dataset = store.dataset(experiment.project_name, dataset_name)
    with store.scratch() as scratch:
        archive = store.dataset_archive(dataset)
        members = files.unpack(archive, scratch, expect_sha256=dataset.archive["sha256"])
        table = read(members, parameters.data)
        packages = store.read_yaml(directory / "environment.yaml").get("packages", {})
        if len(table.frame) != dataset.rows:
            raise DamagedError(
                f"{dataset.dataset} has {len(table.frame)} rows, its record says {dataset.rows}"
            )
        yield Recorded(store, experiment, directory, parameters, packages, table)
