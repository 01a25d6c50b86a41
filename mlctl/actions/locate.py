"""Find the store, and in it what a reference means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlctl.actions.recommend import recommended_name
from mlctl.actions.shortlist import front
from mlctl.domain.records import Experiment, Model
from mlctl.domain.refs import Reference, resolve
from mlctl.domain.version_id import MOST_NUMBER_DIGITS, VersionId
from mlctl.errors import DamagedError, MlctlError, NotFoundError, UsageError
from mlctl.store.index_view import View
from mlctl.store.store import DamagedRecord, Listing, Store, find


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command looks.

    Attributes
    ----------
    store : Path or None
        The directory that ``--store`` named.
    start : Path
        Where the walk upward begins: the working directory, or that of the parameters file.
    environ : mapping
        The environment, for ``MLCTL_STORE``.
    command : str
        What the store's lock says of its holder.
    """

    store: Path | None
    start: Path
    environ: Mapping[str, str]
    command: str = "mlctl"

    def open(self) -> Store:
        """Return the store.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        return find(self.start, explicit=self.store, environ=self.environ, command=self.command)


def only_model(store: Store, project: str | None = None, model: str | None = None) -> Model:
    """Return the model that the names mean, or the only one there is.

    Raises
    ------
    NotFoundError
        When no model answers, or several do: they are named.
    """
    if project and model:
        return store.model(project, model)
    if project:
        store.project(project)  # one that is not there is named, with the nearest
    models = store.models(project).records
    found = [m for m in models if model is None or m.model_name == model]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{m.project_name}/{m.model_name}" for m in found[:5])
        raise NotFoundError(
            f"which model? there are {len(found)}: {names}{' …' if len(found) > 5 else ''}",
            "name one with --project and --model, or as PROJECT/MODEL:REF",
        )
    wanted = "/".join(part for part in (project, model) if part)
    raise NotFoundError(
        f"no model {wanted!r} in the store" if wanted else "the store holds no model yet",
        "see `mlctl model list`" if wanted else "train one: mlctl train --params FILE",
    )


def experiment(store: Store, text: str, project: str | None = None, model: str | None = None) -> Experiment:
    """Return the experiment that a reference means.

    Raises
    ------
    NotFoundError
        When no experiment answers, or several do.
    """
    reference = Reference.parse(text)
    if reference.model:
        project, model = _split(reference.model)
    if not (reference.is_word or project or model):
        found = store.ask(lambda view, _: view.answering(reference.name))
        return resolve(reference, found) if found else _resolved(reference, store.experiments())
    chosen = only_model(store, project, model)
    champion, owner = store.champion(chosen), (chosen.project_name, chosen.model_name)

    def question(view: View, _: object) -> Sequence[Experiment] | None:
        return front(view, champion) if reference.is_word else view.answering(reference.name)

    few = store.ask(question, *owner)
    try:
        return resolve(
            reference, few or (), champion=champion, recommended=lambda: recommended_name(few or ())
        )
    except NotFoundError:
        if few and not reference.is_word:
            raise
    return _resolved(reference, store.experiments(*owner), champion)


def _resolved(reference: Reference, listing: Listing[Experiment], champion: str | None = None) -> Experiment:
    records = listing.records
    try:
        return resolve(reference, records, champion=champion, recommended=lambda: recommended_name(records))
    except NotFoundError:
        for damaged in listing.damaged:
            if _means(reference.name, Path(damaged.path).parent.name, champion):
                raise unreadable(damaged) from None
        raise


def _means(name: str, directory: str, champion: str | None) -> bool:
    """Tell whether a reference may mean the experiment in a directory, whose record cannot be read."""
    version = VersionId.parse(directory)
    if version and len(name) <= MOST_NUMBER_DIGITS and name.isdecimal() and int(name) == version.number:
        return True
    wanted = champion or name if name == "champion" else name
    return bool(wanted) and directory.startswith(wanted)


def unreadable(damaged: DamagedRecord) -> DamagedError:
    """Return the error of a record that was asked for and cannot be read."""
    return DamagedError(f"{damaged.path} cannot be read: {damaged.reason}", "mend it, or move it elsewhere")


def _split(label: str) -> tuple[str, str]:
    project, slash, model = label.partition("/")
    if not (project and slash and model):
        raise UsageError(f"{label!r} names no model", "write PROJECT/MODEL:REF, as in iris/species:best")
    return project, model


def named_experiments(
    store: Store, refs: Sequence[str], project: str | None, model: str | None
) -> tuple[Model, list[Experiment]]:
    """Return a model, and the experiments that the references name, if there are any.

    Raises
    ------
    NotFoundError
        When a reference or the model is not found.
    UsageError
        When the references belong to different models.
    """
    if not refs:
        return only_model(store, project, model), []
    of_model, records, _ = model_experiments(store, refs, project, model)
    return of_model, records


def model_experiments(
    store: Store, refs: Sequence[str], project: str | None, model: str | None
) -> tuple[Model, list[Experiment], tuple[DamagedRecord, ...]]:
    """Return a model, the experiments that the references name, or all of them, and what is damaged.

    Raises
    ------
    NotFoundError
        When a reference or the model is not found.
    UsageError
        When the references belong to different models.
    """
    if refs:
        named = [experiment(store, ref, project, model) for ref in refs]
        owners = {(e.project_name, e.model_name) for e in named}
        if len(owners) > 1:
            raise UsageError("these experiments belong to different models", "compare within one model")
        unique = {e.experiment_id: e for e in named}
        return store.model(*owners.pop()), list(unique.values()), ()
    chosen = only_model(store, project, model)
    listing = store.experiments(chosen.project_name, chosen.model_name)
    return chosen, list(listing.records), listing.damaged


def check_names(store: Store, project: str | None, model: str | None) -> None:
    """Make sure that what a listing is narrowed to is there.

    Raises
    ------
    NotFoundError
        With the nearest name.
    """
    if project and model:
        store.model(project, model)
    elif project:
        store.project(project)
    elif model and not any(m.model_name == model for m in store.models().records):
        raise NotFoundError(f"no model {model!r} in the store", "see `mlctl model list`")


def nothing_trained(model: Model, damaged: Sequence[DamagedRecord] = ()) -> MlctlError:
    """Return the error of a model without experiments that can be read."""
    if damaged:
        return unreadable(damaged[0])
    return NotFoundError(
        f"{model.project_name}/{model.model_name} has no experiments yet",
        "train the ladder: mlctl train --params FILE",
    )
