import subprocess
from pathlib import Path

import pytest

from mlctl.errors import UsageError
from mlctl.schedule.tick import Tick

PYTHON = Path("/usr/bin/python3")


def test_the_command():
    tick = Tick(PYTHON, Path("/srv/a store"))
    assert tick.shell == "/usr/bin/python3 -P -m mlctl retrain --due --store '/srv/a store'"
    with_variables = Tick(PYTHON, Path("/s"), Path("/etc/my env"))
    assert with_variables.shell.startswith("set -a; . '/etc/my env'; set +a; /usr/bin/python3 ")


def test_stores_are_spread_over_the_quarter_and_each_keeps_its_minute():
    ticks = [Tick(PYTHON, Path(f"/srv/{number}")) for number in range(200)]
    assert {tick.minute for tick in ticks} == set(range(15))
    assert len({tick.identity for tick in ticks}) == 200
    assert Tick(Path("/other"), Path("/srv/1")).identity == ticks[1].identity


@pytest.mark.parametrize(
    "name", ["a b", "it's", 'say "x"', "100%", "$HOME", "`id`", "日本", "a;b&c|d", "-n", "*"]
)
def test_the_shell_reads_every_word_as_it_is(name, tmp_path):
    store, variables = tmp_path / name, tmp_path / f"{name}.env"
    variables.write_text("SECRET='s p'\n")
    script = tmp_path / f"{name}.sh"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$SECRET" "$@"\n')
    script.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", Tick(script, store, variables).shell],
        capture_output=True,
        text=True,
        check=True,
        env={},
    )
    assert done.stdout.splitlines() == ["s p", "-P", "-m", "mlctl", "retrain", "--due", "--store", str(store)]


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\\b"])
def test_what_cron_and_systemd_read_in_ways_of_their_own_is_refused(name):
    with pytest.raises(UsageError, match="line break or a backslash"):
        Tick(PYTHON, Path("/srv") / name)
