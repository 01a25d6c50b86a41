"""The step ``fetch``: the data, held to the schema of what the champion was trained on.

What it fetched stays in the run's directory, so that what was validated is what is trained on. Files that
were there already stay where they are, and are known again by their sizes and times.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mlctl import files
from mlctl.actions.acquire import Fetched, fetch
from mlctl.actions.recorded import dataset_table
from mlctl.actions.retrain.child import Bench
from mlctl.data.read import ReadTable, read
from mlctl.data.sources import Source
from mlctl.data.validate import insist, validate
from mlctl.domain.records import Dataset, Experiment
from mlctl.errors import DataError, MlctlError, NotFoundError
from mlctl.ml.hashing import numbered, row_hashes
from mlctl.params.model import Data


def step(bench: Bench) -> dict[str, Any]:
    """Fetch, validate, and say how the data differs from the champion's.

    Raises
    ------
    DataError
        When validation refuses the data, a changed schema above all.
    """
    files.remove_folder(bench.data)
    files.make_folder(bench.data)
    fetched = fetch(bench.loaded, bench.base, bench.data, bench.store)
    champion = champion_of(bench)
    frame = fetched.table.frame
    reference = champion or _last_trained(bench)
    told = [] if reference is None else _hold(bench, frame, reference)
    rows = {"rows": len(frame), "fingerprint": _fingerprint(fetched.source), "warnings": told}
    return {
        **_source(fetched),
        **rows,
        **(_compared(bench, frame, champion) if champion else {}),
    }


def champion_of(bench: Bench) -> Experiment | None:
    """Return the experiment in use, or None."""
    order = bench.order
    name = bench.store.champion(bench.store.model(order.project, order.model))
    if name is None:
        return None
    found = bench.store.experiments(order.project, order.model).records
    champion = next((e for e in found if e.model_version_id == name), None)
    if champion is None:
        raise NotFoundError(
            f"the champion {name} is gone", "take it back: mlctl experiment restore; or: mlctl rollback"
        )
    return champion


def read_fetched(bench: Bench, found: Mapping[str, Any]) -> Fetched:
    """Read what an earlier step fetched.

    Raises
    ------
    DataError
        When a file is no longer what it was.
    """
    stamps = tuple((size, modified) for _, size, modified in found["files"])
    source = Source(
        found["kind"],
        tuple(
            (name, Path(place)) for name, (place, _, _) in zip(found["names"], found["files"], strict=True)
        ),
        found["described"],
        tuple(found["notes"]),
    )
    now = tuple((s.st_size, s.st_mtime_ns) for s in (path.stat() for _, path in source.members))
    if now != stamps:
        raise DataError("the data changed after it was fetched", "run it again when what writes it is done")
    return Fetched(source, read(source.members, bench.loaded.parameters.data), stamps)


def _source(fetched: Fetched) -> dict[str, Any]:
    source = fetched.source
    return {
        "kind": source.kind,
        "names": [name for name, _ in source.members],
        "files": [
            [str(path.absolute()), *known]
            for (_, path), known in zip(source.members, fetched.stamps, strict=True)
        ],
        "described": source.described,
        "notes": list(source.notes),
    }


def _fingerprint(source: Source) -> str:
    told = source.described.get("fingerprint")
    return str(told or files.fingerprint(files.sha256(path) for _, path in source.members))


def _last_trained(bench: Bench) -> Experiment | None:
    order = bench.order
    found = bench.store.experiments(order.project, order.model).records
    return next((e for e in reversed(found) if e.status == "finished" and _dataset_of(e)), None)


def _dataset_of(experiment: Experiment) -> str | None:
    return experiment.training_dataset.get("dataset")


def _hold(bench: Bench, frame: Any, reference: Experiment) -> list[str]:
    parameters = bench.loaded.parameters
    name = _dataset_of(reference)
    if name is None:
        return []
    known = bench.store.dataset(bench.order.project, name)
    found = validate(
        frame,
        known.schema,
        target=parameters.data.target,
        task=parameters.task or (reference.task or None),  # type: ignore[arg-type]  # one of the two words
        now=bench.order.now(),
        rows=known.rows,
    )
    insist(found)
    # Copies of rows are told of by the examination, whatever the last data had.
    return [issue.message for issue in found.warnings if issue.code != "duplicates"]


def _compared(bench: Bench, frame: Any, champion: Experiment) -> dict[str, Any]:
    """Return what the trigger ``new_data`` asks for; the rows that came are counted where it is watched."""
    name = _dataset_of(champion)
    if name is None:
        return {}
    known = bench.store.dataset(bench.order.project, name)
    told = {
        "champion_fingerprint": known.fingerprint,
        "champion_rows": int(champion.training_dataset.get("rows", known.rows)),
    }
    if "new_data" not in bench.order.watches:
        return told
    since = [known, *_tried(bench, known)]
    return {**told, "new_rows": min(came(bench, frame, one) for one in since)}


def _tried(bench: Bench, known: Dataset) -> Sequence[Dataset]:
    """Return the data of the last run that trained: rows that it had did not come since."""
    history = bench.store.retraining.journal(bench.order.project, bench.order.model).history()
    name = next((run.found["dataset"] for run in reversed(history.runs) if run.found.get("dataset")), None)
    if name is None or name == known.dataset:
        return ()
    try:
        return (bench.store.dataset(bench.order.project, name),)
    except NotFoundError:  # its experiment was removed
        return ()


def came(bench: Bench, frame: Any, before: Dataset) -> int:
    """Return how many rows of a table another one does not have; by their number where it is not kept."""
    if not before.archive:
        return max(0, len(frame) - before.rows)
    try:
        with bench.store.scratch() as scratch:
            table = _read_like(bench, before, scratch)
    except MlctlError:  # damaged, or removed: their number is left
        return max(0, len(frame) - before.rows)
    return int(np.count_nonzero(new_rows(table.frame, frame)))


def new_rows(before: Any, now: Any) -> Any:
    """Return which rows of a table another one does not have.

    Parameters
    ----------
    before, now : pandas.DataFrame
        They are compared by the columns that both have; of equal rows so many are known as there were.

    Returns
    -------
    ndarray of bool, shape (len(now),)
    """
    shared = [name for name in now.columns if name in set(before.columns)]
    known = numbered(row_hashes(before[shared]))
    return ~np.isin(numbered(row_hashes(now[shared])), known)


def _read_like(bench: Bench, dataset: Dataset, scratch: Path) -> ReadTable:
    data: Data = bench.loaded.parameters.data
    return dataset_table(bench.store, dataset, data, scratch)[0]
