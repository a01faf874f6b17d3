"""Products of a site on channels and receivers."""

import pytest

from propagation.compliance import intermodulation
from propagation.compliance.facts_intermodulation import (
    CarrierFacts,
    SiteFacts,
    VictimFacts,
    VictimKind,
)
from propagation.compliance.records import Outcome
from tests.propagation.site_checks import said, shipped


def carrier(frequency_mhz: float, **changes) -> CarrierFacts:
    parts = {
        "id": f"c{frequency_mhz}", "name": f"Đài {frequency_mhz}", "bandwidth_khz": 200.0,
        "distance_m": 0.0, "erp_dbw": 30.0, "source": "giấy phép",
    }  # fmt: skip
    return CarrierFacts(**{**parts, "frequency_mhz": frequency_mhz, **changes})


def victim(frequency_mhz: float, **changes) -> VictimFacts:
    parts = {
        "id": f"v{frequency_mhz}", "name": f"Kênh {frequency_mhz}", "kind": VictimKind.CHANNEL,
        "bandwidth_khz": 200.0, "distance_km": 10.0,
    }  # fmt: skip
    return VictimFacts(**{**parts, "frequency_mhz": frequency_mhz, **changes})


@pytest.fixture
def check(station):
    """Run the check of a station on 101.0 MHz as shipped, orders 2 and 3 unless said."""

    def run(*carriers, victims=(), unknown=0, **changes):
        site = SiteFacts(
            bandwidth_khz=200.0, carriers=carriers, victims=tuple(victims),
            unknown_frequencies=unknown,
        )  # fmt: skip
        rule = shipped("site.intermodulation", **{"orders": [2, 3], **changes})
        found = said(intermodulation.check(station(frequency_mhz=101.0), site, rule=rule))
        assert {finding.check for finding in found} == {"intermodulation"}
        return found

    return run


def test_two_signals_by_hand(check) -> None:
    """2 x 101.0 - 99.0 = 103.0 MHz."""
    (found,) = check(carrier(99.0), victims=[victim(103.0)])
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.counterpart == "v103.0"
    assert found.values["formula"] == "2A-B"
    assert found.values["sum"] == "2 × 101000 − 99000"
    assert found.values["names"] == "A = Đài PT-TH Long An, B = Đài 99.0"
    assert (found.values["product_mhz"], found.values["width_khz"]) == (103.0, 600.0)
    assert found.measure["frequency_mhz"] == 103.0


def test_three_signals_by_hand(check) -> None:
    """101.0 + 99.0 - 95.0 = 105.0 MHz; 2 x 99 - 95 = 103 has no part of the station."""
    (found,) = check(carrier(99.0), carrier(95.0), victims=[victim(105.0, bandwidth_khz=0.0)])
    assert (found.values["formula"], found.values["sum"]) == (
        "A+B-C", "101000 + 99000 − 95000",
    )  # fmt: skip
    assert found.values["more"] == 0


def test_fifth_order_when_asked(check) -> None:
    """3 x 101 - 2 x 99 = 105.0 MHz, 1 MHz wide."""
    assert check(carrier(99.0), victims=[victim(105.0)])[0].outcome is Outcome.COMPLIES
    (found,) = check(carrier(99.0), victims=[victim(105.0)], orders=[2, 3, 5])
    assert (found.values["formula"], found.values["width_khz"]) == ("3A-2B", 1000.0)


def test_the_own_channel_is_a_victim_of_the_others(check) -> None:
    """2 x 100.0 - 99.0 = 101.0 MHz."""
    found = check(carrier(99.0), carrier(100.0))
    assert [finding.reason for finding in found] == ["intermodulation.reason.own_channel"]
    assert found[0].counterpart is None
    assert found[0].values["sum"] == "2 × 100000 − 99000"


def test_a_carrier_of_the_site_is_no_victim_of_its_own_product(check) -> None:
    """2 x 101.0 - 101.2 = 100.8 MHz is 600 kHz wide and reaches 101.2: it is made of it."""
    near = carrier(101.2)
    own = victim(101.2, id=near.id)
    assert check(near, victims=[own])[0].reason == "intermodulation.reason.clear"
    assert check(near, victims=[victim(101.2)])[0].reason == "intermodulation.reason.hit"


def test_receiver_in_the_aeronautical_band(check) -> None:
    """2 x 101.0 - 90.0 = 112.0 MHz."""
    receiver = victim(112.0, kind=VictimKind.RECEIVER, bandwidth_khz=25.0)
    (found,) = check(carrier(90.0), victims=[receiver])
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.reason == "intermodulation.reason.receiver_hit"


def test_antennas_on_one_frequency_are_one_carrier(check) -> None:
    """101.0 + 900 - 900 MHz is the station itself, however wide; 99.0 names the stronger one."""
    wide = {"bandwidth_khz": 5000.0}
    pair = [carrier(900.0, id=name, **wide) for name in ("x", "y")]
    (found,) = check(*pair, victims=[victim(102.0)])
    assert found.reason == "intermodulation.reason.clear"
    assert found.values["carriers"] == 2
    weak, strong = (carrier(99.0, id=f"{erp}", name=f"{erp}", erp_dbw=erp) for erp in (9.0, 20.0))
    (hit,) = check(weak, strong, victims=[victim(103.0), victim(99.0, id="9.0")])
    assert (hit.counterpart, hit.values["names"]) == ("v103.0", "A = Đài PT-TH Long An, B = 20.0")


def test_sectors_of_one_mast_are_told_once(check) -> None:
    """2 x 101.0 - 90.0 = 112.0 MHz on three receivers of one name, and on one farther off."""
    sectors = [
        victim(112.0, id=name, name="R", kind=VictimKind.RECEIVER, distance_km=km)
        for name, km in (("r1", 1.0), ("r2", 1.0), ("r3", 1.0), ("far", 2.0))
    ]
    assert [one.counterpart for one in check(carrier(90.0), victims=sectors)] == ["r1", "far"]


@pytest.mark.parametrize(("guard_khz", "count"), [(0, 0), (49, 0), (50, 1)])
def test_guard(check, guard_khz: float, count: int) -> None:
    """A product 600 kHz wide and a channel of 200, 450 kHz apart: 50 kHz between their edges."""
    found = check(carrier(99.0), victims=[victim(103.45)], guard_khz=guard_khz)
    assert sum(finding.reason.endswith("hit") for finding in found) == count


def test_how_near_and_how_far(check) -> None:
    at = carrier(99.0, distance_m=300.0)
    beyond = carrier(99.0, distance_m=301.0)
    assert check(at, victims=[victim(103.0)])[0].reason.endswith("hit")
    assert check(beyond, victims=[victim(103.0)])[0].reason.endswith("alone")
    far = victim(103.0, distance_km=50.1)
    assert check(at, victims=[far])[0].reason.endswith("clear")
    assert check(at, victims=[far], victim_distance_km=60)[0].reason.endswith("hit")


def test_nothing_hit_says_how_much_was_looked_at(check) -> None:
    (found,) = check(carrier(99.0), victims=[victim(90.0), victim(106.0)])
    assert found.outcome is Outcome.COMPLIES
    # 2A, 2B, A+B, A-B; 3A, 3B, 2A+B, A+2B, 2A-B, 2B-A
    assert (found.values["products"], found.values["victims"]) == (10, 2)


def test_unknown_frequencies_leave_the_list_open(check) -> None:
    found = check(carrier(99.0), unknown=2)
    assert [finding.outcome for finding in found] == [Outcome.NOT_ASSESSABLE, Outcome.COMPLIES]
    assert found[0].values["count"] == 2


def test_alone(check) -> None:
    (found,) = check(victims=[victim(103.0)], orders=[2, 3, 5])
    assert found.outcome is Outcome.COMPLIES
    assert found.reason == "intermodulation.reason.alone"
    # 2A, 3A, 5A
    assert found.values["products"] == 3


@pytest.mark.parametrize(
    ("at_mhz", "formula", "width_khz"),
    [(202.0, "2A", 400), (303.0, "3A", 600), (505.0, "5A", 1000)],
)
def test_the_harmonics_of_one_carrier_alone(check, at_mhz, formula, width_khz) -> None:
    """2, 3 and 5 x 101.0 MHz."""
    receiver = victim(at_mhz, kind=VictimKind.RECEIVER, bandwidth_khz=25.0)
    (found,) = check(victims=[receiver], orders=[2, 3, 5])
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert (found.values["formula"], found.values["width_khz"]) == (formula, width_khz)


def test_the_screen_never_decides() -> None:
    assert shipped("site.intermodulation").advisory
