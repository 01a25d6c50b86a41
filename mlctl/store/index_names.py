"""Names for Tab, from the index alone: no record's file is looked at, and nothing is brought up to date."""

from mlctl.store import index_tables
from mlctl.store.index import ERRORS, Index
from mlctl.store.site import Site

MOST = 200
"""No person reads more candidates."""

_LAST = "\U0010ffff"


def projects(site: Site, start: str) -> list[str]:
    """Return the projects whose names begin so."""
    query = (
        "SELECT project FROM (SELECT project FROM records UNION SELECT project FROM owners) "
        "WHERE project >= ? AND project < ? ORDER BY 1"
    )
    return _asked(site, query, start, start + _LAST)


def models(site: Site, start: str, project: str | None = None) -> list[str]:
    """Return the models whose names begin so, of one project where it is given."""
    query = (
        "SELECT DISTINCT model FROM records WHERE kind = 'model' AND project >= ? AND project <= ? "
        "AND model >= ? AND model < ? ORDER BY 1"
    )
    return _asked(site, query, project or "", project or _LAST, start, start + _LAST)


def labels(site: Site, start: str) -> list[str]:
    """Return the models as ``PROJECT/MODEL`` whose labels begin so."""
    query = (
        "SELECT label FROM (SELECT project || '/' || model AS label FROM records WHERE kind = 'model') "
        "WHERE label >= ? AND label < ? ORDER BY 1"
    )
    return _asked(site, query, start, start + _LAST)


def experiments(site: Site, start: str, project: str | None = None, model: str | None = None) -> list[str]:
    """Return the experiments whose version ids begin so, or whose numbers do; the newest first."""
    scope = (project or "", project or _LAST, model or "", model or _LAST)
    query = (
        "SELECT {} FROM owners JOIN experiments ON owner = owners.id "
        "WHERE project >= ? AND project <= ? AND model >= ? AND model <= ? AND number IS NOT NULL AND {} "
        "ORDER BY number DESC"
    )
    if start.isascii() and start.isdecimal():
        numbers = query.format("number", "CAST(number AS TEXT) GLOB ?")
        return _asked(site, numbers, *scope, f"{start}*")
    names = query.format("name", "name >= ? AND name < ?")
    return _asked(site, names, *scope, start, start + _LAST)


def _asked(site: Site, query: str, *values: str) -> list[str]:
    index = Index(site.layout.index)
    try:
        if not index.is_file():
            return []
        with index.connected("ro") as connection:
            if not index_tables.are_there(connection):
                return []
            return [str(name) for (name,) in connection.execute(f"{query} LIMIT {MOST}", values)]
    except ERRORS:
        return []
