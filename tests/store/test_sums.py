import shutil
import subprocess

import pytest

from mlctl.errors import DamagedError
from mlctl.store.sums import verify, write_sums


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_checks_a_finished_experiment(store, finished):
    directory = store.experiment_directory(finished())
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=directory, capture_output=True, check=True)
    assert done.stdout.decode().splitlines() == ["log.txt: OK", "params.yaml: OK", "plots/roc.png: OK"]


def test_what_is_covered(tmp_path):
    for name in ("a.csv", "plots/meta.yaml", "reports/later.md", "meta.yaml", ".tmp-1234.png", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to("a.csv")
    write_sums(tmp_path)
    names = [line.split("  ")[1] for line in (tmp_path / "SHA256SUMS").read_text().splitlines()]
    assert names == [".hidden", "a.csv", "plots/meta.yaml"]
    verify(tmp_path, "it")


def test_every_file_that_is_not_as_it_was_is_named(store, finished):
    made = finished()
    directory = store.experiment_directory(made)
    (directory / "params.yaml").write_text("other")
    (directory / "plots" / "roc.png").unlink()
    (directory / "log.txt").unlink()
    (directory / "log.txt").symlink_to("params.yaml")
    (directory / "reports").mkdir()
    (directory / "reports" / "card.md").write_text("new things are no damage")
    with pytest.raises(
        DamagedError, match=r"iris_3f9a1c_1 is not as it was when it finished: log.txt"
    ) as caught:
        store.verify(made)
    assert caught.value.details == (
        "log.txt: is missing",
        "params.yaml: has another checksum",
        "plots/roc.png: is missing",
    )


def test_without_checksums_there_is_nothing_to_hold_on_to(store, model, finished):
    made = finished()
    (store.experiment_directory(made) / "SHA256SUMS").unlink()
    with pytest.raises(DamagedError, match="iris_3f9a1c_1 has no SHA256SUMS"):
        store.verify(made)


def test_any_bytes_in_the_checksums(store, finished):
    made = finished()
    (store.experiment_directory(made) / "SHA256SUMS").write_bytes(b"\xff\n")
    with pytest.raises(DamagedError, match="line 1 is no checksum"):
        store.verify(made)
