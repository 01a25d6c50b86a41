"""A fitted model as a file: skops, which loads without running code, or joblib for what skops cannot hold.

A skops file names the types that it is made of, and only types known to run no code are built: those that
skops trusts, mlctl's own (:data:`mlctl.estimators.TRUSTED`) and :data:`KNOWN`. Others, such as the class of
another package, are refused by name unless the caller trusts the file. A joblib file runs code when it is
loaded, so it is always the caller who has to trust it, for instance for having checked ``SHA256SUMS``.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import joblib
import numpy as np
import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from mlctl import files
from mlctl.errors import DamagedError, MlctlError, NotFoundError, RefusedError
from mlctl.estimators import TRUSTED

Format = Literal["skops", "joblib"]
FILES: dict[Format, str] = {"skops": "model.skops", "joblib": "model.joblib"}
"""Format to the file's name."""

KNOWN = (
    "functools.partial",  # of a function that is itself known; histogram boosting with categories holds one
    "numpy.dtype",
    "scipy.sparse._csr.csr_matrix",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.compose._column_transformer._RemainderColsList",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.model_selection._split.KFold",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
    "sklearn.utils.validation.check_array",
)
"""Types that fitted scikit-learn estimators hold and skops does not trust by itself.

Each was read: none runs code given in the file, opens a file or imports by name while it is being built. A
forged tree or neighbour index can still crash the process that predicts with it, or make it read beyond its
arrays, for scikit-learn follows their indices unchecked; that is why skops leaves them to the caller.
"""


@dataclass(frozen=True, slots=True)
class SavedModel:
    """What :func:`save` wrote.

    Attributes
    ----------
    file : str
        Its name in the folder.
    bytes : int
        Its size.
    untrusted : tuple of str
        Types in a skops file for which loading needs ``trust``.
    note : str
        Why the model is not a skops file; empty where it is.
    """

    file: str
    format: Format
    bytes: int
    untrusted: tuple[str, ...] = ()
    note: str = ""


def save(model: Any, folder: Path, *, prefer: Format = "skops", sample: Any = None) -> SavedModel:
    """Write a fitted model into a folder.

    Parameters
    ----------
    model : estimator
        Fitted.
    folder : path
        Gets ``model.skops``, or ``model.joblib`` where skops cannot hold the model, does not give it back, or
        gives it back predicting something else.
    prefer : {"skops", "joblib"}, default="skops"
        The format to try first.
    sample : frame, optional
        Rows on which the model that was read back has to predict the same.
    """
    if prefer == "joblib":
        return _save_joblib(model, folder, "joblib was asked for")
    path = folder / FILES["skops"]
    try:
        with files.write_via(path) as aside:
            skops.io.dump(model, aside, compression=zipfile.ZIP_DEFLATED, compresslevel=1)
            found = _found(aside)
            _check_same(model, skops.io.load(aside, trusted=found), sample)
    except (MlctlError, MemoryError):
        raise
    except Exception as error:  # what a foreign class raises when it is taken apart cannot be foreseen
        return _save_joblib(model, folder, f"skops cannot hold it: {type(error).__name__}: {error}")
    return SavedModel(path.name, "skops", path.stat().st_size, _unknown(found))


def _save_joblib(model: Any, folder: Path, note: str) -> SavedModel:
    path = folder / FILES["joblib"]
    with files.write_via(path) as aside:
        joblib.dump(model, aside, compress=("zlib", 1))
    return SavedModel(path.name, "joblib", path.stat().st_size, note=note)


def _check_same(model: Any, loaded: Any, sample: Any) -> None:
    if sample is not None and not np.array_equal(model.predict(sample), loaded.predict(sample)):
        raise ValueError("the model that was read back predicts something else")


def _found(path: Path) -> list[str]:
    return list(skops.io.get_untrusted_types(file=path))


def _unknown(found: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found) - set(KNOWN) - set(TRUSTED)))


def load(path: Path, *, trust: bool = False) -> Any:
    """Return the model in a file that :func:`save` wrote.

    Parameters
    ----------
    path : path
        ``….skops`` or ``….joblib``.
    trust : bool, default=False
        Also build types that mlctl does not know, and read joblib files, which run code.

    Raises
    ------
    NotFoundError
        No such file.
    RefusedError
        The file needs trust; the types are named.
    DamagedError
        The file is not what its name says.
    MlctlError
        A package that the model needs is not installed.
    """
    if not path.exists():
        raise NotFoundError(f"there is no model file {path}")
    if path.suffix != ".skops" and not trust:
        raise RefusedError(
            f"{path.name} can run code of its author's choice when it is loaded",
            "if you trust where it comes from, say so with --trust",
        )
    try:
        return _load_skops(path, trust=trust) if path.suffix == ".skops" else joblib.load(path)
    except (MlctlError, MemoryError):
        raise
    except ImportError as error:
        raise MlctlError(
            f"{path.name} needs a package that is not installed: {error}",
            "install it; environment.yaml beside the model lists the versions it was made with",
        ) from error
    except Exception as error:  # any bytes may stand in a file, and so any error may come of reading it
        raise DamagedError(
            f"{path.name} cannot be read: {type(error).__name__}: {error}",
            "train it again with `mlctl reproduce`",
        ) from error


def _load_skops(path: Path, *, trust: bool) -> Any:
    try:
        return skops.io.load(path, trusted=_found(path) if trust else [*KNOWN, *TRUSTED])
    except UntrustedTypesFoundException:
        names = _unknown(_found(path))
        raise RefusedError(
            f"{path.name} holds types that mlctl does not know: {', '.join(names)}",
            "if you trust where it comes from, say so with --trust",
            names,
        ) from None
