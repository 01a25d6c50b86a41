import shutil
import subprocess
from pathlib import Path

import pytest

from mlctl.schedule.systemd import units_of
from mlctl.schedule.tick import Tick

TICK = Tick(Path("/usr/bin/python3"), Path("/srv/my 100% store"), Path("/etc/my env"))


def test_the_units():
    units = units_of(TICK, {}, Path("/home/ana"))
    assert units.folder == Path("/home/ana/.config/systemd/user")
    assert units.name == f"mlctl-{TICK.identity}"
    assert (
        'ExecStart=/usr/bin/python3 -P -m mlctl retrain --due --store "/srv/my 100%% store"\n'
        in units.service
    )
    assert "EnvironmentFile=/etc/my env\n" in units.service
    assert "Type=oneshot\n" in units.service
    assert f"OnCalendar=*:{TICK.minute:02d}/15\n" in units.timer
    assert "Persistent=true\n" in units.timer
    assert "RandomizedDelaySec=30\n" in units.timer
    assert units.to_enable[1] == f"systemctl --user enable --now {units.name}.timer"
    assert units.to_disable == (
        f"systemctl --user stop {units.name}.timer",
        "systemctl --user daemon-reload",
    )
    assert "EnvironmentFile" not in units_of(Tick(TICK.python, TICK.store), {}, Path("/h")).service


def test_they_are_written_once_and_removed_with_their_link(tmp_path):
    units = units_of(TICK, {"XDG_CONFIG_HOME": str(tmp_path)}, Path("/home/ana"))
    assert not units.is_there
    assert units.write()
    assert units.is_there
    assert [path.read_text() for path in units.paths] == [units.service, units.timer]
    assert not units.write()
    wants = units.folder / "timers.target.wants"
    wants.mkdir()
    (wants / f"{units.name}.timer").symlink_to(units.paths[1])
    mine = units.folder / "mine.service"
    mine.write_text("")
    assert units.remove()
    assert sorted(units.folder.rglob("*")) == [mine, wants]
    assert not units.remove()


def test_the_file_of_variables_is_read_back(tmp_path):
    there = {"XDG_CONFIG_HOME": str(tmp_path)}
    for env_file in (Path("/etc/my 100% env"), None):
        units = units_of(Tick(TICK.python, TICK.store, env_file), there, tmp_path)
        units.write()
        assert units.env_file == env_file
    units.remove()
    assert units.env_file is None


@pytest.mark.parametrize(
    "name", ["plain", "a b", "it's", 'a "b"', "100%", "$HOME", "日本", "a;b", "#x", "semi ; colon"]
)
def test_systemd_itself_accepts_them(name, tmp_path):
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("there is no systemd-analyze on this machine")
    store = tmp_path / name
    store.mkdir()
    (tmp_path / "env").write_text("A=b\n")
    units = units_of(
        Tick(Path("/bin/true"), store, tmp_path / "env"), {"XDG_CONFIG_HOME": str(tmp_path)}, tmp_path
    )
    units.write()
    done = subprocess.run(
        [verify, "--user", "verify", *map(str, units.paths)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
    )
    complaints = [line for line in done.stderr.splitlines() if units.name in line]
    assert complaints == []
