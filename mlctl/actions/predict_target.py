"""What predicts: a bundle, none of whose own code is run, or an experiment's model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mlctl.actions import offer as offers
from mlctl.actions.fitted_service import fitted
from mlctl.actions.locate import Place
from mlctl.actions.locate import experiment as find
from mlctl.actions.make_offer import make
from mlctl.actions.served_bundle import bundle_error, checked
from mlctl.bundle.main.bundle import Bundle, opened
from mlctl.bundle.main.command import load_model
from mlctl.bundle.main.signature import verify_signature
from mlctl.bundle.main.trouble import BundleError
from mlctl.bundle.main.written import added_columns
from mlctl.bundle.runtime import load
from mlctl.data.csv_file import MISSING
from mlctl.domain.records import Experiment
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Target:
    """A model that can predict.

    Attributes
    ----------
    version : str
        The model version id.
    load : callable
        Takes ``csv``, ``jsonl`` or ``parquet`` and returns the model: more stands for a missing value in the
        cells of a CSV. Can be pickled.
    columns : tuple of (str, str)
        Name and kind of what it needs.
    classes : tuple
        Its labels; empty for a regression.
    has_probabilities : bool
        Whether it gives them.
    note : str
        What to know of it; may be empty.
    other : callable or None
        Loads the same model as scikit-learn holds it, for rows that it answers sooner; as ``load``.
    """

    version: str
    load: Callable[[str], Any]
    columns: tuple[tuple[str, str], ...]
    classes: tuple[Any, ...]
    has_probabilities: bool
    note: str = ""
    other: Callable[[str], Any] | None = None

    @property
    def added(self) -> list[str]:
        """The columns that stand behind a row's own."""
        return added_columns(self.classes, self.has_probabilities)

    @property
    def names(self) -> list[str]:
        """The columns that a row needs."""
        return [name for name, _ in self.columns]


def open_bundle(path: str, *, signers: Path | None = None) -> Bundle:
    """Open a bundle and check it; nothing of it is run.

    Parameters
    ----------
    signers : Path, optional
        It has to be signed by one of these.

    Raises
    ------
    DamagedError, NotFoundError
        When it is damaged, of a newer format, or not there.
    RefusedError
        When it is not signed as it should be.
    """
    try:
        found = checked(path)
        if signers is not None:
            verify_signature(found, str(signers))
    except BundleError as error:
        raise bundle_error(error) from None
    return found


def of_bundle(path: str, *, trust: bool = False, signers: Path | None = None) -> Target:
    """Return the model of a bundle.

    Raises
    ------
    DamagedError, NotFoundError, RefusedError
        As :func:`open_bundle` and the model's file raise them.
    """
    found = open_bundle(path, signers=signers)
    loader = partial(_from_bundle, path, trust)
    return _target(loader, found.manifest["version"], "")


def _from_bundle(path: str, trust: bool, form: str) -> Any:
    try:
        return load_model(opened(path), None, trust, form)
    except BundleError as error:
        raise bundle_error(error) from None


def of_experiment(store: Store, experiment: Experiment, folder: Path, *, trust: bool = False) -> Target:
    """Lay out an experiment's model in an empty folder, and return it.

    Raises
    ------
    NotFoundError, DamagedError, RefusedError
        As :func:`mlctl.actions.make_offer.make` raises them.
    """
    made = make(store, experiment, folder, trust=trust)
    missing = tuple({*made.missing, *MISSING})
    named = (store.root, made.version, made.project, made.model, made.missing, missing)
    fits = partial(_from_store, named, trust)
    if made.tier != "portable":
        return _target(fits, made.version, made.reason)
    found = _target(partial(_from_offer, folder, made.missing, missing), made.version, made.reason)
    return replace(found, other=fits)


def _from_offer(folder: Path, missing: Sequence[str], in_csv: Sequence[str], form: str) -> Any:
    return load(offers.model(folder), missing=in_csv if form == "csv" else missing)


def _from_store(named: Any, trust: bool, form: str) -> Any:
    root, version, project, model, missing, in_csv = named
    store = Place(root, root, {}, "mlctl predict").open()
    return fitted(
        store, find(store, version, project, model), in_csv if form == "csv" else missing, trust=trust
    )


def _target(loader: Callable[[str], Any], version: str, note: str) -> Target:
    model = loader("jsonl")
    columns = tuple((column.name, column.kind) for column in model.columns)
    return Target(version, loader, columns, tuple(model.classes), model.has_probabilities, note)
