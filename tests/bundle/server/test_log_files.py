import json
import os

from mlctl.bundle.server import log_files
from mlctl.bundle.server.log_files import keep_newest


def put(folder, name, model="buys", at=0, text=None):
    path = folder / name
    path.write_text(json.dumps({"what": "log", "model": model}) + "\nmore\n" if text is None else text)
    os.utime(path, (at, at))
    return str(path)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_was_written_to_least_lately_goes(tmp_path):
    for number, at in ((1, 9), (2, 3), (3, 5), (4, 1)):
        current = put(tmp_path, f"served-{number}.jsonl", at=at)
    keep_newest(current, "buys", 3)
    assert names(tmp_path) == ["served-1.jsonl", "served-3.jsonl", "served-4.jsonl"]
    keep_newest(current, "buys", 1)
    assert names(tmp_path) == ["served-4.jsonl"]


def test_what_is_not_of_this_log_stays(tmp_path):
    put(tmp_path, "served-1.jsonl", "other")
    put(tmp_path, "served-2.jsonl", text="torn")
    put(tmp_path, "served-3.jsonl", text="[]")
    put(tmp_path, "served-4.txt")
    put(tmp_path, "notes.jsonl")
    put(tmp_path, "served-5.jsonl")
    keep_newest(put(tmp_path, "served-6.jsonl", at=9), "buys", 1)
    assert names(tmp_path) == [
        *(
            "notes.jsonl",
            "served-1.jsonl",
            "served-2.jsonl",
            "served-3.jsonl",
            "served-4.txt",
            "served-6.jsonl",
        )
    ]


def test_another_worker_may_be_quicker(tmp_path, monkeypatch):
    current = put(tmp_path, "served-9.jsonl")
    listed = ["served-1.jsonl", "served-2.jsonl", "served-9.jsonl"]
    monkeypatch.setattr(os, "listdir", lambda _: listed)
    monkeypatch.setattr(log_files, "_model_of", lambda _: "buys")
    keep_newest(current, "buys", 1)  # the others are gone before they are removed
    assert (tmp_path / "served-9.jsonl").exists()
