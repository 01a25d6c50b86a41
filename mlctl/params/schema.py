"""The JSON Schema of the parameters file, for editors: completion, descriptions, problems while typing."""

from typing import Any

from mlctl.domain.ladder import KINDS, Kind, parameters_of
from mlctl.domain.metrics import METRICS
from mlctl.params.model import Parameters
from mlctl.params.retrain import TRIGGERS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_DOTTED = r"^[^.:\s]+(\.[^.:\s]+)+$"
_OWN_CODE = r"^.+\.py:[^\W\d]\w*$"
_LISTS = (
    *(("Data", "drop"), ("Data", "missing"), ("Promote", "slices"), ("Checks", "mute")),
    *(("Notify", "apprise"), ("Email", "to")),
)
"""What may also be one text."""

_NUMBER = {"type": "number"}
_VALUE = {
    "description": "One value, a list or a range to search, or {value: …} for a value that is a list.",
    "anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "minItems": 1},
        {
            "type": "object",
            "properties": {"low": _NUMBER, "high": _NUMBER, "log": {"type": "boolean"}},
            "required": ["low", "high"],
            "additionalProperties": False,
        },
        {"type": "object", "properties": {"value": {}}, "required": ["value"], "additionalProperties": False},
    ],
}


def json_schema() -> dict[str, Any]:
    """Return the schema, draft 2020-12; plain values, keys in a fixed order.

    It accepts what :func:`mlctl.params.load.load` accepts, and refuses what can be refused without looking at
    two keys at once.
    """
    schema = Parameters.model_json_schema()
    definitions, properties = schema["$defs"], schema["properties"]
    for unused in ("Rung", "Range"):
        del definitions[unused]
    _drop_titles(schema)
    definitions |= {"value": _VALUE} | {_own(kind): _parameters(kind) for kind in KINDS.values()}
    properties["ladder"] |= {"anyOf": [{"const": "auto"}, _ladder()]}
    properties["metric"] |= {"anyOf": [{"enum": _metrics()}, {"type": "null"}]}
    _accept_the_short_forms(definitions, properties)
    return {"$schema": DIALECT, "title": "mlctl parameters file"} | schema


def _drop_titles(schema: Any) -> None:
    # pydantic makes them from the keys ("Latency Ms"), and an editor would show them in place of the keys.
    for holder in (schema, *schema["$defs"].values()):
        holder.pop("title")
        for described in holder["properties"].values():
            described.pop("title", None)


def _accept_the_short_forms(definitions: dict[str, Any], properties: dict[str, Any]) -> None:
    for section, name in _LISTS:
        listed = definitions[section]["properties"][name]
        words = {key: listed.pop(key) for key in ("items", "type")}
        listed["anyOf"] = [words, words["items"]]
    retrain = definitions["Retrain"]["properties"]
    for name, described in (*properties.items(), *retrain.items()):
        if section := described.get("$ref"):
            described.setdefault("description", definitions[section.rpartition("/")[2]]["description"])
        if section and name != "data":
            # A section whose keys are all commented out reads as null.
            described["anyOf"] = [{"$ref": described.pop("$ref")}, {"type": "null"}]
    properties["preprocess"]["anyOf"].append({"enum": ["auto", "none"]})
    for trigger in TRIGGERS:
        retrain[trigger]["anyOf"].append({"type": "boolean"})


def _metrics() -> list[str]:
    return [text for metric in METRICS.values() for text in (metric.name, *metric.spellings)]


def _ladder() -> dict[str, Any]:
    kinds = {text: kind for kind in KINDS.values() for text in (kind.name, *kind.spellings)}
    names = {
        "anyOf": [
            {"enum": [text for text in kinds if text != "rule"]},
            {"type": "string", "pattern": _DOTTED},
            {"type": "string", "pattern": _OWN_CODE},
        ]
    }
    with_parameters = {
        "type": "object",
        "properties": {text: {"$ref": f"#/$defs/{_own(kind)}"} for text, kind in kinds.items()},
        "patternProperties": {_DOTTED: _of_any({}), _OWN_CODE: _of_any({})},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"type": "array", "minItems": 1, "items": {"anyOf": [names, with_parameters]}}


def _own(kind: Kind) -> str:
    return f"rung.{kind.name}"


def _parameters(kind: Kind) -> dict[str, Any]:
    if kind.name == "rule":
        return {"type": "string", "pattern": r"^.+\.py:\w+$", "description": "file.py:function"}
    classes = ", ".join(kind.classes.values())
    return _of_any(
        {"description": classes, "propertyNames": {"enum": sorted(parameters_of(kind.name) or ())}}
    )


def _of_any(form: dict[str, Any]) -> dict[str, Any]:
    return form | {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/value"}}
