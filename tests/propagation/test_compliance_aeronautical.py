"""Aeronautical test points: Table 5.1 of GE84, and A1, A2, B1, B2 by hand.

The numbers of A1, A2 and B1 are recalled (Rec. ITU-R SM.1009-1; ICAO Annex 10, Volume I, 3.1.4.1),
so are those computed here from them.
"""

import math

import pytest

from propagation.compliance import aeronautical
from propagation.compliance.facts_aeronautical import (
    AeronauticalPoint,
    BroadcastSignal,
    Radionavigation,
)
from propagation.compliance.records import Outcome, Reservation
from propagation.errors import OutOfRangeError
from tests.propagation.site_checks import by_reason, said, shipped

SEPARATION = "fm.aeronautical.separation"


def test_every_value_of_table_5_1() -> None:
    """Final Acts Geneva 1984, Annex 5, Table 5.1, as printed."""
    printed = {
        55: (40, 53, 99, 245, 500, 500),
        50: (22, 31, 57, 141, 302, 500),
        45: (20, 20, 31, 77, 166, 494),
        40: (20, 20, 20, 45, 96, 285),
        35: (20, 20, 20, 24, 52, 156),
        30: (20, 20, 20, 20, 30, 90),
        25: (20, 20, 20, 20, 20, 49),
        20: (20, 20, 20, 20, 20, 29),
        15: (20, 20, 20, 20, 20, 20),
    }
    rule = shipped(SEPARATION)
    for power, row in printed.items():
        for frequency, distance in zip((100, 102, 104, 106, 107, 107.7), row, strict=True):
            assert aeronautical.separation_km(rule, power, frequency) == distance
        assert aeronautical.separation_km(rule, power, 107.9) == row[-1]
        assert aeronautical.separation_km(rule, power, 88.0) == row[0]


def test_between_the_rows_and_the_columns() -> None:
    rule = shipped(SEPARATION)
    # 47.5 dBW at 105 MHz: rows 45 (31, 77 -> 54) and 50 (57, 141 -> 99), half way
    assert aeronautical.separation_km(rule, 47.5, 105.0) == pytest.approx(76.5)
    assert aeronautical.separation_km(rule, 3.0, 107.8) == 20
    for erp, frequency in ((55.1, 100.0), (30.0, 107.95)):
        with pytest.raises(OutOfRangeError):
            aeronautical.separation_km(rule, erp, frequency)


def signal(frequency_mhz: float, **changes) -> BroadcastSignal:
    parts = {
        "station_id": f"s{frequency_mhz}", "name": f"Đài {frequency_mhz}",
        "distance_to_judged_m": 0.0, "distance_km": 60.0, "field_dbuvm": 80.0, "erp_dbw": 40.0,
    }  # fmt: skip
    return BroadcastSignal(**{**parts, "frequency_mhz": frequency_mhz, **changes})


@pytest.fixture
def check(station):
    """Run the check of the first signal's station at one point."""

    def run(*signals, kind=Radionavigation.ILS, point_mhz=108.5, **changes):
        point = AeronauticalPoint(
            id="p", name="ILS TSN", kind=kind, frequency_mhz=point_mhz, longitude=106.65,
            latitude=10.82, height_m=300.0, signals=signals, source="bảng điểm thử",
        )  # fmt: skip
        own = signals[0]
        return by_reason(
            said(
                aeronautical.check(
                    station(id=own.station_id, frequency_mhz=own.frequency_mhz),
                    [point],
                    rule=shipped("fm.aeronautical", **changes),
                    separation_rule=shipped(SEPARATION),
                )
            )
        )

    return run


def test_a1_by_hand(check) -> None:
    """2 x 101.0 - 93.6 = 108.4 MHz, 100 kHz from 108.5: ratio -4 dB, protected 32 dB(uV/m).

    30 kW allows 70 dB below the carrier: 110 - 70 = 40 dB(uV/m); margin 32 - 40 + 4 = -4 dB.
    """
    strong = signal(101.0, field_dbuvm=110.0, erp_dbw=45.0)
    found = check(strong, signal(93.6, field_dbuvm=100.0))["a1_exceeded"]
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.margin_db == pytest.approx(-4)
    assert (found.values["ratio_db"], found.values["offset_khz"]) == (-4, 100)
    weaker = signal(101.0, field_dbuvm=106.0, erp_dbw=45.0)
    kept = check(weaker, signal(93.6, field_dbuvm=100.0))["a1_kept"]
    assert (kept.outcome, kept.margin_db) == (Outcome.COMPLIES, pytest.approx(0))


def test_a1_between_the_steps_and_at_low_power(check) -> None:
    # 75 kHz off: half way from 7 to -4 is 1.5 dB; 10 W (10 dBW): only 46 + 10 = 56 dB below
    own = signal(101.0, field_dbuvm=90.0, erp_dbw=10.0)
    found = check(own, signal(93.575, field_dbuvm=20.0, erp_dbw=10.0))
    assert found["a1_exceeded"].margin_db == pytest.approx(32 - (90 - 56) - 1.5)


def test_a1_goes_by_the_power_of_the_transmitter_where_it_is_on_record(check) -> None:
    """100 W through an antenna of 10 dB: 46 + 20 = 66 dB below the carrier, not 70.

    90 - 66 = 24; 32 - 24 + 4 = 12 dB, where the e.r.p. of 30 dBW would give 16.
    """
    other = signal(93.6, field_dbuvm=20.0)
    by_erp = check(signal(101.0, field_dbuvm=90.0, erp_dbw=30.0), other)["a1_kept"]
    assert by_erp.margin_db == pytest.approx(16)
    own = signal(101.0, field_dbuvm=90.0, erp_dbw=30.0, transmitter_power_w=100.0)
    by_power = check(own, other)["a1_kept"]
    assert by_power.margin_db == pytest.approx(12)
    assert "spurious_by_power_db" in {item.name for item in by_power.evidence}


def test_a1_needs_one_site(check) -> None:
    """One site are masts within a radius, and no label."""
    near = check(signal(101.0), signal(93.6, distance_to_judged_m=300.0))
    assert "a1_exceeded" in near or "a1_kept" in near
    far = check(signal(101.0), signal(93.6, distance_to_judged_m=300.1))
    assert far["a1_silent"].outcome is Outcome.COMPLIES
    wider = check(signal(101.0), signal(93.6, distance_to_judged_m=300.1), near_distance_m=301)
    assert "a1_silent" not in wider


def test_a2_by_hand(check) -> None:
    """107.9 and 108.1 MHz: 200 kHz, ratio -50 dB; 32 - 85 + 50 = -3 dB."""
    found = check(signal(107.9, field_dbuvm=85.0), point_mhz=108.1)["a2_exceeded"]
    assert found.margin_db == pytest.approx(-3)
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    # VOR at 108.175: 275 kHz, half way from -59 to -68; 39 - 85 + 63.5 = 17.5
    kept = check(
        signal(107.9, field_dbuvm=85.0), point_mhz=108.175, kind=Radionavigation.VOR
    )["a2_kept"]  # fmt: skip
    assert kept.margin_db == pytest.approx(17.5)


def test_a2_where_the_table_ends(check) -> None:
    assert "a2_silent" in check(signal(107.9), point_mhz=108.25)
    near = check(signal(107.9), point_mhz=108.0)["a2_too_near"]
    assert near.outcome is Outcome.NOT_ASSESSABLE


def test_b1_from_107_7_by_hand(check) -> None:
    """2 x 107.9 - 107.3 = 108.5 MHz: 2 (-25) + (-20) + 72 = +2 dB."""
    found = check(signal(107.9, power_dbm=-25.0), signal(107.3, power_dbm=-20.0))[
        "b1_near_exceeded"
    ]
    assert found.margin_db == pytest.approx(-2)
    assert found.values["f1_mhz"] == 107.9
    kept = check(signal(107.9, power_dbm=-26.0), signal(107.3, power_dbm=-20.0))
    assert kept["b1_near_kept"].outcome is Outcome.COMPLIES


def test_b1_below_107_7_by_hand(check) -> None:
    """2 x 105.0 - 101.5 = 108.5 MHz.

    108.1 - 105 = 3.1; 20 lg(3.1 / 0.4) = 17.786; 3 (24 - 17.786) = 18.642 dB;
    2 (-8) + (-4) + 18.642 = -1.358 dB.
    """
    found = check(signal(101.5, power_dbm=-4.0), signal(105.0, power_dbm=-8.0))["b1_below_kept"]
    assert found.values["constant_db"] == pytest.approx(18.64)
    assert found.margin_db == pytest.approx(1.358, abs=1e-3)
    over = check(signal(101.5, power_dbm=-2.0), signal(105.0, power_dbm=-8.0))["b1_below_exceeded"]
    assert over.margin_db == pytest.approx(-0.642, abs=1e-3)


def test_b1_is_continuous_at_107_7(check) -> None:
    """2 x 107.7 - 106.9 and a tenth of a kHz less: one form of B1 meets the other at 72 dB."""
    other = signal(106.9, power_dbm=-20.0)
    upper = check(signal(107.7, power_dbm=-26.0), other)["b1_near_kept"]
    lower = check(signal(107.6999, power_dbm=-26.0), other)["b1_below_kept"]
    assert upper.margin_db == pytest.approx(0)
    assert lower.margin_db == pytest.approx(upper.margin_db, abs=0.01)


def test_b1_what_the_texts_do_not_give(check) -> None:
    # 107.9 + 105.0 - 104.4 = 108.5
    three = check(signal(107.9), signal(105.0), signal(104.4))["b1_three"]
    assert three.outcome is Outcome.NOT_ASSESSABLE
    com = check(
        signal(107.9), signal(97.8), kind=Radionavigation.COM, point_mhz=118.0
    )  # fmt: skip
    assert com["b1_com"].outcome is Outcome.NOT_ASSESSABLE
    assert com["b2_com"].outcome is Outcome.NOT_ASSESSABLE


@pytest.mark.parametrize(
    ("frequency_mhz", "limit_dbm"),
    [(90.0, 15), (100.0, 15), (102.0, 15), (104.0, 10), (106.0, 5), (107.9, -10)],
)
def test_b2_limits(check, frequency_mhz: float, limit_dbm: float) -> None:
    """GE84, Table 5.2; 104 MHz is half way from 15 to 5 dBm."""
    kept = check(signal(frequency_mhz, power_dbm=limit_dbm))["b2_kept"]
    assert (kept.outcome, kept.margin_db) == (Outcome.COMPLIES, pytest.approx(0))
    over = check(signal(frequency_mhz, power_dbm=limit_dbm + 0.5))["b2_exceeded"]
    assert over.outcome is Outcome.NEEDS_VERIFICATION


def test_power_from_the_field_is_that_of_an_isotropic_antenna(check) -> None:
    # 120 dB(uV/m) at 100 MHz: 120 - 77.2 - 40 = 2.8 dBm
    found = check(signal(100.0, field_dbuvm=120.0))["b2_kept"]
    assert found.values["power_dbm"] == pytest.approx(2.8, abs=0.05)


def test_unknown_fields(check) -> None:
    lost = {"field_dbuvm": math.nan}
    found = check(signal(101.0, **lost), signal(93.6, **lost))
    for reason in ("a1_unknown", "b1_unknown", "b2_unknown"):
        assert found[reason].outcome is Outcome.NOT_ASSESSABLE
    assert "a2_unknown" in check(signal(107.9, **lost), point_mhz=108.1)
    assert "b2_too_high" in check(signal(108.0), point_mhz=109.1)


def test_screen(check) -> None:
    # 40 dBW at 106 MHz: 45 km
    assert check(signal(106.0, distance_km=45.0))["screen_kept"].outcome is Outcome.COMPLIES
    near = check(signal(106.0, distance_km=44.9))["screen_within"]
    assert near.outcome is Outcome.NEEDS_VERIFICATION
    assert Reservation.NON_BINDING_RULE in near.reservations
    assert check(signal(106.0, erp_dbw=None))["screen_unknown"].missing == (
        "compliance.missing.erp",
    )
    assert "screen_outside" in check(signal(106.0, erp_dbw=56.0))


def test_points_without_a_frequency_or_a_kind_are_named(station) -> None:
    """The screen by distance needs no frequency: 40 dBW at 106 MHz, 45 km."""

    def at(name: str, **changes) -> AeronauticalPoint:
        parts = {
            "id": name, "name": name, "kind": Radionavigation.ILS, "frequency_mhz": 109.1,
            "longitude": 106.65, "latitude": 10.82, "height_m": 300.0,
            "signals": (signal(106.0, station_id="own", distance_km=60.0),),
        }  # fmt: skip
        return AeronauticalPoint(**{**parts, **changes})

    near = (signal(106.0, station_id="own", distance_km=44.0),)
    points = [
        at("Xa"),
        at("Gần", frequency_mhz=math.nan, signals=near),
        at("Lạ", kind=Radionavigation.UNKNOWN, signals=near),
        at("Vắng", signals=(signal(100.0),)),
    ]
    rules = {"rule": shipped("fm.aeronautical"), "separation_rule": shipped(SEPARATION)}
    judged = station(id="own", frequency_mhz=106.0)
    found = by_reason(said(aeronautical.check(judged, points, **rules)))
    assert found["screen_within"].values["point"] == "Gần"
    for reason, name in (("no_frequency", "Gần"), ("no_kind", "Lạ"), ("not_received", "Vắng")):
        assert found[reason].outcome is Outcome.NOT_ASSESSABLE
        assert (found[reason].values["names"], found[reason].values["count"]) == (name, 1)
    assert found["a1_silent"].values["points"] == 1
    # a station that no record places at a point is not said to be harmless there
    alone = by_reason(said(aeronautical.check(judged, points[3:], **rules)))
    assert {one.outcome for one in alone.values()} == {Outcome.NOT_ASSESSABLE}


def test_no_point_says_what_to_import(station) -> None:
    (found,) = said(
        aeronautical.check(
            station(), [], rule=shipped("fm.aeronautical"), separation_rule=shipped(SEPARATION)
        )
    )
    assert found.outcome is Outcome.NOT_ASSESSABLE
    assert found.missing == ("aeronautical.missing.points",)


def test_recalled_and_advisory() -> None:
    rule, screen = shipped("fm.aeronautical"), shipped(SEPARATION)
    assert (rule.confidence.value, rule.advisory) == ("recalled", True)
    assert (screen.confidence.value, screen.advisory) == ("verified", True)
