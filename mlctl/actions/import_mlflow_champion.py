"""The registry of MLflow: its champion becomes ours, its versions and aliases become tags."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mlctl.domain.names import broken_rule
from mlctl.domain.records import Experiment
from mlctl.interop.mlflow.entities import NO_STAGE, ModelVersion, RegisteredModel, Skipped
from mlctl.interop.mlflow.source import Source
from mlctl.store.champion import CHANGES, Event
from mlctl.store.store import Store

WHY = "imported from MLflow"
"""How the reason of an event begins by which an import chose the champion."""

_CHAMPION, _PRODUCTION = "champion", "production"
_RUN = re.compile(r"(?:^runs:/|/)([0-9a-f]{32})(?:/|$)")


@dataclass(frozen=True, slots=True)
class Champion:
    """An experiment that the registry put in use."""

    model: str
    version: str
    why: str


@dataclass(frozen=True, slots=True)
class Champions:
    """What the registry came to: champions that changed, and what stood against others."""

    made: tuple[Champion, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registry:
    """The registered models of a source."""

    models: tuple[RegisteredModel, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    _wanted: dict[str, list[str]] = field(default_factory=dict)

    def wanted(self, run_id: str) -> list[str]:
        """Return the names of the directories of a run that versions are made of."""
        return self._wanted.get(run_id, [])


def read_registry(source: Source) -> Registry:
    """Return the registry; what cannot be read of it is named."""
    found = list(source.registered_models())
    models = tuple(one for one in found if isinstance(one, RegisteredModel))
    wanted: dict[str, list[str]] = {}
    for version in (version for model in models for version in model.versions):
        names = [version.model_id, version.source.rstrip("/").rpartition("/")[2]]
        wanted.setdefault(run_of(version), []).extend(name for name in names if name)
    return Registry(models, tuple(one for one in found if isinstance(one, Skipped)), wanted)


def run_of(version: ModelVersion) -> str:
    """Return the id of the run that a version came from; empty where it does not say."""
    found = None if version.run_id else _RUN.search(version.source)
    return version.run_id or (found[1] if found else "")


def follow(
    store: Store, registry: Registry, here: Mapping[str, Experiment], now: datetime, who: str
) -> Champions:
    """Tag what is registered, and put in use what the alias ``champion`` or the stage Production names.

    The alias counts before the stage, and the newest change among several. A champion that a person or a gate
    chose in mlctl stays; that is said.
    """
    chosen: dict[tuple[str, str], tuple[str, Experiment]] = {}
    notes: list[str] = []
    for why, version in sorted(_in_use(registry), key=_rank):
        experiment = here.get(run_of(version))
        if experiment is None:
            notes.append(f"{why}: its run was not imported")
        elif experiment.status != "finished":
            notes.append(f"{why}: {experiment.model_version_id} is {experiment.status} and cannot be in use")
        else:
            place = (experiment.project_name, experiment.model_name)
            held = chosen.setdefault(place, (why, experiment))
            if held[1] is not experiment:
                notes.append(f"{why}: {held[1].model_version_id} comes first: {held[0]}")
    _tag(store, registry, here)
    made = [_put(store, *found, notes, now, who) for found in chosen.values()]
    return Champions(tuple(one for one in made if one), tuple(notes))


def _in_use(registry: Registry) -> Iterator[tuple[str, ModelVersion]]:
    for model in registry.models:
        aliases = {alias.lower(): number for alias, number in model.aliases.items()}
        staged = [one for one in model.versions if one.stage.lower() == _PRODUCTION]
        for version in model.versions:
            name = f"of {model.name!a} version {version.version}"
            if version.version == aliases.get(_CHAMPION):
                yield f"the alias champion {name}", version
            elif staged and version is staged[-1]:
                yield f"the stage Production {name}", version


def _rank(found: tuple[str, ModelVersion]) -> tuple[bool, int]:
    why, version = found
    return not why.startswith("the alias"), -version.updated_ms


def _put(
    store: Store, why: str, experiment: Experiment, notes: list[str], now: datetime, who: str
) -> Champion | None:
    model = store.model(experiment.project_name, experiment.model_name)
    current, version = store.champion(model), experiment.model_version_id
    if current == version:
        return None
    if current and not _is_ours(store, experiment):
        notes.append(f"{why}: {current} stays the champion, which was chosen in mlctl; see: mlctl promote")
        return None
    event = Event(Store.stamp(now), who, "promote", current, version, [f"{WHY}: {why}"])
    store.promote(model, event, current)
    return Champion(f"{model.project_name}/{model.model_name}", version, why)


def _is_ours(store: Store, experiment: Experiment) -> bool:
    """Tell whether an import chose the champion in use."""
    events = store.events(store.model(experiment.project_name, experiment.model_name))
    changes = [event for event in events if event.what in CHANGES]
    return bool(changes) and any(reason.startswith(WHY) for reason in changes[-1].why)


def _tag(store: Store, registry: Registry, here: Mapping[str, Experiment]) -> None:
    for model in registry.models:
        for version in model.versions:
            experiment = here.get(run_of(version))
            aliases = [alias for alias, number in model.aliases.items() if number == version.version]
            stages = [] if version.stage == NO_STAGE else [version.stage]
            words = [f"{model.name} v{version.version}", *aliases, *stages]
            wanted = [word for word in words if not broken_rule(word)]
            if experiment and not set(wanted) <= set(experiment.tags):
                store.tag(experiment, wanted)
