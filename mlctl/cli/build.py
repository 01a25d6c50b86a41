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
    opened = here(store).open()
    experiment = locate.experiment(opened, ref, project, model)
    order = action.Order(output, form, sign, dockerfile, systemd, wheels, trust)  # type: ignore[arg-type]  # just checked
    built = action.build(opened, experiment, order, now=moment(now))
    if as_json:
        out.document({"bundle": {**built.to_dict(), "path": str(built.path)}})
        return
    _show(built)


def _show(built: Any) -> None:
    out.text(str(built.path))
    size = forms.size(built.size)
    out.say(f"{size}, sha256 {built.sha256}{', signed' if built.signed else ''}")
    out.say(f"tier {built.tier}: {built.reason}")
    for proof in built.proofs:
        out.say(proved(proof, built.golden))
    run = f"python3 {built.path}"
    trust = " --trust" if built.tier == "sklearn" else ""
    out.hint(f"{run} predict{trust} < rows.csv, or {run} serve{trust}, or mlctl bench {built.path}")


def proved(proof: Any, golden: int) -> str:
    """Return the sentence that says how far a bundle agrees with scikit-learn."""
    ties = f", {proof.ties:,} ties went the other way" if proof.ties else ""
    rows = f"{proof.rows - golden:,} held-out and {golden:,} golden rows"
    return (
        f"checked in a fresh process with {proof.how}: {rows}, every label as scikit-learn's{ties}, "
        f"largest difference {proof.largest:.1e}"
    )
