"""Check 10: conformity with an allotment, and a network's own interference."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from data import path
from propagation.compliance import allotment
from propagation.compliance.facts import BoundaryFacts, StationFacts, TerrainFacts
from propagation.compliance.facts_network import (
    AllotmentFacts,
    CalculationPoint,
    NetworkFacts,
    NetworkPoint,
    Signal,
)
from propagation.compliance.records import Finding, Outcome, Reservation, Rule, Summary, summarise
from propagation.compliance.standards import Standards
from propagation.interference.dvbt2 import mode_from_text
from propagation.interference.protection import Service

MakeStation = Callable[..., StationFacts]
Say = Callable[[Iterable[Finding]], tuple[Finding, ...]]
MODE = mode_from_text("256qam-2/3-rice-32k-1/16")
RULES = {
    rule["id"]: Rule(**{"valid_from": None, "valid_to": None, **rule})
    for rule in tomllib.loads(path("rules/television.toml").read_text(encoding="utf-8"))["rule"]
}
STANDARDS = Standards.read(
    Service.TELEVISION,
    RULES["tv.protection_ratio"],
    RULES["tv.minimum_field"],
    adjacent=RULES["tv.protection_ratio.adjacent"],
    portable=RULES["tv.minimum_field.portable"],
)


@pytest.fixture
def found(
    station: MakeStation, terrain: TerrainFacts, said: Say
) -> Callable[..., tuple[Finding, ...]]:
    def judge(
        given: AllotmentFacts | None = None,
        network: NetworkFacts | None = None,
        ground: TerrainFacts = terrain,
        **changes: object,
    ) -> tuple[Finding, ...]:
        own = {"service": Service.TELEVISION, "mode": MODE, "frequency_mhz": 506.0, **changes}
        return said(
            allotment.check(
                station(**own),
                given,
                network,
                ground,
                rule=RULES["tv.allotment"],
                network_rule=RULES["tv.single_frequency"],
                standards=STANDARDS,
            )
        )

    return judge


def around(*fields: float, **changes: object) -> AllotmentFacts:
    points = tuple(
        CalculationPoint(name=f"Điểm tính {n}", longitude=106.0, latitude=11.0,
                         field_strength_dbuvm=field, reference_dbuvm=50.0, source="P.1812")
        for n, field in enumerate(fields)
    )  # fmt: skip
    base = AllotmentFacts(id="TNI-25", frequency_mhz=506.0, points=points, source="bản kê")
    return replace(base, **changes)


def network(*signals: tuple[float, float, float]) -> NetworkFacts:
    met = tuple(
        Signal(transmitter=f"T{n}", median_dbuvm=median, rare_dbuvm=rare, arrival_us=arrival)
        for n, (median, rare, arrival) in enumerate(signals)
    )
    one = NetworkPoint(name="Điểm 1", longitude=106.0, latitude=11.0, signals=met, source="P.1812")
    return NetworkFacts(transmitters=len(signals), points=(one,))


def test_other_services_have_none(found: Callable[..., tuple[Finding, ...]]) -> None:
    assert found(service=Service.FM, mode=None) == ()


def test_no_allotment_is_known(found: Callable[..., tuple[Finding, ...]]) -> None:
    (one,) = found()
    assert one.outcome is Outcome.NOT_ASSESSABLE
    assert one.missing == ("television.missing.allotment",)
    assert one.rule.advisory
    assert summarise((one,)) is Summary.NOT_ASSESSABLE


def test_an_assignment_that_conforms(
    found: Callable[..., tuple[Finding, ...]], boundary: Callable[..., BoundaryFacts]
) -> None:
    given = around(48.0, 49.5, site=boundary(inside=True))
    channel, site, field = found(given)
    assert {one.outcome for one in (channel, site, field)} == {Outcome.COMPLIES}
    assert field.margin_db == pytest.approx(0.5)
    assert field.values["point"] == "Điểm tính 1"
    assert field.values["points"] == 2


def test_a_point_without_a_field_could_be_the_worst(
    found: Callable[..., tuple[Finding, ...]], boundary: Callable[..., BoundaryFacts]
) -> None:
    nan = float("nan")
    *_, kept = found(around(48.0, 49.5, nan, site=boundary(inside=True)))
    assert kept.outcome is Outcome.NOT_ASSESSABLE
    assert kept.reason == "television.reason.allotment_field_points_unknown"
    assert (kept.values["points"], kept.values["points_unknown"]) == (2, 1)
    *_, broken = found(around(50.5, nan, site=boundary(inside=True)))
    assert broken.outcome is Outcome.NEEDS_VERIFICATION
    assert broken.values["points_unknown"] == 1


def test_a_point_of_a_network_without_a_field(found: Callable[..., tuple[Finding, ...]]) -> None:
    known, dumb = (70.0, 72.0, 0.0), (float("nan"), float("nan"), 10.0)
    (one,), (other,) = network(known, known).points, network(known, dumb).points
    *_, kept = found(network=NetworkFacts(transmitters=2, points=(one, other)))
    assert kept.outcome is Outcome.NOT_ASSESSABLE
    assert kept.values["points_unknown"] == 1


def test_an_assignment_that_does_not_is_told_and_never_violates(
    found: Callable[..., tuple[Finding, ...]], boundary: Callable[..., BoundaryFacts]
) -> None:
    given = around(48.0, 51.0, site=boundary(inside=False), frequency_mhz=514.0)
    channel, site, field = found(given)
    assert channel.reason == "television.reason.allotment_channel_left"
    assert site.reason == "television.reason.allotment_site_outside"
    assert field.reason == "television.reason.allotment_field_exceeded"
    assert field.margin_db == pytest.approx(-1.0)
    for one in (channel, site, field):
        assert one.outcome is Outcome.NEEDS_VERIFICATION
        assert {Reservation.RECALLED_RULE, Reservation.NON_BINDING_RULE} <= one.reservations
    assert field.measure is not None
    assert field.measure["limit_dbuvm"] == 50.0


def test_an_allotment_without_area_or_points(found: Callable[..., tuple[Finding, ...]]) -> None:
    _, site, field = found(around())
    assert site.missing == ("television.missing.allotment_area",)
    assert field.missing == ("television.missing.calculation_points",)


def test_a_network_within_the_guard_interval(found: Callable[..., tuple[Finding, ...]]) -> None:
    one = found(None, network((60, 62, 10), (58, 60, 200)))[-1]
    assert one.reason == "television.reason.network_all_useful"
    assert one.outcome is Outcome.COMPLIES
    assert one.values["guard_interval_us"] == 224.0


@pytest.mark.parametrize(("late", "margin"), [(26.36, 0.084), (26.56, -0.085)])
def test_a_network_that_disturbs_itself(
    found: Callable[..., tuple[Finding, ...]], late: float, margin: float
) -> None:
    """256-QAM 2/3 in Rice's channel needs 20.0 dB; the echo comes 300 us late, beyond 266 us.

    Locations ask for 1.6449 x 5.5 x sqrt(2) = 12.79 dB more, noise for 51.98 dB(uV/m) on 506 MHz
    at 95 % of locations. 10 lg(10^5.198 + 10^((26.36 + 32.79) / 10)) = 59.92 dB(uV/m).
    """
    one = found(None, network((60, 62, 0), (35, late, 300)))[-1]
    assert one.margin_db == pytest.approx(margin, abs=0.01)
    assert one.values["location_correction_db"] == 12.8
    assert one.values["ratio_db"] == pytest.approx(60 - late, abs=0.06)
    word = "kept" if margin > 0 else "disturbed"
    assert one.reason == f"television.reason.network_{word}"
    assert one.outcome is (Outcome.COMPLIES if margin > 0 else Outcome.NEEDS_VERIFICATION)


def test_a_weak_first_signal_is_not_synchronised_to(
    found: Callable[..., tuple[Finding, ...]],
) -> None:
    """35 dB below, 300 us before: the strong one is received, C/I 35 dB; 15 dB below: -17 dB."""
    one = found(None, network((45, 45, 0), (80, 82, 300)))[-1]
    assert one.values["ratio_db"] == pytest.approx(35)
    assert one.outcome is Outcome.COMPLIES
    near = found(None, network((65, 65, 0), (80, 82, 300)))[-1]
    assert near.values["ratio_db"] == pytest.approx(-17)


def test_a_network_that_cannot_be_judged(
    found: Callable[..., tuple[Finding, ...]], flat: TerrainFacts
) -> None:
    signals = ((60.0, 62.0, 0.0), (35.0, 40.0, 300.0))
    for mode in (None, mode_from_text("256qam-2/3")):
        one = found(None, network(*signals), mode=mode)[-1]
        assert one.missing == ("television.missing.guard_interval",)
    nowhere = found(None, NetworkFacts(transmitters=2, points=()))[-1]
    assert nowhere.reason == "television.reason.network_no_point"
    on_flat = found(None, network((60, 62, 10), (58, 60, 200)), flat)[-1]
    assert on_flat.outcome is Outcome.NEEDS_VERIFICATION
