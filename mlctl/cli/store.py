"""``mlctl store``."""

import shlex
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import forms, out, table
from mlctl.cli.confirm import confirmed, declined
from mlctl.cli.looking import looking
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption
from mlctl.cli.place import here
from mlctl.errors import DamagedError

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
RefsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[REF]...", help="Check these experiments and their data only."),
]

FINDINGS = (
    table.Column("severity", "", keep=True),
    table.Column("path", "where", keep=True),
    table.Column("said", "what is wrong", keep=True),
    table.Column("remedy", "mended by", keep=True),
    table.Column("code", "code"),
)
REPAIRS = (
    table.Column("path", "what", keep=True),
    table.Column("done", "is", keep=True),
    table.Column("said", "because it"),
    table.Column("code", "code"),
)
DOOMED = (
    table.Column("kind", "kind", keep=True),
    table.Column("name", "name", keep=True),
    table.Column("bytes", "size", "size", keep=True),
    table.Column("why", "why"),
    table.Column("path", "where"),
)
ROOMS = (
    table.Column("kind", "what", keep=True),
    table.Column("of", "of", keep=True),
    table.Column("count", "things", "int"),
    table.Column("bytes", "size", "size", keep=True),
)

_MENDED_BY = {"repair": "store repair", "gc": "store gc", "person": "you", "": None}


def check(
    refs: RefsArgument = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave checksums out.")] = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look over the whole store, reading only; exit code 6 where something is not as it should be."""
    from mlctl.actions import store_check

    opened = here(store).open()
    with looking("checking") as told:
        found = store_check.check(opened, refs or (), project, model, quick=quick, told=told)
    if as_json:
        out.document({"findings": [asdict(finding) for finding in found.findings], "checked": found.things})
    else:
        _show_findings(found)
    if found.faults:
        raise typer.Exit(DamagedError.exit_code)


def _show_findings(found: Any) -> None:
    if found.findings:
        table.show(table.Table(FINDINGS, tuple(map(_finding, found.findings))))
    notes = len(found.findings) - len(found.faults)
    told = f" · {forms.many(notes, 'note')}" if notes else ""
    count = forms.many(len(found.faults), "fault") if found.faults else "nothing wrong"
    out.say(f"{count}{told} · {forms.many(found.things, 'thing')} looked at")
    if found.mendable:
        out.hint("mlctl store repair --dry-run")


def _finding(finding: Any) -> dict[str, Any]:
    return asdict(finding) | {"remedy": _MENDED_BY[finding.remedy]}


def repair(
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mend what check finds: caches anew, events replayed, damaged things set aside in damaged/."""
    from mlctl.actions import store_check

    opened = here(store).open()
    with looking("checking") as told:
        wanted = store_check.repair_plan(opened, told=told)
    if dry_run or not wanted.mended:
        _show_repair(wanted, would=True, as_json=as_json)
        return
    if not yes and not as_json:
        _show_mended(wanted)
    question = f"do {forms.many(len(wanted.mended), 'repair')}?"
    if not confirmed(question, yes=yes, as_json=as_json, dry_run="mlctl store repair --dry-run"):
        declined()
        return
    with looking("repairing") as told:
        done = store_check.repair(opened, datetime.now(UTC), told=told)
    _show_repair(done, would=False, as_json=as_json)


def _show_repair(repair: Any, *, would: bool, as_json: bool) -> None:
    from mlctl.domain.findings import faults

    left = faults(repair.left)
    if as_json:
        out.document(repair.to_dict() | {"dry_run": would})
    else:
        _show_mended(repair)
        for finding in left:
            out.warn(f"not mended: {finding.path} {finding.said}")
        verb = "to do" if would else "done"
        count = f"{forms.many(len(repair.mended), 'repair')} {verb}" if repair.mended else "nothing to mend"
        told = f" · {forms.many(len(left), 'fault')} that it cannot mend" if left else ""
        out.say(count + told)
        if repair.mended:
            out.hint("mlctl store repair" if would else "mlctl store check")
    if left:
        raise typer.Exit(DamagedError.exit_code)


def _show_mended(repair: Any) -> None:
    if repair.mended:
        rows = [asdict(m.finding) | {"path": m.path, "done": m.done} for m in repair.mended]
        table.show(table.Table(REPAIRS, tuple(rows)))


def reindex(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Make the index anew from the files; it is a cache, and can be deleted at any moment."""
    from mlctl.actions import store_check

    count, kept = store_check.reindex(here(store).open())
    if as_json:
        out.document({"records": count, "kept": kept})
        return
    out.say(f"read {forms.many(count, 'record')}; what was written this second is read once more")
    if not kept:
        out.warn("the index cannot be written here: every listing reads the files")


def gc(
    keep_last: Annotated[
        int | None,
        typer.Option(
            "--keep-last", help="Delete experiments but the N newest of each model.", metavar="N", min=0
        ),
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", help="Delete only what is older: 36h, 90d, 12w, 1y.", metavar="AGE"),
    ] = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete what nobody needs: the trash, unused data, leftovers; old experiments where asked.

    Never the champion or an earlier one, what is tagged, what a bundle was made of, what runs, the last
    climb of a model, or the baseline of any of these. Their data stays with them, and no number is given
    out again.
    """
    from mlctl.actions import store_gc

    wanted = store_gc.wish(keep_last, older_than)
    opened = here(store).open()
    sweep = store_gc.plan(opened, wanted, datetime.now(UTC))
    if dry_run or not sweep.doomed:
        again = store_gc.command(keep_last, older_than)
        _show_gc(opened, store_gc.planned(sweep), as_json=as_json, following=again)
        return
    if not yes and not as_json:
        _show_doomed(opened, store_gc.planned(sweep))
    question = f"delete {forms.many(len(sweep.doomed), 'thing')}, {forms.size(sweep.bytes)}, for good?"
    if not confirmed(question, yes=yes, as_json=as_json, dry_run="mlctl store gc --dry-run"):
        declined()
        return
    _show_gc(opened, store_gc.sweep(opened, sweep), as_json=as_json, again=yes)


def _show_gc(opened: Any, deleted: Any, *, as_json: bool, again: bool = True, following: str = "") -> None:
    would = bool(following)
    if as_json:
        kept = [{"model_version_id": name, "why": why} for name, why in deleted.kept]
        told = {"deleted": deleted.rows(opened), "kept": kept, "bytes": deleted.bytes, "dry_run": would}
        out.document(told | {"warnings": list(deleted.said)})
        return
    if again:
        _show_doomed(opened, deleted)
    for line in deleted.said:
        out.say(line)
    for name, why in deleted.kept:
        out.say(f"{name} stays: {why}")
    if not deleted.doomed:
        out.say("nothing to delete")
        return
    verb = "would free" if would else "freed"
    out.say(f"{forms.many(len(deleted.doomed), 'thing')}: {verb} {forms.size(deleted.bytes)}")
    out.hint(following or "mlctl store usage")


def _show_doomed(opened: Any, deleted: Any) -> None:
    if deleted.doomed:
        table.show(table.Table(DOOMED, tuple(deleted.rows(opened))))


def usage(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Show how much room the store takes, and where."""
    from mlctl.actions import store_gc

    opened = here(store).open()
    rooms = store_gc.usage(opened)
    whole = sum(room.bytes for room in rooms)
    if as_json:
        out.document({"usage": [asdict(room) for room in rooms], "bytes": whole})
        return
    out.say(f"store {opened.root} · {forms.size(whole)}")
    rows = [
        asdict(room) | {"of": "/".join(filter(None, (room.project, room.model))) or None} for room in rooms
    ]
    table.show(table.Table(ROOMS, tuple(rows)))
    if any(room.kind in {"trash", "tmp"} and room.bytes for room in rooms):
        out.hint("mlctl store gc --dry-run")


def merge(
    other: Annotated[
        Path, typer.Argument(metavar="OTHER", help="The other store's directory; it is only read.")
    ],
    dry_run: DryRunOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring what another store has: experiments, their data, their events; merging twice is merging once."""
    from mlctl.actions import store_merge

    opened = here(store).open()
    with looking("merging") as told:
        merged = store_merge.merge(opened, other, datetime.now(UTC), dry_run=dry_run, told=told)
    if as_json:
        out.document(store_merge.to_dict(merged) | {"dry_run": dry_run})
        return
    for one in merged.skipped:
        out.warn(f"not brought: {one.path}: {one.reason}")
    for was, becomes in merged.renumbered:
        out.say(f"{was} {'would be' if dry_run else 'is'} {becomes} here: another experiment has its number")
    out.say(_brought(merged, dry_run=dry_run))
    if merged.brings_something:
        out.hint(shlex.join(["mlctl", "store", "merge", str(other)]) if dry_run else "mlctl store check")


def _brought(merged: Any, *, dry_run: bool) -> str:
    told = [forms.many(len(merged.experiments), "experiment"), forms.many(len(merged.datasets), "dataset")]
    told.append(forms.many(merged.events, "event"))
    there = f"; {forms.many(merged.here, 'experiment')} {'was' if merged.here == 1 else 'were'} here already"
    return f"{'would bring' if dry_run else 'brought'} {', '.join(told)}{there if merged.here else ''}"


def migrate(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Bring a store of an older format to the newest one."""
    from mlctl.actions import store_merge

    done = store_merge.migrate(here(store).open())
    if as_json:
        out.document(asdict(done))
        return
    if done.before == done.after:
        out.say(f"format {done.after} is the newest: nothing to do")
    else:
        out.say(f"format {done.before} is format {done.after} now")
        out.hint("mlctl store check")


COMMANDS = {
    "check": check,
    "repair": repair,
    "reindex": reindex,
    "gc": gc,
    "usage": usage,
    "merge": merge,
    "migrate": migrate,
}
