import pytest

from mlctl.actions.retrain.order import read_order
from mlctl.errors import DamagedError


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"watches": 1}', "[" * 100_000])
def test_an_order_that_is_none(tmp_path, text):
    (tmp_path / "order.json").write_text(text)
    with pytest.raises(DamagedError, match="holds no order of a run"):
        read_order(tmp_path)
