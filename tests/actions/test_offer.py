import sys
from pathlib import Path

import pytest

from mlctl.actions import offer as offers
from mlctl.actions.offer import Offer
from mlctl.errors import DamagedError, NotFoundError

OFFER = Offer(
    "iris", "species", "iris_abc123_1", "portable", size=3, missing=("", "-"), about={"target": "y"}
)


def test_an_offer_is_read_back(tmp_path):
    offers.write(tmp_path, OFFER, [{"x": 1}], b"abc")
    assert offers.read(tmp_path) == OFFER
    assert offers.rows(tmp_path) == [{"x": 1}]
    assert offers.model(tmp_path) == b"abc"


def test_one_of_the_sklearn_tier_has_no_model(tmp_path):
    offers.write(tmp_path, OFFER, [], None)
    with pytest.raises(NotFoundError):
        offers.model(tmp_path)


@pytest.mark.parametrize("text", ["{}", '{"missing": [], "nonsense": 1}'])
def test_what_is_no_offer(tmp_path, text):
    (tmp_path / offers.OFFER).write_text(text)
    with pytest.raises(DamagedError, match="is no offer"):
        offers.read(tmp_path)


def test_the_command():
    plain = offers.command(Path("d"), Path("s"))
    assert plain == (sys.executable, "-m", "mlctl.actions.served", "d", "--store", "s")
    assert offers.command(Path("d"), Path("s"), follow=True, trust=True) == (*plain, "--follow", "--trust")
