"""What projects, models and experiments have in common: update, remove, restore, note, tag."""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import completing, out
from mlctl.cli.options import JsonOption, StoreOption
from mlctl.cli.place import here
from mlctl.domain.names import check_text
from mlctl.errors import UsageError

Lookup = Callable[[Any, str], Any]


def commands(noun: str, metavar: str, lookup: Lookup) -> dict[str, Callable[..., None]]:
    """Return the commands of a noun that change what is there.

    Parameters
    ----------
    noun : str
        ``project``, ``model`` or ``experiment``.
    metavar : str
        How the thing is named on the command line.
    lookup : callable
        Takes the store and the words typed; returns the record.
    """
    Name = Annotated[
        str, typer.Argument(metavar=metavar, help=f"The {noun}.", autocompletion=completing.OF_NOUN[noun])
    ]

    def update(
        name: Name,
        description: Annotated[str, typer.Option("--description", "-d", help="What it is for.")],
        store: StoreOption = None,
        as_json: JsonOption = False,
    ) -> None:
        check_text("description", description)
        opened = here(store).open()
        changed = opened.update(lookup(opened, name), description=description)
        done(noun, changed, "updated", as_json=as_json)

    def note(
        name: Name,
        text: Annotated[str, typer.Argument(metavar="TEXT", help="The remark.")],
        store: StoreOption = None,
        as_json: JsonOption = False,
    ) -> None:
        if not check_text("note", text).strip():
            raise UsageError("the note is empty", f"mlctl {noun} note {metavar} 'what you saw'")
        opened = here(store).open()
        done(noun, opened.note(lookup(opened, name), text, datetime.now(UTC)), "noted", as_json=as_json)

    def tag(
        name: Name,
        tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="One or more words.")],
        remove: Annotated[bool, typer.Option("--remove", help="Take the tags away instead.")] = False,
        store: StoreOption = None,
        as_json: JsonOption = False,
    ) -> None:
        opened = here(store).open()
        record = lookup(opened, name)
        for word in tags:
            record = opened.tag(record, word, remove=remove)
        done(noun, record, "tagged", as_json=as_json)

    def remove(
        names: Annotated[
            list[str],
            typer.Argument(
                metavar=f"{metavar}...", help=f"One {noun} or more.", autocompletion=completing.OF_NOUN[noun]
            ),
        ],
        store: StoreOption = None,
        as_json: JsonOption = False,
    ) -> None:
        opened = here(store).open()
        records = [lookup(opened, name) for name in names]
        moved = [opened.remove(record, datetime.now(UTC)) for record in records]
        if as_json:
            out.document({"trash": moved})
            return
        _removed(noun, dict(zip(moved, records, strict=True)))

    def restore(
        name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its name in the trash.")],
        store: StoreOption = None,
        as_json: JsonOption = False,
    ) -> None:
        restored: Path = here(store).open().restore(name)
        if as_json:
            out.document({"restored": str(restored)})
            return
        out.text(str(restored))

    one = f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
    update.__doc__ = f"Change the description of {one}."
    note.__doc__ = f"Leave a remark on {one}."
    tag.__doc__ = f"Put tags on {one}, or take them away."
    remove.__doc__ = f"Move {one} to the trash; nothing is deleted."
    restore.__doc__ = f"Take {one} back from the trash."
    return {"update": update, "note": note, "tag": tag, "remove": remove, "restore": restore}


def _removed(noun: str, moved: dict[str, Any]) -> None:
    for place, record in moved.items():
        out.say(f"moved {label(record)} to the trash")
        out.text(place)
    for place in moved:
        out.hint(f"to take it back: mlctl {noun} restore {shlex.quote(place)}")


def label(record: Any) -> str:
    """Return a record's name as references write it."""
    version = getattr(record, "model_version_id", None)
    if version:
        return str(version)
    parts = [getattr(record, "project_name", ""), getattr(record, "model_name", "")]
    return "/".join(part for part in parts if part)


def done(noun: str, record: Any, what: str, *, as_json: bool) -> None:
    """Say that a record was changed."""
    if as_json:
        out.document({f"{noun}s": [record.to_dict()]})
        return
    out.text(label(record))
    out.say(what)
