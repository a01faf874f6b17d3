"""The ladder of fines, as information."""

import math

import pytest

from propagation.compliance.consequences import over_power_fine
from propagation.errors import OutOfRangeError, PropagationError


@pytest.mark.parametrize(
    ("power_w", "fine_min_vnd", "upper_w"),
    [
        (0.1, 600_000, 15),
        (15.0, 600_000, 15),
        (15.01, 1_000_000, 100),
        (100.0, 1_000_000, 100),
        (100.1, 2_000_000, math.inf),
        (50_000, 2_000_000, math.inf),
    ],
)
def test_steps(rule, power_w: float, fine_min_vnd: int, upper_w: float) -> None:
    found = over_power_fine(power_w, rule("sanction.over_power"))
    assert found.fine_min_vnd == fine_min_vnd
    assert found.power_up_to_w == upper_w
    assert found.power_above_w < power_w
    assert found.rule.id == "sanction.over_power"


@pytest.mark.parametrize("power_w", [0.0, -1.0])
def test_no_power(rule, power_w: float) -> None:
    with pytest.raises(OutOfRangeError, match="power_w"):
        over_power_fine(power_w, rule("sanction.over_power"))


STEP = {"power_above_w": 0, "fine_min_vnd": 1, "fine_max_vnd": 2}


@pytest.mark.parametrize(
    "ladder",
    [
        None,
        [],
        ["0"],
        [{}],
        [STEP, STEP],
        [{**STEP, "power_above_w": 5}, STEP],
        [{**STEP, "fine_max_vnd": 0}],
        [{**STEP, "fine_min_vnd": "1"}],
        [{**STEP, "power_above_w": float("nan")}],
    ],
)
def test_bad_ladders(rule, ladder: object) -> None:
    with pytest.raises(PropagationError):
        over_power_fine(10.0, rule("sanction.over_power", ladder=ladder))
