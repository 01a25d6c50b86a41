"""The texts of a model's folder."""

import json

import yaml

from mlctl.interop.mlflow.model_directory import Field, ModelFacts, texts

BARE = ModelFacts(
    model_id="m-1",
    run_id="r",
    created="2026-01-09 12:30:00",
    python="3.11.7",
    packages={"scikit-learn": "1.9.1", "numpy": "2.4.6"},
    size=7,
    with_code=False,
)


def test_the_least():
    found = texts(BARE)
    assert sorted(found) == ["MLmodel", "conda.yaml", "python_env.yaml", "requirements.txt"]
    assert found["requirements.txt"] == "mlflow\nnumpy==2.4.6\nscikit-learn==1.9.1\n"
    meta = yaml.safe_load(found["MLmodel"])
    assert meta["flavors"]["python_function"]["code"] is None
    assert meta["flavors"]["sklearn"]["sklearn_version"] == "1.9.1"
    assert meta["flavors"]["sklearn"]["serialization_format"] == "pickle"
    assert meta["model_id"] == "m-1"
    assert "signature" not in meta
    assert "saved_input_example_info" not in meta


def test_with_signature_example_and_code():
    facts = ModelFacts(
        "m-1", "r", "", "3.11.7", {}, 7, True,
        inputs=(Field("double", "길이"), Field("string", "b", required=False)),
        outputs=(Field("long"),), columns=("길이", "b"), rows=((1.5, None),),
    )  # fmt: skip
    found = texts(facts)
    meta = yaml.safe_load(found["MLmodel"])
    assert meta["flavors"]["sklearn"]["code"] == "code"
    assert json.loads(meta["signature"]["inputs"]) == [
        {"type": "double", "name": "길이", "required": True},
        {"type": "string", "name": "b", "required": False},
    ]
    assert json.loads(meta["signature"]["outputs"]) == [{"type": "long", "required": True}]
    assert json.loads(found["input_example.json"]) == {"columns": ["길이", "b"], "data": [[1.5, None]]}
    assert json.loads(found["serving_input_example.json"])["dataframe_split"]["columns"] == ["길이", "b"]
    assert meta["saved_input_example_info"]["pandas_orient"] == "split"
