"""``mlctl promote``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import out
from mlctl.cli.clock import NowOption, moment
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, RefArgument, StoreOption, TrustOption
from mlctl.cli.place import here, who
from mlctl.domain.names import check_text
from mlctl.errors import RefusedError, UsageError

REFUSED = RefusedError.exit_code


def promote(
    ref: RefArgument,
    force: Annotated[
        bool, typer.Option("--force", help="Promote whatever the gate says; it is recorded as such.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why; --force needs it.", metavar="TEXT")] = "",
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show the verdict and leave the champion; it counts as a look at the rows."
        ),
    ] = False,
    params: Annotated[
        Path | None,
        typer.Option(
            "--params", help="Judge by the promote section of this file, not by REF's own.", metavar="FILE"
        ),
    ] = None,
    trust: TrustOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an experiment the champion, if it is better than the one in use beyond doubt."""
    from mlctl.actions import locate
    from mlctl.actions.promote import promote as action
    from mlctl.cli import promote_view as view

    check_text("reason", reason)
    opened = here(store, params.parent if params else None).open()
    challenger = locate.experiment(opened, ref, project, model)
    _check_model(challenger, project, model)
    done = action(
        opened,
        challenger,
        who=who(),
        now=moment(now),
        force=force,
        reason=reason,
        dry_run=dry_run,
        trust=trust,
        rules=_rules(params, challenger) if params else None,
    )
    seen = view.gather(opened, challenger, done)
    if as_json:
        out.document(view.document(seen))
    else:
        view.show(seen)
    if not done.promoted and done.before != challenger.model_version_id and _refused(done):
        raise typer.Exit(REFUSED)


def _rules(params: Path, challenger: Any) -> Any:
    """Return the promote section of a file of the challenger's own model."""
    from mlctl.actions.parameters import load_file

    found = load_file(params, []).parameters
    if (found.project, found.model) != (challenger.project_name, challenger.model_name):
        raise UsageError(
            f"{params} is of {found.project}/{found.model}, and {challenger.model_version_id} of "
            f"{challenger.project_name}/{challenger.model_name}",
            "name the file of that model",
        )
    return found.promote


def _refused(done: Any) -> bool:
    return not done.result.verdict.ok


def _check_model(challenger: Any, project: str | None, model: str | None) -> None:
    """Refuse a reference to one model with the name of another: which one is meant cannot be told."""
    pairs = ((project, challenger.project_name), (model, challenger.model_name))
    if any(named and named != own for named, own in pairs):
        raise UsageError(
            f"{challenger.model_version_id} is an experiment of {challenger.project_name}/"
            f"{challenger.model_name}, not of {project or challenger.project_name}/"
            f"{model or challenger.model_name}",
            "an experiment becomes champion of its own model only",
        )
