"""One record by its name."""

import unicodedata
from collections.abc import Iterable
from typing import TypeVar

from mlctl.domain.records import Dataset, Model, Project, Record
from mlctl.errors import DamagedError, NotFoundError
from mlctl.params.words import did_you_mean
from mlctl.store import catalogue
from mlctl.store.listing import Listing
from mlctl.store.site import Site

R = TypeVar("R", bound=Record)


def project(site: Site, name: str) -> Project:
    """Return a project.

    Raises
    ------
    NotFoundError
        With the nearest name.
    DamagedError
        When its record cannot be read.
    """
    found = catalogue.projects(site, _composed(name))
    known = (p.project_name for p in catalogue.projects(site).records)
    return _single(found, f"project {name!r}", name, known, "mlctl project list")


def model(site: Site, of: str, name: str) -> Model:
    """Return a model of a project.

    Raises
    ------
    NotFoundError
        With the nearest name.
    DamagedError
        When its record cannot be read.
    """
    found = catalogue.models(site, _composed(of), _composed(name))
    if not found.records and not found.damaged:
        project(site, of)
    known = (m.model_name for m in catalogue.models(site, _composed(of)).records)
    return _single(found, f"model {name!r} in the project {of}", name, known, "mlctl model list")


def dataset(site: Site, of: str, name: str) -> Dataset:
    """Return a dataset of a project.

    Raises
    ------
    NotFoundError
        With the nearest name.
    DamagedError
        When its record cannot be read.
    """
    found = catalogue.datasets(site, _composed(of), _composed(name))
    known = (d.dataset for d in catalogue.datasets(site, _composed(of)).records)
    return _single(found, f"dataset {name!r} in the project {of}", name, known, "mlctl data list")


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _single(found: Listing[R], what: str, name: str, known: Iterable[str], listing: str) -> R:
    if found.records:
        return found.records[0]
    if found.damaged:
        damage = found.damaged[0]
        raise DamagedError(f"{damage.path} cannot be read: {damage.reason}", "mend it, or move it elsewhere")
    raise NotFoundError(f"no {what}", did_you_mean(name, known) or f"see `{listing}`")
