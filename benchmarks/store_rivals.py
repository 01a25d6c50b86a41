"""The same experiments in other tools: stores filled quickly, and the same question asked of each.

MLflow's stores are filled by copying what its own client wrote for one run: rows in SQLite, files in the file
store. The question is the top 20 by a metric, as a person asks it from a script. Each is run by the
interpreter of the environment that holds the tool::

    python -m benchmarks.store_rivals fill sqlite|files DIRECTORY --experiments 10000
    python -m benchmarks.store_rivals top sqlite|files DIRECTORY
"""

import argparse
import random
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

PARAMETERS = [f"parameter_{index}" for index in range(10)]
METRICS = [f"metric_{index}" for index in range(10)]


def address(kind: str, folder: Path) -> str:
    """Return the tracking URI of a store in a folder."""
    return f"sqlite:///{folder / 'mlflow.db'}" if kind == "sqlite" else (folder / "mlruns").as_uri()


def fill(kind: str, folder: Path, experiments: int) -> None:
    """Have MLflow make a store with one run, and copy that."""
    import mlflow

    folder.mkdir(parents=True)
    client = mlflow.MlflowClient(address(kind, folder))
    experiment = client.create_experiment("many")
    run = client.create_run(experiment).info.run_id
    for name in PARAMETERS:
        client.log_param(run, name, 0.5)
    for name in METRICS:
        client.log_metric(run, name, 0.5, step=0)
    client.set_terminated(run)
    copy = _copy_rows if kind == "sqlite" else _copy_files
    copy(folder, experiment, run, experiments)


def _run_id(number: int) -> str:
    """Return a run's name; with a letter in front, or YAML would read some as numbers."""
    return f"f{number:031x}"


def _values() -> Iterator[float]:
    dice = random.Random(1)
    while True:
        yield dice.random()


def _copy_rows(folder: Path, _: str, run: str, experiments: int) -> None:
    values = _values()
    connection = sqlite3.connect(folder / "mlflow.db", isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    tables = [
        (table, column, [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")])
        for table, column in (
            ("runs", ""),
            ("params", "value"),
            ("latest_metrics", "value"),
            ("metrics", "value"),
        )
    ] + [("tags", "", [name for _, name, *_ in connection.execute("PRAGMA table_info(tags)")])]
    for table, column, names in tables:
        rows = connection.execute(f"SELECT * FROM {table} WHERE run_uuid = ?", (run,)).fetchall()
        made = (
            tuple(
                _changed(value, run, _run_id(number), next(values) if name == column else None)
                for name, value in zip(names, row, strict=True)
            )
            for number in range(1, experiments)
            for row in rows
        )
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", made)
    connection.execute("COMMIT")
    connection.close()


def _changed(value: object, run: str, other: str, number: float | None) -> object:
    if number is not None:
        return number if isinstance(value, float) else str(number)
    return value.replace(run, other) if isinstance(value, str) else value


def _copy_files(folder: Path, experiment: str, run: str, experiments: int) -> None:
    values = _values()
    parent = folder / "mlruns" / experiment
    source = parent / run
    files = {path.relative_to(source): path.read_text() for path in source.rglob("*") if path.is_file()}
    for number in range(1, experiments):
        other = _run_id(number)
        target = parent / other
        for place in ("artifacts", "metrics", "params", "tags"):
            (target / place).mkdir(parents=True)
        for name, text in files.items():
            value = (
                re.sub(r"0\.5", repr(next(values)), text) if name.parts[0] in ("metrics", "params") else text
            )
            (target / name).write_text(value.replace(run, other))


def top(kind: str, folder: Path) -> None:
    """Print the top 20."""
    import mlflow

    client = mlflow.MlflowClient(address(kind, folder))
    experiment = client.get_experiment_by_name("many")
    runs = client.search_runs(
        [experiment.experiment_id], order_by=[f"metrics.{METRICS[0]} DESC"], max_results=20
    )
    for run in runs:
        print(run.info.run_id, run.data.metrics[METRICS[0]], *run.data.params.values())


def main() -> None:
    """Fill or ask."""
    parser = argparse.ArgumentParser(description="the same question to other tools")
    parser.add_argument("what", choices=["fill", "top"])
    parser.add_argument("kind", choices=["sqlite", "files"])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--experiments", type=int, default=10_000)
    asked = parser.parse_args()
    folder = asked.directory.absolute()
    if asked.what == "fill":
        shutil.rmtree(folder, ignore_errors=True)
        fill(asked.kind, folder, asked.experiments)
    else:
        top(asked.kind, folder)


if __name__ == "__main__":
    main()
