import json
import re

import pytest

from mlctl.domain.kinds import KINDS
from mlctl.params.model import known_keys
from mlctl.params.schema import DIALECT, json_schema

SCHEMA = json_schema()


def test_its_head():
    assert SCHEMA["$schema"] == DIALECT
    assert SCHEMA["title"] == "mlctl parameters file"
    assert SCHEMA["required"] == ["project", "model", "data"]
    assert SCHEMA["additionalProperties"] is False
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_every_key_of_every_section_has_a_description():
    assert tuple(SCHEMA["properties"]) == known_keys()[()]
    names = {
        "data": "Data",
        "steps": "Steps",
        "preprocess": "Preprocess",
        "split": "Split",
        "cross_validation": "CrossValidation",
    }
    names |= {"search": "Search", "stop": "Stop", "limits": "Limits", "sql": "Sql"}
    names |= {"promote": "Promote", "metrics": "Threshold", "retrain": "Retrain", "checks": "Checks"}
    names |= {"bench": "Bench"}
    names |= {"new_data": "NewData", "degraded": "Degraded", "drift": "Drift", "usage": "Usage"}
    names |= {"retry": "Retry", "notify": "Notify", "email": "Email"}
    for section, keys in known_keys().items():
        properties = SCHEMA["$defs"][names[section[-1]]]["properties"] if section else SCHEMA["properties"]
        assert tuple(properties) == keys
        assert all(described["description"] for described in properties.values())
        assert not any("title" in described for described in properties.values())


def test_every_reference_leads_somewhere():
    found = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(SCHEMA)))
    assert found == set(SCHEMA["$defs"])


def test_words_and_short_forms():
    properties = SCHEMA["properties"]
    words = {"enum": ["auto", "none"]}
    assert properties["preprocess"]["anyOf"] == [{"$ref": "#/$defs/Preprocess"}, {"type": "null"}, words]
    assert properties["stop"]["anyOf"] == [{"$ref": "#/$defs/Stop"}, {"type": "null"}]
    assert properties["data"]["$ref"] == "#/$defs/Data"
    assert {"accuracy", "accuracy_score"} <= set(properties["metric"]["anyOf"][0]["enum"])
    one = {"type": "string", "minLength": 1}
    assert SCHEMA["$defs"]["Data"]["properties"]["drop"]["anyOf"] == [{"type": "array", "items": one}, one]


def test_the_rungs():
    word, rungs = SCHEMA["properties"]["ladder"]["anyOf"]
    assert word == {"const": "auto"}
    name, with_parameters = rungs["items"]["anyOf"]
    assert {*KINDS, "SVC", "knn"} - set(name["anyOf"][0]["enum"]) == {"rule", "SVC"}
    assert with_parameters["properties"]["knn"] == {"$ref": "#/$defs/rung.k_nearest_neighbors"}
    assert "gamma" in SCHEMA["$defs"]["rung.svc"]["propertyNames"]["enum"]
    assert SCHEMA["$defs"]["rung.svc"]["description"] == "sklearn.svm.SVC"
    assert [form["pattern"] for form in name["anyOf"][1:]] == [*with_parameters["patternProperties"]]


@pytest.mark.parametrize(
    ("text", "fits"), [("package.Class", True), ("a.b.C_1", True), ("svc", False), ("rules.py:f", False)]
)
def test_a_dotted_path(text, fits):
    dotted, _ = SCHEMA["properties"]["ladder"]["anyOf"][1]["items"]["anyOf"][1]["patternProperties"]
    assert bool(re.search(dotted, text)) == fits


@pytest.mark.parametrize(("text", "fits"), [("src/a.py:f", True), ("a.b.C", False), ("a.py:1", False)])
def test_code_of_ones_own(text, fits):
    _, own = SCHEMA["properties"]["ladder"]["anyOf"][1]["items"]["anyOf"][1]["patternProperties"]
    assert bool(re.search(own, text)) == fits


def test_a_trigger_may_be_switched_on_and_off():
    retrain = SCHEMA["$defs"]["Retrain"]["properties"]
    assert retrain["degraded"]["anyOf"] == [
        {"$ref": "#/$defs/Degraded"},
        {"type": "null"},
        {"type": "boolean"},
    ]
    assert retrain["notify"]["anyOf"] == [{"$ref": "#/$defs/Notify"}, {"type": "null"}]
    to = SCHEMA["$defs"]["Email"]["properties"]["to"]
    assert (to["minItems"], [form["type"] for form in to["anyOf"]]) == (1, ["array", "string"])
