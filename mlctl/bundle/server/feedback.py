"""What ``/feedback`` takes: actual values, each with the id of the prediction that it belongs to."""

from __future__ import annotations

from math import isfinite

from .faults import Refusal
from .forms import kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .service import Service

LONGEST = 200
"""Characters of an id, or of an actual label."""

_WANTED = '{"prediction_id": "…", "actual": …}, or a list of them'


def actuals_in(document: Any, service: Service) -> list[tuple[str, Any]]:
    """Return the ids and actual values of a document.

    Raises
    ------
    Refusal
        Where one is not in that form, or an actual value cannot be one of this model.
    """
    listed = document if type(document) is list else [document]
    if not listed:
        raise Refusal(400, "the list is empty; wanted is " + _WANTED)
    return [_actual(entry, place, service) for place, entry in enumerate(listed)]


def _actual(entry: Any, place: int, service: Service) -> tuple[str, Any]:
    if type(entry) is not dict or set(entry) != {"prediction_id", "actual"}:
        raise Refusal(400, f"entry {place + 1:,} is not in the form wanted: {_WANTED}")
    number, actual = entry["prediction_id"], entry["actual"]
    if type(number) is not str or not 0 < len(number) <= LONGEST:
        what = f"longer than {LONGEST} characters" if type(number) is str and number else kind(number)
        raise Refusal(400, f"entry {place + 1:,}: the prediction_id is {what}, not an id")
    wanted = _wanted(service)
    if type(actual) not in wanted or (type(actual) is str and len(actual) > LONGEST):
        what = "a label" if service.classes else "a number"
        raise Refusal(400, f"entry {place + 1:,}: the actual value is {kind(actual)}; wanted is {what}")
    if type(actual) is float and not isfinite(actual):
        raise Refusal(400, f"entry {place + 1:,}: the actual value is {actual}; send it once it is known")
    return number, actual


def _wanted(service: Service) -> tuple[type, ...]:
    # A label that the model does not know may well be the truth: a new one.
    return (str, int, bool, float) if service.classes else (int, float)
