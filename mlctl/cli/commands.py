"""Every command by name: where its code is, and its summary.

The summary stands here so that ``mlctl --help`` imports no command; a test holds it to the docstring.
"""

import importlib
import os
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from mlctl import __version__
from mlctl.cli import completing

VERBS: dict[str, tuple[str, str]] = {
    "init": ("mlctl.cli.init", "Make a store in the working directory, or name the one that is there."),
    "status": ("mlctl.cli.status", "Show what the store holds and what stands at its front."),
    "train": ("mlctl.cli.train", "Climb the ladder, baseline first; every rung is an experiment."),
    "run": (
        "mlctl.cli.run",
        "Run a command and record it: arguments, output, exit code, time, code, files written.",
    ),
    "compare": (
        "mlctl.cli.compare",
        "Put experiments side by side: what is better, and what cannot be told.",
    ),
    "show": (
        "mlctl.cli.show",
        "Show one experiment in full: scores, checks, facts; its plots and its page on request.",
    ),
    "diff": ("mlctl.cli.diff", "Show what differs between two experiments."),
    "evaluate": ("mlctl.cli.evaluate", "Score a stored model again, in a fresh process."),
    "reproduce": ("mlctl.cli.reproduce", "Train an experiment again from its record."),
    "promote": (
        "mlctl.cli.promote",
        "Make an experiment the champion, if it is better than the one in use beyond doubt.",
    ),
    "rollback": ("mlctl.cli.rollback", "Put the champion before, or an earlier one, back in use."),
    "history": (
        "mlctl.cli.history",
        "Show who changed the champion, when, from which gate and why; the newest first.",
    ),
    "build": (
        "mlctl.cli.build",
        "Make a bundle: one file that predicts and serves on any machine with Python, nothing to install.",
    ),
    "predict": (
        "mlctl.cli.predict",
        "Predict the rows of a file, a query or standard input; the same rows out, with predictions.",
    ),
    "serve": (
        "mlctl.cli.serve",
        "Answer predictions over HTTP until Ctrl-C or SIGTERM; what was asked by then is answered.",
    ),
    "bench": (
        "mlctl.cli.bench",
        "Measure a model as a system: one row, batches, HTTP under load, memory, abuse.",
    ),
}

NOUNS: dict[str, tuple[str, str]] = {
    "project": ("mlctl.cli.project", "Projects: add, list, show, update, remove, restore, note, tag."),
    "model": ("mlctl.cli.model", "Models: add, list, show, update, remove, restore, note, tag."),
    "experiment": (
        "mlctl.cli.experiment",
        "Experiments: add, list, show, update, remove, restore, note, tag.",
    ),
    "data": ("mlctl.cli.data", "Data: add, list, show, profile, validate, diff, export, remove, restore."),
    "monitor": ("mlctl.cli.monitor", "What changed since training: drift, performance."),
    "retrain": (
        "mlctl.cli.retrain",
        "Train what is due and promote what is better: what a crontab line calls; log: the runs so far.",
    ),
    "schedule": ("mlctl.cli.schedule", "Training by itself: add, list, remove, next, print."),
    "import": ("mlctl.cli.import_", "Bring in what other tools kept: mlflow, posml."),
    "export": ("mlctl.cli.export", "What other tools read: mlflow."),
    "push": ("mlctl.cli.push", "Send experiments to a server: mlflow."),
    "store": (
        "mlctl.cli.store",
        "The store itself: check, repair, reindex, gc, usage, merge, migrate.",
    ),
    "params": ("mlctl.cli.params", "The parameters file: init, check, schema."),
}

ALIASES = {"ls": "list", "rm": "remove", "delete": "remove"}

PLAIN: dict[str, Any] = {
    "add_completion": False,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
}

EPILOG = (
    "Exit codes: 0 done, 1 failed, 2 usage or a bad parameters file, 3 no such thing or ambiguous, "
    "4 refused by a gate, 5 data refused by validation, 6 store damaged, 75 busy, 130 interrupted. "
    "Tab completion: mlctl --install-completion."
)


def normalise(words: list[str]) -> list[str]:
    """Put aliases into their form and leading options last; ask for help where the words stop short."""
    words = _options_last(words)
    if not words:
        return ["--help"]
    if words[0] not in NOUNS:
        return words
    if len(words) == 1:
        return [*words, "--help"]
    return [words[0], ALIASES.get(words[1], words[1]), *words[2:]]


def _options_last(words: list[str]) -> list[str]:
    """Move the options that every command takes behind it: ``mlctl --store DIR status`` is as good."""
    moved: list[str] = []
    while words and (words[0] == "--json" or words[0].startswith("--store")):
        length = 2 if words[0] == "--store" else 1
        moved, words = [*moved, *words[:length]], words[length:]
    end = words.index("--") if "--" in words else len(words)  # behind it all is the command that run runs
    return [*words[:end], *moved, *words[end:]]


def _first(words: Sequence[str]) -> int | None:
    """Return the position of the command: the first word that is no option."""
    return next((i for i, word in enumerate(words) if not word.startswith("-")), None)


def build(words: Sequence[str]) -> typer.Typer:
    """Return the application with the command that the words ask for, or Tab; the rest by name only."""
    completes = "_MLCTL_COMPLETE" in os.environ
    words = completing.words(os.environ) if completes else words
    is_asked = completes or words[:1] in (["--install-completion"], ["--show-completion"])
    app = typer.Typer(name="mlctl", callback=root, epilog=EPILOG, **PLAIN | {"add_completion": is_asked})
    first = _first(words)
    wanted = words[first] if first is not None else ""
    if wanted in VERBS:
        _add_verb(app, wanted)
    elif wanted in NOUNS:
        second = words[first + 1] if first is not None and len(words) > first + 1 else ""
        _add_noun(app, wanted, second)
    else:
        for name, (_, summary) in (VERBS | NOUNS).items():
            app.command(name, help=summary)(_stub)
    return app


def whole(app: typer.Typer | None = None) -> typer.Typer:
    """Return the application with every command, for completion and the reference."""
    app = app or typer.Typer(name="mlctl", callback=root, epilog=EPILOG, **PLAIN)
    for name in VERBS:
        _add_verb(app, name)
    for name in NOUNS:
        _add_noun(app, name, "")
    return app


def _add_verb(app: typer.Typer, name: str) -> None:
    module = importlib.import_module(VERBS[name][0])
    app.command(name)(getattr(module, name))


def _add_noun(app: typer.Typer, name: str, second: str) -> None:
    place, summary = NOUNS[name]
    module = importlib.import_module(place)
    actions: dict[str, Callable[..., None]] = module.COMMANDS
    own: Callable[..., None] | None = getattr(module, "CALLBACK", None)  # a noun that is a verb as well
    group = typer.Typer(
        name=name, help=summary, callback=own or _group, invoke_without_command=own is not None, **PLAIN
    )
    for action, function in actions.items():
        if second not in actions or action == second:
            group.command(action)(function)
    app.add_typer(group)


def _stub() -> None:
    """Stand in for a command that was not asked for."""


def _group() -> None:
    """Keep a group with one command a group."""


def _version(value: bool) -> None:
    if value:
        typer.echo(f"mlctl {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """One command line for the whole life of a scikit-learn model, in one directory.

    Start with: mlctl init, then mlctl params init DATA --target COLUMN, then mlctl train --params FILE.
    """
