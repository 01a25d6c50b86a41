"""One store's lines in a crontab, between marks; every other byte is somebody else's.

::

    # BEGIN mlctl 3f9a1c2b40de /home/ana/mlstore
    7-59/15 * * * * /home/ana/venv/bin/python -P -m mlctl retrain --due --store /home/ana/mlstore
    # END mlctl 3f9a1c2b40de

The block stands above every ``NAME=value`` line, which would hold for it, and has none of its own, which
would hold for what is below.
"""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from mlctl.errors import MlctlError, UsageError
from mlctl.schedule.tick import EVERY_MINUTES, Tick

_BEGIN = re.compile(rb"# BEGIN mlctl ([0-9a-f]{12})(?: .*)?")
_END = re.compile(rb"# END mlctl ([0-9a-f]{12})")
_MARK = re.compile(rb"#\s*(?:BEGIN|END)\s+mlctl\b")
_VARIABLE = re.compile(rb"""\s*(?:"[^"]*"|'[^']*'|[A-Za-z_]\w*)\s*=""")
_OURS = b" -m mlctl retrain --due"
_TIMES = re.compile(r"\d{1,2}-59/\d{1,2} \* \* \* \* (.+)")

_LONGEST_COMMAND = 990
"""Bytes: Debian's cron takes no command of 1,000 and more."""


@dataclass(frozen=True, slots=True)
class Block:
    """Where a block stands in a crontab.

    Attributes
    ----------
    begin, end : int
        Its first byte, and the first byte behind it.
    """

    identity: str
    begin: int
    end: int


def cron_line(tick: Tick) -> str:
    """Return the line that a crontab needs.

    Raises
    ------
    UsageError
        When it is longer than cron takes.
    """
    command = tick.shell.replace("%", r"\%")  # a bare one is a line break to cron
    if len(os.fsencode(command)) > _LONGEST_COMMAND:
        raise UsageError("the command is longer than cron takes", "put the store nearer to the root")
    # Not M/15: vixie-cron has no step without a range.
    return f"{tick.minute}-59/{EVERY_MINUTES} * * * * {command}"


def block_of(tick: Tick) -> bytes:
    """Return the lines between and with their marks."""
    store = os.fspath(tick.store)
    lines = (f"# BEGIN mlctl {tick.identity} {store}", cron_line(tick), f"# END mlctl {tick.identity}", "")
    return os.fsencode("\n".join(lines))


def tick_in(table: bytes, identity: str) -> Tick | None:
    """Return the tick that a crontab holds for a store; None where it has no block of it.

    Raises
    ------
    MlctlError
        When marks are damaged, or the line between them was edited.
    """
    found = _find(table, identity)
    return _between(table, found) if found else None


def with_block(table: bytes, tick: Tick) -> bytes:
    """Return a crontab with a store's block in it; one that has it already is returned as it is.

    Raises
    ------
    MlctlError
        When marks are damaged, or the line between them was edited.
    UsageError
        When the line is longer than cron takes.
    """
    block = block_of(tick)
    found = _find(table, tick.identity)
    if found and not any(_VARIABLE.match(line) for line in table[: found.begin].split(b"\n")):
        return table[: found.begin] + block + table[found.end :]
    return block + without_block(table, tick.identity)


def without_block(table: bytes, identity: str) -> bytes:
    """Return a crontab without a store's block.

    Raises
    ------
    MlctlError
        When marks are damaged, or the line between them was edited.
    """
    found = _find(table, identity)
    return table[: found.begin] + table[found.end :] if found else table


def has_block(table: bytes, identity: str) -> bool:
    """Tell whether a store's block is in a crontab."""
    return _find(table, identity) is not None


def _find(table: bytes, identity: str) -> Block | None:
    found = [block for block in _blocks(table) if block.identity == identity]
    if len(found) > 1:
        raise _damaged(table, found[1].begin, "this store's block stands there a second time")
    if not found:
        return None
    _between(table, found[0])
    return found[0]


def _between(table: bytes, block: Block) -> Tick:
    """Return the tick of a block's one line; whatever a person changed in it is not to be overwritten."""
    _, *lines, _ = _lines(table[block.begin : block.end])
    place = block.begin + table[block.begin :].index(b"\n") + 1
    for line in lines:
        tick = _read(os.fsdecode(line.removesuffix(b"\n")))
        if tick is None or tick.identity != block.identity:
            raise _damaged(table, place, "this line between mlctl's marks was edited")
        if len(lines) == 1:
            return tick
        place += len(line)
    raise _damaged(table, block.begin, f"{len(lines)} lines between this mark and its other half, wanted 1")


def _read(line: str) -> Tick | None:
    """Return the tick that a line was made of; None where mlctl makes no such line."""
    times = _TIMES.fullmatch(line)
    try:
        words = shlex.split(times[1].replace(r"\%", "%")) if times else []
        env_file = None
        if words[:3] == ["set", "-a;", "."] and len(words) > 6:
            env_file, words = Path(words[3].removesuffix(";")), words[6:]
        tick = Tick(Path(words[0]), Path(words[-1]), env_file)
        return tick if cron_line(tick) == line else None
    except (ValueError, IndexError, UsageError):
        return None


def _blocks(table: bytes) -> list[Block]:
    blocks: list[Block] = []
    opened: tuple[str, int] | None = None
    place = 0
    for line in _lines(table):
        text = line.rstrip(b"\r\n")
        begin, end = _BEGIN.fullmatch(text), _END.fullmatch(text)
        if begin and opened is None:
            opened = begin[1].decode(), place
        elif end and opened and opened[0] == end[1].decode():
            blocks.append(Block(*opened, place + len(line)))
            opened = None
        elif _MARK.match(text):
            raise _damaged(table, place, "this mark has no other half")
        elif opened and _OURS not in text:
            raise _damaged(table, place, "this line is not mlctl's, and stands between its marks")
        place += len(line)
    if opened:
        raise _damaged(table, opened[1], "this mark has no other half")
    return blocks


def _lines(table: bytes) -> list[bytes]:
    """Return the lines with their ends; a lone carriage return ends none for cron."""
    return re.findall(rb"[^\n]*\n|[^\n]+", table)


def _damaged(table: bytes, place: int, why: str) -> MlctlError:
    number = table.count(b"\n", 0, place) + 1
    return MlctlError(
        f"the crontab's marks of mlctl are damaged, line {number}: {why}; nothing was changed",
        f"mend or remove the line by hand: crontab -e, line {number}",
    )
