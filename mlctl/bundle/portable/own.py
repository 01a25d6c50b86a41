"""mlctl's own transformers and forecasts."""

from typing import Any

import numpy as np

from mlctl.bundle.portable.refusal import need
from mlctl.bundle.portable.registry import Given, Node, Sink, estimators, floats, steps
from mlctl.estimators.booleans import BooleanToNumber
from mlctl.estimators.clipper import Clipper
from mlctl.estimators.dates import DateFeatures, TimeToNumber
from mlctl.estimators.gaps import GapFiller
from mlctl.estimators.levels import CategoryLevels
from mlctl.estimators.naive import (
    LastValueClassifier,
    LastValueRegressor,
    SeasonalLastClassifier,
    SeasonalLastRegressor,
)
from mlctl.estimators.numbers import ToFloat
from mlctl.estimators.texts import TextCleaner


@steps(ToFloat)
def to_float(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write nothing: numbers are floats within the runtime."""
    del sink
    return {"op": "pass"}, given.becoming(given.numbers(part))


@steps(BooleanToNumber)
def boolean(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write nothing: booleans are 0 and 1 within the runtime."""
    del sink
    need(not given.kinds.strip("b"), part, "gets columns that are no booleans")
    return {"op": "pass"}, given.becoming(len(given.kinds))


@steps(Clipper)
def clipper(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the bounds."""
    count = given.numbers(part)
    node = {"op": "clip", "lower": sink.array(part.lower_), "upper": sink.array(part.upper_)}
    return node, given.becoming(count)


@steps(GapFiller)
def gap_filler(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write what gaps become."""
    count = given.numbers(part)
    return {"op": "gaps", "fill": sink.array(part.fill_)}, given.becoming(count)


@steps(CategoryLevels)
def category_levels(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the levels kept."""
    del sink
    need(not given.kinds.strip("t"), part, "gets columns that are not categories")
    kept = [{"kept": [str(level) for level in levels]} for levels in part.levels_]
    return {"op": "levels", "columns": kept}, Given(given.kinds, full=True)


@steps(TextCleaner)
def text_cleaner(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write that texts are cleaned."""
    del sink
    need(given.kinds == "t", part, "gets something else than one text")
    return {"op": "clean"}, Given("t", full=True)


@steps(DateFeatures)
def date_features(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write which parts of the dates are given."""
    del sink
    need(not given.kinds.strip("d"), part, "gets columns that are no dates")
    told = part.has_missing_ if part.indicator else np.zeros_like(part.has_missing_)
    columns = [
        {"hours": bool(hours), "told": bool(tell)} for hours, tell in zip(part.has_times_, told, strict=True)
    ]
    node = {"op": "dates", "cyclic": bool(part.cyclic), "columns": columns}
    count = sum(4 + c["hours"] + c["told"] + part.cyclic * (4 + 2 * c["hours"]) for c in columns)
    return node, Given("n" * count)


@steps(TimeToNumber)
def time_to_number(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write that dates become days."""
    del sink
    need(not given.kinds.strip("nd"), part, "gets columns that are no times")
    return {"op": "time"}, Given("n" * len(given.kinds))


@estimators(LastValueRegressor, LastValueClassifier, SeasonalLastRegressor, SeasonalLastClassifier)
def last(sink: Sink, part: Any, given: Given) -> Node:
    """Write the training rows' times and values."""
    given.numbers(part)
    season = float(getattr(part, "season_", 0.0))
    kept = slice(None) if season else slice(-1, None)
    return {
        "op": "last",
        "classes": len(getattr(part, "classes_", ())),
        "season": season,
        "times": sink.array(floats(part.times_[kept])),
        "values": sink.array(floats(part.values_[kept])),
    }
