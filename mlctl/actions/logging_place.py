"""Which store, project and model a script logs into; what is missing is made."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mlctl.actions.locate import Place
from mlctl.domain.names import MAX_CHARACTERS, broken_rule, check_name
from mlctl.domain.records import Model
from mlctl.errors import NotFoundError, UsageError
from mlctl.store.layout import DEFAULT_NAME
from mlctl.store.store import Store, init

_REFUSED = re.compile(r"[^\w .-]+|\.{2,}")


@dataclass(frozen=True, slots=True)
class Named:
    """A model by its names."""

    project: str
    model: str

    def __str__(self) -> str:
        return f"{self.project}/{self.model}"


def open_or_make(place: Place, now: datetime) -> tuple[Store, bool]:
    """Return the store as commands find it, and whether it was made, in the working directory.

    A store that was named, by the environment for instance, and is not there is made where it was named: a
    script that runs for hours is not to be lost for want of `mlctl init`.

    Raises
    ------
    UsageError
        When something else stands there.
    DamagedError
        When its format is none that this version reads.
    """
    try:
        return place.open(), False
    except NotFoundError:
        named = place.store or place.environ.get("MLCTL_STORE")
        return init(Path(named) if named else place.start / DEFAULT_NAME, now)


def named(text: str | None, place: Path, program: str) -> Named:
    """Return the names that a script means.

    Parameters
    ----------
    text : str or None
        ``PROJECT/MODEL`` or ``MODEL``; names that are missing are those of the directory and the program.
    place : Path
        The working directory.
    program : str
        The script as it was called.

    Raises
    ------
    UsageError
        When a name breaks a rule.

    Examples
    --------
    >>> str(named(None, Path("/home/ada/iris"), "src/train_knn.py"))
    'iris/train_knn'
    """
    project, slash, model = (text or "").partition("/")
    if not slash:
        project, model = "", project
    return Named(
        check_name("project", project) if slash else usable(place.resolve().name, "scripts"),
        check_name("model", model) if text else usable(Path(program).stem, "script"),
    )


def usable(text: str, otherwise: str) -> str:
    """Return a name that every rule allows, as near to a text as can be.

    Examples
    --------
    >>> usable("/Users/ada/iris: first", "scripts")
    'Users_ada_iris_ first'
    """
    name = _REFUSED.sub("_", text).strip("_-. ")[:MAX_CHARACTERS].strip()
    name = f"{otherwise}_{name}" if name.isdigit() else name
    return otherwise if broken_rule(name) else name


def program_of(command: Sequence[str]) -> str:
    """Return what a command line runs: the first Python file in it, else its first word.

    Examples
    --------
    >>> program_of(["python", "-u", "src/train.py", "0.1"])
    'src/train.py'
    """
    return next((word for word in command if word.endswith(".py")), command[0])


def model_of(store: Store, names: Named, now: datetime) -> Model:
    """Return the model of these names; it and its project are added when missing.

    Raises
    ------
    UsageError
        When a name breaks a rule, or another one differs from it in case alone.
    """
    if not (names.project and names.model):
        raise UsageError("a script logs into a model of a project", "name them: PROJECT/MODEL")
    project, _ = store.add_project(names.project, "", now)
    model, _ = store.add_model(project.project_name, names.model, "", now)
    return model
