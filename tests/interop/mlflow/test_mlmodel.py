"""What an MLmodel says of a model, and what its file says of its class."""

import json
import pickle
import zipfile

import pytest
import yaml
from sklearn.linear_model import ElasticNet

from mlctl.interop.mlflow.mlmodel import find_models, read_mlmodel
from mlctl.interop.mlflow.model_class import model_class
from tests.interop.mlflow.made import V1, V2, V3


@pytest.fixture
def place(tmp_path):
    """A directory for a model."""
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(ElasticNet()))
    return tmp_path


def read(place, *, inputs=None, outputs=None, **more):
    """Write an MLmodel and read it."""
    flavours = {"sklearn": {"pickled_model": "model.pkl", "sklearn_version": "1.9.1"}}
    signature = {"inputs": None if inputs is None else json.dumps(inputs)}
    signature["outputs"] = None if outputs is None else json.dumps(outputs)
    (place / "MLmodel").write_text(yaml.safe_dump({"flavors": flavours, "signature": signature, **more}))
    return read_mlmodel(place)


def test_models_that_mlflow_saved():
    found = {
        place.name: read_mlmodel(place) for place in find_models(next(V2.glob("*/*/artifacts/clf")).parent)
    }
    clf = found["clf"]
    assert clf.columns == (("width", "number"), ("length", "number"))
    assert clf.rows == ((0.0, 0.0), (0.5, 1 / 3), (1.0, 2 / 3))
    assert (clf.file, clf.form, clf.task, clf.python) == (
        "model.pkl",
        "cloudpickle",
        "classification",
        "3.11.7",
    )
    assert clf.packages["scikit-learn"] == "1.9.1"
    assert model_class(clf.folder / clf.file) == "Pipeline"
    newer = [read_mlmodel(one) for one in find_models(next(V3.glob("*/models")))]
    assert sorted((one.form, one.task, bool(one.rows)) for one in newer) == [
        ("cloudpickle", "classification", False),
        ("skops", "classification", True),
    ]
    assert {model_class(one.folder / one.file) for one in newer} == {"Pipeline"}
    (oldest,) = [read_mlmodel(one) for one in find_models(V1)] or [None]
    assert (oldest.columns, oldest.odd, oldest.file) == ((), "", "model.pkl")
    assert model_class(oldest.folder / oldest.file) == "ElasticNet"


def test_columns(place):
    every = ("long", "integer", "double", "float", "boolean", "string", "datetime")
    named = [{"type": kind, "name": kind} for kind in every]
    assert [kind for _, kind in read(place, inputs=named).columns] == [
        "number", "number", "number", "number", "boolean", "category", "date",
    ]  # fmt: skip
    bare = read(place, inputs=[{"type": "double"}, {"type": "double"}])
    assert (bare.columns, bare.named) == ((("x0", "number"), ("x1", "number")), False)
    tensor = {"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}
    assert read(place, inputs=[tensor]).columns == bare.columns
    tensor["tensor-spec"]["shape"] = [-1, 28, 28]
    assert (
        read(place, inputs=[tensor]).odd == "its signature is a tensor of shape [-1, 28, 28], and not a table"
    )
    assert "type binary" in read(place, inputs=[{"type": "binary", "name": "a"}]).odd
    assert "twice" in read(place, inputs=[{"type": "long", "name": "a"}] * 2).odd


@pytest.mark.parametrize("inputs", ["{", "3", "[3]"])
def test_a_signature_that_is_none(place, inputs):
    (place / "MLmodel").write_text(yaml.safe_dump({"signature": {"inputs": inputs}, "flavors": []}))
    found = read_mlmodel(place)
    assert (found.columns, found.flavours, found.file) == ((), (), "")


@pytest.mark.parametrize(
    ("outputs", "task"),
    [
        ([{"type": "string"}], "classification"),
        ([{"type": "double", "name": "price"}], "regression"),
        ([{"type": "long"}], ""),
        ([{"type": "tensor", "tensor-spec": {"dtype": "str"}}], "classification"),
        ([{"type": "long"}, {"type": "long"}], ""),
    ],
)
def test_what_the_answers_tell(place, outputs, task):
    found = read(place, outputs=outputs)
    assert found.task == task
    assert found.target == outputs[0].get("name", "")


@pytest.mark.parametrize(
    ("example", "rows"),
    [
        ('{"columns": ["b", "a", "c"], "data": [[1, 2, 3], [4, 5]]}', ((2, 1),)),
        ('{"columns": ["one", "two"], "data": [[1, 2]]}', ((1, 2),)),
        ('{"columns": ["one"], "data": [[1]]}', ()),
        ('{"columns": ["a", "b"], "data": [[1, [2]]]}', ()),
        ('{"columns": ["a", "b"], "data": 3}', ()),
        ("{", ()),
        ("[[1, 2]]", ()),
    ],
)
def test_input_examples(place, example, rows):
    (place / "example.json").write_text(example)
    inputs = [{"type": "long", "name": name} for name in "ab"]
    more = {"saved_input_example_info": {"artifact_path": "example.json"}}
    assert read(place, inputs=inputs, **more).rows == rows


def test_an_input_example_without_names(place):
    inputs = [{"type": "double"}, {"type": "double"}]
    more = {"saved_input_example_info": {"artifact_path": "example.json"}}
    for text in ("[[1, 2]]", '{"inputs": [[1, 2]]}'):
        (place / "example.json").write_text(text)
        assert read(place, inputs=inputs, **more).rows == ((1, 2),)


def test_packages(place):
    (place / "requirements.txt").write_text("mlflow==3.17.2\nnumpy>=1\npandas[all]==2.0 ; x\n# note\n")
    assert read(place).packages == {"mlflow": "3.17.2", "pandas": "2.0", "scikit-learn": "1.9.1"}
    (place / "requirements.txt").write_bytes(b"\xff")
    assert read(place).packages == {"scikit-learn": "1.9.1"}


def test_a_file_name_that_leads_away(place):
    flavours = {"sklearn": {"pickled_model": "../model.pkl"}}
    (place / "MLmodel").write_text(yaml.safe_dump({"flavors": flavours}))
    assert read_mlmodel(place).file == ""


def test_directories_without_a_model(tmp_path):
    assert find_models(tmp_path / "none") == []
    deep = tmp_path / "a" / "b" / "c" / "d" / "e"
    deep.mkdir(parents=True)
    (deep / "MLmodel").touch()
    assert find_models(tmp_path) == []


def test_classes(tmp_path):
    file = tmp_path / "model"
    assert model_class(file) == ""
    for content, name in (
        (pickle.dumps(ElasticNet(), protocol=0), "_reconstructor"),
        (pickle.dumps(ElasticNet(), protocol=4), "ElasticNet"),
        (pickle.dumps([1]), ""),
        (b"\x80\x04\x93.", ""),
        (b"no pickle", ""),
    ):
        file.write_bytes(content)
        assert model_class(file) == name
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("schema.json", '{"__class__": 3}')
    assert model_class(file) == ""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("other", "")
    assert model_class(file) == ""


def test_a_schema_too_large_to_be_one(tmp_path, monkeypatch):
    file = tmp_path / "model.skops"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("schema.json", '{"__class__": "ElasticNet"}')
    assert model_class(file) == "ElasticNet"
    monkeypatch.setattr("mlctl.interop.mlflow.model_class._LARGEST_SCHEMA", 3)
    assert model_class(file) == ""
