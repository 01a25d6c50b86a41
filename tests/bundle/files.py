"""Portable files written by hand, and whole ones taken apart and put together wrongly."""

import copy
import json
from functools import cache
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlctl.bundle.portable import Portable, portable
from mlctl.bundle.portable.registry import Sink
from tests.bundle import tables
from tests.bundle.agreement import columns_of


@cache
def written(kind: str = "linear") -> Portable:
    """Return a small model of a kind in the portable form."""
    frame, target = tables.iris()
    model = {
        "linear": make_pipeline(StandardScaler(), LogisticRegression()),
        "forest": RandomForestClassifier(3, max_depth=3, random_state=0),
        "boosting": HistGradientBoostingClassifier(max_iter=2),
        "neighbours": KNeighborsClassifier(),
    }[kind]
    return portable(model.fit(frame, target), columns=columns_of(frame))


def model_of(node: Any, kinds: str = "n", *, classes: tuple = (), arrays: tuple = (), **header: Any) -> bytes:
    """Return a file with one operation; ``arrays`` are (values, type) and take the places 0, 1 and so on."""
    sink = Sink()
    for values, kind in arrays:
        sink.entries.append([kind, *np.shape(values)])
        sink.parts.append(np.ascontiguousarray(values, dtype=f"<{kind}").tobytes())
    names = {"n": "number", "t": "text", "d": "date", "b": "boolean"}
    whole = {
        "format": 1,
        "task": "classification" if classes else "regression",
        "classes": list(classes),
        "columns": [{"name": f"x{at}", "kind": names[kind]} for at, kind in enumerate(kinds)],
        "model": node,
        "arrays": sink.entries,
    }
    return packed({**whole, **header}, sink.data())


def packed(header: Any, arrays: bytes = b"") -> bytes:
    """Return a file of a header that may be anything."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return b"MLCTLPM1" + len(text).to_bytes(8, "little") + text + bytes(-len(text) % 8) + arrays


def changed(model: Portable, change: Any) -> bytes:
    """Return a whole file whose header was changed."""
    header = copy.deepcopy(model.header)
    change(header)
    return packed(header, model.arrays)
