"""What the model takes and gives, as JSON and as an OpenAPI document."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .service import Service

_TYPES: dict[str, dict[str, object]] = {
    "number": {"type": ["number", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "category": {"type": ["string", "null"]},
    "text": {"type": ["string", "null"]},
    "date": {
        "type": ["string", "null"],
        "description": "ISO 8601, such as 2026-01-31 or 2026-01-31T09:30:00",
    },
}


def schema(service: Service) -> dict[str, Any]:
    """Return the columns that the model needs, and what it answers."""
    known = service.about.get("columns") or {}
    columns = []
    for column in service.model.columns:
        told: dict[str, Any] = {"name": column.name, "kind": column.kind, "required": True, "nullable": True}
        if getattr(column, "form", None):
            told["form"] = column.form
        columns.append({**told, **known.get(column.name, {})})
    rest = {key: value for key, value in service.about.items() if key != "columns"}
    return {
        "model": service.name,
        "version": service.version,
        "task": service.model.task,
        "columns": columns,
        "classes": list(service.classes),
        "probabilities": service.model.has_probabilities,
        **rest,
    }


def document(service: Service, infer: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document.

    Parameters
    ----------
    service : Service
        What is served.
    infer : str
        The address of the Open Inference Protocol.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": service.name, "version": service.version},
        "paths": {
            "/invocations": {
                "post": _posted("Predict, as MLflow's model server", "Rows", "Predictions", csv=True)
            },
            "/predict": {
                "post": _posted("Labels, probabilities and ids together", "Rows", "Answers", csv=True)
            },
            "/feedback": {"post": _posted("Send back actual values", "Actuals", "Accepted")},
            infer: {"post": _posted("Predict by the Open Inference Protocol", "Inference", "Inferred")},
            **{path: {"get": _got(words)} for path, words in _GETS.items()},
        },
        "components": {"schemas": _schemas(service)},
    }


_GETS = {
    "/ping": "Whether the server is there",
    "/health": "Whether the server is there",
    "/version": "Which version is served",
    "/schema": "What the model takes and gives",
    "/metrics": "Counters for Prometheus",
    "/v2/health/live": "Whether the server is there",
    "/v2/health/ready": "Whether the server takes requests",
}


def _posted(words: str, body: str, answer: str, csv: bool = False) -> dict[str, Any]:
    taken: dict[str, Any] = {"application/json": {"schema": _ref(body)}}
    if csv:
        taken["text/csv"] = {"schema": {"type": "string"}}
    return {
        "summary": words,
        "requestBody": {"required": True, "content": taken},
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": _ref(answer)}}},
            "4XX": {"description": "Refused", "content": {"application/json": {"schema": _ref("Refusal")}}},
        },
    }


def _got(words: str) -> dict[str, Any]:
    return {"summary": words, "responses": {"200": {"description": "Done"}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": "#/components/schemas/" + name}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _list(of: Any) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _schemas(service: Service) -> dict[str, Any]:
    columns = {column.name: dict(_TYPES[column.kind]) for column in service.model.columns}
    row = {"type": "object", "required": list(columns), "properties": columns}
    output = {"enum": list(service.classes)} if service.classes else {"type": "number"}
    text = {"type": "string"}
    split = _object(["columns", "data"], columns=_list(text), data=_list(_list({})))
    answer = _object(["prediction_id"], prediction_id=text, probabilities={"type": "object"})
    answer["properties"]["label" if service.classes else "value"] = output
    tensor = _object(
        ["name", "shape", "datatype", "data"],
        name=text,
        shape=_list({"type": "integer"}),
        datatype=text,
        data=_list({}),
    )
    actual = _object(["prediction_id", "actual"], prediction_id=text, actual={})
    return {
        "Row": row,
        "Rows": {
            "oneOf": [
                _object(["dataframe_split"], dataframe_split=split),
                _object(["dataframe_records"], dataframe_records=_list(_ref("Row"))),
                _object(["inputs"], inputs={}),
                _object(["instances"], instances=_list({})),
            ]
        },
        "Predictions": _object(["predictions"], predictions=_list(output)),
        "Answers": _object(
            ["model", "version", "predictions"], model=text, version=text, predictions=_list(answer)
        ),
        "Actuals": {"oneOf": [actual, _list(actual)]},
        "Accepted": _object(["accepted"], accepted={"type": "integer"}),
        "Inference": _object(["inputs"], id=text, inputs=_list(tensor)),
        "Inferred": _object(["model_name", "outputs"], model_name=text, outputs=_list(tensor)),
        "Refusal": _object(["error_code", "message"], error_code=text, message=text, details=_list({})),
    }
