"""The estimators and transformers that scikit-learn lacks; they need numpy and scikit-learn only.

They are plain classes with plain attributes, so that skops loads them as data. What runs a person's
own code (:mod:`mlctl.estimators.rule`, :mod:`mlctl.estimators.own`) is not among :data:`TRUSTED`.
"""

TRUSTED: tuple[str, ...] = (
    "mlctl.estimators.booleans.BooleanToNumber",
    "mlctl.estimators.clipper.Clipper",
    "mlctl.estimators.dates.DateFeatures",
    "mlctl.estimators.dates.TimeToNumber",
    "mlctl.estimators.gaps.GapFiller",
    "mlctl.estimators.levels.CategoryLevels",
    "mlctl.estimators.naive.LastValueClassifier",
    "mlctl.estimators.naive.LastValueRegressor",
    "mlctl.estimators.naive.SeasonalLastClassifier",
    "mlctl.estimators.naive.SeasonalLastRegressor",
    "mlctl.estimators.numbers.ToFloat",
    "mlctl.estimators.texts.TextCleaner",
)
"""Dotted names of our own types that a stored model may hold, for ``skops.io.load(trusted=…)``."""
