"""What Tab offers for a reference, a project or a model, from the index alone; nothing where that fails."""

from collections.abc import Callable, Mapping
from typing import Any

import typer


def words(environ: Mapping[str, str]) -> list[str]:
    """Return the words behind ``mlctl`` that were typed before the one that is completed."""
    if "_TYPER_COMPLETE_ARGS" in environ:  # zsh and fish
        return environ["_TYPER_COMPLETE_ARGS"].split()[1:]
    typed = environ.get("COMP_WORDS", "").split()  # bash
    count = environ.get("COMP_CWORD", "")
    return typed[1 : int(count)] if count.isdecimal() else typed[1:]


def ref(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the references that begin so: words, version ids, numbers; behind ``PROJECT/MODEL:`` as well."""
    from mlctl.domain.refs import WORDS

    label, colon, start = incomplete.rpartition(":")
    project, _, model = (
        label.partition("/") if label else (ctx.params.get("project"), "", ctx.params.get("model"))
    )
    found = [word for word in WORDS if word.startswith(start)]
    found += _names(ctx, lambda site, names: names.experiments(site, start, project, model))
    return [f"{label}{colon}{name}" for name in found]


def project(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the projects whose names begin so."""
    return _names(ctx, lambda site, names: names.projects(site, incomplete))


def model(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the models whose names begin so, of the project that was given."""
    return _names(ctx, lambda site, names: names.models(site, incomplete, ctx.params.get("project")))


def label(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the models as ``PROJECT/MODEL`` that begin so."""
    return _names(ctx, lambda site, names: names.labels(site, incomplete))


OF_NOUN = {"project": project, "model": label, "experiment": ref}
"""What completes the name of a thing of each kind."""


def _names(ctx: typer.Context, ask: Callable[[Any, Any], list[str]]) -> list[str]:
    from pathlib import Path

    from mlctl.cli.place import here
    from mlctl.errors import MlctlError
    from mlctl.store import index_names

    store = ctx.params.get("store")
    try:
        opened = here(Path(store) if store else None).open()
    except (MlctlError, OSError):  # no store, or no working directory: a shell must not be told
        return []
    return ask(opened.site, index_names)
