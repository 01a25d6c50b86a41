"""The model to retrain, and the parameters file that says how."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mlctl.actions.named_dataset import settled
from mlctl.actions.parameters import load_file
from mlctl.domain.records import Model
from mlctl.errors import NotFoundError
from mlctl.params.load import Loaded
from mlctl.params.retrain import Retrain
from mlctl.store.journal import Journal
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Target:
    """A model, and how it is retrained.

    Attributes
    ----------
    base : Path
        What relative paths in the parameters file are relative to.
    """

    store: Store
    model: Model
    journal: Journal
    loaded: Loaded
    base: Path

    @property
    def label(self) -> str:
        """How people are told it: ``PROJECT/MODEL``."""
        return self.journal.label

    @property
    def settings(self) -> Retrain:
        """The ``retrain`` section; its defaults where there is none."""
        return self.loaded.parameters.retrain or Retrain()

    @property
    def has_triggers(self) -> bool:
        """Whether anything but a person sets a training off."""
        return bool(self.settings.schedule or self.settings.watches)

    @property
    def digest(self) -> str:
        """12 hex digits that change with the parameters."""
        return hashlib.sha256(self.loaded.text.encode()).hexdigest()[:12]


def of_file(store: Store, loaded: Loaded, path: Path, now: datetime) -> Target:
    """Return the model of a parameters file, which is made where it is missing; the file is kept with it.

    Parameters
    ----------
    path : Path
        The file that was loaded.
    """
    loaded = settled(store, loaded)
    parameters = loaded.parameters
    store.add_project(parameters.project, "", now)
    description = str(loaded.effective["description"])
    model, _ = store.add_model(parameters.project, parameters.model, description, now)
    store.keep_parameters(model, loaded.text, path.resolve(), now)
    journal = store.retraining.journal(model.project_name, model.model_name)
    return Target(store, model, journal, loaded, path.resolve().parent)


def of_record(store: Store, model: Model) -> Target:
    """Return a model with the parameters file that was kept with it.

    Raises
    ------
    NotFoundError
        When none was.
    UsageError
        When anything in it is wrong.
    """
    kept = store.kept_parameters(model)
    journal = store.retraining.journal(model.project_name, model.model_name)
    if kept is None:
        raise NotFoundError(
            f"{journal.label} keeps no parameters file",
            "train it once: mlctl train --params FILE; or name the file: mlctl retrain --params FILE",
        )
    return Target(store, model, journal, settled(store, load_file(kept.path)), kept.base)


def lift(target: Target) -> str:
    """Return how a person lifts a quarantine."""
    return f"lift it: mlctl retrain --project {target.journal.project} --model {target.journal.model} --force"
