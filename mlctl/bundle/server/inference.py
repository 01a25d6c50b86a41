"""The Open Inference Protocol, version 2, as far as a model of a table needs it.

A request has one tensor for each column, of shape ``[n]`` or ``[n, 1]``, or a single one of shape ``[n, k]``
that holds all k columns in the model's order. The answer has ``predict`` and, of a classification with
probabilities, ``probabilities`` of shape ``[n, classes]`` in the order that the model's metadata tells.
"""

from __future__ import annotations

from .answers import dump, finite
from .faults import Refusal
from .forms import JSON, check_media, document_of, kind, table_rows
from .replies import Reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .heads import Head
    from .service import Service

DATATYPES = {"number": "FP64", "boolean": "BOOL", "category": "BYTES", "text": "BYTES", "date": "BYTES"}
_TAKEN = (
    "BOOL",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "FP32",
    "FP64",
    "BYTES",
)
MOST_ROWS = 10_000_000


class Asked:
    """A request of the protocol.

    Attributes
    ----------
    rows : list of dict
        The rows.
    number : str or None
        The id that the client gave it.
    """

    def __init__(self, rows: list[dict[str, Any]], number: str | None) -> None:
        self.rows = rows
        self.number = number

    def reply(self, service: Service, answers: Any, number: str) -> Reply:
        """Return the answer."""
        outputs = [_labels(service, answers)]
        if service.model.has_probabilities:
            flat = [finite(each) for answer in answers for each in answer.probabilities]
            shape = [len(answers), len(service.classes)]
            outputs.append({"name": "probabilities", "shape": shape, "datatype": "FP64", "data": flat})
        told = {
            "model_name": service.name,
            "model_version": service.version,
            "id": self.number if self.number is not None else number,
            # /feedback knows a prediction by this one, whatever the client calls its request
            "parameters": {"prediction_id": number},
            "outputs": outputs,
        }
        return Reply(dump(told).encode("utf-8", "replace"))


def read(head: Head, body: bytes, service: Service) -> Asked:
    """Return what a request asks.

    Raises
    ------
    Refusal
        Where it is not in the protocol's form.
    """
    check_media(head, only=(JSON,))
    document = document_of(body)
    if type(document) is not dict or type(document.get("inputs")) is not list or not document["inputs"]:
        raise Refusal(400, 'wanted is {"inputs": [{"name", "shape", "datatype", "data"}, …]}')
    number = document.get("id")
    if number is not None and type(number) is not str:
        raise Refusal(400, f"the id is {kind(number)}, not text")
    tensors = [_tensor(tensor, place) for place, tensor in enumerate(document["inputs"])]
    _, shape, data = tensors[0]
    if len(tensors) == 1 and len(shape) == 2 and shape[1] != 1:
        return Asked(_table(data, shape, service), number)
    return Asked(_columns(tensors), number)


def _tensor(tensor: Any, place: int) -> tuple[str, list[int], list[Any]]:
    if type(tensor) is not dict or not {"name", "shape", "datatype", "data"} <= set(tensor):
        raise Refusal(400, f"input {place + 1:,} is not {{name, shape, datatype, data}}")
    name, shape, data = tensor["name"], tensor["shape"], tensor["data"]
    if type(name) is not str or tensor["datatype"] not in _TAKEN:
        raise Refusal(400, "input {!r:.60}: the datatype is none of {}".format(name, ", ".join(_TAKEN)))
    if type(shape) is not list or len(shape) not in (1, 2) or not all(map(_is_size, shape)):
        raise Refusal(400, f"input {name!r:.60}: the shape is neither [n] nor [n, k]")
    flat = _flat(data)
    cells = shape[0] * (shape[1] if len(shape) == 2 else 1)
    if len(flat) != cells:
        raise Refusal(
            400,
            f"input {name!r:.60}: its shape has room for {cells:,} values, and {len(flat):,} are there",
        )
    return name, shape, flat


def _is_size(size: Any) -> bool:
    return type(size) is int and 0 <= size <= MOST_ROWS


def _flat(data: Any) -> list[Any]:
    if type(data) is not list:
        raise Refusal(400, f"the data of an input is {kind(data)}, not a list")
    return (
        [cell for row in data for cell in row] if data and type(data[0]) is list and _nested(data) else data
    )


def _nested(data: list[Any]) -> bool:
    return all(type(row) is list for row in data)


def _table(data: list[Any], shape: list[int], service: Service) -> list[dict[str, Any]]:
    width = shape[1]
    if width != len(service.columns):
        raise Refusal(400, f"the input has {width:,} columns, and the model takes {len(service.columns):,}")
    return table_rows(service.columns, [data[at : at + width] for at in range(0, len(data), width)])


def _columns(tensors: list[tuple[str, list[int], list[Any]]]) -> list[dict[str, Any]]:
    for name, shape, _ in tensors:
        if len(shape) == 2 and shape[1] != 1:
            raise Refusal(400, f"input {name!r:.60}: a column's shape is [n] or [n, 1]")
    names = [name for name, _, _ in tensors]
    if len({len(data) for _, _, data in tensors}) > 1:
        raise Refusal(400, "the inputs do not have the same number of rows")
    return table_rows(names, [list(row) for row in zip(*(data for _, _, data in tensors))])


def _labels(service: Service, answers: Any) -> dict[str, Any]:
    data = [finite(answer.value) for answer in answers]
    return {"name": "predict", "shape": [len(data)], "datatype": _datatype(service), "data": data}


def _datatype(service: Service) -> str:
    if not service.classes:
        return "FP64"
    return {bool: "BOOL", int: "INT64", float: "FP64"}.get(type(service.classes[0]), "BYTES")


def server(software: str) -> dict[str, Any]:
    """Return the metadata of the server."""
    name, _, version = software.partition(" ")
    return {"name": name, "version": version, "extensions": []}


def model(service: Service) -> dict[str, Any]:
    """Return the metadata of the model."""
    inputs = [
        {"name": column.name, "datatype": DATATYPES[column.kind], "shape": [-1]}
        for column in service.model.columns
    ]
    outputs: list[dict[str, Any]] = [{"name": "predict", "datatype": _datatype(service), "shape": [-1]}]
    if service.model.has_probabilities:
        outputs.append({"name": "probabilities", "datatype": "FP64", "shape": [-1, len(service.classes)]})
    return {
        "name": service.name,
        "versions": [service.version],
        "platform": "mlctl",
        "inputs": inputs,
        "outputs": outputs,
        "parameters": {"classes": list(service.classes)},
    }
