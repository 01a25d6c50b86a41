"""A fitted model as a pickle that loads where mlctl is not installed, with the source that it needs."""

import io
import pickle
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import mlctl
from mlctl import estimators
from mlctl.errors import MlctlError

OWN = "mlctl"

PACKAGE = '''"""What a model needs of mlctl; where mlctl is installed, the rest of it is found there."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
'''


@dataclass(frozen=True, slots=True)
class Pickled:
    """A model as bytes.

    Attributes
    ----------
    data : bytes
        The pickle.
    sources : dict
        Files that it needs, by their place on the path: ``mlctl/estimators/clipper.py``.
    distributions : tuple of str
        Installed packages that it names, by the name to install them by.
    """

    data: bytes
    sources: dict[str, str]
    distributions: tuple[str, ...]


class _Pickler(pickle.Pickler):
    """Notes the modules of the classes and functions that it writes."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream, protocol=4)
        self.modules: set[str] = set()

    def reducer_override(self, obj: Any) -> Any:
        if callable(obj):  # classes and functions are written as a module and a name
            self.modules.add(getattr(obj, "__module__", None) or "")
        return NotImplemented


def pickled(model: Any) -> Pickled:
    """Pickle a model.

    Raises
    ------
    MlctlError
        When a part of it cannot be pickled, or would be found nowhere else.
    """
    stream = io.BytesIO()
    pickler = _Pickler(stream)
    try:
        pickler.dump(model)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise MlctlError(
            f"the model cannot be pickled: {error}",
            "functions and classes of a model have to stand in a module",
        ) from None
    modules = sorted(pickler.modules - {""})
    roots = {name.partition(".")[0] for name in modules}
    known = _distributions()
    sources = _own_sources() if OWN in roots else {}
    for name in modules:
        root = name.partition(".")[0]
        if root not in known and root not in sys.stdlib_module_names and root != OWN:
            sources |= _source(name)
    found = {known[root] for root in roots if root in known and root != OWN}
    return Pickled(stream.getvalue(), sources, tuple(sorted(found)))


@lru_cache(maxsize=1)
def _distributions() -> dict[str, str]:
    return {root: names[0] for root, names in metadata.packages_distributions().items()}


def _own_sources() -> dict[str, str]:
    folder = Path(estimators.__file__).parent
    found = {f"mlctl/estimators/{path.name}": path.read_text(encoding="utf-8") for path in _python(folder)}
    return {"mlctl/__init__.py": f"{PACKAGE}\n__version__ = {mlctl.__version__!r}\n", **found}


def _python(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == ".py")


def _source(name: str) -> dict[str, str]:
    """Return a module of the person's own, and the packages above it."""
    if name == "__main__":
        raise MlctlError(
            "the model holds a class of the script itself, which is found nowhere else",
            "put the class into a module beside the script",
        )
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    if not file.endswith(".py"):
        return {}  # made at run time by a compiled one, which a package brings
    path = Path(file)
    parts = name.split(".")
    above = {"/".join([*parts[:count], "__init__.py"]): "" for count in range(1, len(parts))}
    inner = "__init__.py" if path.name == "__init__.py" else ""
    place = "/".join([*parts, inner]) if inner else "/".join(parts) + ".py"
    return {**above, place: path.read_text(encoding="utf-8")}
