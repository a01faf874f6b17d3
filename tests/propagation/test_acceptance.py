"""The acceptance rule of GE84, Article 4.3.7.1, as a state machine."""

import math
from itertools import pairwise

import pytest

from propagation.interference.acceptance import Acceptance, acceptance, acceptance_margin_db

RULE = {"reference_field_dbuvm": 54.0, "largest_rise_db": 0.5}
NOBODY = -math.inf


@pytest.mark.parametrize(
    ("within", "without", "state", "margin_db"),
    [
        # at most 54 dB(uV/m): the limit itself is accepted, whatever the rise
        (54.0, 20.0, Acceptance.BELOW_REFERENCE_FIELD, 0.0),
        (54.0, NOBODY, Acceptance.BELOW_REFERENCE_FIELD, 0.0),
        (40.0, 39.9, Acceptance.BELOW_REFERENCE_FIELD, 14.0),
        # above it: at most 0.5 dB of rise, the limit itself accepted
        (54.1, 53.6, Acceptance.RISE_ACCEPTED, 0.0),
        (70.3, 69.8, Acceptance.RISE_ACCEPTED, 0.0),  # 0.5 + 2e-15 in binary
        (70.0, 69.9, Acceptance.RISE_ACCEPTED, 0.4),
        # neither
        (54.1, 53.5, Acceptance.AGREEMENT_REQUIRED, -0.1),
        (54.01, 20.0, Acceptance.AGREEMENT_REQUIRED, -0.01),
        (70.0, 69.0, Acceptance.AGREEMENT_REQUIRED, -0.5),
        (60.0, NOBODY, Acceptance.AGREEMENT_REQUIRED, -6.0),
        # nothing changes
        (70.0, 70.0, Acceptance.NOT_AFFECTED, 0.5),
        (NOBODY, NOBODY, Acceptance.NOT_AFFECTED, math.inf),
        (math.nan, 50.0, Acceptance.UNKNOWN, math.nan),
        (50.0, math.nan, Acceptance.UNKNOWN, math.nan),
    ],
)
def test_states(within: float, without: float, state: Acceptance, margin_db: float) -> None:
    assert acceptance(within, without, **RULE) is state
    assert acceptance_margin_db(within, without, **RULE) == pytest.approx(
        margin_db, abs=1e-6, nan_ok=True
    )


def test_a_station_that_grows_passes_through_the_states_in_order() -> None:
    """More and more of it beside 53.7 dB(uV/m) of others: three states, never back."""
    order = [
        Acceptance.NOT_AFFECTED,
        Acceptance.BELOW_REFERENCE_FIELD,
        Acceptance.RISE_ACCEPTED,
        Acceptance.AGREEMENT_REQUIRED,
    ]
    rises = [0.0, 0.1, 0.3, 0.31, 0.5, 0.51, 3.0]
    found = [order.index(acceptance(53.7 + rise, 53.7, **RULE)) for rise in rises]
    assert found == [0, 1, 1, 2, 2, 3, 3]
    margins = [acceptance_margin_db(53.7 + rise, 53.7, **RULE) for rise in rises]
    assert all(before > after for before, after in pairwise(margins))


def test_the_limits_are_the_rule_s() -> None:
    stricter = {"reference_field_dbuvm": 50.0, "largest_rise_db": 0.1}
    assert acceptance(52.0, 51.7, **stricter) is Acceptance.AGREEMENT_REQUIRED
    assert acceptance(52.0, 51.95, **stricter) is Acceptance.RISE_ACCEPTED
    assert acceptance(50.0, 20.0, **stricter) is Acceptance.BELOW_REFERENCE_FIELD
