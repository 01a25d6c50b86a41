import sys

import pytest

from benchmarks.timing import Run, Timing, alternate, run, table

SLOW = Timing("slow", (Run(1.0, 4.0, 10.0), Run(3.0, 5.0, 30.0), Run(2.0, 6.0, 20.0)))
QUICK = Timing("quick", (Run(1.0, 1.0, 10.0),))


def test_medians_and_their_ratios():
    assert [SLOW.median(quantity) for quantity in ("wall", "cpu", "peak")] == [2.0, 5.0, 20.0]
    assert SLOW.ratio(QUICK, "cpu") == 5.0
    assert SLOW.as_dict()["wall_s"] == 2.0
    assert SLOW.as_dict()["runs"][0] == {"wall": 1.0, "cpu": 4.0, "peak": 10.0}


def test_a_table_has_a_line_for_each():
    assert table([SLOW, QUICK], ["wall"]).splitlines() == [
        "           wall s",
        "slow        2.000",
        "quick       1.000",
    ]


def test_commands_take_turns_after_a_round_that_does_not_count(tmp_path):
    note = "import sys; open('log', 'a').write(sys.argv[1])"
    commands = {name: [sys.executable, "-c", note, name] for name in "ab"}
    timings = alternate(commands, rounds=2, cwd=tmp_path)
    assert (tmp_path / "log").read_text() == "ababab"
    assert [len(timings[name].runs) for name in "ab"] == [2, 2]
    assert all(each.wall > 0 and each.cpu > 0 and each.peak > 1 for each in timings["a"].runs)


def test_a_command_that_fails_is_no_timing():
    with pytest.raises(RuntimeError, match=r"ended with 3:\nsorry"):
        run([sys.executable, "-c", "import sys; sys.stderr.write('sorry'); sys.exit(3)"])
