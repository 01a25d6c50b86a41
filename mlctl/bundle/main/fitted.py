"""A model of scikit-learn out of a bundle that is a folder: for what the portable form cannot hold.

Loading it runs code, and needs the packages that ``requirements.txt`` names. mlctl itself lies in ``lib/``.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from .trouble import BundleError, DamagedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .bundle import Bundle

LIBRARY = "lib"
REQUIREMENTS = "requirements.txt"
FILE = "model/sklearn"
"""The model's file, whose suffix follows."""


def load_fitted(bundle: Bundle, schema: dict[str, Any], missing: Sequence[str]) -> Any:
    """Return the model; it has the face of :class:`mlctl.bundle.runtime.Model`.

    Raises
    ------
    BundleError
        When a package is missing, or the file cannot be read.
    """
    file = next((name for name in bundle.names if name.startswith(FILE)), None)
    if file is None or not os.path.isdir(bundle.path):
        raise DamagedError("the bundle has no model of scikit-learn, or is no folder")
    sys.path.insert(0, os.path.abspath(os.path.join(bundle.path, LIBRARY)))
    try:
        # By name: here it lies in a layer above, and there in the bundle's own library.
        load = import_module("mlctl.actions.bundled").load_fitted
        return load(os.path.join(bundle.path, *file.split("/")), schema, missing)
    except ImportError as error:
        raise BundleError(
            f"the model needs what is not installed here: {error}",
            f"python3 -m pip install -r {os.path.join(bundle.path, REQUIREMENTS)}",
        ) from None
    except Exception as error:  # foreign code runs while it loads, and may raise anything
        raise BundleError(f"the model cannot be loaded: {type(error).__name__}: {error}") from None
    finally:
        sys.path.pop(0)
