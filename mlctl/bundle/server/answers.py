"""Predictions to bodies."""

from __future__ import annotations

import json
from urllib.parse import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .service import Service

dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A JSON document in as few bytes as it takes."""

_INFINITE = 1e308 * 10


def finite(value: Any) -> Any:
    """Return a number for JSON, which has no word for NaN and infinities: null."""
    if type(value) is float and not -_INFINITE < value < _INFINITE:
        return None
    return value


def cell(value: Any) -> str:
    """Return one value as JSON."""
    if type(value) is float and -_INFINITE < value < _INFINITE:
        return repr(value)
    return dump(finite(value))


class Answers:
    """Writes the answers of one service.

    Parameters
    ----------
    service : Service
        Its labels are turned into JSON once.

    Attributes
    ----------
    marks : bytes
        What follows a prediction's id in the head of its answer.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._labels = {label: dump(label) for label in service.classes}
        self._keys = tuple(str(label) for label in service.classes)
        self._one = {
            label: f'{{"predictions":[{text}]}}'.encode("utf-8", "replace")
            for label, text in self._labels.items()
        }
        self.marks = f"\r\nX-Model-Version: {quote(service.version)}\r\n".encode("ascii")
        self._name = "label" if service.classes else "value"

    def plain(self, answers: Sequence[Any]) -> bytes:
        """Return the answers as MLflow's server gives them."""
        if len(answers) == 1:
            known = self._one.get(answers[0].value)
            return known or b'{"predictions":[' + cell(answers[0].value).encode() + b"]}"
        labels = self._labels
        if labels:
            texts = [labels[answer.value] for answer in answers]
        else:
            texts = [cell(answer.value) for answer in answers]
        return ('{"predictions":[' + ",".join(texts) + "]}").encode("utf-8", "replace")

    def full(self, answers: Sequence[Any], number: str) -> bytes:
        """Return labels, probabilities and ids together.

        Parameters
        ----------
        answers : sequence of Prediction
            One a row.
        number : str
            The request's prediction id.
        """
        many = len(answers) > 1
        told = [
            self._full(answer, prediction_id(number, place, many)) for place, answer in enumerate(answers)
        ]
        service = self._service
        document = {"model": service.name, "version": service.version, "predictions": told}
        return dump(document).encode("utf-8", "replace")

    def _full(self, answer: Any, number: str) -> dict[str, Any]:
        told: dict[str, Any] = {"prediction_id": number, self._name: finite(answer.value)}
        if answer.probabilities is not None:
            told["probabilities"] = self.probabilities(answer)
        return told

    def probabilities(self, answer: Any) -> dict[str, Any]:
        """Return an answer's probabilities by label."""
        return dict(zip(self._keys, map(finite, answer.probabilities)))


def prediction_id(number: str, place: int, many: bool) -> str:
    """Return the id of one row's prediction: the request's, and the row's number where there are several."""
    return f"{number}-{place + 1}" if many else number
