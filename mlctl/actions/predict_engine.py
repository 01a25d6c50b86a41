"""Pieces of rows to answers: in this process first, and with all cores where there is much to do."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mlctl.actions.predict_answers import Answered, Loaded, Loader
from mlctl.actions.predict_rival import Timed, quicker
from mlctl.actions.predict_source import Piece
from mlctl.errors import MlctlError
from mlctl.ml.pool import Call, Failure, Pool

PATIENCE_S = 2.0
"""Seconds that one process works alone: the start of others takes about one."""

SHARE = 0.7
"""Of that time, spent on answers, from which other processes help: reading and writing stay with this one,
and rows cost time to hand over."""

AHEAD = 3
"""Pieces for each process that are read before they are written: all that is ever held."""


def answered(
    pieces: Iterable[Piece], loader: Loader, jobs: int, scratch: Path, clock: Callable[[], float]
) -> Iterator[tuple[Piece, Answered]]:
    """Answer pieces in their order.

    Parameters
    ----------
    jobs : int
        Processes at once; the others are started when one has worked for :data:`PATIENCE_S`.
    scratch : Path
        A directory for what they say.
    clock : callable
        Seconds that only grow.

    Raises
    ------
    MlctlError
        When a process dies.
    """
    left = iter(pieces)
    loaded, begin, answering, settled = loader(), clock(), 0.0, False
    for piece in left:
        start = clock()
        found = loaded.answer(piece)
        took = clock() - start
        answering += took
        yield piece, found
        passed = clock() - begin
        if settled or passed <= PATIENCE_S or answering <= SHARE * passed:
            continue
        loader, loaded, settled = *quicker(loader, loaded, Timed(piece, found, took), clock), True
        if jobs > 1:
            yield from _together(left, loader, jobs, scratch, clock)


def _together(
    left: Iterator[Piece], loader: Loader, jobs: int, scratch: Path, clock: Callable[[], float]
) -> Iterator[tuple[Piece, Answered]]:
    numbered, held, done = enumerate(left), dict[int, Piece](), dict[int, Answered]()
    with Pool(loader, workers=jobs, scratch=scratch, clock=clock) as pool:

        def fill() -> None:
            while len(held) < jobs * AHEAD and (one := next(numbered, None)):
                held[one[0]] = one[1]
                pool.submit([Call(one[0], Loaded.answer, (one[1],))])

        fill()
        turn = 0
        for outcome in pool.results():
            if isinstance(outcome, Failure):
                raise MlctlError(f"a worker process failed: {outcome.message}", "try with --jobs 1")
            done[int(str(outcome.key))] = outcome.value
            while turn in done:
                yield held.pop(turn), done.pop(turn)
                turn += 1
            fill()
