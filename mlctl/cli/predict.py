"""``mlctl predict``."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import out
from mlctl.cli.options import ModelOption, ProjectOption, StoreOption, TrustOption
from mlctl.cli.place import here
from mlctl.cli.serve import TargetArgument
from mlctl.errors import DataError, UsageError


def predict(
    target: TargetArgument,
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="[DATA]",
            help="CSV, JSON Lines or Parquet; - or nothing: standard input, CSV or JSON Lines.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Where to write: CSV, JSON Lines or Parquet, by its name; default: standard output.",
            metavar="FILE",
        ),
    ] = None,
    bad_rows: Annotated[
        Path | None,
        typer.Option(
            "--bad-rows", help="Set rows aside there that cannot be predicted; default: stop.", metavar="FILE"
        ),
    ] = None,
    only: Annotated[
        bool, typer.Option("--only", help="Write predictions by row number, without the rows' own columns.")
    ] = False,
    query: Annotated[
        str | None, typer.Option("--query", help="Predict the rows of this query.", metavar="SQL")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            "--url", help="The query's database, best as '${NAME}'; default: files, by DuckDB.", metavar="URL"
        ),
    ] = None,
    params: Annotated[
        Path | None,
        typer.Option("--params", help="Predict the rows of this file's data section.", metavar="FILE"),
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="Of text.", metavar="NAME")] = "utf-8",
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="Of a CSV; default: found from its header.", metavar="C")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", help="Processes at once; default: one for each core.", min=1)
    ] = None,
    signers: Annotated[
        Path | None,
        typer.Option(
            "--allowed-signers", help="The bundle has to be signed by one of these.", metavar="FILE"
        ),
    ] = None,
    trust: TrustOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
) -> None:
    """Predict the rows of a file, a query or standard input; the same rows out, with predictions."""
    from mlctl.actions import predict as action
    from mlctl.actions import predict_target as targets
    from mlctl.actions.locate import experiment as find
    from mlctl.actions.serve import is_bundle

    if (data is not None) + (query is not None) + (params is not None) > 1:
        raise UsageError("the rows come from one place", "give DATA, --query or --params")
    if url is not None and query is None:
        raise UsageError("--url is the database of a --query", 'add --query "SELECT …"')
    with tempfile.TemporaryDirectory(prefix="mlctl-predict-") as name:
        scratch = Path(name)
        (scratch / "model").mkdir()
        if is_bundle(target):
            chosen = targets.of_bundle(target, trust=trust, signers=signers)
        else:
            if signers is not None:
                raise UsageError("--allowed-signers is for a bundle", "name the bundle's file")
            opened = here(store).open()
            experiment = find(opened, target, project, model)
            chosen = targets.of_experiment(opened, experiment, scratch / "model", trust=trust)
        if chosen.note:
            out.warn(f"{chosen.version} is computed by scikit-learn: {chosen.note}")
        rows = _rows(chosen.names, data, (query, url), params, (encoding, delimiter), scratch)
        plan = action.Plan(output, bad_rows, only, jobs or _cores())
        with _progress() as progress:
            done = action.predict(
                chosen,
                rows,
                plan,
                scratch=scratch,
                clock=time.monotonic,
                write=sys.stdout.write,
                progress=progress,
            )
    _tell(done, bad_rows)


def _rows(
    names: list[str],
    data: str | None,
    asked: tuple[str | None, str | None],
    params: Path | None,
    text: tuple[str, str | None],
    scratch: Path,
) -> Any:
    from mlctl.actions import predict_source as sources
    from mlctl.params.data_section import Data, Sql
    from mlctl.params.environment import fill

    encoding, delimiter = text
    query, url = asked
    if params is not None:
        from mlctl.actions.parameters import load_file

        loaded = load_file(params)
        found, base = loaded.parameters.data, params.parent
        return sources.of_data(found, base, scratch, names, typed=loaded.effective["data"])
    if query is not None:
        sql = Sql(query=query, url=None if url is None else fill(url, os.environ))
        typed = {"sql": {"query": query, "url": url}}
        return sources.of_data(Data(sql=sql, target="-"), Path.cwd(), scratch, names, typed=typed)
    if data is None or data == "-":
        if sys.stdin.isatty():
            raise UsageError("there are no rows: standard input is a terminal", "name a file: DATA")
        return sources.of_stream(
            sys.stdin.buffer, "standard input", names, encoding=encoding, delimiter=delimiter
        )
    if Path(data).is_dir():
        raise DataError(f"{data} is a directory", "name one file in it")
    return sources.of_file(data, Path(data), names, encoding=encoding, delimiter=delimiter)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    if not out.is_live(sys.stderr):
        yield lambda _: None
        return
    from rich.console import Console

    console, begin = (
        Console(stderr=True, color_system="auto" if out.colour(sys.stderr) else None),
        time.monotonic(),
    )
    with console.status("predicting …") as status:

        def progress(rows: int) -> None:
            rate = rows / max(1e-9, time.monotonic() - begin)
            status.update(f"{rows:,} rows, {rate:,.0f} a second")

        yield progress


def _tell(done: Any, bad_rows: Path | None) -> None:
    where = f" in {done.output}" if done.output else ""
    out.say(f"{done.rows:,} row{'' if done.rows == 1 else 's'} predicted by {done.version}{where}")
    if done.bad:
        out.warn(f"{done.bad:,} of {done.rows + done.bad:,} rows were set aside: {bad_rows}")
