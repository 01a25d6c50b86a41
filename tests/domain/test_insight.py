import json

import pytest

from mlctl.domain.insight import Importance, LearningCurve, Loss, Step

IMPORTANCE = Importance(
    "r2_score", 500, 0.5, (Loss(("ä",), 0.2, 0.01), Loss(("b",), 0.0, None)), Loss(("b",), 0.0, 0.0), ("c",)
)
CURVE = LearningCurve("r2_score", 500, "latest", (Step(50, (0.1,), ((0.4, None),)), Step(100, (0.5,))), (25,))


@pytest.mark.parametrize("found", [IMPORTANCE, CURVE, Importance("r2_score", 5, 0.5, ())])
def test_there_and_back_through_json(found):
    assert type(found).from_dict(json.loads(json.dumps(found.to_dict()))) == found


@pytest.mark.parametrize("data", [{}, {"metric": "m", "rows": "x"}, {"metric": 1}])
def test_something_else_is_refused(data):
    for kind in (Importance, LearningCurve):
        with pytest.raises((KeyError, TypeError, ValueError)):
            kind.from_dict(data)
