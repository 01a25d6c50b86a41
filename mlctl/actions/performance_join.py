"""Predictions and actual values, brought together: by prediction id, or by a key that both have."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlctl.actions.served_log import Feedback, Log, Prediction
from mlctl.errors import DataError

PREDICTION_ID = "prediction_id"
"""The key that means the id of a prediction rather than a column."""

_NAMED = 3
"""Examples in a message."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A prediction with the actual value.

    Attributes
    ----------
    time : str
        When it was predicted, as text that sorts by time; empty where that is not known.
    output : object
        What was predicted; None where that was no number.
    probabilities : mapping or None
        Label, as text, to probability.
    actual : object
        What it turned out to be.
    """

    time: str
    output: Any
    probabilities: Mapping[str, Any] | None
    actual: Any


@dataclass(frozen=True, slots=True)
class Known:
    """An actual value of a file, with the time that the file gives it, if any."""

    actual: Any
    time: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """Predictions with their actual values, by the version that made them.

    Attributes
    ----------
    source : str
        Where the predictions are.
    pairs : mapping
        Model version id to its pairs, in the order of time.
    predictions : mapping
        Model version id to how many predictions it made, with an actual value or without.
    models : mapping
        Model version id to the model's name, empty where nothing says it.
    last : mapping
        Model version id to the time of its last prediction.
    unknown : int
        Actual values that belong to no prediction here.
    replaced : int
        Actual values that a later one for the same prediction stands for.
    notes : tuple of str
        What else a person should know.
    strict : bool
        Whether an actual value of the wrong kind is a fault of a file that a person wrote.
    """

    source: str
    pairs: Mapping[str, Sequence[Pair]]
    predictions: Mapping[str, int]
    models: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)
    unknown: int = 0
    replaced: int = 0
    notes: tuple[str, ...] = ()
    strict: bool = False

    @property
    def matched(self) -> int:
        """How many predictions have an actual value."""
        return sum(map(len, self.pairs.values()))


def key_text(value: Any) -> str | None:
    """Return a key as text: ``7`` and ``7.0`` are the same, ``007`` and ``7`` are not; None for no key."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) and value != "" else None


def of_log(log: Log) -> Joined:
    """Join a served log with the actual values that came back to it; of several the last counts.

    Raises
    ------
    DataError
        When it holds no prediction, or no actual value of one.
    """
    latest: dict[str, Feedback] = {}
    told = 0
    for one in log.feedback():
        told += 1
        before = latest.get(one.number)
        if before is None or before.time <= one.time:
            latest[one.number] = one
    actuals = {number: Known(one.actual) for number, one in latest.items()}
    if not actuals:
        _check_any(log)
        raise DataError(
            f"no actual value came back to the served log {str(log.folder)!r}",
            "send them to the server's /feedback, or name a file: --actuals FILE --key COLUMN",
        )
    joining = _Joining(str(log.folder), PREDICTION_ID, actuals)
    joining.add_all((p.number, p) for p in log.predictions())
    return joining.end(replaced=told - len(latest), notes=_said(log))


def of_log_and_file(log: Log, actuals: Mapping[str, Known], key: str) -> Joined:
    """Join a served log with the actual values of a file.

    Parameters
    ----------
    actuals : mapping
        Key to value, as :func:`mlctl.actions.performance_files.read_actuals` gives it.
    key : str
        A column of the inputs as they were sent, or ``prediction_id``. Of several predictions of one key by
        one version the last counts.

    Raises
    ------
    DataError
        When the inputs have no such column, or no key is in both.
    """
    joining = _Joining(str(log.folder), key, actuals, strict=True)
    joining.add_all(_by_key(log, key))
    if joining.has_no_key:
        why = "it was told to redact them" if key in log.redacted else "no request has such an input"
        raise DataError(
            f"the served log {str(log.folder)!r} has no values of {key!r}: {why}",
            f"join by another column, or by --key {PREDICTION_ID}",
        )
    return joining.end(notes=_said(log))


def _by_key(log: Log, key: str) -> Iterator[tuple[str | None, Prediction]]:
    if key == PREDICTION_ID:
        yield from ((p.number, p) for p in log.predictions())
        return
    yield from ((key_text(p.inputs.get(key)), p) for p in log.predictions())


def of_files(name: str, predictions: Iterable[tuple[str, Prediction]], known: Mapping[str, Known]) -> Joined:
    """Join predictions of a file, each with its key, with the actual values of another one.

    Raises
    ------
    DataError
        When a version has two predictions of one key, or no key is in both.
    """
    joining = _Joining(name, "key", known, strict=True, unique=True)
    joining.add_all(predictions)
    return joining.end()


class _Joining:
    """Takes predictions one by one, and keeps those with an actual value."""

    def __init__(
        self, source: str, key: str, known: Mapping[str, Known], *, strict: bool = False, unique: bool = False
    ) -> None:
        self._source, self._key, self._known = source, key, known
        self._strict, self._unique = strict, unique
        self._found: dict[str, dict[str, Pair]] = {}
        self._counts: Counter[str] = Counter()
        self._models: dict[str, str] = {}
        self._last: dict[str, str] = {}
        self._examples: list[str] = []
        self._again = 0

    @property
    def has_no_key(self) -> bool:
        """Whether there are predictions, and none of them has a key."""
        return bool(self._counts) and not self._examples

    def add_all(self, predictions: Iterable[tuple[str | None, Prediction]]) -> None:
        for key, prediction in predictions:
            self._note(prediction)
            known = None if key is None else self._known.get(key)
            if key is not None and len(self._examples) < _NAMED:
                self._examples.append(key)
            if key is not None and known is not None:
                self._add(key, prediction, known)

    def _note(self, prediction: Prediction) -> None:
        version = prediction.version
        self._counts[version] += 1
        self._models[version] = prediction.model
        self._last[version] = max(self._last.get(version, ""), prediction.time)

    def _add(self, key: str, prediction: Prediction, known: Known) -> None:
        pairs = self._found.setdefault(prediction.version, {})
        time = prediction.time or known.time
        before = pairs.get(key)
        if before is not None:
            self._again += 1
            if self._unique:
                raise DataError(
                    f"{self._source}: the key {key!r} is there more than once for {prediction.version}",
                    "name a column that tells the rows apart: --key COLUMN",
                )
            if before.time > time:
                return
        pairs[key] = Pair(time, prediction.output, prediction.probabilities, known.actual)

    def end(self, replaced: int = 0, notes: tuple[str, ...] = ()) -> Joined:
        if not self._counts:
            raise _nothing(self._source)
        matched = set().union(*self._found.values()) if self._found else set()
        if not matched:
            raise self._no_match()
        if self._again:
            one = "1 prediction is" if self._again == 1 else f"{self._again:,} predictions are"
            notes = (*notes, f"{one} of a key that was predicted again: the last one of each key counts")
        return Joined(
            self._source,
            {v: sorted(pairs.values(), key=lambda pair: pair.time) for v, pairs in self._found.items()},
            dict(self._counts),
            self._models,
            self._last,
            len(self._known) - len(matched),
            replaced,
            notes,
            self._strict,
        )

    def _no_match(self) -> DataError:
        predicted = ", ".join(map(repr, self._examples))
        actual = ", ".join(map(repr, list(self._known)[:_NAMED]))
        return DataError(
            f"no actual value belongs to a prediction of {self._source!r}: by {self._key} the predictions "
            f"have {predicted}, the actual values {actual}",
            "check that both are of the same predictions, and that the key is written alike in both",
        )


def _check_any(log: Log) -> None:
    if next(log.predictions(), None) is None:
        raise _nothing(str(log.folder))


def _nothing(source: str) -> DataError:
    return DataError(f"{source!r} holds no prediction", "nothing was predicted yet, or another file is meant")


def _said(log: Log) -> tuple[str, ...]:
    said = []
    if log.torn:
        lines = "1 line" if log.torn == 1 else f"{log.torn:,} lines"
        said.append(f"{lines} of the log could not be read, as where the disk was full")
    if log.sample < 1:
        said.append(
            f"a share of {log.sample:g} of the predictions was logged: actual values of others match none"
        )
    return tuple(said)
