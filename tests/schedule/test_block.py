"""The block in a crontab: what is somebody else's is never touched."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlctl.errors import MlctlError, UsageError
from mlctl.schedule.block import block_of, cron_line, has_block, tick_in, with_block, without_block
from mlctl.schedule.tick import Tick

TICK = Tick(Path("/venv/bin/python"), Path("/srv/mlstore"))
OTHER = Tick(Path("/venv/bin/python"), Path("/srv/other"))
ID = TICK.identity.encode()
BLOCK = block_of(TICK)
TABLES = {
    "none": b"",
    "usual": b"# m h dom mon dow command\nMAILTO=ana@example.org\nPATH=/opt:/usr/bin\n\n0 3 * * * backup\n",
    "no newline at the end": b"0 3 * * * backup",
    "a comment at the end": b"@reboot x\n# the end",
    "carriage returns": b"CRON_TZ=Asia/Seoul\r\n0 3 * * * backup\r\n",
    "a lone carriage return": b"0 3 * * * a\rb\n",
    "bytes that are no text": b"\xff\xfe=\x80\n0 3 * * * /srv/caf\xe9 \x0b\x0c\x85 x\n",
    "odd spaces": b"  \t 0   3 * *\t* x  \n\n\n   \n",
    "percent": b"0 3 * * * date +\\%F%stdin%more\n",
    "words of ours": b"# mlctl is nice; BEGIN mlctl\n0 3 * * * mlctl retrain --params /abs/churn.yaml\n",
    "another tool's block": b"# BEGIN whenever\n0 1 * * * x\n# END whenever\n",
    "large": b"".join(b"%d %d * * * job-%d\n" % (i % 60, i % 24, i) for i in range(50_000)),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_other_byte_stays(table):
    added = with_block(table, TICK)
    assert added == BLOCK + table
    assert with_block(added, TICK) == added
    assert has_block(added, TICK.identity)
    assert not has_block(table, TICK.identity)
    assert without_block(added, TICK.identity) == table
    assert without_block(table, TICK.identity) == table


@given(st.binary(max_size=200).filter(lambda table: b"mlctl" not in table))
def test_whatever_stands_there(table):
    assert without_block(with_block(table, TICK), TICK.identity) == table


def test_the_block():
    minute = TICK.minute
    assert BLOCK.decode() == (
        f"# BEGIN mlctl {TICK.identity} /srv/mlstore\n"
        f"{minute}-59/15 * * * * /venv/bin/python -P -m mlctl retrain --due --store /srv/mlstore\n"
        f"# END mlctl {TICK.identity}\n"
    )


def test_two_stores_do_not_disturb_each_other():
    table = TABLES["usual"]
    both = with_block(with_block(table, TICK), OTHER)
    assert both == block_of(OTHER) + BLOCK + table
    assert with_block(both, TICK) == both
    assert without_block(both, TICK.identity) == block_of(OTHER) + table
    assert without_block(both, OTHER.identity) == BLOCK + table


def test_an_older_block_is_replaced_where_it_stands():
    newer = Tick(Path("/new/python"), TICK.store)
    table = b"# mine\n" + BLOCK + b"0 3 * * * x\n"
    assert with_block(table, newer) == b"# mine\n" + block_of(newer) + b"0 3 * * * x\n"


@pytest.mark.parametrize(
    "line", [b"PATH=/x", b"MAILTO = ana", b'"CRON_TZ"=UTC', b"  SHELL=/bin/zsh", b"'A'=b"]
)
def test_a_variable_above_it_would_hold_for_it(line):
    assert with_block(line + b"\n" + BLOCK + b"0 3 * * * x", TICK) == BLOCK + line + b"\n0 3 * * * x"


DAMAGED = {
    "no end": BLOCK.replace(b"# END mlctl " + ID + b"\n", b"") + b"0 3 * * * mine\n",
    "no end, nothing behind": BLOCK.replace(b"# END mlctl " + ID + b"\n", b""),
    "no beginning": b"\n".join(BLOCK.split(b"\n")[1:]),
    "twice": BLOCK + b"0 3 * * * mine\n" + BLOCK,
    "one in the other": BLOCK.replace(b"# END", block_of(OTHER) + b"# END"),
    "another's end": BLOCK.replace(b"# END mlctl " + ID, b"# END mlctl " + OTHER.identity.encode()),
    "a line of mine inside": BLOCK.replace(b"# END", b"0 3 * * * mine\n# END"),
    "a mark that was edited": BLOCK.replace(b"# END mlctl", b"# END  mlctl"),
    "another store's": b"# END mlctl 0123456789ab\n",
}


@pytest.mark.parametrize("table", DAMAGED.values(), ids=DAMAGED)
def test_damaged_marks_are_refused(table):
    for change in (lambda: with_block(table, TICK), lambda: without_block(table, TICK.identity)):
        with pytest.raises(
            MlctlError, match=r"marks of mlctl are damaged, line \d+: .*nothing was changed"
        ) as caught:
            change()
        assert "crontab -e" in caught.value.hint


def test_the_damaged_line_is_named():
    with pytest.raises(MlctlError, match="line 4: this line is not mlctl's"):
        with_block(b"# one\n" + DAMAGED["a line of mine inside"], TICK)


LINE = cron_line(TICK).encode()
EDITED = {
    "a comment": LINE.replace(LINE, b"# " + LINE),
    "a redirection": LINE + b" >>/tmp/log 2>&1",
    "a carriage return": LINE + b"\r",
    "another minute": LINE.replace(str(TICK.minute).encode() + b"-", b"3-" if TICK.minute != 3 else b"4-", 1),
    "another step": LINE.replace(b"/15 ", b"/5 "),
    "another store": cron_line(OTHER).encode(),
    "a flag": LINE.replace(b"--due", b"--due --json"),
    "a variable before it": LINE.replace(b"* * /venv", b"* * A=b /venv"),
    "a quote that is open": LINE + b"'",
    "no command": LINE.replace(b"/venv", b"'' # /venv"),
    "a folder name too much": LINE + b"\\",
    "an env file with nothing behind it": b"7-59/15 * * * * set -a; . -m mlctl retrain --due",
    "nothing but words": b"x -m mlctl retrain --due",
    "too long": LINE + b"x" * 1_000,
}


@pytest.mark.parametrize("line", EDITED.values(), ids=EDITED)
def test_an_edited_line_is_refused(line):
    table = b"# mine\n" + BLOCK.replace(LINE, line) + b"0 3 * * * mine\n"
    for change in (
        lambda: with_block(table, TICK),
        lambda: without_block(table, TICK.identity),
        lambda: tick_in(table, TICK.identity),
        lambda: has_block(table, TICK.identity),
    ):
        with pytest.raises(MlctlError, match="line 3: this line between mlctl's marks was edited") as caught:
            change()
        assert caught.value.hint == "mend or remove the line by hand: crontab -e, line 3"
    assert with_block(table, OTHER) == block_of(OTHER) + table


@pytest.mark.parametrize("count", [0, 2])
def test_one_line_is_wanted(count):
    table = BLOCK.replace(LINE + b"\n", (LINE + b"\n") * count)
    with pytest.raises(MlctlError, match=f"line 1: {count} lines between this mark"):
        with_block(table, TICK)


@pytest.mark.parametrize("env", [None, "/etc/job.env", "/etc/my 100%; set +a; x's/env", "/caf\udce9/env"])
@pytest.mark.parametrize("store", ["/srv/mlstore", "/srv/it's 5% of; set +a; it", "/a.b-c"])
def test_the_tick_that_stands_there(env, store):
    tick = Tick(Path("/my venv/bin/python"), Path(store), env and Path(env))
    assert tick_in(TABLES["usual"] + block_of(tick), tick.identity) == tick
    assert tick_in(TABLES["usual"], tick.identity) is None


@pytest.mark.parametrize("name", ["100%", "a b%c", "it's 5%"])
def test_a_percent_sign_is_no_line_break(name):
    line = cron_line(Tick(TICK.python, Path("/srv") / name))
    assert line.count("%") == line.count("\\%") == 1


def test_a_name_in_bytes_that_are_no_text_stays_the_same():
    tick = Tick(TICK.python, Path("/srv/caf\udce9"))
    assert b"--store '/srv/caf\xe9'" in block_of(tick)


def test_what_cron_would_cut_is_refused():
    with pytest.raises(UsageError, match="longer than cron takes"):
        cron_line(Tick(TICK.python, Path("/srv") / ("x" * 200) / ("y" * 255) / ("z" * 255) / ("w" * 255)))


def test_a_shuffle_of_lines_is_either_refused_or_left_alone():
    lines = (BLOCK + TABLES["usual"] + block_of(OTHER)).splitlines(keepends=True)
    chance = random.Random(0)
    refused = 0
    for _ in range(300):
        table = b"".join(chance.sample(lines, len(lines)))
        try:
            left = without_block(table, TICK.identity)
        except MlctlError:
            refused += 1
            continue
        assert [line for line in table.splitlines() if b"mlctl" not in line] == [
            line for line in left.splitlines() if b"mlctl" not in line
        ]
    assert refused > 200
