import pytest

from mlctl.actions.rollback import reign
from mlctl.store.champion import Event


def events(*steps):
    return [Event("t", "me", what, None, after) for what, after in steps]


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ((), []),
        ((("promote", "a"), ("refuse", "b"), ("look", "c"), ("promote", "b")), ["a", "b"]),
        ((("promote", "a"), ("promote", "b"), ("promote", "c"), ("rollback", "b")), ["a", "b"]),
        ((("promote", "a"), ("promote", "b"), ("promote", "c"), ("rollback", "b"), ("rollback", "a")), ["a"]),
        ((("promote", "a"), ("promote", "b"), ("rollback", "a"), ("rollback", "b")), ["a", "b"]),
        ((("promote", "a"), ("rollback", None), ("promote", "b")), ["b"]),
        (
            (("promote", "a"), ("promote", "b"), ("promote", "a"), ("promote", "c"), ("rollback", "a")),
            [*"aba"],
        ),
    ],
)
def test_the_champions_behind_the_one_in_use(steps, left):
    assert reign(events(*steps)) == left
