"""``mlctl build``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import forms, out
from mlctl.cli.clock import NowOption, moment
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, RefArgument, StoreOption, TrustOption
from mlctl.cli.place import here
from mlctl.errors import UsageError


def build(
    ref: RefArgument,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Where to write it; default: the model version id, here.", metavar="FILE"
        ),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="pyz: one file; dir: a folder to look into.", metavar="pyz|dir")
    ] = "pyz",
    sign: Annotated[
        Path | None, typer.Option("--sign", help="Sign it with this SSH key.", metavar="KEY")
    ] = None,
    dockerfile: Annotated[bool, typer.Option("--dockerfile", help="Put a Dockerfile into it.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="Put a systemd unit into it.")] = False,
    wheels: Annotated[
        bool,
        typer.Option("--wheels", help="Where it needs packages: download them into it (pip download)."),
    ] = False,
    with_python: Annotated[
        bool,
        typer.Option("--with-python", help="Carry an interpreter along: for machines without Python (dir)."),
    ] = False,
    export: Annotated[
        str | None,
        typer.Option("--export", help="Write the model as this instead of a bundle.", metavar="onnx"),
    ] = None,
    allow_difference: Annotated[
        int | None,
        typer.Option(
            "--allow-difference",
            help="With --export: accept that so many rows are answered otherwise than by scikit-learn.",
            metavar="ROWS",
            min=0,
        ),
    ] = None,
    trust: TrustOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a bundle: one file that predicts and serves on any machine with Python, nothing to install."""
    from mlctl.actions import build as action
    from mlctl.actions import locate

    if form not in ("pyz", "dir"):
        raise UsageError(f"--format: {form!r} is no form of a bundle", "one of: pyz, dir")
    order = action.Order(output, form, sign, dockerfile, systemd, wheels, trust, with_python)  # type: ignore[arg-type]  # just checked
    _refuse_mixed(order, export, allow_difference)
    opened = here(store).open()
    experiment = locate.experiment(opened, ref, project, model)
    if export:
        from mlctl.actions.export_onnx import export_onnx

        done = export_onnx(
            opened, experiment, output, allowed=allow_difference or 0, trust=trust, now=moment(now)
        )
        _show_export(done, as_json=as_json)
        return
    built = action.build(opened, experiment, order, now=moment(now))
    if as_json:
        out.document({"bundle": {**built.to_dict(), "path": str(built.path)}})
        return
    _show(built)


def _refuse_mixed(order: Any, export: str | None, allowed: int | None) -> None:
    if order.with_python and order.form != "dir":
        raise UsageError("--with-python: an interpreter does not run out of one file", "add --format dir")
    if export is None:
        if allowed is not None:
            raise UsageError("--allow-difference: a bundle answers exactly", "it goes with --export onnx")
        return
    if export != "onnx":
        raise UsageError(f"--export: {export!r} is not known", "one of: onnx")
    told = {
        "--format dir": order.form == "dir",
        "--sign": order.sign,
        "--dockerfile": order.dockerfile,
        "--systemd": order.systemd,
        "--wheels": order.wheels,
        "--with-python": order.with_python,
    }
    mixed = next((option for option, given in told.items() if given), None)
    if mixed:
        raise UsageError(f"{mixed} is for a bundle, and --export onnx writes none", "leave one of them out")


def _show_export(done: Any, *, as_json: bool) -> None:
    if as_json:
        out.document({"export": {**done.to_dict(), "path": str(done.path)}})
        return
    out.text(str(done.path))
    out.say(f"{forms.size(done.size)}, sha256 {done.sha256}")
    out.say(compared(done))
    for form in dict.fromkeys(done.inputs.values()):
        columns = [name for name, each in done.inputs.items() if each == form]
        more = f" and {len(columns) - 5} more" if len(columns) > 5 else ""
        out.say(f"takes {', '.join(columns[:5])}{more}: {form}; shape (rows, 1)")
    if done.differing:
        out.warn(f"{done.differing:,} rows differ, as allowed: {done.first}")
    out.hint(
        "set ORT_DISABLE_TELEMETRY=1 before onnxruntime is imported, or it sends usage data from 1.29 on"
    )


def compared(done: Any) -> str:
    """Return the sentence that says how far an export agrees with scikit-learn."""
    rows = f"{done.rows - done.golden:,} held-out and {done.golden:,} golden rows"
    agrees = f"all but {done.differing:,} rows" if done.differing else "every label"
    refused = f"; {done.refused:,} golden rows that scikit-learn refuses are answered" if done.refused else ""
    return (
        f"checked in ONNX Runtime {done.libraries['onnxruntime']}: {rows}, {agrees} as scikit-learn's, "
        f"largest difference {done.largest:.1e} of the {done.tolerance:g} that 32-bit floats need{refused}"
    )


def _show(built: Any) -> None:
    out.text(str(built.path))
    size = forms.size(built.size)
    out.say(f"{size}, sha256 {built.sha256}{', signed' if built.signed else ''}")
    out.say(f"tier {built.tier}: {built.reason}")
    for proof in built.proofs:
        out.say(proved(proof, built.golden))
    run = f"python3 {built.path}"
    if built.carried:
        run = f"{built.path}/run" if built.path.is_absolute() else f"./{built.path}/run"
        out.say(
            f"carries Python {built.carried.version} for {built.carried.machine} with glibc "
            f"{built.carried.glibc} or newer; check it: sha256sum -c SHA256SUMS, in that folder"
        )
    trust = " --trust" if built.tier == "sklearn" else ""
    bundle = built.path / "bundle" if built.carried else built.path
    out.hint(f"{run} predict{trust} < rows.csv, or {run} serve{trust}, or mlctl bench {bundle}")


def proved(proof: Any, golden: int) -> str:
    """Return the sentence that says how far a bundle agrees with scikit-learn."""
    ties = f", {proof.ties:,} ties went the other way" if proof.ties else ""
    rows = f"{proof.rows - golden:,} held-out and {golden:,} golden rows"
    return (
        f"checked in a fresh process with {proof.how}: {rows}, every label as scikit-learn's{ties}, "
        f"largest difference {proof.largest:.1e}"
    )
