from mlctl.domain.figures import Chart, Series


def chart(*series, **more):
    return Chart("key", "title", "", "", (), (), "x", "y", tuple(series), **more)


def test_limits_leave_room_around_points_spans_and_reference():
    one = Series("", ((0.0, 0.0), (10.0, 5.0)), "interval", ((-5.0, 1.0), (4.0, 15.0)))
    (left, right), (bottom, top) = chart(one, reference=((-10.0, 0.0), (10.0, 0.0))).limits()
    assert (left, right) == (-10.8, 10.8)
    assert (bottom, top) == (-5.8, 15.8)


def test_limits_are_never_empty():
    assert chart(Series("", ((3.0, 0.0), (3.0, 0.0)))).limits() == ((2.85, 3.15), (-0.5, 0.5))
    assert chart().limits() == ((-0.04, 1.04), (-0.04, 1.04))


def test_a_unit_square_is_one():
    assert chart(Series("", ((0.5, 0.5),)), unit_square=True).limits() == ((0.0, 1.0), (0.0, 1.0))
