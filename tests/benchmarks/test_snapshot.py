from benchmarks.large_table import write
from benchmarks.snapshot import measure


def test_the_file_is_the_same_every_time_and_at_least_as_large_as_asked(tmp_path):
    for name in "ab":
        write(tmp_path / name, 1)
    content = (tmp_path / "a").read_bytes()
    assert content == (tmp_path / "b").read_bytes()
    assert len(content) >= 1_000_000
    assert content.splitlines()[0].count(b",") == 11


def test_a_small_run_measures_everything(tmp_path):
    found = measure(tmp_path, 1, rounds=1)
    assert found.file_bytes > found.their_bytes > 0
    assert found.as_dict()["bytes"] == {
        "file": found.file_bytes,
        "mlctl": found.our_bytes,
        "tar": found.their_bytes,
    }
    assert "times as fast as tar czf (goal: 5)" in str(found)
