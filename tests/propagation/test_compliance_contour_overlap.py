"""Overlap of protected and interfering contours, both ways, by both rules."""

from dataclasses import replace

import pytest

from propagation.compliance import contour_overlap
from propagation.compliance.contour_overlap import Contours
from propagation.compliance.facts_interference import ContourFacts, ContourPair
from propagation.compliance.records import Outcome, Reservation, Rule, Summary, summarise
from tests.propagation.site_checks import said, sentences, shipped

FCC, RATIO = "fm.contour_overlap", "fm.contour_overlap.ratio"


def contour(protected=60.0, interfering=40.0, time=10.0, overlap=0.0, depth=0.0, **changes):
    return ContourFacts(
        protected_dbuvm=protected,
        interfering_dbuvm=interfering,
        time_percent=time,
        protected_area_km2=400.0,
        overlap_area_km2=overlap,
        depth_km=depth,
        azimuth_deg=231.7,
        longitude=106.45,
        latitude=10.6,
        source="ITU-R P.1812-8",
        **changes,
    )


def contours_of(rule: Rule) -> Contours:
    """Return what a rule asks for, with the shipped ratios and minimum fields."""
    return Contours.read(rule, shipped("fm.protection_ratio"), shipped("fm.minimum_field"))


@pytest.fixture
def check(station, terrain):
    """Run the check against one other station on a frequency."""

    def run(frequency_mhz, received=(), caused=(), rule=FCC, ground=terrain, **changes):
        other = station(id="station-2", name="Đài huyện", frequency_mhz=frequency_mhz)
        pair = ContourPair(
            other=other, distance_km=40.0, received=tuple(received), caused=tuple(caused)
        )
        return said(
            contour_overlap.check(
                station(),
                [pair],
                ground,
                contours_of(shipped(rule, **changes)),
            )
        )

    return run


def test_an_overlap_each_way(check) -> None:
    """On the same channel: 60 against 40 dBu; 12 of 400 km2 are 3 %."""
    found = check(
        96.9,
        received=[contour(overlap=12.0, depth=3.21, excess_db=4.5)],
        caused=[contour(excess_db=-1.5)],
    )
    received, caused = found
    assert received.reason.endswith("received_overlap")
    assert received.outcome is Outcome.NEEDS_VERIFICATION
    assert received.values["overlap_percent"] == 3.0
    assert received.values["depth_km"] == 3.21
    assert received.values["azimuth_deg"] == 232
    assert received.margin_db == -4.5
    assert {Reservation.PREDICTED, Reservation.NON_BINDING_RULE} <= received.reservations
    assert Reservation.RECALLED_RULE not in received.reservations  # the table was read
    assert received.measure is not None
    assert received.measure["interfering_dbuvm"] == 40.0
    assert caused.reason.endswith("caused_clear")
    assert caused.outcome is Outcome.COMPLIES
    assert caused.values["below_db"] == 1.5
    assert caused.margin_db == 1.5
    assert {one.counterpart for one in found} == {"station-2"}
    # told beside: neither decides the station
    assert summarise(found) is Summary.NOT_ASSESSABLE


def test_a_field_that_cannot_come_near_is_said_to_be_weak(check) -> None:
    received, caused = check(96.9, received=[contour()], caused=[contour(excess_db=-3.04)])
    assert received.outcome is caused.outcome is Outcome.COMPLIES
    assert {received.reason.rsplit("_", 1)[-1], caused.reason.rsplit("_", 1)[-1]} == {
        "far",
        "clear",
    }
    weak, near = sorted((received, caused), key=lambda one: one.margin_db or 0.0)
    assert weak.margin_db is None
    assert near.values["below_db"] == 3.0


def test_a_touch_without_area_is_an_overlap(check) -> None:
    received, _ = check(96.9, received=[contour(depth=0.01)], caused=[contour()])
    assert received.reason.endswith("received_overlap")


def test_no_value_for_the_spacing(check) -> None:
    for frequency_mhz in (97.0, 96.6, 97.4):
        found = check(frequency_mhz)
        assert [one.reason.rsplit(".")[-1] for one in found] == [
            "received_no_row",
            "caused_no_row",
        ]
        assert {one.outcome for one in found} == {Outcome.NOT_ASSESSABLE}


def test_contours_that_were_not_drawn(check) -> None:
    received, caused = check(97.1, received=[contour(interfering=40.0)], caused=[])
    assert received.reason.endswith("received_no_contours")  # 54 dBu was asked for
    assert caused.reason.endswith("caused_no_contours")


def test_carriers_far_apart(check) -> None:
    (found,) = check(98.0)
    assert found.outcome is Outcome.COMPLIES
    assert found.values["others"] == 1


def test_by_the_protection_ratios(check) -> None:
    """100 kHz, stereo: 54 - 33 = 21 dB(uV/m) at 50 % and 54 - 25 = 29 at 1 % of time."""
    steady, rare = contour(54.0, 21.0, 50.0), contour(54.0, 29.0, 1.0, overlap=1.0, depth=0.5)
    received, caused = check(97.0, [steady, rare], [steady], rule=RATIO)
    assert received.values["time_percent"] == 1.0
    assert received.values["interfering_dbuvm"] == 29.0
    assert received.outcome is Outcome.NEEDS_VERIFICATION
    assert Reservation.RECALLED_RULE in received.reservations
    assert caused.reason.endswith("caused_no_contours")  # the tropospheric one is missing


def test_the_margin_is_that_of_the_contour_nearest_to_being_reached(check) -> None:
    """On the same channel, stereo: 54 - 45 = 9 at 50 % and 54 - 37 = 17 at 1 % of time."""
    steady = contour(54.0, 9.0, 50.0, excess_db=-20.0)
    rare = contour(54.0, 17.0, 1.0, excess_db=-0.2)
    far = contour(54.0, 9.0, 50.0)
    received, caused = check(96.9, [steady, rare], [far, rare], rule=RATIO)
    for found in (received, caused):
        assert found.outcome is Outcome.COMPLIES
        assert found.margin_db == pytest.approx(0.2)
        assert found.values["below_db"] == 0.2
        assert found.values["time_percent"] == 1.0


def test_600_khz_apart_the_last_row_is_asked(check) -> None:
    undrawn = replace(contour(interfering=100.0), protected_area_km2=None)
    received, caused = check(97.5, [contour(interfering=100.0, excess_db=-12.5)], [undrawn])
    assert received.margin_db == 12.5
    assert caused.reason.endswith("caused_clear_far")
    assert "protected_area_km2" not in {item.name for item in caused.evidence}
    (nobody,) = check(97.6)
    assert nobody.reason.endswith("nobody")


def test_other_thresholds_ask_for_other_contours(check) -> None:
    received, _ = check(96.9, [contour(interfering=40.0)], interfering_dbuvm=[34, 54, 100, 100])
    assert received.reason.endswith("received_no_contours")


def test_on_flat_terrain_nothing_complies(check, flat) -> None:
    received, _ = check(96.9, [contour()], [contour()], ground=flat)
    assert received.outcome is Outcome.NEEDS_VERIFICATION


def test_the_largest_overlap_first(station, terrain) -> None:
    def pair(name: str, overlap: float, depth: float) -> ContourPair:
        other = station(id=name, name=name)
        mine = contour(overlap=overlap, depth=depth)
        return ContourPair(other=other, distance_km=9.0, received=(mine,), caused=(contour(),))

    undrawn = ContourPair(other=station(id="undrawn", name="x"), distance_km=9.0)
    found = contour_overlap.check(
        station(),
        [undrawn, pair("small", 1.0, 1.0), pair("deep", 5.0, 3.0), pair("wide", 5.0, 2.0)],
        terrain,
        contours_of(shipped(FCC)),
    )
    assert [one.counterpart for one in found[:3]] == ["deep", "wide", "small"]
    assert [one.counterpart for one in found[-2:]] == ["undrawn", "undrawn"]


def test_sentences_are_all_there_and_all_used() -> None:
    both = ("received", "caused")
    reasons = {"nobody"}
    for way in both:
        reasons |= {
            f"{way}_{one}" for one in ("no_row", "no_contours", "clear", "clear_far", "overlap")
        }
    evidence = {
        *("protected_field_dbuvm", "interfering_field_dbuvm"),
        *("protected_area_km2", "overlap_area_km2", "depth_km"),
    }
    assert sentences("contour_overlap") == {
        *(f"contour_overlap.reason.{one}" for one in reasons),
        *(f"contour_overlap.evidence.{one}" for one in evidence),
        *(f"contour_overlap.missing.{one}" for one in ("row", "contours")),
        "contour_overlap.measure.unwanted",
    }
