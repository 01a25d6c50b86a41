"""``mlctl run``: any command as an experiment, with what it wrote and how it ended."""

import os
import shutil
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from mlctl.actions import environment
from mlctl.actions.git import state
from mlctl.actions.logging import Log, keep_surroundings, read_tags
from mlctl.actions.logging_files import copied
from mlctl.actions.logging_join import VARIABLE
from mlctl.actions.logging_place import Named, model_of
from mlctl.actions.logging_sinks import Ending, Own, taken
from mlctl.actions.run_command_files import Written, changed, described, stamps
from mlctl.actions.run_command_output import OutputLog
from mlctl.actions.run_command_process import PASSED_ON, run
from mlctl.domain.logged import evaluations
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError, NotFoundError
from mlctl.files import sha256
from mlctl.store.points import FILE, last_values, read_points
from mlctl.store.store import OpenExperiment, Store

WRITTEN = "written"
"""The folder of the files that a command wrote."""

SHELL_SIGNAL = 128
"""A shell's exit code for a command that a signal killed: this and the signal's number."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for.

    Attributes
    ----------
    command : tuple of str
        The program and its arguments.
    names : Named
        The model that it is a try at; added when missing.
    directory : Path
        Where it runs, and whose files are looked at.
    environ : mapping
        Its environment.
    description : str
        What this try is for.
    most : int
        Bytes: larger files are recorded and not kept.
    """

    command: tuple[str, ...]
    names: Named
    directory: Path
    environ: Mapping[str, str]
    description: str = ""
    most: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of it; ``exit_code`` is what a shell would give, ``trouble`` what was not recorded."""

    experiment: Experiment
    exit_code: int
    files: tuple[Written, ...]
    trouble: str = ""


def run_command(
    store: Store,
    order: Order,
    *,
    hear: Callable[[str, bytes], None],
    now: Callable[[], datetime],
    clock: Callable[[], float],
) -> Ran:
    """Run a command and record it: arguments, output, exit code, duration, git state, files written.

    Raises
    ------
    NotFoundError
        When there is no such command; nothing is recorded then.
    MlctlError
        When the store cannot take it.
    """
    program = shutil.which(order.command[0], path=order.environ.get("PATH"))
    if program is None and not (order.directory / order.command[0]).exists():
        raise NotFoundError(
            f"there is no command {order.command[0]!r}", "check its spelling and PATH; mlctl run -- COMMAND …"
        )
    model = model_of(store, order.names, now())
    git = state(order.directory, ignore=store.root)
    opened = store.new_experiment(
        model,
        git.commit,
        now(),
        description=order.description,
        git=git.to_dict(),
        environment=environment.summary(),
    )
    with opened:
        log = Log(Own(opened), now, clock)
        log.save()
        before = stamps(order.directory, without=store.root)
        begun = clock()
        code, trouble = _run(order, opened, hear, clock)
        seconds = clock() - begun
        after = stamps(order.directory, without=store.root)
        found = described(order.directory, changed(before, after))
        if trouble:
            log.warn(trouble)
        try:
            _join(log, opened)
            found = _keep(log, order, found)
            told = {"command": list(order.command), "exit_code": _shell(code), "duration_s": seconds}
            keep_surroundings(log, git, told | {"files": [asdict(one) for one in found]})
            log.end(_ending(code))
        except MlctlError as error:  # the command is over: what it gave counts, recorded or not
            trouble = f"not recorded, so it will read as interrupted: {error.message}"
        return Ran(opened.experiment, _shell(code), tuple(found), trouble)


def _run(
    order: Order, opened: OpenExperiment, hear: Callable[[str, bytes], None], clock: Callable[[], float]
) -> tuple[int, str]:
    held = OutputLog(opened)

    def heard(name: str, data: bytes) -> None:
        held.add(data)
        hear(name, data)

    def beat() -> None:
        with suppress(MlctlError):  # a store that is gone is told at the end; the command goes on
            opened.beat()

    # Python keeps what it prints to a pipe until there is much of it; a person is to see it as it comes.
    environ = {"PYTHONUNBUFFERED": "1", **order.environ, VARIABLE: os.fspath(opened.directory)}
    try:
        code = run(
            order.command,
            directory=order.directory,
            environ=environ,
            hear=heard,
            beat=beat,
            clock=clock,
        )
    except OSError as error:
        opened.fail("error", f"it cannot be run: {error}")
        raise MlctlError(
            f"{order.command[0]} cannot be run: {error.strerror}",
            "is it executable? chmod +x; or name its interpreter",
        ) from error
    held.flush()
    return code, held.trouble


def _join(log: Log, opened: OpenExperiment) -> None:
    """Take in what scripts logged into this experiment while it ran."""
    points = read_points(opened.directory / FILE)
    log.said.last = last_values(points)
    told: dict[str, Any] = taken(opened.directory)
    log.said.parameters |= told.pop("parameters", {})
    log.said.artifacts |= told.pop("artifact_file_paths", {})
    log.said.warnings += told.pop("warnings", [])
    tags = told.pop("tags", [])
    log.said.tags |= dict(word.partition("=")[::2] for word in tags) | read_tags(opened.directory)
    scores = evaluations(log.said.last)
    others = {part: found for part, found in told.pop("evaluations", {}).items() if part not in scores}
    log.set(**told, evaluations=others)


def _keep(log: Log, order: Order, found: list[Written]) -> list[Written]:
    """Keep the files that are small enough, and were not logged by the script itself."""
    known = {
        sha256(log.directory / path)
        for path in log.said.artifacts.values()
        if (log.directory / path).is_file()
    }
    kept = []
    for one in found:
        place = ""
        if one.bytes <= order.most and one.sha256 not in known:
            where = PurePosixPath(WRITTEN) / PurePosixPath(one.path).parent
            made = copied(order.directory / one.path, where, log.place)
            log.said.artifacts |= made
            place = next(iter(made))
        kept.append(Written(one.path, one.bytes, one.sha256, place))
    return kept


def _shell(code: int) -> int:
    return SHELL_SIGNAL - code if code < 0 else code


def _ending(code: int) -> Ending:
    if code == 0:
        return Ending()
    if code > 0:
        return Ending("failed", "exit", f"exit code {code}")
    name = signal.Signals(-code).name
    stopped = -code in (*PASSED_ON, signal.SIGKILL)
    return Ending("interrupted" if stopped else "failed", "signal", f"killed by {name}")
