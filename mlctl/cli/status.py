"""``mlctl status``."""

from typing import Any

from mlctl.cli import forms, out, table
from mlctl.cli.options import JsonOption, StoreOption
from mlctl.cli.place import here, mention_mlflow


def status(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Show what the store holds and what stands at its front."""
    from mlctl.actions.status import status as action

    found = action(here(store).open())
    if as_json:
        out.document(
            {
                "store": found.root,
                "projects": found.projects,
                "models": [m.to_dict() for m in found.models],
                "trash": found.trash,
                "warnings": out.unreadable(found.damaged),
            }
        )
        return
    out.damaged(found.damaged)
    trash = f" · {found.trash} in the trash" if found.trash else ""
    projects, models = forms.many(found.projects, "project"), forms.many(len(found.models), "model")
    out.say(f"store {found.root} · {projects} · {models}{trash}")
    mention_mlflow()
    if not found.models:
        out.hint("mlctl params init DATA --target COLUMN")
        return
    table.show(_table(found))
    out.hint("mlctl compare" if len(found.models) == 1 else "mlctl compare --project P --model M")


def _table(found: Any) -> table.Table:
    rows = tuple(m.to_dict() for m in found.models)
    wanted = [
        table.Column("model", "model", keep=True),
        table.Column("experiments", "experiments", "int", keep=True),
        table.Column("metric", "metric", keep=True),
        table.Column("score", "best score", "score", keep=True),
        table.Column("recommended", "recommended"),
        table.Column("champion", "champion"),
        table.Column("best", "best"),
        table.Column("latest", "age", "age"),
        *(table.Column(name, name, "int") for name in ("running", "failed", "interrupted")),
    ]
    shown = [c for c in wanted if c.keep or any(row[c.key] for row in rows)]
    return table.Table(tuple(shown), rows)
