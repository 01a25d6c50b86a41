"""``mlctl rollback``."""

from typing import Annotated

import typer

from mlctl.cli import out
from mlctl.cli.clock import NowOption, moment
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption
from mlctl.cli.place import here, who
from mlctl.domain.names import check_text


def rollback(
    to: Annotated[
        str | None,
        typer.Argument(
            metavar="[REF]", help="An earlier champion; the one before the present one by default."
        ),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the log.", metavar="TEXT")] = "",
    project: ProjectOption = None,
    model: ModelOption = None,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the champion before, or an earlier one, back in use."""
    from mlctl.actions import locate
    from mlctl.actions.rollback import previous
    from mlctl.actions.rollback import rollback as action

    check_text("reason", reason)
    opened = here(store).open()
    if to is None:
        owner = locate.only_model(opened, project, model)
        target = locate.experiment(opened, previous(opened, owner), owner.project_name, owner.model_name)
    else:
        target = locate.experiment(opened, to, project, model)
        owner = opened.model(target.project_name, target.model_name)
    done = action(opened, owner, target, who=who(), now=moment(now), reason=reason)
    if as_json:
        out.document({"champion_before": done.before, "champion": done.after, "changed": bool(done.event)})
        return
    out.text(done.after)
    if done.event is None:
        out.say("is the champion already, and its files are whole")
        return
    out.say(f"is the champion of {owner.project_name}/{owner.model_name} again, instead of {done.before}")
    out.hint(f"mlctl history --project {owner.project_name} --model {owner.model_name}")
