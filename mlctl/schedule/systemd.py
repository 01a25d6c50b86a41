"""The same tick as a user's service and timer of systemd."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlctl import files
from mlctl.schedule.tick import EVERY_MINUTES, Tick

_SPREAD_SECONDS = 30
_ENV_FILE = "EnvironmentFile="

SERVICE = """\
# Made by mlctl schedule add --backend systemd; removed by mlctl schedule remove.
[Unit]
Description=mlctl retrains what is due in {store}

[Service]
Type=oneshot
{environment}ExecStart={command}
# 75: busy, the next tick tries again.
SuccessExitStatus=75
"""

TIMER = """\
# Made by mlctl schedule add --backend systemd; removed by mlctl schedule remove.
[Unit]
Description=Looks whether anything is due in {store}

[Timer]
OnCalendar=*:{minute:02d}/{every}
Persistent=true
RandomizedDelaySec={spread}

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True, slots=True)
class Units:
    """A service and its timer.

    Attributes
    ----------
    folder : Path
        Where systemd looks for a user's units.
    name : str
        Of both, without the suffix.
    """

    folder: Path
    name: str
    service: str
    timer: str

    @property
    def paths(self) -> tuple[Path, Path]:
        """The two files."""
        return self.folder / f"{self.name}.service", self.folder / f"{self.name}.timer"

    @property
    def is_there(self) -> bool:
        """Whether both are there, whatever they hold."""
        return all(path.is_file() for path in self.paths)

    @property
    def env_file(self) -> Path | None:
        """The file of variables that the service on the disk names; None where there is none."""
        lines = os.fsdecode(_bytes(self.paths[0])).splitlines()
        named = [line.removeprefix(_ENV_FILE) for line in lines if line.startswith(_ENV_FILE)]
        return Path(named[-1].replace("%%", "%")) if named and named[-1] else None

    def write(self) -> bool:
        """Write both; return whether that changed anything."""
        wanted = dict(zip(self.paths, (self.service, self.timer), strict=True))
        stale = {path: text for path, text in wanted.items() if _bytes(path) != os.fsencode(text)}
        if stale:
            files.make_folder(self.folder)
        for path, text in stale.items():
            files.write_atomic(path, os.fsencode(text))
        return bool(stale)

    def remove(self) -> bool:
        """Remove both, and the link that starts the timer; return whether there were any."""
        link = self.folder / "timers.target.wants" / f"{self.name}.timer"
        there = [path for path in (*self.paths, link) if os.path.lexists(path)]
        for path in there:
            files.remove_file(path)
        return bool(there)

    @property
    def to_enable(self) -> tuple[str, ...]:
        """The commands that set it going, and keep it going when the user is not logged in."""
        return (
            "systemctl --user daemon-reload",
            f"systemctl --user enable --now {self.name}.timer",
            "loginctl enable-linger",
        )

    @property
    def to_disable(self) -> tuple[str, ...]:
        """The commands that make systemd forget it."""
        return (f"systemctl --user stop {self.name}.timer", "systemctl --user daemon-reload")


def units_of(tick: Tick, environ: Mapping[str, str], home: Path) -> Units:
    """Return the units of a tick.

    Parameters
    ----------
    environ : mapping
        ``XDG_CONFIG_HOME`` says where a user's configuration is, where that is not ``~/.config``.
    home : Path
        The user's home directory.
    """
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    store = _specifiers(os.fspath(tick.store))
    environment = f"{_ENV_FILE}{_specifiers(os.fspath(tick.env_file))}\n" if tick.env_file else ""
    return Units(
        config / "systemd" / "user",
        f"mlctl-{tick.identity}",
        SERVICE.format(store=store, environment=environment, command=" ".join(map(_word, tick.words))),
        TIMER.format(store=store, minute=tick.minute, every=EVERY_MINUTES, spread=_SPREAD_SECONDS),
    )


def _word(text: str) -> str:
    """Return a word of ExecStart (systemd.service(5), "Command lines")."""
    text = _specifiers(text).replace("$", "$$")
    if all(character.isalnum() or character in "/._-+=:%@,$" for character in text):
        return text
    return '"' + text.replace('"', '\\"') + '"'


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
