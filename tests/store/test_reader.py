"""A reader of the format in under 60 lines, from docs/store.md: PyYAML alone, and zstd for the data."""

import hashlib
import inspect
import io
import json
import re
import tarfile
from pathlib import Path

import yaml
import zstandard

HERE = Path(__file__).parent
STORE = HERE / "format_1" / "store"


class Reader:
    VERSION = re.compile(r".+_(nogit|[0-9a-f]{6})_[1-9][0-9]*")

    def __init__(self, root):
        self.root = Path(root)
        word, number = (self.root / "FORMAT").read_text().split()
        if word != "mlctl-store" or int(number) > 1:
            raise ValueError(f"no store of format 1: {word} {number}")

    def records(self, pattern):
        for path in sorted(self.root.glob(pattern)):
            if not any(part.startswith(".") for part in path.relative_to(self.root).parts):
                yield path, yaml.safe_load(path.read_text(encoding="utf-8"))

    def projects(self):
        return {path.parent.name: record for path, record in self.records("projects/*/meta.yaml")}

    def models(self):
        found = self.records("projects/*/models/*/meta.yaml")
        return {(path.parts[-4], path.parent.name): record for path, record in found}

    def experiments(self):
        found = self.records("projects/*/models/*/experiments/*/meta.yaml")
        return {p.parent.name: (p.parent, r) for p, r in found if self.VERSION.fullmatch(p.parent.name)}

    def datasets(self):
        return {
            path.stem: (path.parent, record) for path, record in self.records("projects/*/datasets/*.yaml")
        }

    def events(self, project, model):
        log = self.root / "projects" / project / "models" / model / "events.jsonl"
        for line in log.read_bytes().split(b"\n")[:-1]:  # what follows the last newline is torn
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def champion(self, project, model):
        changes = [e["to"] for e in self.events(project, model) if e["what"] in ("promote", "rollback")]
        return changes[-1] if changes else None

    def is_whole(self, directory):
        lines = (directory / "SHA256SUMS").read_text().splitlines()
        return all(
            hashlib.sha256((directory / line[66:]).read_bytes()).hexdigest() == line[:64] for line in lines
        )

    def data(self, name):
        folder, record = self.datasets()[name]
        archive = (folder / record["archive"]["file"]).read_bytes()
        packed = zstandard.ZstdDecompressor().stream_reader(archive)
        with tarfile.open(fileobj=io.BytesIO(packed.read())) as tar:
            return {one.name: tar.extractfile(one).read() for one in tar}


def test_it_is_a_page():
    assert len(inspect.getsource(Reader).splitlines()) < 60


def test_it_reads_the_stored_store():
    reader = Reader(STORE)
    assert list(reader.projects()) == ["flowers"]
    assert list(reader.models()) == [("flowers", "species")]
    assert sorted(reader.experiments()) == [f"flowers_nogit_{n}" for n in (1, 2, 4, 5, 6, 7)]
    directory, best = reader.experiments()["flowers_nogit_2"]
    assert best["rung"] == "logistic_regression"
    assert best["evaluations"]["test"]["accuracy_score"] == 1.0
    assert all(reader.is_whole(place) for place, _ in reader.experiments().values())
    assert (directory / best["artifact_file_paths"]["model"]).is_file()
    assert reader.champion("flowers", "species") == "flowers_nogit_2"
    name = best["training_dataset"]["dataset"]
    members = reader.data(name)
    assert members["flowers.csv"].startswith(b"sepal_length,")
    told = reader.datasets()[name][1]["members"]
    assert {one["name"]: one["sha256"] for one in told} == {
        member: hashlib.sha256(content).hexdigest() for member, content in members.items()
    }


def test_it_reads_what_the_present_code_writes(whole_once):
    reader = Reader(whole_once)
    assert sorted(reader.experiments()) == ["iris_3f9a1c_1", "iris_3f9a1c_2", "iris_3f9a1c_3"]
    assert reader.champion("iris", "species") == "iris_3f9a1c_3"
    assert reader.data("iris_3f9a1c_1") == {"a.csv": b"a\n1\n"}
    assert all(reader.is_whole(place) for place, _ in reader.experiments().values())
