"""What is asked of an import from MLflow, and what it says that it did."""

from dataclasses import asdict, dataclass
from typing import Any

from mlctl.actions.import_mlflow_champion import Champions
from mlctl.interop.mlflow.entities import Skipped


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for.

    Attributes
    ----------
    project : str or None
        The project of all models; by default the place of the store gives its name.
    default : str
        That name.
    deleted : bool
        Take what was deleted in MLflow as well, into the trash.
    dry_run : bool
        Read everything, write nothing.
    trust : bool
        Load models that have no signature, which runs their code; those that came in without their columns
        are brought in once more.
    """

    project: str | None
    default: str
    deleted: bool = False
    dry_run: bool = False
    trust: bool = False


@dataclass(slots=True)
class Counted:
    """One MLflow experiment, and what became of its runs."""

    name: str
    project: str
    model: str
    new: int = 0
    there: int = 0
    updated: int = 0
    skipped: int = 0
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes
    ----------
    models : tuple of Counted
        The MLflow experiments that have runs.
    renamed : tuple of (str, str)
        Names that mlctl refuses, and what stands in their place.
    skipped : tuple of Skipped
        What could not be read.
    champions : Champions
        Which experiments the registry put in use, and what stood against it.
    warnings : tuple of str
        What is incomplete about an experiment that came in, by its version id.
    """

    models: tuple[Counted, ...]
    renamed: tuple[tuple[str, str], ...]
    skipped: tuple[Skipped, ...]
    champions: Champions
    warnings: tuple[str, ...]
    dry_run: bool

    def total(self, what: str) -> int:
        """Return a count over all models: ``new``, ``there``, ``updated``, ``skipped`` or ``deleted``."""
        return sum(int(getattr(one, what)) for one in self.models)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document."""
        return {
            "dry_run": self.dry_run,
            **{what: self.total(what) for what in ("new", "there", "updated", "deleted")},
            "models": [asdict(one) for one in self.models],
            "renamed": [{"from": old, "to": new} for old, new in self.renamed],
            "skipped": [asdict(one) for one in self.skipped],
            "champions": [asdict(one) for one in self.champions.made],
            "warnings": [*self.warnings, *self.champions.notes],
        }
