from mlctl.data.roles import assign

from .tables import section

COLUMNS = ["id", "ts", "shop", "x", "note", "y"]


def test_the_parts_that_columns_play():
    roles = assign(COLUMNS, section(time="ts", group="shop", key="id", drop=["note"]))
    assert roles.target == "y"
    assert roles.features == ("ts", "x")
    assert roles.aside == {"time": "ts", "group": "shop", "key": "id"}
    assert roles.dropped == (
        ("id", "is the key column"),
        ("shop", "is the group column"),
        ("note", "data.drop says so"),
    )
    assert roles.problems == ()


def test_a_time_column_can_be_dropped_and_still_orders_the_rows():
    roles = assign(COLUMNS, section(time="ts", drop=["ts"]))
    assert roles.features == ("id", "shop", "x", "note")
    assert roles.aside == {"time": "ts"}


def test_a_type_can_drop_a_column_but_not_the_target():
    roles = assign(COLUMNS, section(types={"note": "drop", "y": "drop"}))
    assert roles.dropped == (("note", "data.types says so"),)
    assert roles.target == "y"


def test_every_column_that_is_not_there_is_named_with_the_nearest():
    roles = assign(
        COLUMNS,
        section(
            target="Y ",
            time="tss",
            group="Shop",
            key="nothing",
            drop=["notes"],
            types={"xx": "number"},
            dates={"t": "%Y"},
        ),
    )
    assert roles.target is None
    assert roles.aside == {}
    said = {problem.message: problem.hint for problem in roles.problems}
    assert said["data.target: there is no column 'Y '"] == "did you mean y?"
    assert said["data.time: there is no column 'tss'"] == "did you mean ts?"
    assert said["data.group: there is no column 'Shop'"] == "did you mean shop?"
    assert said["data.drop: there is no column 'notes'"] == "did you mean note?"
    assert said["data.types.xx: there is no column 'xx'"] == "did you mean x?"
    assert "data.dates.t: there is no column 't'" in said
    assert said["data.key: there is no column 'nothing'"] == (
        "the columns are 'id', 'ts', 'shop', 'x', 'note', 'y'"
    )
