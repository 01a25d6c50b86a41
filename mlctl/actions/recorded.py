"""An experiment as it was: its parameters, its data, its packages, read back from the store."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.actions import environment, own_trust
from mlctl.actions.own_sources import rule_sources
from mlctl.actions.own_steps import stepped
from mlctl.data.again import changes, fetch_again
from mlctl.data.read import ReadTable, read
from mlctl.domain.records import Dataset, Experiment
from mlctl.errors import DamagedError, NotFoundError, UsageError
from mlctl.params.data_section import SOURCES
from mlctl.params.load import from_dict
from mlctl.params.model import Data, Parameters
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Recorded:
    """An experiment and what it was made from."""

    store: Store
    experiment: Experiment
    directory: Path
    parameters: Parameters
    packages: Mapping[str, str]
    table: ReadTable
    rules: Mapping[str, str]
    changed: tuple[str, ...] = ()


@contextmanager
def recorded(store: Store, experiment: Experiment, *, trust: bool = False) -> Iterator[Recorded]:
    """Read an experiment's own data and parameters; the unpacked data is gone at the end.

    Parameters
    ----------
    trust : bool, default=False
        Also run code of a person's own that it keeps, or that fetches its data, where this person has not
        trained with it on this machine; see :mod:`mlctl.actions.own_trust`.

    Raises
    ------
    NotFoundError
        When it has no stored data: a failed or hand-made experiment.
    DamagedError
        When a stored file is not as it was.
    RefusedError
        When its code needs trust.
    """
    directory = store.experiment_directory(experiment)
    dataset_name = experiment.training_dataset.get("dataset")
    if not dataset_name:
        raise NotFoundError(
            f"{experiment.model_version_id} keeps no data: it is {experiment.status}{_how(experiment)}",
            "name a finished experiment that `mlctl train` made; see `mlctl compare`",
        )
    parameters = stored_parameters(store, experiment)
    dataset = store.dataset(experiment.project_name, dataset_name)
    packages = environment.packages_in(store, directory / "environment.yaml")
    rules = rule_sources(parameters, directory, kept=True)
    if not trust and (rules or _runs_to_fetch(dataset)):
        own_trust.check(directory)
    with store.scratch_for_reading() as scratch:
        table, notes = dataset_table(store, dataset, parameters.data, scratch)
        table = stepped(parameters, table, rules)
        yield Recorded(store, experiment, directory, parameters, packages, table, rules, notes)


def _runs_to_fetch(dataset: Dataset) -> bool:
    return not dataset.archive and "function" in dataset.source


def _how(experiment: Experiment) -> str:
    made_elsewhere = experiment.status == "finished"
    return ", and was recorded by a script, an import or by hand" if made_elsewhere else ""


def stored_parameters(store: Store, experiment: Experiment) -> Parameters:
    """Return the parameters that an experiment was made with.

    Raises
    ------
    UsageError
        When the environment lacks a variable that they need.
    DamagedError
        When the file is not as it was.
    """
    tree = store.read_yaml(store.experiment_directory(experiment) / "params.yaml")
    try:
        return from_dict(_without_source(tree), os.environ).parameters
    except UsageError:
        store.verify(experiment)  # a file that was changed is named; else the environment lacks something
        raise


def _without_source(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored parameters that name no place: where the data is, and is fetched from, its record says.

    A snapshot then needs no variable of the environment that only said where the data once was.
    """
    given = tree.get("data", {})
    if not isinstance(given, Mapping):
        return dict(tree)  # refused where it is checked
    data = {key: value for key, value in given.items() if key not in SOURCES}
    steps = tree.get("steps")
    own = {"steps": {**steps, "load_data": None}} if isinstance(steps, Mapping) else {}
    return {**tree, **own, "data": {**data, "path": "data"}}


def dataset_table(
    store: Store, dataset: Dataset, data: Data, scratch: Path
) -> tuple[ReadTable, tuple[str, ...]]:
    """Return a dataset's table, and how it differs from what it was, where it had to be fetched again.

    Raises
    ------
    DamagedError
        When the archive is not as it was.
    """
    if dataset.archive:
        archive = store.dataset_archive(dataset)
        table = read(files.unpack(archive, scratch, expect_sha256=dataset.archive["sha256"]), data)
        if len(table.frame) != dataset.rows:
            raise DamagedError(
                f"{dataset.dataset} has {len(table.frame)} rows, its record says {dataset.rows}"
            )
        return table, ()
    base = store.root.parent / dataset.source.get("relative_to", ".")
    source = fetch_again(dataset.source, data, os.environ, base, scratch)
    digests = [files.sha256(path) for _, path in source.members]
    then = {"fingerprint": dataset.fingerprint, "rows": dataset.rows, **dataset.source}
    table = read(source.members, data)
    now = {"fingerprint": files.fingerprint(digests), "rows": len(table.frame), **source.described}
    return table, changes(then, now) or ()
