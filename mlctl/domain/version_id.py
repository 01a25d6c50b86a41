"""The name of an experiment: ``<project>_<first 6 of the git commit>_<number>``.

A project may contain ``_``, so a name is split from the right.
"""

from dataclasses import dataclass

NO_GIT = "nogit"
COMMIT_DIGITS = 6
MOST_NUMBER_DIGITS = 200
"""More have no place in a file's name, and Python does not read more than 4,300."""
_DIGITS = frozenset("0123456789")
_HEX = frozenset("0123456789abcdef")


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
        head, _, rest = text.rpartition("_")
        project, _, commit = head.rpartition("_")
        is_commit = commit == NO_GIT or (len(commit) == COMMIT_DIGITS and _HEX.issuperset(commit))
        is_number = rest[:1] != "0" and 0 < len(rest) <= MOST_NUMBER_DIGITS and _DIGITS.issuperset(rest)
        # What names a directory: no way out of it, and no line of its own in a message.
        is_name = bool(project) and "/" not in project and project[0] != "." and min(project) >= " "
        return cls(project, commit, int(rest)) if is_name and is_commit and is_number else None

    def __str__(self) -> str:
        return f"{self.project}_{self.commit}_{self.number}"


def short_commit(commit: str | None) -> str:
    """Return the part of the git commit that goes into a name."""
    return commit[:COMMIT_DIGITS] if commit else NO_GIT
