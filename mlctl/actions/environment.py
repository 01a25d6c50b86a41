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
    found = {d.metadata["Name"]: d.version for d in metadata.distributions() if d.metadata["Name"]}
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


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
