"""What the work ran on: Python, the platform, the packages."""

import platform
from importlib import metadata
from typing import Any


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
