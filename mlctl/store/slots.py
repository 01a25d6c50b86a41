"""How many models are retrained at once, by whatever process."""

import json
import os
from datetime import datetime

from mlctl import files
from mlctl.files.held import Held, hold
from mlctl.store.site import Site
from mlctl.store.times import stamp


def take(site: Site, most: int, what: str, now: datetime) -> Held | None:
    """Take a slot if one is free.

    Parameters
    ----------
    most : int
        So many there are.
    what : str
        Whose it is, for people.

    Returns
    -------
    Held or None
        None where all are taken.
    """
    folder = site.layout.unlinked(site.layout.slots)
    files.make_folder(folder)
    told = json.dumps({"pid": os.getpid(), "host": site.host, "since": stamp(now), "model": what}) + "\n"
    return next((held for n in range(1, most + 1) if (held := hold(folder / f"{n}.lock", told))), None)
