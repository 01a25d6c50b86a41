"""The preprocessing of one rung, as a transformer that is fitted inside its pipeline.

Which steps a column gets follows from the family of the estimator, unless the parameters file names them:

* linear models, distances and unknown classes: numbers are clipped, filled in and scaled; categories become
  one column a level;
* trees and boosting: numbers stay as they are, missing ones too where the estimator takes them; categories
  become codes, which histogram boosting takes as categories.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from mlctl.domain.columns import Column
from mlctl.errors import UsageError
from mlctl.estimators.booleans import BooleanToNumber
from mlctl.estimators.clipper import Clipper
from mlctl.estimators.dates import DateFeatures
from mlctl.estimators.gaps import GapFiller
from mlctl.estimators.levels import CategoryLevels
from mlctl.estimators.numbers import ToFloat
from mlctl.estimators.texts import TextCleaner
from mlctl.ml.columns import Roles, any_missing, names, roles
from mlctl.params.model import Preprocess

UNSCALED = frozenset({"tree", "boosting"})
"""Families for which only the order of the numbers counts."""

ONE_HOT_LEVELS = 50
CODED_LEVELS = 254
"""What histogram boosting can take at most, one bin being for missing values; more than a tree can use."""

WIDE = 200
"""One-hot columns above which a sparse matrix is the quicker one, where the estimator takes it."""

SPARSE_WORDS = 10_000
DENSE_WORDS = 300
"""The most frequent words kept of a text column: a dense matrix of 10,000 would not fit into memory."""

_SCALERS = {"standard": StandardScaler, "minmax": MinMaxScaler, "robust": RobustScaler}


@dataclass(frozen=True, slots=True)
class Needs:
    """What an estimator asks of its table.

    Attributes
    ----------
    name : str
        The rung's name, for messages.
    family : str
        See :class:`mlctl.domain.ladder.Kind`.
    missing : bool
        Whether it takes NaN.
    sparse : bool
        Whether it takes a sparse matrix.
    native_levels : int
        How many levels of a category it takes as codes; 0 where it does not know categories.
    target_type : {"binary", "multiclass", "continuous"}
        For encoding by the target.
    seed : int
        For encoding by the target.
    """

    name: str
    family: str
    missing: bool = False
    sparse: bool = False
    native_levels: int = 0
    target_type: str = "continuous"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Steps:
    """The options with every ``auto`` settled."""

    scale: str
    clip: bool
    encode: str
    impute: str
    text: str
    sparse: bool = False
    guard: bool = False
    """Whether columns that hold hardly a value are filled: histogram boosting cannot bin an empty one."""

    @property
    def plain(self) -> bool:
        """Whether columns are handed over as they are."""
        return not self.clip and {self.scale, self.encode, self.impute} == {"none"}


def build_preprocessor(columns: Sequence[Column], options: Preprocess, needs: Needs) -> ColumnTransformer:
    """Return the unfitted transformer of one rung.

    Parameters
    ----------
    columns : sequence of Column
        The features. The transformer takes a frame that has at least these, by name.
    options : params.Preprocess
        What the parameters file says.
    needs : Needs
        What the estimator asks for.

    Returns
    -------
    ColumnTransformer
        Its first outputs are the categories, one each where they are coded: see :func:`native_categories`.

    Raises
    ------
    UsageError
        Where the options leave columns that the estimator cannot take, or none at all.
    """
    found = roles(columns)
    steps = settle(found, options, needs)
    _refuse_unusable(found, steps, needs)
    if steps.plain:
        plain = [column.name for column in columns if column in found.plain]
        branches: list[tuple[str, Any, Any]] = [("columns", ToFloat(), plain)]
    else:
        branches = _branches(found, steps, needs)
    return ColumnTransformer(branches, sparse_threshold=1.0 if steps.sparse else 0.0)


def native_categories(columns: Sequence[Column], options: Preprocess, needs: Needs) -> int:
    """Return how many of the first outputs are codes that the estimator takes as categories."""
    found = roles(columns)
    return len(found.categories) if settle(found, options, needs).encode == "native" else 0


def settle(found: Roles, options: Preprocess, needs: Needs) -> Steps:
    """Replace every ``auto`` by what suits the estimator."""
    scaled = needs.family not in UNSCALED
    codes = "native" if needs.native_levels else "ordinal"
    encode = _or(options.encode, "one_hot" if scaled else codes)
    width = sum(min(column.distinct, ONE_HOT_LEVELS) for column in found.categories)
    wide = bool(found.texts) or (encode == "one_hot" and width > WIDE)
    impute = _or(options.impute, "median" if scaled or not needs.missing else "none")
    return Steps(
        scale=_or(options.scale, "standard" if scaled else "none"),
        clip=scaled if options.clip == "auto" else bool(options.clip),
        encode=encode,
        impute=impute,
        text=_or(options.text, "tfidf"),
        sparse=wide and scaled and needs.sparse,
        guard=impute == "none" and needs.family == "boosting",
    )


def _or(chosen: str, suited: str) -> str:
    return suited if chosen == "auto" else chosen


def _refuse_unusable(found: Roles, steps: Steps, needs: Needs) -> None:
    kept = found.texts if steps.text != "drop" else ()
    if steps.plain:
        strange = found.categories + kept + found.dates
        _refuse(strange, "preprocess: none hands columns over as they are", needs)
    if steps.encode == "none":
        _refuse(found.categories, "preprocess.encode: none leaves text as it is", needs)
    if steps.text == "none":
        _refuse(found.texts, "preprocess.text: none leaves text as it is", needs)
    if steps.impute == "none" and not needs.missing and any_missing(found.plain + found.dates):
        gaps = [column for column in found.plain + found.dates if column.missing]
        raise UsageError(
            f"preprocess.impute: none leaves gaps, and {needs.name} takes none: {_listed(gaps)}",
            "use preprocess.impute: auto, or leave the columns out with data.drop",
        )
    if not (found.plain or found.dates or found.categories or kept):
        raise UsageError("no column is left to learn from", "see data.drop, data.types and preprocess.text")


def _refuse(columns: Sequence[Column], why: str, needs: Needs) -> None:
    if columns:
        raise UsageError(
            f"{why}, and {needs.name} takes numbers only: {_listed(columns)}",
            "leave the columns out with data.drop, or use preprocess: auto",
        )


def _listed(columns: Sequence[Column]) -> str:
    shown = ", ".join(f"{column.name} ({column.kind})" for column in columns[:5])
    return shown if len(columns) <= 5 else f"{shown} and {len(columns) - 5} more"


def _branches(found: Roles, steps: Steps, needs: Needs) -> list[tuple[str, Any, Any]]:
    branches: list[tuple[str, Any, Any]] = []
    if found.categories:
        branches.append(("categories", _categories(steps, needs), names(found.categories)))
    if found.numbers:
        branches.append(("numbers", _numbers(found.numbers, steps), names(found.numbers)))
    if found.booleans:
        branches.append(("booleans", _booleans(found.booleans, steps), names(found.booleans)))
    if found.dates:
        branches.append(("dates", _dates(found.dates, steps, needs), names(found.dates)))
    if steps.text == "tfidf":
        words = SPARSE_WORDS if steps.sparse else DENSE_WORDS
        branches += [(f"text_{i}", _text(words), column.name) for i, column in enumerate(found.texts, 1)]
    return branches


def _chain(*steps: tuple[str, Any]) -> Any:
    return steps[0][1] if len(steps) == 1 else Pipeline(list(steps))


def _imputer(strategy: str, *, indicator: bool = False) -> SimpleImputer:
    # A column without any value in a fold stays, as zeros, or the width would differ from fold to fold.
    return SimpleImputer(strategy=strategy, add_indicator=indicator, keep_empty_features=True)


def _numbers(columns: Sequence[Column], steps: Steps) -> Any:
    chain: list[tuple[str, Any]] = [("clip", Clipper())] if steps.clip else [("number", ToFloat())]
    if steps.impute != "none":
        chain.append(("impute", _imputer(steps.impute, indicator=any_missing(columns))))
    chain += _guard(columns, steps)
    if steps.scale != "none":
        chain.append(("scale", _SCALERS[steps.scale]()))
    return _chain(*chain)


def _guard(columns: Sequence[Column], steps: Steps) -> list[tuple[str, Any]]:
    return [("gaps", GapFiller())] if steps.guard and any_missing(columns) else []


def _booleans(columns: Sequence[Column], steps: Steps) -> Any:
    chain: list[tuple[str, Any]] = [("number", BooleanToNumber())]
    if steps.impute != "none":
        chain.append(("impute", _imputer("most_frequent", indicator=any_missing(columns))))
    return _chain(*chain, *_guard(columns, steps))


def _dates(columns: Sequence[Column], steps: Steps, needs: Needs) -> Any:
    scaled = needs.family not in UNSCALED
    chain: list[tuple[str, Any]] = [("parts", DateFeatures(cyclic=scaled, indicator=steps.impute != "none"))]
    if steps.impute != "none":
        chain.append(("impute", _imputer(steps.impute)))
    chain += _guard(columns, steps)
    if steps.scale != "none":
        chain.append(("scale", _SCALERS[steps.scale]()))
    return _chain(*chain)


def _categories(steps: Steps, needs: Needs) -> Pipeline:
    if steps.encode == "one_hot":
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=steps.sparse)
        return _levels(ONE_HOT_LEVELS, encoder)
    if steps.encode == "target":
        # Many levels are what this encoding is for: none is merged.
        return Pipeline([("levels", CategoryLevels(min_rows=1)), ("encode", _by_target(needs))])
    # One code of the 254 is for the rare levels.
    most = min(needs.native_levels or CODED_LEVELS, CODED_LEVELS) - 1
    unknown = np.nan if steps.encode == "native" else -1
    return _levels(most, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=unknown))


def _by_target(needs: Needs) -> TargetEncoder:
    # scikit-learn 1.9 is told the folds, and no seed any more; before, it was the other way round.
    is_told_folds = TargetEncoder().random_state == "deprecated"
    folds = KFold(5, shuffle=True, random_state=needs.seed)
    seeded = {"cv": folds} if is_told_folds else {"random_state": needs.seed}
    return TargetEncoder(target_type=needs.target_type, **seeded)


def _levels(most: int, encoder: Any) -> Pipeline:
    return Pipeline([("levels", CategoryLevels(max_levels=most)), ("encode", encoder)])


def _text(words: int) -> Pipeline:
    vectorizer = TfidfVectorizer(max_features=words, sublinear_tf=True)
    return Pipeline([("clean", TextCleaner()), ("words", vectorizer)])
