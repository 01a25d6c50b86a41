"""The dead man's switches of a call: one start and one end each, however many models share one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from mlctl.actions.retrain.world import World

if TYPE_CHECKING:
    from mlctl.actions.retrain.target import Target

_AT_ONCE = 16
_NO_FAILURES = (0, 75)


@dataclass(slots=True)
class _Switch:
    run_id: str = field(default_factory=lambda: str(uuid4()))
    started: bool = False
    failed: bool = False
    lines: list[str] = field(default_factory=list)


class Switches:
    """Those that parameters files name; that one cannot be reached is no failure of ours."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, _Switch] = {}

    def told_of_begin(self, also: Callable[["Target", str], None]) -> Callable[["Target", str], None]:
        """Return what is to be told when a run begins."""

        def began(target: "Target", run: str) -> None:
            also(target, run)
            url = target.settings.ping
            if url and not self._of(url).started:
                self._of(url).started = True
                self._call(url, "start", "")

        return began

    def ended(self, url: str | None, model: str, outcome: str, reason: str, code: int) -> None:
        """Note what came of a model."""
        if url:
            switch = self._of(url)
            switch.failed |= code not in _NO_FAILURES
            switch.lines.append(f"{model}: {outcome}" + (f": {reason}" if reason else ""))

    def close(self) -> None:
        """Call each with the outcome of all its models."""
        if not self._known:
            return
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - see above

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for url, switch in self._known.items():
                pool.submit(self._call, url, "fail" if switch.failed else "success", "\n".join(switch.lines))

    def _of(self, url: str) -> _Switch:
        return self._known.setdefault(url, _Switch())

    def _call(self, url: str, state: str, body: str) -> None:
        # Imported here: a tick whose models have no switch does without an HTTP client.
        from mlctl.schedule.ping import ping  # noqa: PLC0415

        run_id = self._of(url).run_id
        ping(url, state, environ=self._world.environ, run_id=run_id, body=body)  # type: ignore[arg-type]  # one of its words
