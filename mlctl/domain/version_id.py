"""The name of an experiment: ``<project>_<first 6 of the git commit>_<number>``.

A project may contain ``_``, so a name is split from the right.
"""

import re
from dataclasses import dataclass

NO_GIT = "nogit"
_FORM = re.compile(r"^(?P<project>.+)_(?P<commit>[0-9a-f]{6}|nogit)_(?P<number>[1-9][0-9]*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class VersionId:
    """A model version id, taken apart.

    Examples
    --------
    >>> VersionId.parse("animal_cls_3f9a1c_12")
    VersionId(project='animal_cls', commit='3f9a1c', number=12)
    >>> str(VersionId("iris", "nogit", 1))
    'iris_nogit_1'
    """

    project: str
    commit: str
    number: int

    @classmethod
    def parse(cls, text: str) -> "VersionId | None":
        """Return the parts, or None where the text is no version id."""
        match = _FORM.match(text)
        return cls(match["project"], match["commit"], int(match["number"])) if match else None

    def __str__(self) -> str:
        return f"{self.project}_{self.commit}_{self.number}"


def short_commit(commit: str | None) -> str:
    """Return the part of the git commit that goes into a name."""
    return commit[:6] if commit else NO_GIT
