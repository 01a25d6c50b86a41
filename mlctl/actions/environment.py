"""What the work ran on: Python, the platform, the packages."""

import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from mlctl.errors import DamagedError
from mlctl.store.store import Store


def summary() -> dict[str, Any]:
    """Return what goes into every record."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "scikit-learn": metadata.version("scikit-learn"),
    }


def packages() -> dict[str, str]:
    """Return every installed distribution with its version, sorted by name."""
    found = dict(_named(distribution) for distribution in metadata.distributions())
    found.pop("", None)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def _named(distribution: metadata.Distribution) -> tuple[str, str]:
    """Return a distribution's name and version; its ``metadata`` would parse the whole description."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    lines = (line.partition(": ") for line in text.partition("\n\n")[0].splitlines())
    fields = {name: value for name, _, value in lines if name in ("Name", "Version")}
    return fields.get("Name", ""), fields.get("Version", "")


def packages_in(store: Store, path: Path) -> Mapping[str, str]:
    """Return the packages that an experiment was made with, by name.

    Raises
    ------
    DamagedError
        When the file lists none.
    """
    packages = store.read_yaml(path).get("packages", {})
    if not isinstance(packages, Mapping):
        raise DamagedError(
            f"{store.relative(path)}: packages is no mapping of names to versions",
            "bring the file back from a copy of the store",
        )
    return packages
